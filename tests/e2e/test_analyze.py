"""`./debrief analyze` as its user runs it: good and bad recordings in one batch."""

from __future__ import annotations

import json
import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Run:
    """What a run of the command left."""

    code: int
    out: str
    err: str
    folder: Path

    def review(self, name: str) -> dict[str, Any]:
        loaded: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text())
        return loaded


def debrief(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [str(ROOT / "debrief"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=500)


def silence(path: Path, seconds: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * int(8000 * seconds)))
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> Run:
    folder = tmp_path_factory.mktemp("calls")
    (folder / "notes.txt").write_text("not a recording")
    (folder / "empty.wav").touch()
    (folder / "list.m3u8").write_text(f"#EXTM3U\n#EXTINF:1,\n{sample}\n")
    bad = [folder / name for name in ("notes.txt", "empty.wav", "list.m3u8", "gone.wav")]
    quiet = silence(folder / "silence.wav", 4)
    short = silence(folder / "short.wav", 0.01)
    done = debrief(
        "analyze", *bad, folder, short, quiet, sample, "--json", folder / "out", "--html", folder / "out"
    )
    return Run(done.returncode, done.stdout, done.stderr, folder / "out")


def test_a_batch_with_rejected_recordings_says_so_by_its_exit_code(run: Run) -> None:
    assert run.code == 2, run.err


@pytest.mark.parametrize("name", ["notes.txt", "empty.wav", "list.m3u8", "gone.wav", "short.wav"])
def test_a_rejected_recording_is_told_in_one_line(run: Run, name: str) -> None:
    lines = [line for line in run.err.splitlines() if line.startswith(f"{run.folder.parent / name}: ")]
    assert len(lines) == 1
    assert "Traceback" not in run.err


def test_the_others_of_the_batch_are_reviewed(run: Run) -> None:
    assert sorted(p.name for p in run.folder.iterdir()) == [
        "sample.html",
        "sample.json",
        "silence.html",
        "silence.json",
    ]


@pytest.mark.parametrize("name", ["sample", "silence"])
def test_a_review_keeps_its_schema(run: Run, name: str) -> None:
    schema = json.loads((ROOT / "docs/report.schema.json").read_text())
    assert list(jsonschema.Draft202012Validator(schema).iter_errors(run.review(name))) == []


def test_silence_gives_an_empty_review_with_a_warning(run: Run) -> None:
    review = run.review("silence")
    assert review["words"] == review["turns"] == review["speakers"] == []
    assert any("No speech" in warning for warning in review["warnings"])
    assert {metric["value"] for metric in review["metrics"] if metric["name"] == "talk_share"} == {None}


def test_two_women_on_the_telephone_are_two_speakers_of_unknown_role(run: Run) -> None:
    review = run.review("sample")
    assert len(review["speakers"]) == 2
    assert {speaker["role"] for speaker in review["speakers"]} == {"unknown"}


def test_what_they_say_is_written_down(run: Run) -> None:
    text = " ".join(word["text"] for word in run.review("sample")["words"]).lower()
    assert "new jersey" in text
    assert "chicago" in text


def test_every_stage_has_a_progress_line_and_a_timing(run: Run) -> None:
    stages = [timing["stage"] for timing in run.review("sample")["timings"]]
    assert stages == ["decode", "listen", "transcribe", "diarize", "attribute", "judge", "measure"]
    assert "telling the voices apart" in run.err


def test_the_terminal_shows_the_conversation(run: Run) -> None:
    assert "sample.wav" in run.out
    assert "Chicago" in run.out


def test_the_report_names_the_recording_beside_it(run: Run) -> None:
    page = (run.folder / "sample.html").read_text()
    assert "sample.wav" in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_a_rep_that_is_not_there_is_told(sample: Path) -> None:
    done = debrief("analyze", sample, "--rep-speaker", "S9")
    assert done.returncode == 2
    assert "S9" in done.stderr
