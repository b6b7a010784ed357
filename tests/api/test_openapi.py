"""The description of the API is what the API is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import endpoints
from api.openapi import PATH
from scripts import openapi

SNAPSHOT: dict[str, Any] = json.loads(Path(PATH).read_text())


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in SNAPSHOT["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_snapshot_is_fresh(anybody: TestClient) -> None:
    assert Path(PATH).read_text() == openapi.render()
    assert anybody.get("/openapi.json").json() == SNAPSHOT


def test_every_endpoint_is_described_under_an_id_of_its_own() -> None:
    ids = [operation["operationId"] for _, _, operation in operations()]
    assert len(ids) == len(set(ids)) == sum(len(route.methods or ()) for route in endpoints())
    assert all(re_id.count("-") == 1 for re_id in ids)


@pytest.mark.parametrize(("path", "method", "operation"), operations(), ids=lambda v: str(v)[:60])
def test_errors_are_declared_as_problems(path: str, method: str, operation: dict[str, Any]) -> None:
    declared = {status: told for status, told in operation["responses"].items() if status >= "400"}
    assert {"429", "500", "503"} <= set(declared)
    for status, told in declared.items():
        if (path, status) == ("/v1/ready", "503") or path == "/oauth/token":
            continue
        assert list(told["content"]) == ["application/problem+json"], (path, method, status)
    if "x-permission" in operation:
        assert {"401", "403"} <= set(declared)
        assert operation["security"]


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(value) for value in node.values()))
        return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()

    known = {f"#/components/schemas/{name}" for name in SNAPSHOT["components"]["schemas"]}
    assert references(SNAPSHOT) <= known
