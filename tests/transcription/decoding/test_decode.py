"""Decoding: every accepted kind comes out on the player's time line, everything else is refused in words."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import Rejected
from core.progress import ignore
from core.settings import DecodeSettings
from models.recording import SAMPLE_RATE
from transcription.decoding.decode import ROOT, Decoded, decode, open_audio

Samples = NDArray[np.int16]
LIMITS = DecodeSettings()


@pytest.fixture(scope="session")
def speech(sample: Path) -> Samples:
    """Return ten seconds of the sample call, 16 kHz."""
    with av.open(str(sample)) as container:
        frames = [frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)]
    samples: Samples = np.concatenate(frames)[5 * SAMPLE_RATE : 15 * SAMPLE_RATE]
    return samples


def encode(
    path: Path,
    samples: Samples,
    container: str,
    codec: str,
    rate: int,
    *,
    start_s: float = 0.0,
    hole: tuple[float, float] | None = None,
    video: bool = False,
    **options: str,
) -> Path:
    """Write samples (frames,) or (frames, channels) at 16 kHz as a file of another kind.

    `hole` leaves the packets of a stretch of time out, so the time stamps jump.
    """
    columns = samples.reshape(len(samples), -1)
    layout = "mono" if columns.shape[1] == 1 else "stereo"
    with av.open(str(path), "w", format=container, options=options) as output:
        picture = _video(output) if video else None
        stream = output.add_stream(codec, rate=rate, layout=layout)
        stream.bit_rate = 64_000
        if picture is not None:
            _show(output, picture, 100)
        pts = round(start_s * rate)
        for frame in _frames(columns, stream, rate, layout):
            frame.pts, frame.time_base = pts, Fraction(1, rate)
            left_out = hole is not None and hole[0] <= pts / rate < hole[1]
            pts += frame.samples
            if not left_out:
                output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _frames(columns: Samples, stream: Any, rate: int, layout: str) -> list[Any]:
    """Return the sound as frames that the encoder takes."""
    source = av.AudioFrame.from_ndarray(np.ascontiguousarray(columns.reshape(1, -1)), "s16", layout)
    source.sample_rate = SAMPLE_RATE
    resampler = av.AudioResampler(stream.codec_context.format, layout, rate)
    fifo = av.AudioFifo()
    for frame in (*resampler.resample(source), *resampler.resample(None)):
        frame.pts = None
        fifo.write(frame)
    return list(iter(lambda: fifo.read(stream.codec_context.frame_size or 1024, partial=True), None))


def _video(output: Any) -> Any:
    """Return a small video stream of ten pictures a second."""
    stream = output.add_stream("mpeg4", rate=10)
    stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
    return stream


def _show(output: Any, stream: Any, pictures: int) -> None:
    """Write black pictures."""
    for number in range(pictures):
        frame = av.VideoFrame(64, 64, "yuv420p")
        frame.pts = number
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def read(path: Path, into: Path, **limits: float) -> Decoded:
    return decode(path, into, LIMITS.model_copy(update=limits), ignore)


def refused(path: Path, into: Path, **limits: float) -> str:
    """Return the code with which a file is refused, after checking that its words are for people."""
    with pytest.raises(Rejected) as caught:
        read(path, into, **limits)
    assert caught.value.reason.endswith(".")
    assert caught.value.remedy.endswith(".")
    assert "Error" not in str(caught.value)
    assert not list(into.glob(".canonical*"))
    return caught.value.code


def lag_s(found: NDArray[np.int16], wanted: Samples) -> float:
    """Return by how much `found` is later than `wanted`."""
    size = 1 << 19
    spectrum = np.fft.rfft(found.astype(float), size) * np.conj(np.fft.rfft(wanted.astype(float), size))
    peak = int(np.abs(np.fft.irfft(spectrum, size)).argmax())
    return (peak if peak < size // 2 else peak - size) / SAMPLE_RATE


def decibel(samples: NDArray[np.int16]) -> float:
    return 10 * float(np.log10(np.mean(samples.astype(float) ** 2) + 1e-9))


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
            for number, frame in enumerate(_frames((speech * factor)[:, None], stream, 16_000, "mono")):
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


FOREIGN = {
    "playlist": [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile {secret}\n",
        b"[playlist]\nFile1={secret}\n",
        b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=audio 5004 RTP/AVP 0\r\n",
        b"<?xml version='1.0'?>\n<MPD><BaseURL>{secret}</BaseURL></MPD>",
        b"file:{secret}\n",
    ],
    "not_audio": [
        b"A letter to nobody.\n" * 9,
        b"\x89PNG\r\n\x1a\n" + bytes(99),
        b"%PDF-1.7\n\xe2\xe3",
        b"PK\x03\x04" + bytes(99),
        b"\x7fELF" + bytes(99),
    ],
    "not_recognized": [bytes(5000), bytes(range(128, 256)) * 40],
    "damaged": [b"RIFF\x24\x00\x00\x00WAVEfmt ", b"OggS" + bytes(60), b"fLaC" + bytes(60)],
}


@pytest.mark.parametrize(
    ("code", "content"), [(code, content) for code, all_ in FOREIGN.items() for content in all_]
)
def test_what_is_no_recording_is_named(code: str, content: bytes, sample: Path, tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(content.replace(b"{secret}", str(sample).encode()))
    assert refused(path, tmp_path / "out") == code


def test_what_is_no_file_is_named(speech: Samples, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    assert refused(tmp_path / "nothing", tmp_path / "out") == "missing"
    assert refused(tmp_path, tmp_path / "out") == "not_a_file"
    assert refused(tmp_path / "pipe", tmp_path / "out") == "not_a_file"
    assert refused(Path("/dev/zero"), tmp_path / "out") == "not_a_file"
    assert refused(tmp_path / "empty", tmp_path / "out") == "empty"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
        assert refused(tmp_path / "socket", tmp_path / "out") == "not_a_file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    path.write_bytes(b"RIFF")
    path.chmod(0)
    assert refused(path, tmp_path / "out") == "unreadable"


def test_limits_are_kept(speech: Samples, tmp_path: Path) -> None:
    call = encode(tmp_path / "call", speech, "wav", "pcm_s16le", 16_000)
    short = encode(tmp_path / "short", speech[:160], "wav", "pcm_s16le", 16_000)
    slow = encode(tmp_path / "slow", speech, "wav", "pcm_s16le", 2_000)
    stereo = encode(tmp_path / "stereo", np.stack([speech, speech], axis=1), "wav", "pcm_s16le", 16_000)
    assert refused(call, tmp_path, max_duration_s=5.0) == "too_long"
    assert refused(short, tmp_path) == "too_short"
    assert refused(slow, tmp_path) == "sample_rate"
    assert refused(stereo, tmp_path, max_channels=1) == "too_many_channels"


def test_compressed_silence_is_bounded_by_what_it_decodes_to(tmp_path: Path) -> None:
    path = encode(tmp_path / "call", np.zeros(SAMPLE_RATE * 600, np.int16), "flac", "flac", 16_000)
    assert path.stat().st_size < 200_000
    assert refused(path, tmp_path, max_duration_s=60.0) == "too_long"


def test_video_without_sound_and_protected_sound_are_refused(speech: Samples, tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    with av.open(str(silent), "w", format="mp4") as output:
        stream = _video(output)
        _show(output, stream, 10)
    assert refused(silent, tmp_path) == "no_sound"
    protected = encode(tmp_path / "call", speech, "mp4", "aac", 44_100)
    protected.write_bytes(protected.read_bytes().replace(b"mp4a", b"enca"))
    assert refused(protected, tmp_path) in {"encrypted", "unsupported_codec"}


def test_cancelling_ends_the_decoder_and_leaves_nothing(speech: Samples, tmp_path: Path) -> None:
    class Cancelled(Exception):
        pass

    def cancel(_fraction: float) -> None:
        raise Cancelled

    path = encode(tmp_path / "call", speech, "wav", "pcm_s16le", 16_000)
    with pytest.raises(Cancelled):
        decode(path, tmp_path / "out", LIMITS, cancel)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_decoder_that_takes_too_long_is_stopped(speech: Samples, tmp_path: Path) -> None:
    path = encode(tmp_path / "call", speech, "wav", "pcm_s16le", 16_000)
    assert refused(path, tmp_path / "out", timeout_s=0.01) == "timeout"


def test_progress_rises_to_one(speech: Samples, tmp_path: Path) -> None:
    seen: list[float] = []
    decode(encode(tmp_path / "call", speech, "wav", "pcm_s16le", 16_000), tmp_path, LIMITS, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_decoder_ends_when_its_parent_does() -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "transcription.decoding.child"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(30) != 0
    assert child.stdout is not None
    child.stdout.close()


def test_the_decoder_loads_neither_torch_nor_numpy() -> None:
    script = (
        "import sys, transcription.decoding.child, transcription.decoding.demux as d; d.load_libraries();"
        "print(sorted({'torch', 'numpy', 'pydantic'} & set(sys.modules)))"
    )
    started = time.monotonic()
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"
    assert time.monotonic() - started < 30
