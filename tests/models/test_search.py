"""What is indexed and what is looked for agree, whatever the script."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.search import (
    MOST_TERMS,
    PAIR,
    PART_TOKENS,
    Term,
    fts5,
    indexed,
    neighbours,
    parts,
    spoken,
    terms,
    tsquery,
)


def holds(text: str, query: str) -> bool:
    """Return whether a text holds every term, as an index of its tokens would say."""
    line = f" {' '.join(indexed(text))} "
    return all(
        re.search(rf" {' '.join(map(re.escape, term.tokens))}{'' if term.prefix else ' '}", line)
        for term in terms(query)
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("I want a Refund, please.", "refund"),
        ("我想取消订单。", "取消"),
        ("我想取消订单。", "取消订单"),
        ("我想取消订单。", "单"),
        ("我想取消订单。", "取"),
        ("我想取消iPhone订单", "iphone 订单"),
        ("they said no discount at all", '"no discount"'),
        ("cancellation", "cancel*"),
        ("ＡＢＣ", "abc"),  # noqa: RUF001 - full-width letters
        ("注文をキャンセル", "キャンセル"),
    ],
)
def test_what_is_said_is_found(text: str, query: str) -> None:
    assert holds(text, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("no big discount", '"no discount"'),
        ("cancellation", "cancel"),
        ("取不消", "取消"),
        ("refund", "refund price"),
    ],
)
def test_what_is_not_said_is_not_found(text: str, query: str) -> None:
    assert not holds(text, query)


@given(st.text(max_size=60))
def test_a_text_is_found_by_each_of_its_words(text: str) -> None:
    for token in indexed(text):
        assert holds(text, token)


@given(st.text(max_size=80))
def test_whatever_is_typed_makes_a_query_of_letters_and_digits_alone(typed: str) -> None:
    found = terms(typed)
    assert len(found) <= MOST_TERMS
    assert all(
        token.isalnum() or not re.search(r"[\s'\"&|!():*<>-]", token) for t in found for token in t.tokens
    )
    assert fts5(found).count('"') == 2 * len(found)
    assert tsquery(found).count("'") == 2 * sum(n for n in map(len, (t.tokens for t in found)) if n != PAIR)
    assert neighbours(found).count("'") == 2 * sum(len(term.tokens) - 1 for term in found)


def test_what_holds_nothing_to_look_for_is_no_query() -> None:
    assert terms(" !? ") == ()
    assert terms('""') == ()


def test_phrases_and_beginnings_are_told_apart() -> None:
    assert terms('"next step" pric*') == (Term(("next", "step")), Term(("pric",), prefix=True))


def test_long_texts_are_indexed_in_parts_none_of_them_lost() -> None:
    texts = [f"word{n} other{n}" for n in range(PART_TOKENS)]
    found = list(parts(texts, None))
    assert len(found) == 2
    assert [token for part in found for token in part.split()] == [t for text in texts for t in indexed(text)]


def test_each_part_says_its_language() -> None:
    texts = [f"word{n} other{n}" for n in range(PART_TOKENS)]
    (token,) = spoken("pt-BR").tokens
    assert [part.split()[0] for part in parts(texts, "pt-BR")] == [token, token]
    assert indexed(token) == [token]


def test_pairs_of_words_stand_for_phrases() -> None:
    assert neighbours(terms('price "next step" "how much is*"')) == "'next step' & 'how much' & 'much is':*"
    assert tsquery(terms('price "next step" "how much is*"')) == "('price') & ('how' <-> 'much' <-> 'is':*)"
