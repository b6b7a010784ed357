"""Every setting, one frozen object: made in `main()`, passed down.

Environment variables are `DEBRIEF_` plus the path with two underscores between levels, for
example `DEBRIEF_RECOGNIZER__BEAM_SIZE=1`. `docs/configuration.md` is generated from here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "DEBRIEF_"
LEVELS = "__"


class Section(BaseModel):
    """A frozen group of settings; unknown names are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class DecodeSettings(Section):
    """Bounds on what a recording may be."""

    max_duration_s: float = Field(6 * 3600.0, gt=0)
    """Longest recording accepted, seconds of decoded sound."""
    max_channels: int = Field(8, ge=1)
    """Most channels accepted in one sound stream."""
    max_streams: int = Field(16, ge=1)
    """Most streams (sound, video, subtitles) accepted in one file."""
    timeout_s: float = Field(900.0, gt=0)
    """Wall-clock seconds after which decoding is stopped."""


class SpeechSettings(Section):
    """Voice activity."""

    threshold: float = Field(0.5, gt=0, lt=1)
    """Probability that a stretch of speech must reach somewhere."""
    release: float = Field(0.2, gt=0, lt=1)
    """Probability under which a stretch of speech ends."""
    second_threshold: float = Field(0.35, gt=0, lt=1)
    """Probability that a loud stretch which was dropped must reach when heard again by itself."""
    pause_s: float = Field(0.25, gt=0)
    """Silence that parts two stretches of speech, seconds."""
    shortest_s: float = Field(0.1, gt=0)
    """Shortest stretch of speech kept, seconds."""
    lost_s: float = Field(0.2, gt=0)
    """Loud sound outside speech that is heard again, seconds."""


class RecognizerSettings(Section):
    """Speech to words."""

    weights: str = "whisper-base"
    """Name in the weights manifest, or a path to a CTranslate2 Whisper folder."""
    compute_type: str = "auto"
    """CTranslate2 compute type; `auto` takes the fastest the device supports."""
    beam_size: int = Field(5, ge=1)
    """Beams of the decoder."""
    batch_size: int = Field(8, ge=1)
    """Windows decoded together; on processors each core has a batch of its own."""
    window_s: float = Field(28.0, gt=1, le=29)
    """Longest window, seconds; the recogniser reads 30 s at a time."""
    pad_s: float = Field(0.3, ge=0, le=1)
    """Sound kept around speech in a window, seconds."""


class DiarizerSettings(Section):
    """Who spoke when."""

    profile: Literal["registry", "community-1"] = "registry"
    """`registry`: segmentation-3.0 + CAM++; `community-1`: a local copy of pyannote's pipeline."""
    community_path: Path | None = None
    """Folder of a local clone of pyannote/speaker-diarization-community-1."""


class JudgeSettings(Section):
    """Text classifiers."""

    sentiment: str = "builtin"
    """`builtin`, or a path to any Hugging Face text-classification folder."""
    sentiment_labels: dict[str, Literal["negative", "neutral", "positive"]] = Field(default_factory=dict)
    """For a foreign folder: its label names to ours, where they are not already ours."""
    sentiment_languages: tuple[str, ...] = ()
    """For a foreign folder: languages (ISO 639-1) it knows; empty means all."""
    abstain_below: float = Field(0.5, ge=0, le=1)
    """Probability under which the answer is `uncertain`."""


class DatabaseSettings(Section):
    """Where rows are kept."""

    url: SecretStr = SecretStr("")
    """`postgresql://user:password@host/name`, or `sqlite:///path`; empty: SQLite in the data folder."""
    pool_size: int = Field(10, ge=1)
    """Most connections of one process."""


class RedisSettings(Section):
    """The bell that wakes workers; it may be wiped at any time."""

    url: SecretStr = SecretStr("")
    """`redis://host:port/0`; empty: a private server that `./debrief serve` starts."""


class StoreSettings(Section):
    """Where recordings are kept."""

    url: str = ""
    """`s3://bucket/prefix`; empty: files in the data folder."""
    endpoint: str = ""
    """Address of an S3 server that is not Amazon's, for example `http://127.0.0.1:9000`."""
    region: str = "us-east-1"
    """Region of the bucket."""
    access_key_id: SecretStr = SecretStr("")
    """Key id; empty: what the machine's role gives."""
    secret_access_key: SecretStr = SecretStr("")
    """Secret of the key."""


class WebSettings(Section):
    """The web process."""

    host: str = "127.0.0.1"
    """Address to listen on."""
    port: int = Field(8321, ge=0, le=65535)
    """Port to listen on; 0 takes a free one."""
    max_upload_bytes: int = Field(4 * 1024**3, ge=1)
    """Largest recording accepted."""
    upload_expiry_s: float = Field(24 * 3600.0, gt=0)
    """How long an unfinished resumable upload is kept."""
    sign_in_s: float = Field(12 * 3600.0, gt=0)
    """How long somebody stays signed in."""
    secure_cookies: bool = False
    """Send cookies over HTTPS only; set it where a proxy in front speaks HTTPS."""
    requests_per_minute: int = Field(1200, ge=1)
    """Requests of one caller in a minute before the answer is 429."""
    sign_ins_per_minute: int = Field(10, ge=1)
    """Tries to sign in from one address in a minute before the answer is 429."""


class WorkerSettings(Section):
    """The processes that review."""

    lease_s: float = Field(90.0, gt=0)
    """How long a stage stays a worker's without a sign of life."""
    heartbeat_s: float = Field(15.0, gt=0)
    """How often a worker gives a sign of life."""
    reconcile_s: float = Field(30.0, gt=0)
    """How often work that nobody has taken up, or whose worker died, is looked for."""
    records_s: float = Field(5.0, gt=0)
    """How often at the latest records take in what was approved, corrected or closed."""
    feeds_s: float = Field(5.0, gt=0)
    """How often at the latest feeds tell of what changed."""
    retry_s: float = Field(10.0, ge=0)
    """Pause before a failed stage is tried again; doubled each time."""
    orphan_s: float = Field(3600.0, ge=0)
    """Age from which a file that no row names is removed."""
    child_jobs: int = Field(200, ge=1)
    """Stages after which the process that infers is replaced by a fresh one."""
    child_memory_mb: int = Field(8000, ge=500)
    """Memory over which the process that infers is replaced after a stage."""
    metrics_port: int = Field(0, ge=0, le=65535)
    """Port on which a worker shows its figures to Prometheus; 0 shows none."""
    metrics_host: str = "127.0.0.1"
    """Address of that port."""


class WebhookSettings(Section):
    """What is told to other systems."""

    private_networks: bool = False
    """Let receivers be inside: on private addresses and this machine, on any port, by http too."""
    ca_file: Path | None = None
    """Certificates (PEM), beside those of the machine, that vouch for receivers."""
    timeout_s: float = Field(20.0, gt=0, le=60)
    """How long one attempt may take."""
    at_once: int = Field(32, ge=1)
    """Most deliveries under way in one worker."""
    at_once_each: int = Field(4, ge=1)
    """Most deliveries under way to one endpoint, by all workers; to one that fails, one."""
    look_s: float = Field(1.0, gt=0)
    """How often at the latest workers look for what happened and what is to be sent."""
    disable_after_days: float = Field(5.0, gt=0)
    """An endpoint that took nothing for so long is disabled."""
    kept_days: float = Field(30.0, ge=1)
    """How long deliveries are kept, to be looked at and sent again."""


class FolderSettings(Section):
    """A folder that is watched for recordings."""

    path: Path | None = None
    """Folder to watch; None watches nothing."""
    organisation: str = ""
    """Name of the organisation the recordings belong to; empty: the only one there is."""
    pattern: str = ""
    """File-name pattern, for example `{started_at:%Y%m%d-%H%M%S}_{rep}_{customer}`."""
    settle_s: float = Field(5.0, ge=0)
    """A file that has not changed for so long is complete."""


class TraceSettings(Section):
    """OpenTelemetry traces."""

    endpoint: str = ""
    """OTLP/HTTP address of a collector; empty sends nothing."""


class Settings(BaseSettings):
    """All settings; nothing needs to be set."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter=LEVELS,
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
    )

    weights: Path = Field(default_factory=lambda: _cache_home() / "debrief" / "weights")
    """Folder of fetched weights; by default under the user's cache folder."""
    data: Path = Field(default_factory=lambda: _data_home() / "debrief")
    """Folder of recordings, database and queue; by default under the user's data folder."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where inference runs; `auto` takes a GPU when there is one."""
    threads: int = Field(0, ge=0)
    """Threads of one inference; 0 takes every core."""
    database: DatabaseSettings = DatabaseSettings()
    redis: RedisSettings = RedisSettings()
    store: StoreSettings = StoreSettings()
    web: WebSettings = WebSettings()
    worker: WorkerSettings = WorkerSettings()
    webhooks: WebhookSettings = WebhookSettings()
    folder: FolderSettings = FolderSettings()
    trace: TraceSettings = TraceSettings()
    decode: DecodeSettings = DecodeSettings()
    speech: SpeechSettings = SpeechSettings()
    recognizer: RecognizerSettings = RecognizerSettings()
    diarizer: DiarizerSettings = DiarizerSettings()
    judge: JudgeSettings = JudgeSettings()


def _cache_home() -> Path:
    """Return the user's cache folder after the XDG base directory specification."""
    named = os.environ.get("XDG_CACHE_HOME")
    return Path(named) if named else Path.home() / ".cache"


def _data_home() -> Path:
    """Return the user's data folder after the XDG base directory specification."""
    named = os.environ.get("XDG_DATA_HOME")
    return Path(named) if named else Path.home() / ".local" / "share"


def misspelt(names: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return variables with our prefix that are no setting; pydantic ignores those in silence.

    Looks at the process environment where no names are given.
    """
    seen = os.environ if names is None else names
    return tuple(sorted(n for n in seen if n.upper().startswith(PREFIX) and not _known(n)))


def _known(name: str) -> bool:
    """Return whether an environment variable names a setting, or a field inside a section."""
    path = name[len(PREFIX) :].lower().split(LEVELS)
    model: type[BaseModel] | None = Settings
    for part in path:
        if model is None or part not in model.model_fields:
            return False
        kind = model.model_fields[part].annotation
        model = kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None
    return True
