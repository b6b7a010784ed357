"""Decoding: every accepted kind comes out on the player's time line."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from core.errors import Rejected
from models.recording import SAMPLE_RATE
from tests.factories.encodings import Samples, decibel, encode, frames, lag_s, read, refused
from transcription.decoding.decode import open_audio

KINDS = [
    ("wav", "pcm_s16le", 16_000),
    ("wav", "pcm_u8", 8_000),
    ("wav", "pcm_mulaw", 8_000),
    ("wav", "pcm_alaw", 8_000),
    ("wav", "adpcm_ima_wav", 8_000),
    ("wav", "adpcm_ms", 8_000),
    ("wav", "adpcm_g726", 8_000),
    ("wav", "adpcm_g722", 16_000),
    ("wav", "pcm_f32le", 44_100),
    ("w64", "pcm_s16le", 16_000),
    ("mp3", "libmp3lame", 44_100),
    ("mp3", "libmp3lame", 8_000),
    ("ipod", "aac", 44_100),
    ("ipod", "alac", 44_100),
    ("mov", "pcm_mulaw", 8_000),
    ("3gp", "libopencore_amrnb", 8_000),
    ("amr", "libopencore_amrnb", 8_000),
    ("ogg", "libopus", 48_000),
    ("ogg", "libopus", 8_000),
    ("ogg", "flac", 16_000),
    ("flac", "flac", 48_000),
    ("webm", "libopus", 48_000),
    ("matroska", "aac", 44_100),
    ("au", "pcm_mulaw", 8_000),
    ("aiff", "pcm_s16be", 44_100),
    ("aiff", "pcm_alaw", 8_000),
    ("caf", "pcm_s16be", 44_100),
    ("avi", "pcm_s16le", 16_000),
    ("mpegts", "mp2", 48_000),
]


@pytest.mark.parametrize(("container", "codec", "rate"), KINDS)
def test_every_kind_keeps_time_and_loudness(
    container: str, codec: str, rate: int, speech: Samples, tmp_path: Path
) -> None:
    decoded = read(encode(tmp_path / "call", speech, container, codec, rate), tmp_path)
    found = np.asarray(decoded.audio.samples[:, 0])
    block_s = 0.26 if codec.startswith("adpcm") else 0.02  # ADPCM comes in whole blocks
    assert decoded.recording.duration_s == pytest.approx(len(speech) / SAMPLE_RATE, abs=block_s)
    assert abs(lag_s(found, speech)) <= 0.02
    assert decibel(found) == pytest.approx(decibel(speech), abs=1.0)
    assert decoded.recording.sample_rate_hz == (48_000 if codec == "libopus" else rate)
    assert decoded.warnings == ()


@pytest.mark.parametrize(("container", "codec"), [("asf", "wmav2"), ("adts", "aac"), ("avi", "libmp3lame")])
def test_kinds_that_do_not_tell_their_lead_in_are_late_by_it(
    container: str, codec: str, speech: Samples, tmp_path: Path
) -> None:
    two = np.stack([speech, speech], axis=1)
    decoded = read(encode(tmp_path / "call", two, container, codec, 44_100), tmp_path)
    assert 0.0 < lag_s(np.asarray(decoded.audio.samples[:, 0]), speech) < 0.05


def test_gsm_frames_decode_to_twenty_milliseconds_each(tmp_path: Path) -> None:
    frames = np.random.default_rng(5).integers(0, 256, (100, 33), dtype=np.uint8)
    frames[:, 0] = 0xD0 | frames[:, 0] & 0x0F
    path = tmp_path / "call.gsm"
    path.write_bytes(frames.tobytes())
    assert read(path, tmp_path).recording.duration_s == pytest.approx(2.0, abs=0.02)


def test_channels_stay_apart_and_in_order(speech: Samples, tmp_path: Path) -> None:
    two = np.stack([speech, speech // 8], axis=1)
    audio = read(encode(tmp_path / "call", two, "flac", "flac", 16_000), tmp_path).audio
    assert np.array_equal(audio.samples, two)


def test_the_decoded_sound_can_be_opened_again(speech: Samples, tmp_path: Path) -> None:
    path = encode(tmp_path / "-привет 通话.wav", speech, "wav", "pcm_s16le", 16_000)
    decoded = read(path, tmp_path / "out")
    assert decoded.recording.name == "-привет 通话.wav"
    assert np.array_equal(open_audio(tmp_path / "out" / "canonical.wav").samples[:, 0], speech)
    with pytest.raises(Rejected):
        open_audio(path)


@pytest.mark.parametrize(
    ("container", "codec", "rate"), [("matroska", "pcm_s16le", 16_000), ("webm", "libopus", 48_000)]
)
def test_a_gap_in_the_time_stamps_is_silence(
    container: str, codec: str, rate: int, speech: Samples, tmp_path: Path
) -> None:
    path = encode(tmp_path / "call", speech, container, codec, rate, hole=(4.0, 6.0))
    if codec == "libopus":  # an encoder would stretch over the hole, so packets are left out instead
        path = _without_packets(path, tmp_path / "holed", 4.0, 6.0)
    decoded = read(path, tmp_path)
    found = np.asarray(decoded.audio.samples[:, 0])
    assert decoded.recording.duration_s == pytest.approx(10.0, abs=0.03)
    assert not found[round(4.2 * SAMPLE_RATE) : round(5.8 * SAMPLE_RATE)].any()
    assert abs(lag_s(found[7 * SAMPLE_RATE :], speech[7 * SAMPLE_RATE :])) < 0.02
    assert any("gaps" in warning for warning in decoded.warnings)


def _without_packets(path: Path, target: Path, start_s: float, end_s: float) -> Path:
    """Return a copy of a file without the packets of a stretch of time."""
    with av.open(str(path)) as source, av.open(str(target), "w", format="webm") as output:
        stream = output.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.pts is not None and not start_s <= float(packet.pts * packet.time_base) < end_s:
                packet.stream = stream
                output.mux(packet)
    return target


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_sound_that_starts_late_stays_late(container: str, speech: Samples, tmp_path: Path) -> None:
    path = encode(tmp_path / "call", speech, container, "aac", 44_100, start_s=1.5, video=True)
    assert lag_s(np.asarray(read(path, tmp_path).audio.samples[:, 0]), speech) == pytest.approx(1.5, abs=0.03)


def test_a_running_stream_begins_at_zero(speech: Samples, tmp_path: Path) -> None:
    path = encode(tmp_path / "call", speech, "mpegts", "mp2", 48_000, start_s=5000.0)
    assert abs(lag_s(np.asarray(read(path, tmp_path).audio.samples[:, 0]), speech)) < 0.02


def test_the_first_of_two_sound_streams_is_used(speech: Samples, tmp_path: Path) -> None:
    path = tmp_path / "call.mka"
    with av.open(str(path), "w", format="matroska") as output:
        for _ in range(2):
            output.add_stream("pcm_s16le", rate=16_000, layout="mono")
        for stream, factor in zip(output.streams.audio, (1, 0), strict=True):
            for number, frame in enumerate(frames((speech * factor)[:, None], stream, 16_000, "mono")):
                frame.pts = 1024 * number
                output.mux(stream.encode(frame))
    decoded = read(path, tmp_path)
    assert decoded.audio.samples.any()
    assert decoded.warnings == ("The file holds 2 sound streams; only stream 1 was reviewed.",)


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("wav", "pcm_mulaw", 8_000),
        ("mp3", "libmp3lame", 44_100),
        ("ogg", "libopus", 48_000),
        ("flac", "flac", 16_000),
        ("matroska", "aac", 44_100),
        ("avi", "pcm_s16le", 16_000),
    ],
)
def test_half_a_file_gives_half_the_sound_and_says_so(
    container: str, codec: str, rate: int, speech: Samples, tmp_path: Path
) -> None:
    path = encode(tmp_path / "call", speech, container, codec, rate)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    decoded = read(path, tmp_path)
    assert decoded.recording.duration_s == pytest.approx(5.0, abs=1.5)
    assert any("cut short" in warning for warning in decoded.warnings)


def test_an_mp4_cut_before_its_index_is_refused_as_damaged(speech: Samples, tmp_path: Path) -> None:
    path = encode(tmp_path / "call", speech, "mp4", "aac", 44_100)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert refused(path, tmp_path) == "damaged"


def test_an_mp4_cut_after_its_index_is_read_as_far_as_it_goes(speech: Samples, tmp_path: Path) -> None:
    path = encode(tmp_path / "call", speech, "mp4", "aac", 44_100, movflags="faststart")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    decoded = read(path, tmp_path)
    assert 3.0 < decoded.recording.duration_s < 6.0
    assert any("cut short" in warning for warning in decoded.warnings)


@pytest.mark.parametrize(
    ("container", "codec", "rate"),
    [
        ("mp3", "libmp3lame", 44_100),
        ("mp4", "aac", 44_100),
        ("ogg", "libopus", 48_000),
        ("flac", "flac", 16_000),
    ],
)
def test_damage_in_the_middle_is_silence_of_its_length(
    container: str, codec: str, rate: int, speech: Samples, tmp_path: Path
) -> None:
    path = encode(tmp_path / "call", speech, container, codec, rate)
    data = bytearray(path.read_bytes())
    begin, length = len(data) * 2 // 5, len(data) // 25
    data[begin : begin + length] = bytes(length)
    path.write_bytes(data)
    found = np.asarray(read(path, tmp_path).audio.samples[:, 0])
    assert len(found) / SAMPLE_RATE == pytest.approx(10.0, abs=0.06)
    assert abs(lag_s(found[7 * SAMPLE_RATE :], speech[7 * SAMPLE_RATE :])) < 0.06


@pytest.mark.shared
def test_a_header_that_promises_half_an_hour_is_named(shared: Path, tmp_path: Path) -> None:
    decoded = read(shared / "audio" / "clips" / "damaged_last_packet.wav", tmp_path)
    assert decoded.recording.duration_s == pytest.approx(18.34, abs=0.01)
    assert decoded.warnings[0].startswith("The file is cut short: its header promises 30:03 min, 18.3 s")
