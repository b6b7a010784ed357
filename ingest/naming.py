"""What is known of a call from the name of its file and from a file beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from core.errors import Rejected
from models.call import CallDetails, CallType, Consent, Direction

SIDECAR = ".json"
MOST_SIDECAR_BYTES = 1024 * 1024
LONGEST_NAME = 200
WILDCARD = "_"
"""Field of a pattern that stands for anything and is not kept."""
MOST_SAID = 3
"""Mistakes of a sidecar named at a time."""

_DIRECTIVES = {
    "%Y": r"\d{4}",
    "%y": r"\d{2}",
    "%m": r"\d{1,2}",
    "%d": r"\d{1,2}",
    "%H": r"\d{1,2}",
    "%I": r"\d{1,2}",
    "%M": r"\d{1,2}",
    "%S": r"\d{1,2}",
    "%f": r"\d{1,6}",
    "%j": r"\d{1,3}",
    "%p": r"[AaPp][Mm]",
    "%b": r"[A-Za-z]{3}",
    "%B": r"[A-Za-z]{3,9}",
    "%z": r"(?:Z|[+-]\d{2}:?\d{2})",
    "%%": "%",
}
"""What `strptime` reads, as regular expressions. Two digits may be one where a separator follows."""


def _in_utc(time: datetime) -> datetime:
    """Return a time in UTC; one that names no zone is in that of this machine, as its clock shows it."""
    return time.astimezone(UTC)


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class Known(BaseModel):
    """What a file name or a sidecar may say of a call; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    rep: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)] | None = None
    customer: Annotated[str, Field(max_length=500)] | None = None
    title: Annotated[str, Field(min_length=1, max_length=500)] | None = None
    direction: Annotated[Direction, BeforeValidator(_lower)] | None = None
    call_type: Annotated[CallType, BeforeValidator(_lower)] | None = None
    started_at: Annotated[datetime, AfterValidator(_in_utc)] | None = None
    external_id: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    consent: Annotated[Consent, BeforeValidator(_lower)] | None = None
    consent_basis: Annotated[str, Field(max_length=500)] | None = None
    language: Annotated[str, BeforeValidator(_lower), Field(pattern=r"^[a-z]{2,3}$")] | None = None
    speakers_least: Annotated[int, Field(ge=1, le=20)] | None = None
    speakers_most: Annotated[int, Field(ge=1, le=20)] | None = None
    rep_channel: Annotated[int, Field(ge=0, le=7)] | None = None
    crm: dict[str, str] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Known:
        """Refuse bounds that no number of speakers meets."""
        if self.speakers_least and self.speakers_most and self.speakers_least > self.speakers_most:
            raise ValueError("speakers_least is above speakers_most")
        return self

    def over(self, details: CallDetails) -> CallDetails:
        """Return details with what is known here in place of what they said."""
        said = {name: value for name, value in self if value is not None and name != "rep"}
        if self.rep is not None:
            said |= {"rep_email": self.rep, "rep_id": None}
        return replace(details, **said)


@dataclass(frozen=True, slots=True)
class Pattern:
    """A file-name pattern such as `{started_at:%Y%m%d-%H%M%S}_{rep}_{customer}`, without the extension."""

    text: str
    expression: re.Pattern[str]
    fields: tuple[str, ...]
    formats: Mapping[str, str]

    @classmethod
    def parse(cls, text: str) -> Pattern:
        """Return the pattern of a text.

        Fields are those of `Known` but `crm`, `crm.NAME` for one id, and `{_}` for anything. Raises
        `Rejected` where the text is no pattern.
        """
        expression = ""
        fields: list[str] = []
        formats: dict[str, str] = {}
        for literal, field, form in _parts(text):
            expression += re.escape(literal)
            if field is None:
                continue
            if field == WILDCARD:
                expression += ".+?"
                continue
            expression += f"(?P<f{len(fields)}>{_expression(text, form)})"
            fields.append(_checked(text, field, fields))
            if form:
                formats[field] = form
        return cls(text, re.compile(expression), tuple(fields), formats)

    def read(self, stem: str) -> Known:
        """Return what a file name without its extension says; raises `Rejected` where it says it wrongly."""
        found = self.expression.fullmatch(stem)
        if found is None:
            raise _mismatch(stem, f"does not follow the pattern {self.text}")
        said: dict[str, Any] = {}
        for field, value in zip(self.fields, found.groups(), strict=True):
            name, _, part = field.partition(".")
            if part:
                said.setdefault(name, {})[part] = value
            else:
                said[field] = self._value(stem, field, value)
        try:
            return Known.model_validate(said)
        except ValidationError as error:
            raise _mismatch(stem, f"says something that cannot be: {_mistakes(error)}") from error

    def _value(self, stem: str, field: str, value: str) -> str | datetime:
        if field not in self.formats:
            return value
        try:
            return datetime.strptime(value, self.formats[field]).astimezone()
        except ValueError as error:
            raise _mismatch(stem, f"holds no time: {value}") from error


def details_of(path: Path, base: CallDetails, pattern: Pattern | None = None) -> CallDetails:
    """Return what is known of the recording at a path, over what `base` says. Reads the disk.

    A sidecar (`call.wav.json`, else `call.json`) wins over the file's name; where there is one the name
    need not follow the pattern. A call that nothing gives a time to started when the file was last
    written. Raises `Rejected` where either cannot be understood.
    """
    details = replace(base, name=path.name)
    beside = sidecar_of(path)
    if pattern is not None:
        try:
            details = pattern.read(path.stem).over(details)
        except Rejected:
            if beside is None:
                raise
    if beside is not None:
        details = read_sidecar(beside).over(details)
    if details.started_at is None:
        details = replace(details, started_at=datetime.fromtimestamp(path.stat().st_mtime, UTC))
    return details


def sidecar_of(path: Path) -> Path | None:
    """Return the file beside a recording that says more of it."""
    beside = (path.with_name(path.name + SIDECAR), path.with_suffix(SIDECAR))
    return next((file for file in beside if file != path and file.is_file()), None)


def read_sidecar(path: Path) -> Known:
    """Return what a sidecar says; raises `Rejected` naming the fields that are wrong."""
    with path.open("rb") as file:
        content = file.read(MOST_SIDECAR_BYTES + 1)
    try:
        if len(content) > MOST_SIDECAR_BYTES:
            raise Rejected("bad_sidecar", f"{path.name} is larger than 1 MB.", "Keep to the known fields.")
        return Known.model_validate_json(content.removeprefix(b"\xef\xbb\xbf"))
    except ValidationError as error:
        raise Rejected(
            "bad_sidecar",
            f"{path.name} cannot be understood: {_mistakes(error)}.",
            f"Mend it; the fields are {', '.join(Known.model_fields)}.",
        ) from error


def plain_name(name: str) -> str:
    """Return a file's name without folders and control characters, fit to be shown."""
    last = name.replace("\\", "/").rpartition("/")[2]
    shown = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip()
    return shown[-LONGEST_NAME:] or "recording"


def _parts(text: str) -> list[tuple[str, str | None, str]]:
    """Return the literals of a pattern, each with the field and format after it."""
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise _no_pattern(text, str(error)) from error
    return [(literal, field, form or "") for literal, field, form, _ in parts]


def _checked(text: str, field: str, before: list[str]) -> str:
    """Return a field that may stand in a pattern here."""
    crm_id = field.startswith("crm.") and field != "crm."
    if not crm_id and (field == "crm" or field not in Known.model_fields):
        raise _no_pattern(text, f"there is no field '{field}'")
    if field in before:
        raise _no_pattern(text, f"'{field}' is there twice")
    return field


def _expression(text: str, form: str) -> str:
    """Return the regular expression of a field: of its time format, or anything as short as possible."""
    if not form:
        return ".+?"
    expression = ""
    for piece in re.findall(r"%.|[^%]+|%$", form, re.DOTALL):
        if piece.startswith("%") and piece not in _DIRECTIVES:
            raise _no_pattern(text, f"times cannot be given by '{piece}'")
        expression += _DIRECTIVES.get(piece) or re.escape(piece)
    return expression


def _no_pattern(text: str, why: str) -> Rejected:
    return Rejected(
        "bad_pattern",
        f"{text} is no file-name pattern: {why}.",
        "Write it like {started_at:%Y%m%d-%H%M%S}_{rep}_{customer}.",
    )


def _mismatch(stem: str, what: str) -> Rejected:
    return Rejected(
        "bad_name",
        f"The file name {stem} {what}.",
        f"Rename the file, or say what is known in a file beside it, {stem}{SIDECAR}.",
    )


def _mistakes(error: ValidationError) -> str:
    """Return the first mistakes of an input, each with its field."""
    said = [
        f"{'.'.join(str(step) for step in mistake['loc'])}: {mistake['msg']}".removeprefix(": ")
        for mistake in error.errors(include_url=False, include_input=False)[:MOST_SAID]
    ]
    return "; ".join(said)
