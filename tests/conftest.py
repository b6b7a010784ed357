"""Fixtures every test may use: where the weights, the sample call and the reference material are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis_settings

from core.environment import seal
from core.settings import Settings

seal()
hypothesis_settings.register_profile("debrief", deadline=None)  # a busy machine is no failure
hypothesis_settings.load_profile("debrief")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of reference recordings and texts that lies beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "audio").is_dir():
        pytest.skip("the reference recordings are not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Return the default settings."""
    return Settings()


@pytest.fixture(scope="session")
def weights(settings: Settings) -> Path:
    """Return the weights folder that `make weights` fills."""
    return settings.weights


@pytest.fixture(scope="session")
def sample() -> Path:
    """Return the 30 s two-speaker telephone call that the pyannote.audio wheel ships."""
    spec = importlib.util.find_spec("pyannote.audio")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "sample" / "sample.wav"
