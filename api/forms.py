"""A browser's form with a file, read as it arrives: the file is passed on in pieces and never gathered.

(`UploadFile` would write it to a temporary file first, to be copied from there.)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.problems import Problem, invalid

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

MOST_FIELDS, MOST_FIELD_BYTES = 100, 64 * 1024


@dataclass(slots=True)
class _Part:
    name: str = ""
    filename: str | None = None
    value: bytearray = field(default_factory=bytearray)


class FileForm:
    """The fields of a form up to its file, then the file. Call `begin`, then iterate over `chunks`."""

    def __init__(self, request: Request) -> None:
        """Take the request; raises `Problem` 422 where its type names no boundary."""
        _, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if not boundary:
            raise _malformed("it names no boundary")
        self.fields: dict[str, str] = {}
        self.filename = ""
        self._stream = request.stream()
        self._parser = MultipartParser(boundary, self._callbacks())
        self._part = _Part()
        self._header: tuple[bytearray, bytearray] = (bytearray(), bytearray())
        self._disposition = b""
        self._waiting: list[bytes] = []
        self._in_file = self._file_over = False

    async def begin(self) -> None:
        """Read up to the file; raises `Problem` 422 for a form without one, or with fields too large."""
        while not self._in_file and not self._file_over:
            if not await self._more():
                raise invalid("no_file", "The form holds no file.", "Send the recording as the field `file`.")

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the file's bytes; raises `Problem` 422 where fields come after it or the form is cut off."""
        while True:
            for chunk in self._waiting:
                yield chunk
            self._waiting.clear()
            if not await self._more():
                break
        if not self._file_over:
            raise _malformed("it is cut off")

    async def _more(self) -> bool:
        """Read one piece of the request; return False where there is no other."""
        try:
            chunk = await anext(self._stream, b"")
            if chunk:
                self._parser.write(chunk)
                return True
            self._parser.finalize()
        except FormParserError as error:
            raise _malformed("it is no multipart form") from error
        return False

    def _callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._on_part_begin,
            "on_part_data": self._on_part_data,
            "on_part_end": self._on_part_end,
            "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
            "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers_finished,
        }

    def _on_part_begin(self) -> None:
        if self._file_over:
            raise invalid(
                "field_after_file", "The form has a field after its file.", "Put the file last in the form."
            )
        self._part, self._disposition = _Part(), b""

    def _on_header_end(self) -> None:
        name, value = self._header
        if name.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = (bytearray(), bytearray())

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
        if b"filename" in options:
            self._part.filename = self.filename = options[b"filename"].decode("utf-8", "replace")
            self._in_file = True

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._waiting.append(data[start:end])
            return
        self._part.value.extend(data[start:end])
        if len(self._part.value) > MOST_FIELD_BYTES or len(self.fields) >= MOST_FIELDS:
            raise invalid("form_too_large", "The form's fields are too many or too long.", "Send fewer.")

    def _on_part_end(self) -> None:
        if self._in_file:
            self._in_file, self._file_over = False, True
        else:
            self.fields[self._part.name] = self._part.value.decode("utf-8", "replace")


def _malformed(why: str) -> Problem:
    return invalid(
        "malformed_form", f"The form cannot be read: {why}.", "Send multipart/form-data (RFC 7578)."
    )
