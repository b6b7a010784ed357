"""What every shape on the wire shares."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from models.scorecard import POINT

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")


class Taken(BaseModel):
    """Something a caller sends: unknown keys are refused, so that a misspelt one does not pass in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


def _without_defaults(schema: dict[str, Any]) -> None:
    for told in schema["properties"].values():
        told.pop("default", None)


class Change(Taken):
    """Something to change: what is left out stays as it is, so the defaults of its keys are never used."""

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    @property
    def given(self) -> dict[str, Any]:
        """Return the keys that were sent, with their values."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Given(BaseModel):
    """Something a caller gets: every key is there, null where there is nothing."""

    model_config = ConfigDict(
        frozen=True,
        from_attributes=True,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )


def of_hundred(points: int | None) -> float | None:
    """Return points of 100 from thousandths."""
    return None if points is None else points / POINT


def stored(text: str) -> str:
    """Return text that databases hold; raises ValueError for NUL and for what is not Unicode."""
    if "\0" in text:
        raise ValueError("must not hold the character NUL")
    text.encode("utf-8", "strict")
    return text


def _utc(moment: datetime) -> datetime:
    """Return a time in UTC; raises ValueError where that is before or after all of them."""
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("is no time that can be kept") from error


def _written_out(moment: object) -> object:
    """Return a time as it was given; raises ValueError for a number, which might be of anything."""
    if isinstance(moment, datetime) or (isinstance(moment, str) and _DATE.match(moment)):
        return moment
    raise ValueError("must be a time as ISO 8601 has it, with its zone")


def _day(day: object) -> object:
    """Return a day as it was given; raises ValueError for a time or a number."""
    if (isinstance(day, str) and _DAY.fullmatch(day)) or type(day) is date:
        return day
    raise ValueError("must be a day as ISO 8601 has it")


Line = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(stored)]
"""A name or a title."""
Text = Annotated[str, Field(min_length=1, max_length=10_000), AfterValidator(stored)]
"""What somebody writes, of several lines."""
Moment = Annotated[AwareDatetime, AfterValidator(_utc), BeforeValidator(_written_out)]
"""A time with its zone, kept in UTC."""
Second = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False, strict=True)]
"""A second of a call."""
Day = Annotated[date, BeforeValidator(_day)]
"""A day as ISO 8601 writes it."""
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
"""A language as ISO 639 names it."""
Email = Annotated[
    str,
    Field(pattern=r"^[^@\s\x00]{1,64}@[^@\s\x00]{1,255}$", max_length=320),
    BeforeValidator(lambda value: value.strip().lower() if isinstance(value, str) else value),
]
"""An e-mail address, in lower case."""
