from __future__ import annotations

from pathlib import Path

import pytest
import typer

from scripts.options import outputs, speaker_bounds
from transcription.diarizer import SpeakerBounds


@pytest.mark.parametrize(("text", "bounds"), [("2", (2, 2)), ("1-4", (1, 4)), ("10", (10, 10))])
def test_speakers_are_a_number_or_a_range(text: str, bounds: tuple[int, int]) -> None:
    assert speaker_bounds(text) == SpeakerBounds(*bounds)


@pytest.mark.parametrize("text", ["", "0", "two", "4-2", "1-", "-1", "1-2-3"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        speaker_bounds(text)


def test_one_recording_is_written_to_the_file_named() -> None:
    assert outputs([Path("a.wav")], Path("x.json"), None)[0].json == Path("x.json")


def test_several_recordings_are_written_into_the_folder_named() -> None:
    written = outputs([Path("a.wav"), Path("b/a.mp3")], None, Path("out"))
    assert [o.html for o in written] == [Path("out/a.html"), Path("out/a-2.html")]


def test_a_folder_that_exists_takes_one_recording_too(tmp_path: Path) -> None:
    assert outputs([Path("a.wav")], tmp_path, None)[0].json == tmp_path / "a.json"
