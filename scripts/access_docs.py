"""docs/access.md, out of the table of who may do what and the endpoints that demand it."""

from __future__ import annotations

from pathlib import Path

from api.app import endpoints
from api.auth import permission_of
from models.access import RULES, Permission, Reach

PATH = Path("docs/access.md")
HEAD = """# Who may do what

One table in `models/access.py` says so; the endpoints, the queries and the tests of every endpoint with
every role derive from it. What is out of reach answers exactly as what is not there. A program holds the
permissions of its scopes, everywhere in its organisation; the scope `admin` holds none of the others.

Reach: **own** are the calls whose rep one is, and oneself; **team** is one's team with all below it, and
one's own; **all** is the organisation. Nothing reaches into another organisation.

| permission | lets one | rep | coach | manager | admin | scope of programs |
| --- | --- | --- | --- | --- | --- | --- |
"""
ENDPOINTS = """
## Endpoints

| endpoint | permission |
| --- | --- |
"""
WORDS = {Reach.NONE: "no", Reach.OWN: "own", Reach.TEAM: "team", Reach.ALL: "all"}


def render() -> str:
    """Return the whole document."""
    rules = (
        f"| `{permission}` | {rule.does} | {WORDS[rule.rep]} | {WORDS[rule.coach]} | {WORDS[rule.manager]} "
        f"| {WORDS[rule.admin]} | `{rule.scope}` |\n"
        for permission, rule in RULES.items()
    )
    return HEAD + "".join(rules) + ENDPOINTS + "".join(_endpoints())


def _endpoints() -> list[str]:
    found = (
        (route.path, method, _demanded(permission_of(route.dependant), route.path))
        for route in endpoints()
        for method in route.methods or ()
    )
    return [f"| `{method} {path}` | {demanded} |\n" for path, method, demanded in sorted(found)]


def _demanded(permission: Permission | None, path: str) -> str:
    if permission is not None:
        return f"`{permission}`"
    return {
        "/metrics": f"none from this machine, else `{Permission.WATCH_SERVICE}`",
        "/v1/me": "to be signed in, or a key",
        "/v1/me/password": "to be signed in",
        "/v1/me/notice": "to be signed in",
    }.get(path, "none")
