"""What is no recording is refused in words, and bounds are kept."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import av
import numpy as np
import pytest

from models.recording import SAMPLE_RATE
from tests.factories.encodings import Samples, encode, refused, show, video_stream

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
        stream = video_stream(output)
        show(output, stream, 10)
    assert refused(silent, tmp_path) == "no_sound"
    protected = encode(tmp_path / "call", speech, "mp4", "aac", 44_100)
    protected.write_bytes(protected.read_bytes().replace(b"mp4a", b"enca"))
    assert refused(protected, tmp_path) in {"encrypted", "unsupported_codec"}
