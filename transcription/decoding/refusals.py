"""Why a recording is refused: every code with its reason and remedy, in words for a rep."""

from __future__ import annotations

from core.errors import Rejected

MINUTE_S = 60
AUDIO_KINDS = "WAV, MP3, M4A/MP4, OGG/Opus, FLAC, WebM, WMA, AMR, GSM, AIFF, AU, CAF or AVI"

_REASONS: dict[str, tuple[str, str]] = {
    "missing": ("There is no file at {path}.", "Check the name and the folder."),
    "not_a_file": ("{path} is {what}, not a file.", "Name the recording itself."),
    "unreadable": (
        "{path} cannot be read: permission is denied.",
        "Give the user that runs Debrief read permission on the file and its folder.",
    ),
    "empty": ("The file is empty.", "Export or upload the recording again."),
    "playlist": (
        "This is {what}, which only names other files.",
        "Hand in the recording that it names.",
    ),
    "not_audio": ("This is {what}, not a recording.", f"Hand in a sound file: {AUDIO_KINDS}."),
    "not_recognized": (
        "This is not a kind of sound file that can be reviewed.",
        f"Export the recording as {AUDIO_KINDS}.",
    ),
    "no_sound": ("The file holds no sound, only {what}.", "Hand in the recording with its sound."),
    "damaged": (
        "The file is cut short or damaged: no sound can be read from it.",
        "Export or upload the recording again and compare the file sizes.",
    ),
    "encrypted": (
        "The sound is encrypted (copy protection).",
        "Export the recording without protection.",
    ),
    "unsupported_codec": (
        "The sound is coded as {what}, which cannot be decoded here.",
        "Convert the recording to WAV, MP3, M4A or OGG.",
    ),
    "too_many_streams": (
        "The file holds {what} streams; at most {most} are accepted.",
        "Export only the sound of the call.",
    ),
    "too_many_channels": (
        "The sound has {what} channels; at most {most} are accepted.",
        "Export one channel for each party of the call.",
    ),
    "sample_rate": (
        "The sound has a sample rate of {what} Hz; 4000 to 384000 Hz are accepted.",
        "Convert the recording to 8000 or 16000 Hz.",
    ),
    "too_long": (
        "The recording is longer than {most}, the most that is accepted.",
        "Split it and hand in the parts, or raise DEBRIEF_DECODE__MAX_DURATION_S.",
    ),
    "too_short": (
        "The recording holds only {what} of sound; at least 0.2 s are needed.",
        "Check that the whole call was exported.",
    ),
    "timeout": (
        "Decoding took longer than {most} and was stopped.",
        "Convert the recording to WAV, or raise DEBRIEF_DECODE__TIMEOUT_S.",
    ),
    "decoder_failed": (
        "The decoder failed on this file; it may be damaged or made to do harm.",
        "Export the recording again, or convert it to WAV with another program.",
    ),
}


def refusal(code: str, **words: object) -> Rejected:
    """Return the error for a code, its sentences filled with `words`."""
    reason, remedy = _REASONS[code]
    return Rejected(code, reason.format(**words), remedy.format(**words))


def span(seconds: float) -> str:
    """Return a length as people say it: `0.01 s`, `12.5 s`, `75:00 min`, `6:00:00 h`."""
    if seconds < MINUTE_S:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(round(seconds), MINUTE_S)
    hours, past = divmod(minutes, MINUTE_S)
    return f"{hours}:{past:02d}:{rest:02d} h" if hours else f"{minutes}:{rest:02d} min"
