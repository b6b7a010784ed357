from __future__ import annotations

import pytest
from pydantic import ValidationError

from core.settings import Settings, misspelt


def test_a_variable_reaches_its_section(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_RECOGNIZER__BEAM_SIZE", "1")
    assert Settings().recognizer.beam_size == 1


def test_a_value_out_of_bounds_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEBRIEF_RECOGNIZER__BEAM_SIZE", "0")
    with pytest.raises(ValidationError):
        Settings()


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().device = "cpu"  # type: ignore[misc]  # the point of the test


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("DEBRIEF_DEVICE", False),
        ("DEBRIEF_RECOGNIZER__BEAM_SIZE", False),
        ("debrief_device", False),
        ("DEBRIEF_DEVICES", True),
        ("DEBRIEF_RECOGNIZER__BEAM", True),
        ("DEBRIEF_DEVICE__X", True),
        ("OTHER", False),
    ],
)
def test_a_misspelt_variable_is_found(name: str, *, wrong: bool) -> None:
    assert misspelt([name]) == ((name,) if wrong else ())


def test_the_cache_folder_follows_the_xdg_specification(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.delenv("DEBRIEF_WEIGHTS", raising=False)
    assert str(Settings().weights) == "/somewhere/debrief/weights"
