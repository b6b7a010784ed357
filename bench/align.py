"""Word errors of the best alignment between a reference and what was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the reference; an optional one may be left out at no cost."""

    text: str
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Errors:
    """Counted errors over `length` words that had to be found; sums pool recordings."""

    length: int = 0
    insertions: int = 0
    deletions: int = 0
    substitutions: int = 0

    @property
    def total(self) -> int:
        """Return the number of errors."""
        return self.insertions + self.deletions + self.substitutions

    @property
    def rate(self) -> float | None:
        """Return errors a word, which may exceed 1; None without words."""
        return self.total / self.length if self.length else None

    def __add__(self, other: Errors) -> Errors:
        """Return the errors of both together."""
        return Errors(
            self.length + other.length,
            self.insertions + other.insertions,
            self.deletions + other.deletions,
            self.substitutions + other.substitutions,
        )


@dataclass(frozen=True, slots=True)
class Alignment:
    """The errors, and for each reference word whether it was heard as it is written."""

    errors: Errors
    heard: tuple[bool, ...]


def align(reference: Sequence[Token], hypothesis: Sequence[str]) -> Alignment:
    """Return the alignment with the fewest errors.

    An optional word costs nothing when it is missing and nothing when it is heard; it does not
    count in the length, so that the rate of two systems has the same denominator.
    """
    costs = _costs(reference, hypothesis)
    heard = [False] * len(reference)
    steps = [0, 0, 0]  # insertions, deletions, substitutions
    row, column = len(reference), len(hypothesis)
    while row or column:
        here, token = costs[row, column], reference[row - 1] if row else None
        if token and column and token.text == hypothesis[column - 1] and here == costs[row - 1, column - 1]:
            row, column = row - 1, column - 1
            heard[row] = True
        elif token and here == costs[row - 1, column] + (not token.optional):
            row -= 1
            steps[1] += not token.optional
        elif token and column and not token.optional and here == costs[row - 1, column - 1] + 1:
            row, column = row - 1, column - 1
            steps[2] += 1
        else:
            column -= 1
            steps[0] += 1
    length = sum(not token.optional for token in reference)
    return Alignment(Errors(length, *steps), tuple(heard))


def _costs(reference: Sequence[Token], hypothesis: Sequence[str]) -> NDArray[np.int32]:
    """Return the edit distances of all prefixes, (reference + 1, hypothesis + 1).

    Each row is one step: `minimum.accumulate` on costs less their column turns the chain of
    insertions along the row into one vector operation.
    """
    codes = {
        text: code for code, text in enumerate(dict.fromkeys([t.text for t in reference] + list(hypothesis)))
    }
    heard = np.array([codes[text] for text in hypothesis], dtype=np.int32)
    columns = np.arange(len(hypothesis) + 1, dtype=np.int32)
    table = np.empty((len(reference) + 1, len(columns)), dtype=np.int32)
    table[0] = columns
    for row, token in enumerate(reference, 1):
        step = table[row - 1] + np.int32(not token.optional)
        # An optional word put against another word is that word inserted: 1, as an insertion costs.
        diagonal = table[row - 1, :-1] + (heard != codes[token.text]).astype(np.int32)
        step[1:] = np.minimum(step[1:], diagonal)
        table[row] = np.minimum.accumulate(step - columns) + columns
    return table


def pooled(errors: Sequence[Errors]) -> Errors:
    """Return the errors of all recordings together: words are pooled, rates are never averaged."""
    return sum(errors, Errors())


def word_errors(reference: Sequence[str], hypothesis: Sequence[str]) -> Errors:
    """Return the plain errors, every reference word being required."""
    return align(tuple(Token(text) for text in reference), hypothesis).errors
