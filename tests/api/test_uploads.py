"""Resumable uploads, by a real client of the protocol and by hand."""

from __future__ import annotations

import base64
import hashlib
import io
import warnings
from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from tests.api.conftest import LIMIT, Served
from tests.api.test_intake import sound

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from tusclient.client import TusClient
    from tusclient.exceptions import TusUploadFailed

TUS = {"tus-resumable": "1.0.0"}
BYTES = {**TUS, "content-type": "application/offset+octet-stream"}


def metadata(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def client(served: Served) -> Any:
    headers = {"authorization": served.client.headers["authorization"]}
    return TusClient(f"{served.address}/v1/uploads", headers=headers)


def begin(served: Served, length: int, **headers: str) -> httpx2.Response:
    return served.client.post("/v1/uploads", headers={**TUS, "upload-length": str(length), **headers})


def send(served: Served, where: str, offset: int, content: bytes, **headers: str) -> httpx2.Response:
    sent = {**BYTES, "upload-offset": str(offset), **headers}
    return served.client.patch(where, content=content, headers=sent)


def head(served: Served, where: Any) -> Mapping[str, str]:
    return served.client.head(where, headers=TUS).headers


def test_a_real_client_uploads_in_pieces(served: Served) -> None:
    content = sound(101, 700_000)
    said = {"filename": "Müller, Berlin.wav", "customer": "Müller", "filetype": "audio/wav"}
    uploader = client(served).uploader(file_stream=io.BytesIO(content), chunk_size=200_000, metadata=said)
    uploader.upload()
    call_id = head(served, uploader.url)["debrief-call"]
    shape = served.client.get(f"/v1/calls/{call_id}").json()
    assert (shape["title"], shape["customer"], shape["source"]) == ("Müller, Berlin", "Müller", "resumable")
    assert served.rows(call_id)[1].sha256 == hashlib.sha256(content).hexdigest()


def test_a_real_client_checks_every_piece(served: Served) -> None:
    content = sound(102, 500_000)
    uploader = client(served).uploader(
        file_stream=io.BytesIO(content), chunk_size=200_000, upload_checksum=True
    )
    uploader.upload()
    call_id = head(served, uploader.url)["debrief-call"]
    assert served.rows(call_id)[1].sha256 == hashlib.sha256(content).hexdigest()


def test_after_a_cut_only_the_rest_is_sent(served: Served) -> None:
    content = sound(103, 600_000)
    first = client(served).uploader(file_stream=io.BytesIO(content), chunk_size=250_000)
    first.upload_chunk()
    again = client(served).uploader(file_stream=io.BytesIO(content), chunk_size=250_000, url=first.url)
    assert again.get_offset() == 250_000
    again.offset = 250_000
    sent: list[int] = []
    while again.offset < len(content):
        sent.append(again.get_request_length())
        again.upload_chunk()
    assert sum(sent) == 350_000
    call_id = head(served, first.url)["debrief-call"]
    assert served.rows(call_id)[1].sha256 == hashlib.sha256(content).hexdigest()


def test_more_than_is_accepted_is_refused_before_a_byte_is_sent(served: Served) -> None:
    with pytest.raises(Exception, match="413"):
        client(served).uploader(file_stream=io.BytesIO(b"x" * (LIMIT + 1))).upload()


def test_a_wrong_client_hears_why(served: Served) -> None:
    uploader = client(served).uploader(file_stream=io.BytesIO(sound(104)), chunk_size=1000)
    uploader.upload_chunk()
    uploader.offset = 500
    with pytest.raises(TusUploadFailed):
        uploader.upload_chunk()


def test_what_is_spoken_is_described_to_anybody(served: Served) -> None:
    answer = httpx2.options(f"{served.address}/v1/uploads")
    assert answer.status_code == 204
    assert answer.headers["tus-version"] == "1.0.0"
    assert "creation-with-upload" in answer.headers["tus-extension"]
    assert answer.headers["tus-max-size"] == str(LIMIT)


def test_creation_may_bring_bytes(served: Served) -> None:
    content = sound(105, 1000)
    sent = {**BYTES, "upload-length": "1000", "upload-metadata": metadata(filename="a.wav")}
    answer = served.client.post("/v1/uploads", content=content[:400], headers=sent)
    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "400")
    assert "debrief-call" not in answer.headers
    rest = send(served, answer.headers["location"], 400, content[400:])
    assert (rest.status_code, rest.headers["upload-offset"]) == (204, "1000")
    assert served.rows(rest.headers["debrief-call"])[1].bytes == 1000
    whole = served.client.post("/v1/uploads", content=sound(106, 1000), headers=sent)
    assert "debrief-call" in whole.headers


def test_the_wrong_offset_is_told_the_right_one(served: Served) -> None:
    where = begin(served, 1000).headers["location"]
    assert send(served, where, 0, b"x" * 100).headers["upload-offset"] == "100"
    answer = send(served, where, 50, b"x")
    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "100")


def test_damaged_bytes_are_not_kept(served: Served) -> None:
    where = begin(served, 1000).headers["location"]
    right = base64.b64encode(hashlib.sha256(b"x" * 100).digest()).decode()
    answer = send(served, where, 0, b"y" * 100, **{"upload-checksum": f"sha256 {right}"})
    assert (answer.status_code, answer.json()["code"]) == (460, "checksum")
    assert head(served, where)["upload-offset"] == "0"
    answer = send(served, where, 0, b"x" * 100, **{"upload-checksum": f"sha256 {right}"})
    assert answer.status_code == 204
    assert send(served, where, 100, b"", **{"upload-checksum": "md4 x"}).status_code == 422


def test_a_cancelled_upload_is_gone(served: Served) -> None:
    where = begin(served, 1000).headers["location"]
    send(served, where, 0, b"x" * 100)
    assert served.client.delete(where, headers=TUS).status_code == 204
    assert served.client.head(where, headers=TUS).status_code == 404
    assert served.client.patch(where, headers={**BYTES, "upload-offset": "100"}).status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 412),
        ({**TUS, "upload-length": "many"}, 422),
        (TUS, 422),
        ({**TUS, "upload-length": "-1"}, 422),
        ({**TUS, "upload-length": "10", "upload-metadata": "title ***"}, 422),
        ({**TUS, "upload-length": "10", "upload-metadata": metadata(direction="x")}, 422),
        ({**TUS, "upload-length": "0"}, 422),
    ],
)
def test_what_cannot_be_is_refused(served: Served, headers: dict[str, Any], status: int) -> None:
    assert served.client.post("/v1/uploads", headers=headers).status_code == status


def test_bytes_of_another_type_are_refused(served: Served) -> None:
    where = begin(served, 10).headers["location"]
    sent = {**TUS, "upload-offset": "0", "content-type": "audio/wav"}
    assert served.client.patch(where, content=b"x", headers=sent).status_code == 415
