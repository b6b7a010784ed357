"""Long recordings handed in each way: what the web process takes, and whether every byte arrived."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx2

from bench.grid import Grid
from bench.load.figures import Figure, grid
from bench.load.long_wav import LongWav
from bench.load.service import Running, keys, running
from bench.load.watched import Watched
from bench.machine import sha256
from models.db import Database
from models.tables import Call, Recording

SIZE, WARM = 2 * 1024**3, 8 * 1024**2
GROWTH_MB = 50.0
SPARE_BYTES = 3 * SIZE
"""Free space needed: a resumed upload lies there twice for a moment."""
LONGEST_S = 600.0
MB = 1e6
SETTLED_S = 0.5
"""An offset that stays the same for so long is where the upload was cut."""
BOUNDARY = "----debrief-load"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = {**TUS, "Content-Type": "application/offset+octet-stream"}


class Cut(Exception):
    """The connection is to be closed here."""


class Counted:
    """Pieces on their way out: how many bytes the connection took, and where it is cut, if it is."""

    def __init__(self, pieces: Iterable[bytes], cut_at: int | None = None) -> None:
        self.sent = 0
        self._pieces, self._cut_at = pieces, cut_at

    def __iter__(self) -> Iterator[bytes]:
        """Yield the pieces; a piece counts once the next is asked for. Raises `Cut` where it is cut."""
        for piece in self._pieces:
            if self._cut_at is not None and self.sent >= self._cut_at:
                raise Cut
            yield piece
            self.sent += len(piece)


@dataclass(frozen=True, slots=True)
class Sent:
    """A recording that the service took: its call, bytes sent in all, and of the upload that was cut.

    `kept` is where the service said to go on, `rest` how much was sent from there.
    """

    call_id: str
    sent: int
    kept: int = 0
    rest: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way measured: seconds from the first byte to the answer, memory in MB, whether it all arrived."""

    way: str
    seconds: float
    rss_mb: float
    grown_mb: float
    anonymous_grown_mb: float
    cpu_s: float
    wrong: int
    sent: Sent


Way = Callable[[httpx2.Client, LongWav], Sent]


def measure(folder: Path) -> Grid:
    """Return what three long uploads cost; no worker runs, so that none decodes them."""
    with running(folder / "uploads") as service:
        (key,) = keys(service, 1)
        with service.client(key, LONGEST_S) as client:
            for number, way in enumerate(WAYS.values()):
                _deleted(client, way(client, LongWav(WARM, 100 + number)))
            before = Watched(service.api)
            outcomes = [
                _measured(service, client, name, LongWav(SIZE, number), before)
                for number, name in enumerate(WAYS, start=1)
            ]
    return grid("A recording of 2 GiB handed in", _figures(outcomes), _note(before))


def _measured(service: Running, client: httpx2.Client, name: str, wav: LongWav, before: Watched) -> Outcome:
    began = time.monotonic()
    with Watched(service.api) as watched:
        sent = WAYS[name](client, wav)
    seconds = time.monotonic() - began
    expected, wrong = wav.sha256(), 0
    for found in asyncio.run(_kept(service, sent.call_id)):
        wrong += found != expected
    _deleted(client, sent)
    return Outcome(
        way=name,
        seconds=seconds,
        rss_mb=watched.rss_mb,
        grown_mb=watched.rss_mb - before.rss_before_mb,
        anonymous_grown_mb=watched.anonymous_mb - before.anonymous_before_mb,
        cpu_s=watched.cpu_s,
        wrong=wrong,
        sent=sent,
    )


async def _kept(service: Running, call_id: str) -> tuple[str, str]:
    """Return the SHA-256 of a call's recording as the database has it, and of the file in the store."""
    database = Database(service.settings)
    try:
        async with database.system_read() as session:
            call = await session.get_one(Call, UUID(call_id))
            row = await session.get_one(Recording, call.recording_id)
    finally:
        await database.close()
    return row.sha256, await asyncio.to_thread(sha256, service.settings.data / "store" / row.key)


def raw(client: httpx2.Client, wav: LongWav) -> Sent:
    """Send a recording as the body."""
    pieces = Counted(wav.pieces())
    answer = client.post(
        "/v1/calls",
        params={"filename": wav.name},
        content=pieces,
        headers={"Content-Type": "audio/wav", "Content-Length": str(wav.size)},
    )
    return Sent(answer.raise_for_status().json()["id"], pieces.sent)


def form(client: httpx2.Client, wav: LongWav) -> Sent:
    """Send a recording as a browser does the file of a form."""
    disposition = "Content-Disposition: form-data; name"
    head = (
        f'--{BOUNDARY}\r\n{disposition}="customer"\r\n\r\nAcme\r\n'
        f'--{BOUNDARY}\r\n{disposition}="file"; filename="{wav.name}"\r\nContent-Type: audio/wav\r\n\r\n'
    ).encode()
    tail = f"\r\n--{BOUNDARY}--\r\n".encode()
    pieces = Counted(wav.pieces())

    def body() -> Iterator[bytes]:
        yield head
        yield from pieces
        yield tail

    answer = client.post(
        "/v1/calls",
        content=body(),
        headers={
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
            "Content-Length": str(len(head) + wav.size + len(tail)),
        },
    )
    return Sent(answer.raise_for_status().json()["id"], pieces.sent)


def resumed(client: httpx2.Client, wav: LongWav) -> Sent:
    """Send a recording over tus: half of it, then the connection is closed, then what is missing."""
    made = client.post("/v1/uploads", headers={**TUS, "Upload-Length": str(wav.size)})
    place = made.raise_for_status().headers["Location"]
    first = Counted(wav.pieces(), wav.size // 2)
    try:
        _patch(client, place, first, 0, wav.size)
    except Cut:
        pass
    else:
        raise AssertionError("the upload was not cut")
    kept = _offset(client, place)
    rest = Counted(wav.pieces(kept))
    answer = _patch(client, place, rest, kept, wav.size)
    call_id = answer.raise_for_status().headers["Debrief-Call"]
    return Sent(call_id, first.sent + rest.sent, kept, rest.sent)


WAYS: dict[str, Way] = {"as the body": raw, "as a form": form, "cut and resumed (tus)": resumed}


def _patch(client: httpx2.Client, place: str, pieces: Counted, offset: int, size: int) -> httpx2.Response:
    headers = {**BYTES, "Upload-Offset": str(offset), "Content-Length": str(size - offset)}
    return client.patch(place, content=pieces, headers=headers)


def _offset(client: httpx2.Client, place: str) -> int:
    """Return how much the service has, once it no longer writes what was on its way when it was cut."""
    found = -1
    while True:
        told = int(client.head(place, headers=TUS).raise_for_status().headers["Upload-Offset"])
        if told == found:
            return told
        found = told
        time.sleep(SETTLED_S)


def _deleted(client: httpx2.Client, sent: Sent) -> None:
    client.delete(f"/v1/calls/{sent.call_id}").raise_for_status()


def _figures(outcomes: Iterable[Outcome]) -> list[Figure]:
    figures = []
    for one in outcomes:
        figures += [
            Figure(f"{one.way}: memory grown (resident, peak)", one.grown_mb, "MB", GROWTH_MB, 1),
            Figure(f"{one.way}: memory grown (anonymous, peak)", one.anonymous_grown_mb, "MB", GROWTH_MB, 1),
            Figure(f"{one.way}: wrong SHA-256 (database, stored file)", one.wrong, limit=0),
            Figure(f"{one.way}: time", one.seconds, "s", digits=1),
            Figure(f"{one.way}: speed", SIZE / MB / one.seconds, "MB/s"),
            Figure(f"{one.way}: processor time of the web process", one.cpu_s, "s", digits=1),
        ]
        if one.sent.kept:
            figures += _resumption(one)
    return figures


def _resumption(one: Outcome) -> list[Figure]:
    """Return what was sent again after the cut: nothing that the service had."""
    again = one.sent.rest - (SIZE - one.sent.kept)
    lost = one.sent.sent - SIZE - again
    return [
        Figure(f"{one.way}: kept when cut", one.sent.kept / MB, "MB"),
        Figure(f"{one.way}: sent from there", one.sent.rest / MB, "MB"),
        Figure(f"{one.way}: sent although the service had it", again, "bytes", 0),
        Figure(f"{one.way}: on its way when cut, so sent twice", lost, "bytes"),
    ]


def _note(before: Watched) -> str:
    return (
        "Noise in a valid WAV, made as it is sent; each way its own. Memory is what the web process held at "
        f"most, less what it held before the first of them ({before.rss_before_mb:.0f} MB resident, "
        f"{before.anonymous_before_mb:.0f} MB anonymous, after a small upload each way); 1 MB = 2^20 bytes "
        "there, 10^6 elsewhere. Time is from the first byte to the answer, the file on the disk by then."
    )
