"""Where somebody speaks, channel by channel: voice activity checked against the channel's own energy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from core.progress import Progress, share
from core.settings import SpeechSettings
from models.recording import SAMPLE_RATE, Audio
from models.transcript import Region
from transcription.listening import loudness, tonality
from transcription.listening.loudness import Loudness

FRAME = 512
"""Samples of one voice-activity frame: 32 ms."""
FRAME_S = FRAME / SAMPLE_RATE
BLOCK_S = 64.0
"""Seconds of sound read at once, a whole number of frames; the engine carries its state over."""

WORTH_SAYING_S = 1.0
"""Recovered speech under this is a word's edge here and there."""
TONE_S = 4.0
"""Most sound of a stretch that is looked at for tones, seconds."""
STEADY = 0.985
"""Steadiness over which sound is a tone. 290 stretches of speech of 60 people on telephone, headset
and studio microphones: median .78, 99.8 % under .977; ring, dial and key tones and held notes: over .996."""

Stretch = tuple[float, float]


class VoiceActivity(Protocol):
    """Sound to the probability of speech, frame by frame."""

    @property
    def fingerprint(self) -> str:
        """Return what produces the probabilities: engine, weights, options."""

    def probabilities(self, blocks: Iterable[NDArray[np.float32]]) -> Iterator[NDArray[np.float32]]:
        """Yield for each block of mono sound the probability of speech in each `FRAME` of it.

        Blocks follow each other in one recording; each but the last is a whole number of frames.
        """


@dataclass(frozen=True, slots=True)
class SpeechMap:
    """Where somebody speaks, in time order channel by channel.

    `recovered` are stretches within `regions` that voice activity at first dropped and the
    channel's energy brought back.
    """

    regions: tuple[Region, ...]
    recovered: tuple[Region, ...] = ()
    warnings: tuple[str, ...] = ()


def detect_speech(
    audio: Audio,
    vad: VoiceActivity,
    channels: tuple[int, ...],
    settings: SpeechSettings,
    progress: Progress,
) -> SpeechMap:
    """Return where somebody speaks on each of `channels`, to about 50 ms."""
    regions: list[Region] = []
    recovered: list[Region] = []
    for index, channel in enumerate(channels):
        report = share(progress, index / len(channels), (index + 1) / len(channels))
        found, regained = _detect_channel(audio, vad, channel, settings, report)
        regions += [Region(start, end, channel) for start, end in found]
        recovered += [Region(start, end, channel) for start, end in regained]
    return SpeechMap(tuple(regions), tuple(recovered), _warnings(recovered))


def _detect_channel(
    audio: Audio, vad: VoiceActivity, channel: int, settings: SpeechSettings, progress: Progress
) -> tuple[list[Stretch], list[Stretch]]:
    """Return the speech of one channel, and the part of it that energy brought back."""
    loud = loudness.measure(audio, channel)
    if not loud.sounding:
        return [], []
    probability = _probabilities(audio, vad, channel, (0.0, audio.duration_s), loud.gain, progress)
    found = _hysteresis(probability, settings.threshold, settings.release)
    regained = _recover(audio, vad, channel, found, loud, settings)
    speech = _join(sorted(found + regained), settings.pause_s)
    tight = loudness.tighten(speech, loud, settings.pause_s)
    kept = [s for s in tight if s[1] - s[0] >= settings.shortest_s and not _is_tone(audio, channel, s)]
    return kept, [r for r in regained if any(r[0] < end and r[1] > start for start, end in kept)]


def _probabilities(
    audio: Audio, vad: VoiceActivity, channel: int, span: Stretch, gain: float, progress: Progress
) -> NDArray[np.float32]:
    """Return the probability of speech for each frame of `span`, read block by block."""
    start, end = span
    starts = np.arange(start, end, BLOCK_S)
    blocks = (
        audio.window(float(s), min(float(s) + BLOCK_S, end), channel) * np.float32(gain) for s in starts
    )
    parts: list[NDArray[np.float32]] = []
    for number, part in enumerate(vad.probabilities(blocks), start=1):
        parts.append(part)
        progress(number / len(starts))
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _hysteresis(
    probability: NDArray[np.float32], on: float, off: float, origin: float = 0.0
) -> list[Stretch]:
    """Return stretches that reach `on` somewhere and stay above `off` throughout."""
    runs = loudness.runs(probability > off)
    return [
        (origin + first * FRAME_S, origin + last * FRAME_S)
        for first, last in runs
        if probability[first:last].max() >= on
    ]


def _recover(
    audio: Audio,
    vad: VoiceActivity,
    channel: int,
    found: list[Stretch],
    loud: Loudness,
    settings: SpeechSettings,
) -> list[Stretch]:
    """Return speech in loud stretches that `found` leaves out, each judged at its own level."""
    return [
        stretch
        for span in loudness.uncovered(found, loud, settings.lost_s)
        for stretch in _second_look(audio, vad, channel, span, loud, settings)
    ]


def _second_look(
    audio: Audio, vad: VoiceActivity, channel: int, span: Stretch, loud: Loudness, settings: SpeechSettings
) -> list[Stretch]:
    """Return the speech of a loud stretch heard afresh: no carried state, brought to level by itself."""
    context = (max(0.0, span[0] - 1.0), span[1] + 0.5)
    gain = loud.gain_of(span)
    probability = _probabilities(audio, vad, channel, context, gain, lambda _fraction: None)
    spoken = _hysteresis(probability, settings.second_threshold, settings.release / 2, context[0])
    inside = [(max(s, span[0]), min(e, span[1])) for s, e in spoken if s < span[1] and e > span[0]]
    return [s for s in inside if s[1] - s[0] >= settings.shortest_s]


def _is_tone(audio: Audio, channel: int, stretch: Stretch) -> bool:
    """Return whether a stretch is a signal tone or held notes, not a voice."""
    middle = (stretch[0] + stretch[1]) / 2
    heard = audio.window(max(stretch[0], middle - TONE_S / 2), min(stretch[1], middle + TONE_S / 2), channel)
    return tonality.steadiness(heard) > STEADY


def _join(stretches: list[Stretch], gap_s: float) -> list[Stretch]:
    """Return sorted stretches with those at most `gap_s` apart made one."""
    out: list[Stretch] = []
    for start, end in stretches:
        if out and start - out[-1][1] <= gap_s:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    return out


def _warnings(recovered: list[Region]) -> tuple[str, ...]:
    """Return one line that says how much was brought back, where that is worth saying."""
    seconds = sum(r.duration for r in recovered)
    if seconds < WORTH_SAYING_S:
        return ()
    return (f"Voice activity dropped {seconds:.1f} s of loud speech; it was brought back.",)
