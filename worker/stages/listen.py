"""What the channels are to each other, and where somebody speaks on those that count."""

from __future__ import annotations

from core.progress import Progress, share
from models.recording import Audio
from transcription.decoding.downmix import downmix
from transcription.listening.bleed import BleedResult, suppress_bleed
from transcription.listening.channels import ChannelKind, ChannelLayout, channel_layout
from transcription.listening.speech import detect_speech
from worker.case import Case, Product, StageName
from worker.products import Heard
from worker.stages.decode import DECODED

HEARD = Product(StageName.LISTEN, Heard)
MIX = "mix.wav"
WORTH_SAYING_S = 0.5
NOBODY = "No speech was found: the review is empty."


def run(case: Case, progress: Progress) -> Heard:
    """Return the sound to be understood and its speech; bleed of the other side is cut out."""
    decoded = case.get(DECODED)
    layout = channel_layout(decoded.audio, share(progress, 0.0, 0.2))
    separate = layout.kind is ChannelKind.SEPARATE
    audio = decoded.audio if separate else _one_channel(case, decoded.audio, layout)
    channels = layout.channels if separate else (0,)
    found = detect_speech(
        audio, case.engines.voice_activity, channels, case.settings.speech, share(progress, 0.2, 0.9)
    )
    warnings = (*layout.warnings, *found.warnings)
    speech = found.regions
    if separate:
        bleed = suppress_bleed(audio, speech, share(progress, 0.9, 1.0))
        speech, warnings = bleed.speech, (*warnings, *_bled(bleed))
    return Heard(audio, separate, speech, warnings if speech else (*warnings, NOBODY))


def _bled(bleed: BleedResult) -> tuple[str, ...]:
    """Return the warning that says how much of the other side was cut out."""
    seconds = sum(region.duration for region in bleed.removed)
    if seconds < WORTH_SAYING_S:
        return ()
    return (f"One side is heard on the other's channel: {seconds:.1f} s of it were left out.",)


def _one_channel(case: Case, audio: Audio, layout: ChannelLayout) -> Audio:
    """Return the one channel worth hearing, or the mix of those that hear the same room."""
    if len(layout.channels) == 1:
        channel = layout.channels[0]
        return Audio(audio.path, audio.samples[:, channel : channel + 1])
    return downmix(audio, layout.channels, case.folder / MIX)
