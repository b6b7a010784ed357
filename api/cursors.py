"""Cursors: where a page ends, as text that callers hand back unread."""

from __future__ import annotations

import base64
import json
from binascii import Error
from datetime import datetime
from uuid import UUID

from api.problems import Problem, invalid
from models.feeds import Place as FeedPlace
from models.feeds import View
from models.queries.hits import Place as HitPlace
from models.queries.listing import Order, Place, Sort
from models.queries.reviewing import Stand

MOST_LETTERS = 500


def of_place(order: Order, place: Place) -> str:
    """Return the cursor of the calls after a place; it remembers the order it is for."""
    value = place.value.isoformat() if isinstance(place.value, datetime) else place.value
    return _packed([order.by, order.descending, value, str(place.call_id)])


def place(cursor: str, order: Order) -> Place:
    """Return the place a cursor stands for; raises `Problem` 422 for one of another order or not ours."""
    match _unpacked(cursor):
        case [order.by, order.descending, str(value), str(key)] if order.by in TIMES:
            return Place(_time(value), _key(key))
        case [order.by, order.descending, int(value) | float(value), str(key)] if order.by not in TIMES:
            return Place(float(value), _key(key))
    raise _wrong()


TIMES = frozenset({Sort.STARTED_AT, Sort.CREATED_AT, Sort.UPDATED_AT})


def of_key(key: UUID) -> str:
    """Return the cursor of what comes after a key."""
    return _packed([str(key)])


def key(cursor: str | None) -> UUID | None:
    """Return the key a cursor stands for; None without one."""
    match None if cursor is None else _unpacked(cursor):
        case None:
            return None
        case [str(text)]:
            return _key(text)
    raise _wrong()


def of_stand(stand: Stand) -> str:
    """Return the cursor of what comes after a place in the queue of review."""
    return _packed([stand.place, stand.created_at.isoformat(), str(stand.key)])


def stand(cursor: str | None) -> Stand | None:
    """Return the place in the queue that a cursor stands for; None without one."""
    match None if cursor is None else _unpacked(cursor):
        case None:
            return None
        case [int(number), str(at), str(text)] if 0 <= number < 2**15:
            return Stand(number, _time(at), _key(text))
    raise _wrong()


def of_hit(place: HitPlace) -> str:
    """Return the cursor of what comes after a hit of a tracker."""
    return _packed([place.at.isoformat(), str(place.call_id), place.number])


def hit(cursor: str | None) -> HitPlace | None:
    """Return the hit that a cursor stands for; None without one."""
    match None if cursor is None else _unpacked(cursor):
        case None:
            return None
        case [str(_), str(_), bool()]:
            raise _wrong()
        case [str(at), str(text), int(number)] if 0 <= number < 2**31:
            return HitPlace(_time(at), _key(text), number)
    raise _wrong()


def of_feed(stream: str, view: View, place: FeedPlace) -> str:
    """Return the cursor of what changed after a place in a stream; it remembers how much is shown."""
    return _packed([stream, view, place.position, place.told_since])


def feed(cursor: str, stream: str, view: View) -> FeedPlace:
    """Return the place a cursor stands for; raises `Problem` 422 for one of another stream or view."""
    match _unpacked(cursor):
        case [bool(), *_] | [_, _, bool(), _] | [_, _, _, bool()]:
            raise _wrong()
        case [str(of), str(shown), int(position), int(told_since)]:
            if (of, shown) == (stream, view) and max(abs(position), abs(told_since)) < 2**63:
                return FeedPlace(position, told_since)
            if of == stream and shown in set(View):
                raise _other_view()
    raise _wrong()


def of_index(index: int) -> str:
    """Return the cursor of what comes after an index."""
    return _packed([index])


def index(cursor: str | None) -> int:
    """Return the index a cursor stands for; -1, before the first, without one."""
    match [-1] if cursor is None else _unpacked(cursor):
        case [bool()]:
            raise _wrong()
        case [int(number)] if -1 <= number < 2**31:
            return number
    raise _wrong()


def of_flagged(flag: bool, key: UUID) -> str:  # noqa: FBT001 - a part of the place
    """Return the cursor of what comes after a key among what has a flag, or has not."""
    return _packed([flag, str(key)])


def flagged(cursor: str) -> tuple[bool, UUID]:
    """Return the flag and the key a cursor stands for."""
    match _unpacked(cursor):
        case [bool(flag), str(text)]:
            return flag, _key(text)
    raise _wrong()


def _packed(values: list[object]) -> str:
    text = json.dumps(values, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(cursor: str) -> object:
    if len(cursor) > MOST_LETTERS:
        raise _wrong()
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        return json.loads(text)
    except (Error, ValueError, RecursionError) as error:
        raise _wrong() from error


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise _wrong() from error


def _time(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise _wrong() from error
    if found.tzinfo is None:
        raise _wrong()
    return found


def _other_view() -> Problem:
    return invalid(
        "other_view",
        "The cursor is of a pull that was shown more than this, or less.",
        "Pull everything anew, or use a key with the scopes it began with.",
    )


def _wrong() -> Problem:
    return invalid("wrong_cursor", "The cursor is not one for this list.", "Take `next` of the page before.")
