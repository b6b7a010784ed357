from __future__ import annotations

from pathlib import Path

import pytest

from bench.references import find, read
from core.errors import Rejected

RTTM = "SPEAKER call 1 0.0 2.0 <NA> <NA> A <NA> <NA>\n"


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"")


def test_a_reference_belongs_to_every_recording_that_begins_with_its_name(tmp_path: Path) -> None:
    touch(tmp_path, "call.mono.wav", "call.stereo_agent_caller.wav", "EN.Mix-Headset.0-30s.wav", "alone.wav")
    (tmp_path / "call.rttm").write_text(RTTM)
    (tmp_path / "EN.stm").write_text("EN 1 A 0 1 hello\n")
    assert [r.name for r in find([tmp_path])] == [
        "EN.Mix-Headset.0-30s.wav",
        "call.mono.wav",
        "call.stereo_agent_caller.wav",
    ]


def test_the_longest_name_wins(tmp_path: Path) -> None:
    touch(tmp_path, "call.mono.wav")
    (tmp_path / "call.rttm").write_text(RTTM)
    (tmp_path / "call.mono.rttm").write_text(RTTM.replace("call", "call.mono"))
    found = read(tmp_path / "call.mono.wav")
    assert found is not None
    assert [path.name for path in found.sources] == ["call.mono.rttm"]


def test_word_times_are_taken_before_segments(tmp_path: Path) -> None:
    touch(tmp_path, "m.wav")
    (tmp_path / "m.stm").write_text("m 1 A 0 1 from segments\n")
    (tmp_path / "m.words.ctm").write_text("m A 0 1 words\n")
    found = read(tmp_path / "m.wav")
    assert found is not None
    assert found.phrases is not None
    assert [p.text for p in found.phrases] == ["words"]


def test_only_and_single_files(tmp_path: Path) -> None:
    touch(tmp_path, "a.wav", "b.wav")
    for name in "ab":
        (tmp_path / f"{name}.rttm").write_text(RTTM)
    assert [r.name for r in find([tmp_path], "b*")] == ["b.wav"]
    assert [r.name for r in find([tmp_path / "a.wav"])] == ["a.wav"]


def test_nothing_found_and_no_folder_are_said(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="No recording with a reference"):
        find([tmp_path])
    with pytest.raises(Rejected, match="does not exist"):
        find([tmp_path / "absent"])


@pytest.mark.shared
def test_every_kind_of_reference_at_hand_is_read(shared: Path) -> None:
    found = {r.name: r for r in find([shared / "audio"])}
    call = found["commercial_mono.wav"]
    assert call.regions == ((4.0, 38.0),)
    assert call.scored(45.0) == ((4.0, 38.0),)
    assert found["auto_repairs_40.mono.wav"].turns == found["auto_repairs_40.stereo_agent_caller.wav"].turns
    assert found["stereo_diarization.wav"].by_channel
    assert found["telephone_two_women.wav"].scored(30.0) == ((0.0, 30.0),)
    meetings = [r for r in found.values() if "Mix-Headset" in r.name]
    assert len(meetings) == 7
    assert all(r.turns and r.regions and r.phrases for r in meetings)
