from __future__ import annotations

from bench.reference_stack import attribute
from models.transcript import UNKNOWN_SPEAKER, Turn, Word


def test_a_word_goes_to_who_speaks_at_its_middle() -> None:
    turns = (Turn(0.0, 2.0, "A"), Turn(1.5, 4.0, "B"))
    words = [Word(0, 1, "a", 1), Word(1.5, 1.9, "both", 1), Word(1.8, 2.4, "b", 1), Word(5, 6, "nobody", 1)]
    assert [w.speaker for w in attribute(words, turns)] == ["A", "A", "B", UNKNOWN_SPEAKER]
