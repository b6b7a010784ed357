from __future__ import annotations

import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console
from typing_extensions import override

from bench import evaluate, references
from bench.evaluate import MENDABLE, reviewed, settings_fingerprint, to_json
from bench.hypothesis import Hypothesis
from bench.machine import provenance
from bench.score import totals
from bench.stacks import Stack
from core.errors import Rejected
from core.settings import Settings
from models.transcript import Role, Turn, Word


class Attentive(Stack):
    """Hears one agent say hello, and refuses recordings called `bad`."""

    @override
    def load(self) -> None:
        """Need nothing."""

    @override
    def review(self, recording: Path, most_speakers: int | None = None) -> Hypothesis:
        if recording.stem == "bad":
            raise Rejected("not_audio", "This is no sound file.", "Give a sound file.")
        words = (Word(0.0, 0.5, "Hello.", 0.9, speaker="S1"),)
        turns = (Turn(0.0, 0.5, "S1"),)
        stages = (("decode", 0.1),)
        return Hypothesis(
            1.0, "en", words, turns, {"S1": Role.REP}, None, stages, ("quiet",), (("asr", "w@1"),)
        )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("bad", "good"):
        (tmp_path / f"{name}.wav").write_bytes(b"sound")
        (tmp_path / f"{name}.ref.txt").write_text("0.0 AGENT hello\n")
        (tmp_path / f"{name}.rttm").write_text(f"SPEAKER {name} 1 0.0 0.5 <NA> <NA> AGENT <NA> <NA>\n")
    return tmp_path


def test_a_rejected_recording_does_not_stop_the_others(folder: Path) -> None:
    said = StringIO()
    bad, good = reviewed(references.find([folder]), Attentive(), Console(file=said, width=200))
    assert (bad.score, bad.rejected) == (None, "This is no sound file. Give a sound file.")
    assert "bad.wav: This is no sound file." in said.getvalue()
    assert good.score is not None
    assert good.score.words is not None
    assert good.score.words.wer is not None
    assert good.score.words.wer.rate == 0.0
    assert good.score.roles is not None
    assert good.score.roles.accuracy == 1.0


def test_the_json_names_inputs_engines_and_machine(folder: Path) -> None:
    outcomes = reviewed(references.find([folder]), Attentive(), Console(file=StringIO()))
    together = totals([o.score for o in outcomes if o.score is not None])
    written = json.loads(
        json.dumps(to_json(outcomes, together, provenance("./debrief eval x", "settings@1")))
    )
    bad, good = written["recordings"]
    assert bad["rejected"].startswith("This is no sound file.")
    assert len(good["sha256"]) == 64
    assert good["engines"] == {"asr": "w@1"}
    assert good["warnings"] == ["quiet"]
    assert good["stages"] == {"decode": 0.1}
    assert good["score"]["der"]["rate"] == 0.0
    assert written["source"]["command"] == "./debrief eval x"
    assert written["totals"]["speakers_right"] == 1
    assert written["normaliser"].startswith("whisper-english")


def test_nothing_to_evaluate_is_one_line_and_mendable(
    tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate.run([tmp_path], settings) == MENDABLE
    assert capsys.readouterr().err.count("\n") == 1


def test_settings_have_one_name_wherever_the_weights_are(tmp_path: Path) -> None:
    assert settings_fingerprint(Settings(weights=tmp_path)) == settings_fingerprint(Settings())
    assert settings_fingerprint(Settings(threads=1)) != settings_fingerprint(Settings())


@pytest.mark.slow
def test_the_sample_call_is_evaluated(
    tmp_path: Path, sample: Path, weights: Path, settings: Settings
) -> None:
    for ending in (".wav", ".rttm", ".stm"):
        shutil.copyfile(sample.with_suffix(ending), tmp_path / f"sample{ending}")
    assert weights.is_dir()
    out = tmp_path / "out" / "eval.json"
    assert evaluate.run([tmp_path], settings, out) == 0
    (found,) = json.loads(out.read_text())["recordings"]
    assert found["score"]["speakers_found"] == 2
    assert found["score"]["der"]["rate"] < 0.07
    assert found["score"]["words"]["wer"]["rate"] < 0.2
