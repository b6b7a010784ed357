from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Rejected
from ingest.naming import LONGEST_NAME, Pattern, details_of, plain_name, sidecar_of
from models.call import CallDetails, CallType, Consent, Direction, Source

BASE = CallDetails(Source.FOLDER)
PATTERN = "{started_at:%Y%m%d-%H%M%S}_{rep}_{customer}"


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "20240506-070809_jo@example.com_Li & Co.wav"
    path.write_bytes(b"sound")
    return path


class TestPattern:
    def test_reads_the_name(self, recording: Path) -> None:
        details = details_of(recording, BASE, Pattern.parse(PATTERN))
        assert details.rep_email == "jo@example.com"
        assert details.customer == "Li & Co"
        assert details.name == recording.name
        assert details.started_at == datetime(2024, 5, 6, 7, 8, 9).astimezone()
        assert details.started_at.tzinfo is UTC

    @pytest.mark.parametrize(
        ("pattern", "stem", "said"),
        [
            (
                "{direction}-{call_type}-{_}",
                "Inbound-DEMO-4711",
                {"direction": "inbound", "call_type": "demo"},
            ),
            ("{customer}", "王伟_公司", {"customer": "王伟_公司"}),
            ("{customer} ({external_id})", "Li (7) (8)", {"customer": "Li", "external_id": "7) (8"}),
            ("{customer}_{crm.opportunity}_{crm.account}", "Li_006_001", {"customer": "Li"}),
            ("{consent}{{x}}.{language}", "given{x}.EN", {"consent": "given", "language": "en"}),
            ("{_}_{_}_{rep}", "a_b_c_d@e", {"rep": "c_d@e"}),
        ],
    )
    def test_fields(self, pattern: str, stem: str, said: dict[str, str]) -> None:
        known = Pattern.parse(pattern).read(stem).model_dump(exclude_none=True, exclude={"crm"})
        assert known == said

    def test_crm_ids(self) -> None:
        known = Pattern.parse("{crm.opportunity}_{crm.account}").read("006_001")
        assert known.crm == {"opportunity": "006", "account": "001"}

    @pytest.mark.parametrize(
        ("form", "text", "time"),
        [
            ("%Y-%m-%dT%H.%M.%S%z", "2024-05-06T07.08.09+0800", datetime(2024, 5, 5, 23, 8, 9, tzinfo=UTC)),
            ("%d %b %y, %I%p%z", "6 May 24, 7PMZ", datetime(2024, 5, 6, 19, tzinfo=UTC)),
            ("%Y%j%%%z", "2024127%+00:00", datetime(2024, 5, 6, tzinfo=UTC)),
        ],
    )
    def test_times(self, form: str, text: str, time: datetime) -> None:
        assert Pattern.parse(f"{{started_at:{form}}}").read(text).started_at == time

    @given(st.datetimes(datetime(1970, 1, 2), datetime(2099, 1, 1)), st.text("abc_- 王", min_size=1))  # noqa: DTZ001
    def test_reads_back_what_it_writes(self, time: datetime, customer: str) -> None:
        time = time.replace(microsecond=0, tzinfo=timezone(timedelta(hours=5)))
        stem = f"{time:%Y%m%d%H%M%S%z}_{customer}"
        known = Pattern.parse("{started_at:%Y%m%d%H%M%S%z}_{customer}").read(stem)
        assert known.started_at == time
        assert known.customer == customer.strip()

    @pytest.mark.parametrize(
        ("stem", "says"),
        [
            ("other", "does not follow the pattern"),
            ("20241306-070809_jo@example.com_Li", "holds no time: 20241306-070809"),
            ("20240506-070809_jo_Li", "rep: String should match pattern"),
        ],
    )
    def test_a_name_that_does_not_follow(self, stem: str, says: str) -> None:
        with pytest.raises(Rejected, match=says) as caught:
            Pattern.parse(PATTERN).read(stem)
        assert caught.value.code == "bad_name"
        assert f"{stem}.json" in caught.value.remedy

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("{nobody}", "no field 'nobody'"),
            ("{crm}", "no field 'crm'"),
            ("{crm.}", "no field 'crm.'"),
            ("{}", "no field ''"),
            ("{rep}_{rep}", "'rep' is there twice"),
            ("{rep", "expected '}'"),
            ("{started_at:%Q}", "times cannot be given by '%Q'"),
            ("{started_at:%}", "times cannot be given by '%'"),
        ],
    )
    def test_no_pattern(self, text: str, says: str) -> None:
        with pytest.raises(Rejected, match=says) as caught:
            Pattern.parse(text)
        assert caught.value.code == "bad_pattern"


class TestSidecar:
    @pytest.mark.parametrize("name", ["{name}.json", "{stem}.json"])
    def test_wins_over_the_name(self, recording: Path, name: str) -> None:
        said = {
            "rep": "ann@example.com",
            "direction": "Outbound",
            "call_type": "renewal",
            "started_at": "2020-01-02T03:04:05+08:00",
            "external_id": "crm-7",
            "consent": "given",
            "consent_basis": "announced",
            "language": "zh",
            "speakers_least": 2,
            "rep_channel": 0,
            "title": "Renewal",
            "crm": {"opportunity": "006"},
        }
        beside = recording.with_name(name.format(name=recording.name, stem=recording.stem))
        beside.write_text("\ufeff" + json.dumps(said), "utf-8")
        assert sidecar_of(recording) == beside
        details = details_of(recording, CallDetails(Source.FOLDER, rep_id=uuid4()), Pattern.parse(PATTERN))
        assert details == CallDetails(
            Source.FOLDER,
            name=recording.name,
            title="Renewal",
            rep_email="ann@example.com",
            customer="Li & Co",
            direction=Direction.OUTBOUND,
            call_type=CallType.RENEWAL,
            started_at=datetime(2020, 1, 1, 19, 4, 5, tzinfo=UTC),
            external_id="crm-7",
            crm={"opportunity": "006"},
            consent=Consent.GIVEN,
            consent_basis="announced",
            language="zh",
            speakers_least=2,
            rep_channel=0,
        )

    def test_the_longer_name_goes_first(self, recording: Path) -> None:
        recording.with_suffix(".json").write_text('{"customer": "short"}')
        recording.with_name(recording.name + ".json").write_text('{"customer": "long"}')
        assert details_of(recording, BASE).customer == "long"

    def test_makes_good_for_a_name_that_does_not_follow(self, tmp_path: Path) -> None:
        path = tmp_path / "x.wav"
        path.write_bytes(b"sound")
        path.with_suffix(".json").write_text('{"customer": "Li"}')
        assert details_of(path, BASE, Pattern.parse(PATTERN)).customer == "Li"

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            ("", "Invalid JSON"),
            ("[1]", "Input should be an object"),
            ('{"direction": "up"}', "direction: Input should be 'inbound', 'outbound' or 'unknown'"),
            ('{"repp": "jo@example.com"}', "repp: Extra inputs are not permitted"),
            ('{"rep": "jo"}', "rep: String should match pattern"),
            ('{"crm": {"account": [1]}}', "crm.account: Input should be a valid string"),
            ('{"started_at": "yesterday"}', "started_at: Input should be a valid datetime"),
            ('{"speakers_least": 3, "speakers_most": 2}', "speakers_least is above speakers_most"),
            ('{"x": "' + "y" * 1_100_000 + '"}', "larger than 1 MB"),
        ],
    )
    def test_says_which_field_is_wrong(self, recording: Path, content: str, says: str) -> None:
        recording.with_suffix(".json").write_text(content)
        with pytest.raises(Rejected) as caught:
            details_of(recording, BASE)
        assert caught.value.code == "bad_sidecar"
        assert says in caught.value.reason
        assert recording.with_suffix(".json").name in caught.value.reason


def test_the_date_of_the_file_is_the_last_resort(recording: Path) -> None:
    os.utime(recording, (1_600_000_000, 1_600_000_000))
    assert details_of(recording, BASE).started_at == datetime.fromtimestamp(1_600_000_000, UTC)


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("call.wav", "call.wav"),
        ("C:\\calls\\call.wav", "call.wav"),
        ("../../etc/passwd", "passwd"),
        ("a\0b\u202ec\n.wav", "abc.wav"),
        ("folder/", "recording"),
        ("", "recording"),
        ("x" * 500 + ".wav", "x" * (LONGEST_NAME - 4) + ".wav"),
    ],
)
def test_plain_names(name: str, plain: str) -> None:
    assert plain_name(name) == plain
