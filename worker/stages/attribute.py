"""Words and turns to the call as attributed text: who said what, and which side each speaker is on."""

from __future__ import annotations

from core.progress import Progress
from models.stages import StageName
from models.transcript import Role, Transcript, Word
from report.wording import plural
from transcription.attribution import correct
from transcription.attribution.attribute import attribute, attribute_channels
from transcription.attribution.correct import Spoken
from transcription.attribution.utterances import utterances
from transcription.roles.assign import KnownRoles, assign_roles
from worker.case import Case, Product, Request
from worker.products import Attributed, Voices
from worker.stages.decode import DECODED
from worker.stages.diarize import DIARIZED
from worker.stages.listen import HEARD
from worker.stages.transcribe import RECOGNIZED

NO_ROLES = "What is said does not tell the rep from the customer: name the rep's speaker or channel."
ATTRIBUTED = Product(StageName.ATTRIBUTE, Attributed)


def run(case: Case, _progress: Progress) -> Attributed:
    """Return the transcript, with what people put right in it."""
    recognized, voices = case.get(RECOGNIZED), case.get(DIARIZED)
    corrected = correct.correct(Spoken(_words(case), voices.diarization.turns), case.request.edits)
    words, turns = corrected.spoken.words, corrected.spoken.turns
    spoken = utterances(words, recognized.language)
    known = _known(case.request, voices)
    transcript = Transcript(
        language=recognized.language,
        duration_s=case.get(DECODED).recording.duration_s,
        speakers=assign_roles(spoken, words, turns, known),
        words=words,
        turns=turns,
        utterances=spoken,
        diarization_confidence=voices.diarization.confidence,
        overlap_detected=voices.diarization.overlap_detected,
    )
    return Attributed(transcript, (*_warnings(transcript), *_lost(len(corrected.idle))))


def _known(request: Request, voices: Voices) -> KnownRoles:
    """Return what people know of the sides."""
    channel_of = correct.channels(voices.channel_of_speaker, request.edits)
    return KnownRoles(request.rep_channel, request.rep_speaker, channel_of, request.roles)


def _words(case: Case) -> tuple[Word, ...]:
    """Return the words with their speakers."""
    words, voices = case.get(RECOGNIZED).words, case.get(DIARIZED)
    if case.get(HEARD).separate:
        return attribute_channels(words, {c: s for s, c in voices.channel_of_speaker.items()})
    return attribute(words, voices.diarization)


def _warnings(transcript: Transcript) -> tuple[str, ...]:
    roles = {speaker.role for speaker in transcript.speakers}
    if not transcript.speakers or roles & {Role.REP, Role.CUSTOMER}:
        return ()
    return (
        "What is said does not tell the rep from the customer; name one with --rep-speaker or --rep-channel.",
    )


def _lost(edits: int) -> tuple[str, ...]:
    """Return the warning that some of what people put right is no longer there to be put right."""
    if not edits:
        return ()
    return (f"{plural(edits, 'correction')} found nothing to change any more: look at the history.",)
