from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from pyannote.core import Annotation, Segment

from core.errors import NotReady
from core.progress import ignore
from core.settings import DiarizerSettings, Settings
from models.recording import Audio
from models.transcript import Diarization, Region
from transcription.diarizer import SpeakerBounds
from transcription.engines.community import CommunityDiarizer, progress_hook
from transcription.engines.pyannote import load_diarizer

CONFIG = """
dependencies:
  pyannote.audio: 4.0.0
pipeline:
  name: pyannote.audio.pipelines.SpeakerDiarization
  params:
    clustering: VBxClustering
    segmentation: $model/segmentation
    segmentation_batch_size: 32
    embedding: $model/embedding
    embedding_batch_size: 32
    embedding_exclude_overlap: true
    plda: $model/plda
params:
  clustering:
    threshold: 0.6
    Fa: 0.07
    Fb: 0.8
  segmentation:
    min_duration_off: 0.0
"""

# pyannote's own code warns about what this project does not use: torchcodec, and the pooling of one frame.
pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::RuntimeWarning"),
]


class Cancelled(Exception):
    """Raised by a progress report that stops the work."""


@pytest.fixture(scope="module")
def audio(sample: Path) -> Audio:
    """Return 12 s of a call in which both speak."""
    samples, _ = soundfile.read(sample, dtype="int16")
    return Audio(sample, np.asarray(samples[18 * 16_000 :], dtype=np.int16).reshape(-1, 1))


@pytest.fixture(scope="module")
def everywhere(audio: Audio) -> tuple[Region, ...]:
    return (Region(0.0, audio.duration_s),)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """Return a folder laid out as the published pipeline's; embedder and PLDA are untrained."""
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from pyannote.audio.models.embedding import WeSpeakerResNet34

    root = tmp_path_factory.mktemp("community")
    for part in ("segmentation", "embedding", "plda"):
        (root / part).mkdir()
    (root / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (root / "segmentation" / "pytorch_model.bin").symlink_to(
        weights / "segmentation-3.0" / "pytorch_model.bin"
    )
    torch.manual_seed(0)
    embedder = WeSpeakerResNet34()
    checkpoint = {
        "state_dict": embedder.state_dict(),
        "hyper_parameters": dict(embedder.hparams),
        "pytorch-lightning_version": "2.0.0",
        "pyannote.audio": {
            "versions": {"torch": "2.0.0", "pyannote.audio": "3.0.0"},
            "architecture": {
                "module": "pyannote.audio.models.embedding.wespeaker",
                "class": "WeSpeakerResNet34",
            },
            "specifications": Specifications(
                problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0, classes=["speaker"]
            ),
        },
    }
    torch.save(checkpoint, root / "embedding" / "pytorch_model.bin")
    rng = np.random.default_rng(0)
    np.savez(
        root / "plda" / "xvec_transform.npz",
        mean1=np.zeros(256),
        mean2=np.zeros(128),
        lda=rng.standard_normal((256, 128)),
    )
    np.savez(root / "plda" / "plda.npz", mu=np.zeros(128), tr=np.eye(128), psi=np.linspace(8.0, 0.1, 128))
    return root


def test_a_local_folder_is_loaded_and_runs(
    folder: Path, audio: Audio, everywhere: tuple[Region, ...], settings: Settings
) -> None:
    chosen = DiarizerSettings(profile="community-1", community_path=folder)
    diarizer = load_diarizer(settings.model_copy(update={"diarizer": chosen}))
    assert isinstance(diarizer, CommunityDiarizer)
    assert diarizer.fingerprint.startswith("pyannote-community@")
    seen: list[float] = []
    found = diarizer.diarize(audio, everywhere, SpeakerBounds(1, 2), seen.append)
    assert 1 <= len(found.speakers) <= 2
    assert found.turns[-1].end <= audio.duration_s + 0.1
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_turns_of_a_trained_pipeline_are_mapped(
    weights: Path, audio: Audio, everywhere: tuple[Region, ...]
) -> None:
    from bench.reference_diarizer import load_reference_diarizer

    diarizer = CommunityDiarizer(load_reference_diarizer(weights), "reference")
    found = diarizer.diarize(audio, everywhere, SpeakerBounds(2, 2), ignore)
    assert found.speakers == ("S1", "S2")
    exclusive = found.exclusive
    assert all(after.start >= before.end for before, after in pairwise(exclusive))


@dataclass(frozen=True, slots=True)
class Scripted:
    speaker_diarization: Annotation
    exclusive_speaker_diarization: Annotation


def scripted(*segments: tuple[float, float, str]) -> Callable[..., Scripted]:
    """Return a pipeline with a known answer, called as pyannote's is."""
    annotation = Annotation()
    for index, (start, end, label) in enumerate(segments):
        annotation[Segment(start, end), index] = label

    def pipeline(file: dict[str, object], **options: Callable[..., None]) -> Scripted:
        options["hook"]("embeddings", None, file=file, total=21, completed=np.int64(32))
        return Scripted(annotation, annotation)

    return pipeline


def test_turns_far_from_speech_are_left_out(audio: Audio) -> None:
    pipeline = scripted((0.0, 2.0, "SPEAKER_01"), (8.0, 9.0, "SPEAKER_00"))
    found = CommunityDiarizer(pipeline, "scripted").diarize(
        audio, (Region(7.0, 9.5),), SpeakerBounds(), ignore
    )
    assert [(turn.start, turn.end, turn.speaker) for turn in found.turns] == [(8.0, 9.0, "S1")]


def test_no_speech_does_not_run_the_pipeline(audio: Audio) -> None:
    found = CommunityDiarizer(scripted(), "scripted").diarize(audio, (), SpeakerBounds(), ignore)
    assert found == Diarization((), (), 0.0)


def test_the_hook_clamps_and_cancels() -> None:
    seen: list[float] = []
    hook = progress_hook(seen.append)
    hook("segmentation", None, total=4, completed=2)
    hook("speaker_counting", None)
    hook("embeddings", None, total=21, completed=np.int64(32))
    assert seen == [0.2, 0.9]

    def stop(_fraction: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        progress_hook(stop)("segmentation", None, total=4, completed=1)


def test_without_a_copy_the_command_that_brings_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"pyannote/speaker-diarization-community-1 --revision"):
        CommunityDiarizer.load(Settings(weights=tmp_path))


def test_a_folder_that_is_no_copy_is_named(tmp_path: Path) -> None:
    settings = Settings(diarizer=DiarizerSettings(profile="community-1", community_path=tmp_path))
    with pytest.raises(NotReady, match=r"config\.yaml"):
        CommunityDiarizer.load(settings)
