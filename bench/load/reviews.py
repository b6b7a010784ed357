"""Calls handed in together and waited for."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path

import httpx2

LONGEST_S = 900.0
POLL_S = 0.5
OVER = frozenset({"reviewed", "rejected", "failed", "cancelled"})


async def hand_in(client: httpx2.AsyncClient, path: Path) -> str:
    """Return the call of a recording handed in, a new one although the bytes may be there already."""
    answer = await client.post(
        "/v1/calls",
        params={"filename": path.name, "force": "true"},
        content=await asyncio.to_thread(path.read_bytes),
        headers={"Content-Type": "audio/wav"},
    )
    call_id: str = answer.raise_for_status().json()["id"]
    return call_id


async def reviewed(client: httpx2.AsyncClient, call_ids: Sequence[str]) -> None:
    """Wait until calls are reviewed, looking at one at a time; raises `RuntimeError` where one never is."""
    deadline = time.monotonic() + LONGEST_S
    for call_id in call_ids:
        while (state := await _state(client, call_id)) not in OVER:
            if time.monotonic() > deadline:
                raise RuntimeError(f"call {call_id} is {state} after {LONGEST_S:.0f} s")
            await asyncio.sleep(POLL_S)
        if state != "reviewed":
            raise RuntimeError(f"call {call_id} is {state}")


async def seconds(client: httpx2.AsyncClient, paths: Sequence[Path]) -> float:
    """Return how long it takes from the first call handed in to the last one reviewed."""
    began = time.monotonic()
    await reviewed(client, [await hand_in(client, path) for path in paths])
    return time.monotonic() - began


async def _state(client: httpx2.AsyncClient, call_id: str) -> str:
    state: str = (await client.get(f"/v1/calls/{call_id}")).raise_for_status().json()["state"]
    return state
