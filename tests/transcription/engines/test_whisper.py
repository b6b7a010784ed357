"""What every Recognizer owes its caller, and what Whisper's weights owe besides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.errors import NotReady, Rejected
from core.progress import ignore
from core.settings import DecodeSettings, RecognizerSettings, Settings, SpeechSettings
from models.recording import Audio
from models.transcript import Recognition, Region
from tests.factories import noises
from transcription.decoding.decode import decode
from transcription.engines.silero import Silero
from transcription.engines.whisper import WhisperRecognizer, load
from transcription.engines.whisper_decoder import COMPUTE_TYPES, choose_device
from transcription.listening.speech import detect_speech
from transcription.recognition.hearing import DECODED_AGAIN
from transcription.recognizer import RecognitionOptions, Recognizer

ANY = RecognitionOptions()
SPEECH = (Region(6.7, 14.6), Region(14.8, 21.4), Region(21.8, 30.0))


def recognizer_of(settings: Settings, weights: str) -> WhisperRecognizer:
    return load(settings.model_copy(update={"recognizer": RecognizerSettings(weights=weights, batch_size=4)}))


@pytest.fixture(scope="module")
def base(settings: Settings) -> WhisperRecognizer:
    return recognizer_of(settings, "whisper-base")


@pytest.fixture(scope="module")
def english(settings: Settings) -> WhisperRecognizer:
    return recognizer_of(settings, "whisper-tiny.en")


@pytest.fixture(scope="module", params=["base", "english"])
def recognizer(request: pytest.FixtureRequest) -> Recognizer:
    found: Recognizer = request.getfixturevalue(request.param)
    return found


@pytest.fixture(scope="module")
def call(sample: Path) -> Audio:
    return noises.recording(sample)


@pytest.fixture(scope="module")
def heard(recognizer: Recognizer, call: Audio) -> Recognition:
    return recognizer.recognize(call, SPEECH, ANY, ignore)


class TestRecognizerContract:
    def test_the_words_of_the_call_are_heard(self, heard: Recognition) -> None:
        text = " ".join(word.text for word in heard.words).lower()
        assert heard.language == "en"
        for phrase in ("new jersey", "originally from chicago", "call me a yankee"):
            assert phrase in text

    def test_words_are_in_order_inside_speech_and_possible(self, heard: Recognition) -> None:
        starts = [word.start for word in heard.words]
        assert starts == sorted(starts)
        for word in heard.words:
            assert word.start <= word.end <= word.start + 1.5
            assert 0 <= word.probability <= 1
            assert word.text == word.text.strip() != ""
            middle = (word.start + word.end) / 2
            assert any(region.start - 0.3 <= middle <= region.end + 0.3 for region in SPEECH)

    def test_segments_keep_the_figures(self, heard: Recognition) -> None:
        for segment in heard.segments:
            assert segment.language == "en"
            assert segment.avg_logprob < 0
            assert segment.compression_ratio > 0
            assert 0 <= segment.no_speech_prob <= 1
            assert segment.text

    def test_no_speech_is_no_words(self, recognizer: Recognizer, call: Audio) -> None:
        found = recognizer.recognize(call, (), ANY, ignore)
        assert not found.words
        assert not found.segments

    def test_doing_it_twice_gives_the_same(
        self, recognizer: Recognizer, call: Audio, heard: Recognition
    ) -> None:
        assert recognizer.recognize(call, SPEECH, ANY, ignore) == heard

    def test_channels_do_not_mix(self, recognizer: Recognizer, call: Audio) -> None:
        voice = call.window(0, 30, 0).astype(np.float64)
        stereo = noises.audio_of(noises.silence(30.0), voice)
        found = recognizer.recognize(stereo, (Region(6.7, 14.6, 1),), ANY, ignore)
        assert {word.channel for word in found.words} == {1}
        assert {segment.channel for segment in found.segments} == {1}

    def test_progress_reaches_one_and_may_cancel(self, recognizer: Recognizer, call: Audio) -> None:
        seen: list[float] = []
        recognizer.recognize(call, (Region(6.7, 9.0),), ANY, seen.append)
        assert seen[-1] == 1.0

        def cancel(_fraction: float) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            recognizer.recognize(call, (Region(6.7, 9.0),), ANY, cancel)

    def test_an_unknown_language_is_refused(self, recognizer: Recognizer, call: Audio) -> None:
        with pytest.raises(Rejected) as refused:
            recognizer.recognize(call, SPEECH, RecognitionOptions("xx"), ignore)
        assert refused.value.code == "unsupported_language"

    def test_hotwords_without_end_do_no_harm(self, recognizer: Recognizer, call: Audio) -> None:
        options = RecognitionOptions(hotwords=tuple(f"Chromecast number {i}" for i in range(200)))
        found = recognizer.recognize(call, (Region(10.7, 14.6),), options, ignore)
        assert "Jersey" in " ".join(word.text for word in found.words)

    def test_the_fingerprint_names_the_engine(self, recognizer: Recognizer) -> None:
        assert recognizer.fingerprint.startswith("whisper@")


def test_weights_differ_in_fingerprint(base: Recognizer, english: Recognizer) -> None:
    assert base.fingerprint != english.fingerprint


def test_english_weights_refuse_another_language(english: Recognizer, call: Audio) -> None:
    with pytest.raises(Rejected, match="only English") as refused:
        english.recognize(call, SPEECH, RecognitionOptions("de"), ignore)
    assert "multilingual" in refused.value.remedy


def test_noise_taken_for_speech_is_not_words(base: Recognizer) -> None:
    noise = noises.audio_of(noises.pink_noise(20.0, 0.01))
    found = base.recognize(noise, (Region(1.0, 3.0), Region(8.0, 9.0)), ANY, ignore)
    assert found.words == ()


def test_missing_weights_name_the_command(settings: Settings, tmp_path: Path) -> None:
    bare = settings.model_copy(update={"weights": tmp_path})
    with pytest.raises(NotReady, match="make weights"):
        load(bare)


def test_weights_may_be_a_folder(settings: Settings, weights: Path, base: Recognizer) -> None:
    assert recognizer_of(settings, str(weights / "whisper-base")).fingerprint == base.fingerprint


def test_the_fastest_supported_arithmetic_is_taken() -> None:
    device = choose_device("cpu", "auto")
    assert device.compute_type in COMPUTE_TYPES["cpu"]
    assert choose_device("cpu", "float32").compute_type == "float32"


def decoded(path: Path, tmp_path: Path) -> Audio:
    return decode(path, tmp_path / "canonical.wav", DecodeSettings(), ignore).audio


def said(recognizer: Recognizer, audio: Audio) -> Recognition:
    channels = tuple(range(audio.channels))
    speech = detect_speech(audio, Silero(), channels, SpeechSettings(), ignore)
    return recognizer.recognize(audio, speech.regions, ANY, ignore)


@pytest.mark.shared
def test_a_nearly_silent_meeting_has_no_invented_sentence(
    base: Recognizer, shared: Path, tmp_path: Path
) -> None:
    meeting = shared / "audio" / "meetings" / "EN2001b.Mix-Headset.0-30s.wav"
    assert len(said(base, decoded(meeting, tmp_path)).words) <= 2


@pytest.mark.shared
def test_a_doubtful_window_says_the_same_every_time(base: Recognizer, shared: Path, tmp_path: Path) -> None:
    meeting = decoded(shared / "audio" / "meetings" / "EN2002a.Mix-Headset.0-30s.wav", tmp_path)
    first = said(base, meeting)
    assert any(DECODED_AGAIN in segment.flags for segment in first.segments)
    assert "yeah yeah yeah yeah yeah" not in " ".join(word.text.lower().strip(".,") for word in first.words)
    assert said(base, meeting) == first


@pytest.mark.shared
def test_mandarin_is_heard_as_unspaced_words(base: Recognizer, shared: Path, tmp_path: Path) -> None:
    found = said(base, decoded(shared / "audio" / "clips" / "mandarin_sales_opening_8k.wav", tmp_path))
    assert found.language == "zh"
    assert "理财" in "".join(word.text for word in found.words)
    assert not any(word.spaced for word in found.words)


@pytest.mark.shared
def test_a_clip_in_two_languages_keeps_both(base: Recognizer, shared: Path, tmp_path: Path) -> None:
    found = said(base, decoded(shared / "audio" / "clips" / "en-us_zh-cn.wav", tmp_path))
    text = "".join(word.text for word in found.words)
    assert "weather" in text
    assert "今天" in text


@pytest.mark.shared
def test_each_channel_has_its_own_sentence(base: Recognizer, shared: Path, tmp_path: Path) -> None:
    found = said(base, decoded(shared / "audio" / "clips" / "stereo_diarization.wav", tmp_path))
    left = " ".join(word.text for word in found.words if word.channel == 0)
    right = " ".join(word.text for word in found.words if word.channel == 1)
    assert left.startswith("He began a confused complaint against the wizard")
    assert right == "The horizon seems extremely distant."
