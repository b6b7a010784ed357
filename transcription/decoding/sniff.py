"""What a file is by its first bytes: names the things that are no recording, for a clear answer.

FFmpeg's own probe decides what is opened (see `demux.FORMATS`); this only finds the words for
what was refused, and refuses by name what would make a player read other files.
"""

from __future__ import annotations

from dataclasses import dataclass

HEAD_BYTES = 4096
"""How much of a file is looked at."""
PRINTABLE_SHARE = 0.95
"""Share of printable bytes from which a file is called text."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of file that is no recording: `what` completes "This is ..."."""

    code: str
    what: str


_PLAYLIST = "playlist"
_OTHER = "not_audio"

_BEGINNINGS: tuple[tuple[bytes, Foreign], ...] = (
    (b"#EXTM3U", Foreign(_PLAYLIST, "a playlist (M3U/HLS)")),
    (b"[playlist]", Foreign(_PLAYLIST, "a playlist (PLS)")),
    (b"ffconcat", Foreign(_PLAYLIST, "a list of files to join")),
    (b"[Reference]", Foreign(_PLAYLIST, "a link to a stream")),
    (b"v=0\r", Foreign(_PLAYLIST, "a session description (SDP), not the recording of the session")),
    (b"v=0\n", Foreign(_PLAYLIST, "a session description (SDP), not the recording of the session")),
    (b"\x89PNG", Foreign(_OTHER, "a picture (PNG)")),
    (b"\xff\xd8\xff", Foreign(_OTHER, "a picture (JPEG)")),
    (b"GIF8", Foreign(_OTHER, "a picture (GIF)")),
    (b"%PDF", Foreign(_OTHER, "a PDF document")),
    (b"PK\x03\x04", Foreign(_OTHER, "a ZIP archive or an Office document")),
    (b"Rar!", Foreign(_OTHER, "a RAR archive")),
    (b"7z\xbc\xaf", Foreign(_OTHER, "a 7-Zip archive")),
    (b"\x1f\x8b", Foreign(_OTHER, "a gzip archive")),
    (b"\x7fELF", Foreign(_OTHER, "a program")),
    (b"MZ", Foreign(_OTHER, "a program")),
    (b"SQLite format 3", Foreign(_OTHER, "a database")),
)
_ADAPTIVE = (b"<MPD", b"<SmoothStreamingMedia", b"<asx", b"<ASX", b"<smil", b"xspf", b"f4m")
_ADDRESSES = (b"http://", b"https://", b"rtsp://", b"rtmp://", b"mms://", b"file:", b"concat:")


def foreign(head: bytes) -> Foreign | None:
    """Return what kind of non-recording begins like this, None where it may be sound."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, kind in _BEGINNINGS:
        if start.startswith(beginning):
            return kind
    if not _is_text(head):
        return None
    listed = start.startswith(_ADDRESSES) or any(mark in head for mark in _ADAPTIVE)
    return Foreign(_PLAYLIST, "a playlist") if listed else Foreign(_OTHER, "text")


def _is_text(head: bytes) -> bool:
    """Return whether nearly every byte is printable, or valid UTF-8 without control characters."""
    if not head or b"\0" in head:
        return False
    text = head.decode("utf-8", errors="replace")
    return sum((c.isprintable() and c != "\ufffd") or c in "\t\r\n" for c in text) >= PRINTABLE_SHARE * len(
        text
    )
