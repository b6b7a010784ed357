"""What the channels are to each other, and where somebody speaks on those that count."""

from __future__ import annotations

from core.progress import Progress, share
from models.stages import StageName
from transcription.listening.bleed import BleedResult, suppress_bleed
from transcription.listening.channels import ChannelKind, channel_layout
from transcription.listening.speech import detect_speech
from worker import sound
from worker.case import Case, Product
from worker.products import Heard

HEARD = Product(StageName.LISTEN, Heard)
WORTH_SAYING_S = 0.5
NOBODY = "No speech was found: the review is empty."


def run(case: Case, progress: Progress) -> Heard:
    """Return the speech of the sound to be understood; bleed of the other side is cut out."""
    layout = channel_layout(sound.decoded(case), share(progress, 0.0, 0.2))
    separate = layout.kind is ChannelKind.SEPARATE
    audio = sound.heard(case, layout.channels, separate=separate)
    channels = layout.channels if separate else (0,)
    found = detect_speech(
        audio, case.engines.voice_activity, channels, case.settings.speech, share(progress, 0.2, 0.9)
    )
    warnings = (*layout.warnings, *found.warnings)
    speech = found.regions
    if separate:
        bleed = suppress_bleed(audio, speech, share(progress, 0.9, 1.0))
        speech, warnings = bleed.speech, (*warnings, *_bled(bleed))
    return Heard(layout.channels, separate, speech, warnings if speech else (*warnings, NOBODY))


def _bled(bleed: BleedResult) -> tuple[str, ...]:
    """Return the warning that says how much of the other side was cut out."""
    seconds = sum(region.duration for region in bleed.removed)
    if seconds < WORTH_SAYING_S:
        return ()
    return (f"One side is heard on the other's channel: {seconds:.1f} s of it were left out.",)
