"""Text that a person wrote to words as a recogniser cuts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Characters that are a word each: Han and kana."""
_PIECE = re.compile(rf"(\s*)([{UNSPACED}]|[^\s{UNSPACED}]+)")
_SAID = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Written:
    """A word of a text; `spaced`: a space is written before it."""

    text: str
    spaced: bool


def cut(text: str) -> tuple[Written, ...]:
    """Return the words of a text, Han and kana by the character, marks with the word before them.

    Nothing where no letter or digit is in it: nobody says that.
    """
    words: list[Written] = []
    opening: Written | None = None
    for space, piece in _PIECE.findall(text):
        if _SAID.search(piece):
            word = Written(piece, bool(space))
            words.append(word if opening is None else replace(opening, text=opening.text + piece))
            opening = None
        elif words:
            words[-1] = replace(words[-1], text=words[-1].text + piece)
        else:
            opening = Written(piece if opening is None else opening.text + piece, bool(space))
    return tuple(words)
