"""Parts of a file (RFC 9110, section 14): what a player asks for when somebody seeks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request

from api.problems import Problem

ONE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


@dataclass(frozen=True, slots=True)
class Span:
    """Bytes from `start` up to but without `end`, of `size`; `part` where that is not the whole."""

    start: int
    end: int
    size: int
    part: bool

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that describe it."""
        described = {"Accept-Ranges": "bytes", "Content-Length": str(self.end - self.start)}
        if self.part:
            described["Content-Range"] = f"bytes {self.start}-{self.end - 1}/{self.size}"
        return described


def span(request: Request, size: int, tag: str) -> Span:
    """Return what a request asks for; raises `Problem` 416 where there is nothing of it.

    The whole is sent for what is not one range of bytes, and where `If-Range` names another version:
    several ranges at once no player asks for, and they have been used to tire servers out.
    """
    whole = Span(0, size, size, part=False)
    match = ONE.fullmatch(request.headers.get("range", "").strip())
    if match is None or match.group() == "bytes=-" or not _same(request, tag):
        return whole
    first, last = match.groups()
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), min(int(last) + 1 if last else size, size)
        if last and int(last) < int(first):
            return whole
    if start >= end:
        raise Problem(
            HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
            "no_such_range",
            f"The file has {size} bytes, none of them in that range.",
            "Ask for bytes that are there.",
            {"Content-Range": f"bytes */{size}"},
        )
    return Span(start, end, size, part=True)


def _same(request: Request, tag: str) -> bool:
    given = request.headers.get("if-range")
    return given is None or given.strip() == tag
