from __future__ import annotations

from core.settings import RecognizerSettings, Settings
from models.stages import StageName
from worker.ladder import rungs


def batches(settings: Settings, stage: StageName) -> list[tuple[int, str]]:
    return [(rung.recognizer.batch_size, rung.device) for rung in rungs(settings, stage)]


def test_batches_are_halved_down_to_one_then_the_processor_is_tried() -> None:
    settings = Settings(recognizer=RecognizerSettings(batch_size=12), device="cuda")
    expected = [(6, "cuda"), (3, "cuda"), (1, "cuda"), (1, "cpu")]
    assert batches(settings, StageName.TRANSCRIBE) == expected


def test_a_batch_of_one_leaves_the_processor() -> None:
    settings = Settings(recognizer=RecognizerSettings(batch_size=1))
    assert batches(settings, StageName.TRANSCRIBE) == [(1, "cpu")]


def test_stages_without_batches_have_a_fresh_process_to_themselves_first() -> None:
    assert batches(Settings(device="cuda"), StageName.DIARIZE) == [(8, "cuda"), (8, "cpu")]


def test_on_the_processor_there_is_nothing_else_to_go_to() -> None:
    settings = Settings(recognizer=RecognizerSettings(batch_size=2), device="cpu")
    assert batches(settings, StageName.TRANSCRIBE) == [(1, "cpu")]
    assert batches(settings, StageName.JUDGE) == [(2, "cpu")]


def test_everything_else_stays_as_it_was() -> None:
    settings = Settings(threads=3)
    assert {rung.threads for rung in rungs(settings, StageName.TRANSCRIBE)} == {3}
