"""Conversations made from recordings of single speakers, with the turns that follow from them.

Each clip was recorded alone, so which voice speaks is certain, and its energy says where there is
speech. That is as certain as the clip is quiet: with noise 22 to 33 dB under the speech the spans
lack 4 to 10 % of those of the same clip without noise (33 clips). Judge a diarizer on mixtures by
confusion and by the number of speakers; missed and false speech are partly these labels' own.

Used for long recordings, for overlap and for two channels. The same seed gives the same samples.
"""

from __future__ import annotations

import argparse
import wave
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.writing import to_rttm
from core.errors import Rejected
from models.recording import SAMPLE_RATE
from models.transcript import Turn

FRAME = SAMPLE_RATE // 100
"""10 ms, the step at which energy is looked at."""

BELOW_DB = 35.0
"""A frame this far under the clip's loud frames (95th percentile) is silence."""

ABOVE_FLOOR = 0.2
"""A frame must also be this share of the way, in dB, from the clip's floor (5th percentile) to its loud
frames. Without it the floor of a noisy clip counts as speech: 33 % false speech at 22 to 33 dB, none
with it; 0.3 and more lose weak sounds (7 to 13 % at 0.3). Chosen on clips with noise added."""

SMOOTH_FRAMES = 5
"""50 ms over which energy is averaged, so that the floor of noise is even."""

JOIN_S = 0.3
"""Silence inside a clip that is still one turn; the reference of a two-channel call here joins likewise."""

LEVEL_DB = -26.0
"""Level of speech in the mixture, dB of full scale, as ITU-T P.56 recordings have it."""

PAUSE_S = (0.1, 1.2)
"""Pause before the next speaker, uniform."""

INTERRUPTION_S = (0.2, 1.0)
"""How long before the end of a turn an interruption begins, uniform."""

SOUND = (".flac", ".wav")


@dataclass(frozen=True, slots=True)
class Clip:
    """Speech of one speaker alone: samples -1..1 at 16 kHz, and the spans (seconds) in which they speak."""

    speaker: str
    samples: NDArray[np.float32]
    spans: tuple[tuple[float, float], ...]

    @property
    def duration_s(self) -> float:
        """Return the length in seconds."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Plan:
    """What to make: `overlap` is the share of speaker changes that interrupt, by up to a second.

    `channels` 2 puts the first speaker left and the second right; `bleed_db` (negative) adds each
    side to the other, None keeps the sides apart. `noise_db` is the level of white noise, dB of
    full scale.
    """

    seconds: float
    speakers: int = 2
    overlap: float = 0.0
    channels: int = 1
    bleed_db: float | None = None
    noise_db: float | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Mixture:
    """A made conversation: samples (frames, channels) -1..1 and who speaks when."""

    samples: NDArray[np.float32]
    turns: tuple[Turn, ...]


def load_clips(folder: Path) -> tuple[Clip, ...]:
    """Return the clips below a folder; the speaker is the part of a name before the first `-`.

    That is LibriSpeech's naming. Raises `Rejected` where there are none.
    """
    import soundfile  # type: ignore[import-untyped, unused-ignore]  # ships no types

    clips = []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in SOUND):
        samples, rate = soundfile.read(path, dtype="float32")
        if rate != SAMPLE_RATE or samples.ndim != 1:
            raise Rejected("bad_clip", f"{path} is not 16 kHz mono.", "Convert it first.")
        clips.append(clip(path.stem.split("-")[0], samples))
    if not clips:
        raise Rejected("no_clips", f"No clips are in {folder}.", "Name a folder of 16 kHz FLAC or WAV files.")
    return tuple(clips)


def clip(speaker: str, samples: NDArray[np.float32]) -> Clip:
    """Return a clip at the common level with its spans of speech."""
    spans = speech_spans(samples)
    voiced = np.concatenate([samples[_at(start) : _at(end)] for start, end in spans] or [samples])
    level = float(np.sqrt(np.mean(np.square(voiced, dtype=np.float64)))) or 1.0
    return Clip(speaker, samples * np.float32(10 ** (LEVEL_DB / 20) / level), spans)


def speech_spans(samples: NDArray[np.float32]) -> tuple[tuple[float, float], ...]:
    """Return the seconds with speech in sound of one speaker, by energy."""
    frames = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME)
    if len(frames) < SMOOTH_FRAMES:
        return ()
    power = np.mean(np.square(frames, dtype=np.float64), axis=1)
    even = np.convolve(power, np.full(SMOOTH_FRAMES, 1 / SMOOTH_FRAMES), "same")
    energy = 10 * np.log10(even + 1e-12)
    floor, top = np.percentile(energy, [5, 95])
    loud = np.flatnonzero(energy >= max(top - BELOW_DB, floor + ABOVE_FLOOR * (top - floor)))
    breaks = np.flatnonzero(np.diff(loud) > JOIN_S * 100) + 1
    runs = np.split(loud, breaks)
    return tuple((float(run[0]) / 100, float(run[-1] + 1) / 100) for run in runs if len(run))


def mix(clips: Sequence[Clip], plan: Plan) -> Mixture:
    """Return a conversation of at least one clip that fills `plan.seconds`, cut there.

    Speakers alternate at random; clips of a speaker come in random order and again when all have
    been used.
    """
    samples = np.zeros((_at(plan.seconds), plan.channels), dtype=np.float32)
    turns: list[Turn] = []
    names = tuple(dict.fromkeys(c.speaker for c in clips))[: plan.speakers]
    if len(names) < plan.speakers:
        raise Rejected("few_speakers", f"The clips have {len(names)} speakers.", "Ask for fewer speakers.")
    for start, spoken in _schedule(clips, names, plan):
        channel = names.index(spoken.speaker) % plan.channels
        part = spoken.samples[: max(len(samples) - _at(start), 0)]
        samples[_at(start) : _at(start) + len(part), channel] += part
        turns += [Turn(start + a, min(start + b, plan.seconds), spoken.speaker) for a, b in spoken.spans]
    kept = tuple(sorted((t for t in turns if t.end > t.start), key=lambda turn: (turn.start, turn.speaker)))
    return Mixture(np.clip(_dirty(samples, plan), -1.0, 1.0), kept)


def _schedule(clips: Sequence[Clip], names: Sequence[str], plan: Plan) -> Iterator[tuple[float, Clip]]:
    """Yield clips with their start, seconds, until the plan is filled."""
    random = np.random.default_rng(plan.seed)
    decks: dict[str, list[Clip]] = {name: [] for name in names}
    ends = dict.fromkeys(names, 0.0)
    now, speaker = 0.0, ""
    while now < plan.seconds:
        others = [name for name in names if name != speaker] or list(names)
        speaker = others[int(random.integers(len(others)))]
        if not decks[speaker]:
            mine = [c for c in clips if c.speaker == speaker]
            decks[speaker] = [mine[i] for i in random.permutation(len(mine))]
        spoken = decks[speaker].pop()
        interrupts = now > 0 and random.random() < plan.overlap
        start = now - random.uniform(*INTERRUPTION_S) if interrupts else now + random.uniform(*PAUSE_S)
        start = max(start, ends[speaker])  # nobody interrupts themself
        yield start, spoken
        ends[speaker] = start + spoken.duration_s
        now = max(now, ends[speaker])


def _dirty(samples: NDArray[np.float32], plan: Plan) -> NDArray[np.float32]:
    """Return the samples with the other side's bleed and noise, where the plan asks for them."""
    if plan.bleed_db is not None and plan.channels > 1:
        samples = samples + samples[:, ::-1] * np.float32(10 ** (plan.bleed_db / 20))
    if plan.noise_db is not None:
        noise = np.random.default_rng(plan.seed + 1).standard_normal(samples.shape, dtype=np.float32)
        samples = samples + noise * np.float32(10 ** (plan.noise_db / 20))
    return samples


def first(mixture: Mixture, seconds: float) -> Mixture:
    """Return the beginning of a mixture."""
    turns = (Turn(t.start, min(t.end, seconds), t.speaker) for t in mixture.turns if t.start < seconds)
    return Mixture(mixture.samples[: _at(seconds)], tuple(turns))


def save(mixture: Mixture, folder: Path, name: str) -> Path:
    """Write NAME.wav (16 bit) and NAME.rttm into a folder; return the path of the sound."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.wav"
    with wave.open(str(path), "wb") as out:
        out.setnchannels(mixture.samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        for begin in range(0, len(mixture.samples), SAMPLE_RATE * 60):
            part = mixture.samples[begin : begin + SAMPLE_RATE * 60]
            out.writeframes((part * 32767).round().astype("<i2").tobytes())
    (folder / f"{name}.rttm").write_text(to_rttm(mixture.turns, name), encoding="utf-8")
    return path


def _at(seconds: float) -> int:
    """Return the sample at a time."""
    return round(seconds * SAMPLE_RATE)


def main() -> int:
    """Make one mixture from the command line: `python -m bench.mixtures CLIPS OUT --hours 3`."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("clips", type=Path, help="folder of one-speaker clips, 16 kHz mono")
    parser.add_argument("out", type=Path, help="folder for NAME.wav and NAME.rttm")
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--name", default="mixture")
    parser.add_argument("--speakers", type=int, default=2)
    parser.add_argument("--overlap", type=float, default=0.0, help="share of changes that interrupt, 0-1")
    parser.add_argument("--channels", type=int, choices=(1, 2), default=1)
    parser.add_argument("--bleed-db", type=float, default=None)
    parser.add_argument("--noise-db", type=float, default=None)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    plan = Plan(
        seconds=given.hours * 3600,
        speakers=given.speakers,
        overlap=given.overlap,
        channels=given.channels,
        bleed_db=given.bleed_db,
        noise_db=given.noise_db,
        seed=given.seed,
    )
    print(save(mix(load_clips(given.clips), plan), given.out, given.name))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
