"""Streams as they are declared, and places in them."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from api.feeds.rows import LOADS
from models.feeds import (
    DELETIONS,
    GONE,
    HEAD,
    STREAM,
    STREAMS,
    Place,
    State,
    View,
    feeds_of,
    moment,
    names,
    position,
    stream_of,
)
from models.queries.feeds.sources import SOURCES
from models.tables import Call

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_every_stream_is_published_and_read() -> None:
    assert [source.stream for source in SOURCES] == list(STREAMS)
    assert LOADS.keys() == STREAM.keys()
    assert DELETIONS not in STREAM


def test_fields_of_a_stream_have_names_of_their_own() -> None:
    for stream in STREAMS:
        found = (*names(HEAD), *names(stream.fields))
        assert len(set(found)) == len(found)
        assert stream.usual
    assert len({feed for view in View for feed in feeds_of(view)}) == len(STREAMS) + 1
    assert {stream_of(feed).name for view in View for feed in feeds_of(view)} == STREAM.keys()
    assert names(GONE) == ("stream", "external_id")


def test_only_of_a_gated_stream_something_is_not_shown_to_everybody() -> None:
    proposed = State(datetime(2026, 3, 2, tzinfo=UTC), approved=False)
    shown = {feed for stream in STREAMS for feed in stream.feeds if stream.shows(feed, proposed)}
    assert shown == {"calls", "scores:everything", "records", "deals"}


@given(MOMENTS, MOMENTS)
def test_positions_are_times_in_order(one: datetime, other: datetime) -> None:
    assert moment(position(one)) == one
    assert (position(one) < position(other)) == (one < other)


@given(st.integers(0, 99), st.integers(0, 99), st.integers(0, 99))
def test_who_began_after_something_went_does_not_miss_it(at: int, since: int, swept: int) -> None:
    assert Place(at, since).misses(swept) == (swept > at and swept > since)


def test_a_call_keeps_its_deal_apart() -> None:
    assert Call.model_fields["crm_deal"].default is None
