"""`./debrief demo`: the whole service for one call: handed in, queued, reviewed, put right, shown."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Annotated, Any

import httpx2
import typer
from rich.console import Console

from core.environment import inherited
from core.errors import NotReady, Rejected
from core.settings import LEVELS, PREFIX
from models.call import CallState, RunState
from models.stages import STAGE, StageName
from report.document import write_json
from report.html import href_beside, write_html
from report.reading import read
from report.terminal import console, show
from scripts.analyze import MENDABLE, complain
from scripts.stage_lines import StageLines

ROOT = Path(__file__).resolve().parents[1]
POLL_S = 0.25
STOP_S = 60.0
FRIENDS = (
    "These are two people who talk as friends, neither sells anything. So that the measures of a call "
    "can be shown, the service was told that the first to speak is the rep: what hangs on it was done again."
)
ROLES = {"S1": {"role": "rep"}, "S2": {"role": "customer"}}


def demo(folder: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("out/demo")) -> None:
    """Review the two-speaker telephone call that ships with pyannote.audio, through the service."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        recording = shutil.copyfile(sample(), folder / "telephone.wav")
        with _service(folder / "data") as (address, key):
            headers = {"authorization": f"Bearer {key}"}
            with httpx2.Client(base_url=address, headers=headers, timeout=60.0) as client:
                document = _reviewed(client, recording)
    except (NotReady, Rejected) as error:
        complain(str(error))
        raise typer.Exit(MENDABLE) from error
    review, page = read(document), folder / "review.html"
    written = [
        write_json(review, folder / "review.json"),
        write_html(review, page, href_beside(recording, page)),
    ]
    show(review, console(), written)
    console().print(
        f"\n{FRIENDS}\nOpen {page} in a browser, then try: ./debrief serve, or ./debrief analyze CALL"
    )


def sample() -> Path:
    """Return the recorded call inside the pyannote.audio package; raises `NotReady` without it."""
    try:
        listed = files("pyannote.audio") or []
    except PackageNotFoundError:
        listed = []
    found = next((p for p in listed if p.name == "sample.wav"), None)
    if found is None:
        raise NotReady("The package pyannote.audio and its sample call are not installed.", "make env")
    return Path(str(found.locate()))


@contextmanager
def _service(data: Path) -> Iterator[tuple[str, str]]:
    """Give address and key of a service of our own, stopped afterwards; its log lies in the data folder."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = [sys.executable, "-P", "-m", "scripts.debrief"]
    environment = inherited(
        **{f"{PREFIX}DATA": str(data.resolve()), f"{PREFIX}WORKER{LEVELS}HEARTBEAT_S": "1"}
    )
    with (data / "serve.log").open("a", encoding="utf-8") as log:
        server = subprocess.Popen(
            [*command, "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        try:
            ready = server.stdout.readline() if server.stdout else ""
            if not ready.startswith("ready "):
                raise NotReady(
                    f"The service did not start; {data / 'serve.log'} says why.", "./debrief doctor"
                )
            asked = [*command, "apikey", "add", "--scopes", "calls:read,calls:write,reviews:write"]
            made = subprocess.run(
                asked, stdout=subprocess.PIPE, text=True, check=True, env=environment, cwd=ROOT
            )
            yield ready.split()[1], made.stdout.strip()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(STOP_S)


def _reviewed(client: httpx2.Client, recording: Path) -> dict[str, Any]:
    """Return the review of a recording handed in, the sides of its speakers put right."""
    with recording.open("rb") as file:
        answer = client.post("/v1/calls", params={"filename": recording.name}, content=file)
    call: str = _said(answer)["id"]
    with StageLines(recording.name, Console(stderr=True)) as lines:
        _wait(client, call, lines)
        speakers = _said(client.get(f"/v1/calls/{call}/speakers"))
        if {speaker["label"]: speaker["role"] for speaker in speakers} != {
            n: r["role"] for n, r in ROLES.items()
        }:
            _said(client.patch(f"/v1/calls/{call}/speakers", json={"speakers": ROLES}))
            _wait(client, call, lines)
    document: dict[str, Any] = _said(client.get(f"/v1/calls/{call}/review"))
    return document


def _wait(client: httpx2.Client, call: str, lines: StageLines) -> None:
    """Wait until a call has ended, showing its stages; raises `Rejected` where it is not reviewed."""
    while True:
        found = _said(client.get(f"/v1/calls/{call}"))
        for run in _said(client.get(f"/v1/calls/{call}/stages")):
            if run["state"] in {RunState.RUNNING, RunState.DONE}:
                done = run["state"] == RunState.DONE
                lines(STAGE[StageName(run["stage"])], 1.0 if done else run["progress"])
        state = CallState(found["state"])
        if state is CallState.REVIEWED:
            return
        if state.ended:
            reason = found["reason"] or {}
            raise Rejected(state, reason.get("reason", f"The call is {state}."), reason.get("remedy", ""))
        time.sleep(POLL_S)


def _said(answer: httpx2.Response) -> Any:
    """Return what the service answers; raises `Rejected` where that is a problem."""
    said = answer.json()
    if answer.is_success:
        return said
    raise Rejected(said["code"], said["detail"], said["remedy"])
