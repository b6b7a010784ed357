"""The sound that engines hear, in the case's folder; what is not there is made again from the original.

So a worker may take up a call where another machine left it, and only the original need be kept.
"""

from __future__ import annotations

from core.progress import ignore
from models.recording import Audio
from transcription.decoding.decode import CANONICAL, decode, open_audio
from transcription.decoding.downmix import downmix
from worker.case import Case

MIX = "mix.wav"


def decoded(case: Case) -> Audio:
    """Return every channel of the recording."""
    path = case.folder / CANONICAL
    if path.exists():
        return open_audio(path)
    return decode(case.path, case.folder, case.settings.decode, ignore).audio


def heard(case: Case, channels: tuple[int, ...], *, separate: bool) -> Audio:
    """Return what the engines hear: all channels where they are separate, else one, mixed where need be."""
    audio = decoded(case)
    if separate:
        return audio
    if len(channels) == 1:
        return Audio(audio.path, audio.samples[:, channels[0] : channels[0] + 1])
    path = case.folder / MIX
    return open_audio(path) if path.exists() else downmix(audio, channels, path)
