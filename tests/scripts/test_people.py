"""People and keys from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner, Result

from api.app import create_app
from core.settings import Settings
from scripts.debrief import app


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DEBRIEF_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def debrief(*arguments: str, given: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=given)


PASSWORD = "a long password of ana"  # noqa: S105 - of nobody


def test_a_person_added_can_sign_in(data: Path) -> None:
    added = debrief(
        "user", "add", "--email", "Ana@x.example", "--role", "admin", "--password-stdin", given=PASSWORD
    )
    assert added.exit_code == 0, added.output
    with TestClient(create_app(Settings(data=data))) as client:
        answer = client.post("/v1/session", json={"email": "ana@x.example", "password": PASSWORD})
        assert answer.json()["role"] == "admin"
        assert answer.json()["organisation"]["name"] == "Main"


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (("--email", "nobody", "--role", "rep"), ""),
        (("--email", "a@x.example", "--role", "boss"), ""),
        (("--email", "a@x.example", "--role", "rep", "--password-stdin"), "short\n"),
    ],
)
def test_what_is_wrong_is_said(data: Path, arguments: tuple[str, ...], given: str) -> None:
    assert debrief("user", "add", *arguments, given=given).exit_code == 2


def test_nobody_is_added_twice(data: Path) -> None:
    arguments = ("user", "add", "--email", "a@x.example", "--role", "rep")
    assert debrief(*arguments).exit_code == 0
    assert debrief(*arguments).exit_code == 2


def test_a_key_is_printed_alone_and_holds(data: Path) -> None:
    made = debrief("apikey", "add", "--scopes", "calls:read,people:read")
    assert made.exit_code == 0
    key = made.stdout.removesuffix("\n")
    assert key.startswith("dbr_")
    assert "\n" not in key
    with TestClient(create_app(Settings(data=data))) as client:
        told = client.get("/v1/me", headers={"authorization": f"Bearer {key}"}).json()
    assert told["scopes"] == ["calls:read", "people:read"]
    assert debrief("apikey", "add", "--scopes", "everything").exit_code == 2


def test_with_several_organisations_one_must_be_meant(data: Path) -> None:
    for name in ("Acme", "Other"):
        assert debrief("apikey", "add", "--scopes", "admin", "--organisation", name).exit_code == 0
    assert debrief("apikey", "add", "--scopes", "admin").exit_code == 2
    assert debrief("apikey", "add", "--scopes", "admin", "--organisation", "Acme").exit_code == 0
