from __future__ import annotations

from pathlib import Path

import pytest

from scripts.configuration_docs import render


def test_the_page_does_not_depend_on_whose_home_it_is_made_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = render()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert render() == before
    assert "`~/.cache/debrief/weights`" in before


def test_every_section_is_flattened_to_its_variables() -> None:
    page = render()
    assert "`DEBRIEF_RECOGNIZER__BEAM_SIZE` | `5`" in page
    assert "`DEBRIEF_RECOGNIZER__WEIGHTS` | `whisper-base`" in page
