from __future__ import annotations

import io

from rich.console import Console

from models.stages import STAGE, StageName
from scripts.stage_lines import StageLines


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_stages_that_run_side_by_side_have_a_line_each() -> None:
    console = Console(file=io.StringIO(), width=100)
    writing, telling = STAGE[StageName.TRANSCRIBE], STAGE[StageName.DIARIZE]
    with StageLines("call.wav", console) as lines:
        for stage, fraction in (
            (writing, 0.0),
            (telling, 0.0),
            (telling, 1.0),
            (writing, 0.5),
            (writing, 1.0),
        ):
            lines(stage, fraction)
    told = shown(console).splitlines()
    assert told[0] == "call.wav"
    assert [
        line.strip().startswith(stage.says) for line, stage in zip(told[1:], (telling, writing), strict=True)
    ]
    assert all(line.endswith(" s") for line in told[1:])


def test_a_stage_that_ends_twice_is_told_once() -> None:
    console = Console(file=io.StringIO(), width=100)
    with StageLines("call.wav", console) as lines:
        for _ in range(3):
            lines(STAGE[StageName.DECODE], 1.0)
        lines(STAGE[StageName.DECODE], 1.0)
    assert len(shown(console).splitlines()) == 2


def test_on_a_terminal_every_stage_keeps_its_own_bar() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    with StageLines("call.wav", console) as lines:
        lines(STAGE[StageName.TRANSCRIBE], 0.2)
        lines(STAGE[StageName.DIARIZE], 1.0)
        lines(STAGE[StageName.TRANSCRIBE], 1.0)
    assert all(STAGE[name].says in shown(console) for name in (StageName.TRANSCRIBE, StageName.DIARIZE))
