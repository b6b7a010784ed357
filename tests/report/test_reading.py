from __future__ import annotations

from collections.abc import Callable

import pytest
from pydantic import ValidationError

from models.review import Review
from report.document import document, json_text
from report.reading import read
from tests.factories import reviews

CALLS = [
    reviews.sample_call,
    reviews.sales_call,
    reviews.silent_call,
    reviews.chinese_call,
    reviews.hostile_call,
]


@pytest.mark.parametrize("call", CALLS)
def test_what_is_read_back_makes_the_same_document(call: Callable[[], Review]) -> None:
    written = document(call())
    assert document(read(written)) == written


def test_what_is_read_back_is_the_review_but_for_rounding() -> None:
    review = reviews.sales_call()
    again = read(document(review))
    assert again.transcript.utterances == review.transcript.utterances
    assert [word.text for word in again.transcript.words] == [word.text for word in review.transcript.words]
    assert json_text(again) == json_text(review)


def test_another_document_is_refused() -> None:
    with pytest.raises(ValidationError):
        read({"schema": "debrief.review/2"})
