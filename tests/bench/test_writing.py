"""Reference files are read back as they were written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import formats
from bench.turns import ROLE_NAMES
from bench.writing import reference_names, to_ctm, to_rttm, to_uem
from models.transcript import Role, Speaker, Turn, Word

MOMENTS = st.integers(0, 10_000_000).map(lambda thousandths: thousandths / 1000)
NAMES = st.sampled_from(("rep", "customer", "S3"))


@st.composite
def spans(draw: st.DrawFn) -> tuple[float, float]:
    start, length = draw(MOMENTS), draw(st.integers(0, 60_000)) / 1000
    return start, start + length


@given(st.lists(st.tuples(spans(), NAMES), max_size=8))
def test_turns_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, turns: list[tuple[tuple[float, float], str]]
) -> None:
    made = [Turn(*span, who) for span, who in turns]
    path = tmp_path_factory.mktemp("rttm") / "call-1.rttm"
    path.write_text(to_rttm(made, "call-1"), encoding="utf-8")
    found = [(round(t.start, 3), round(t.end, 3), t.speaker) for t in formats.rttm(path)]
    assert found == sorted((round(t.start, 3), round(t.end, 3), t.speaker) for t in made)


@given(st.lists(st.tuples(spans(), NAMES, st.text(max_size=6)), max_size=8))
def test_words_are_read_back(
    tmp_path_factory: pytest.TempPathFactory, words: list[tuple[tuple[float, float], str, str]]
) -> None:
    made = [
        Word(*span, text.encode("utf-8", "replace").decode(), 0.9, speaker=who) for span, who, text in words
    ]
    path = tmp_path_factory.mktemp("ctm") / "call-1.words.ctm"
    path.write_text(to_ctm(made, "call-1"), encoding="utf-8")
    found = [(p.text, p.speaker, round(p.start or 0, 3), round(p.end or 0, 3)) for p in formats.ctm(path)]
    kept = [w for w in sorted(made, key=lambda w: w.start) if w.text.split()]
    assert found == [("".join(w.text.split()), w.speaker, round(w.start, 3), round(w.end, 3)) for w in kept]


def test_all_of_a_recording_is_scored(tmp_path: Path) -> None:
    path = tmp_path / "call-1.uem"
    path.write_text(to_uem("call-1", 30.0004), encoding="utf-8")
    assert formats.uem(path) == ((0.0, 30.0),)


def test_sides_are_told_by_names_and_each_speaker_has_one() -> None:
    def speaker(label: str, role: Role, talk_s: float) -> Speaker:
        return Speaker(label, role, 1.0, (), talk_s)

    names = reference_names(
        [
            speaker("S1", Role.CUSTOMER, 5.0),
            speaker("S2", Role.REP, 3.0),
            speaker("S3", Role.REP, 9.0),
            speaker("S4", Role.OTHER, 2.0),
            speaker("S5", Role.UNKNOWN, 2.0),
        ]
    )
    assert names == {"S1": "customer", "S2": "agent", "S3": "rep", "S4": "S4", "S5": "S5"}
    many = reference_names([speaker(f"S{n}", Role.REP, 1.0) for n in range(1, 12)])
    assert len(set(many.values())) == 11
    assert {ROLE_NAMES.get(name, Role.REP) for name in many.values()} == {Role.REP}
