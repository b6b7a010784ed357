"""The built-in judges: the contract both keep, and plain sentences that must come out right."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from analysis.engines.transformers import TransformerActs, TransformerSentiment, load_acts, load_sentiment
from analysis.judges import ActJudge, SentimentJudge
from core.errors import NotReady
from core.progress import ignore
from core.settings import JudgeSettings, Settings
from models.review import Act, SentimentLabel
from scripts.train import goemotions
from scripts.train.calibration import macro_f1, per_label
from scripts.train.calls import calls
from scripts.train.measure import Part, truth

TEXTS = (
    "yeah",
    "i'm really happy with this thank you so much",
    "and then what happened after the technician left your house on the second visit",
    "okay the number is four five six",
    "this is unacceptable i've been waiting three weeks",
    "yeah",
)


@pytest.fixture(scope="module")
def sentiment(settings: Settings, weights: Path) -> TransformerSentiment:
    return load_sentiment(settings, weights)


@pytest.fixture(scope="module")
def acts(settings: Settings, weights: Path) -> TransformerActs:
    return load_acts(settings, weights)


@pytest.fixture(params=["sentiment", "acts"])
def judge(request: pytest.FixtureRequest) -> SentimentJudge | ActJudge:
    found: SentimentJudge | ActJudge = request.getfixturevalue(request.param)
    return found


class TestContract:
    """What every judge keeps."""

    def test_answers_come_one_per_text_and_in_order(self, judge: SentimentJudge | ActJudge) -> None:
        whole = judge.judge(TEXTS, ignore)
        assert whole == tuple(judge.judge([text], ignore)[0] for text in TEXTS)

    def test_order_and_company_change_nothing(self, judge: SentimentJudge | ActJudge) -> None:
        many = [f"{text} {number}" for number in range(20) for text in TEXTS[:5]]
        mixed = random.Random(4).sample(many, len(many))  # noqa: S311 - an order, not a secret
        assert dict(zip(many, judge.judge(many, ignore), strict=True)) == dict(
            zip(mixed, judge.judge(mixed, ignore), strict=True)
        )

    def test_no_texts_give_no_answers(self, judge: SentimentJudge | ActJudge) -> None:
        assert judge.judge([], ignore) == ()

    def test_a_very_long_text_is_judged(self, judge: SentimentJudge | ActJudge) -> None:
        assert len(judge.judge(["so i told them again and again " * 200], ignore)) == 1

    def test_progress_rises_to_the_end(self, judge: SentimentJudge | ActJudge) -> None:
        seen: list[float] = []
        judge.judge([" ".join(["word"] * count) for count in range(1, 80)], seen.append)
        assert seen == sorted(seen)
        assert len(seen) > 1
        assert seen[-1] == pytest.approx(1)

    def test_raising_in_progress_cancels(self, judge: SentimentJudge | ActJudge) -> None:
        def cancel(_fraction: float) -> None:
            raise InterruptedError

        with pytest.raises(InterruptedError):
            judge.judge(TEXTS, cancel)

    def test_english_is_known_and_mandarin_is_not(self, judge: SentimentJudge | ActJudge) -> None:
        assert judge.knows("en")
        assert not judge.knows("zh")

    def test_the_fingerprint_names_engine_and_weights(self, judge: SentimentJudge | ActJudge) -> None:
        engine, _, digest = judge.fingerprint.partition("@")
        assert engine.endswith("-minilm")
        assert len(digest) == 12


class TestSentiment:
    """Moods."""

    @pytest.mark.parametrize(
        ("text", "label"),
        [
            ("I'm really happy with this, thank you so much", SentimentLabel.POSITIVE),
            ("i'm really happy with this thank you so much", SentimentLabel.POSITIVE),
            ("oh that's wonderful i appreciate your help", SentimentLabel.POSITIVE),
            ("this is unacceptable, I've been waiting three weeks", SentimentLabel.NEGATIVE),
            ("i'm so frustrated nobody ever calls me back", SentimentLabel.NEGATIVE),
            ("okay the number is four five six", SentimentLabel.NEUTRAL),
            ("what is your account number", SentimentLabel.NEUTRAL),
            ("the contract runs for twelve months", SentimentLabel.NEUTRAL),
        ],
    )
    def test_plain_sentences(self, sentiment: TransformerSentiment, text: str, label: SentimentLabel) -> None:
        assert sentiment.judge([text], ignore)[0].label is label

    def test_probabilities_sum_to_one_and_make_the_score(self, sentiment: TransformerSentiment) -> None:
        for found in sentiment.judge(TEXTS, ignore):
            assert set(found.probabilities) == {"negative", "neutral", "positive"}
            assert sum(found.probabilities.values()) == pytest.approx(1)
            gap = found.probabilities["positive"] - found.probabilities["negative"]
            assert found.score == pytest.approx(gap)

    @pytest.mark.parametrize("text", ["", "  ", "...", "?!"])
    def test_no_words_are_uncertain(self, sentiment: TransformerSentiment, text: str) -> None:
        (found,) = sentiment.judge([text], ignore)
        assert found.label is SentimentLabel.UNCERTAIN
        assert found.score == 0
        assert sum(found.probabilities.values()) == pytest.approx(1)

    def test_it_abstains_below_the_configured_probability(self, weights: Path) -> None:
        strict = load_sentiment(Settings(judge=JudgeSettings(abstain_below=1.0)), weights)
        assert {found.label for found in strict.judge(TEXTS, ignore)} == {SentimentLabel.UNCERTAIN}

    def test_options_are_in_the_fingerprint(self, sentiment: TransformerSentiment, weights: Path) -> None:
        strict = load_sentiment(Settings(judge=JudgeSettings(abstain_below=0.9)), weights)
        assert strict.fingerprint != sentiment.fingerprint

    @pytest.mark.shared
    def test_the_published_figure_holds_on_a_sample(
        self, sentiment: TransformerSentiment, shared: Path
    ) -> None:
        comments = [c for c in goemotions.read(shared / "text" / "goemotions", "test")[::6] if c.mood]
        part = Part("sample", tuple(c.text for c in comments), tuple(str(c.mood) for c in comments))
        labels = sentiment.classifier.labels
        found = sentiment.classifier.probabilities(part.texts, ignore).argmax(1)
        assert macro_f1(per_label(found, truth(part, labels), labels)) >= 0.70

    def test_service_calls_are_understood(self, sentiment: TransformerSentiment) -> None:
        part = Part("calls", *calls("mood"))
        labels = sentiment.classifier.labels
        found = sentiment.classifier.probabilities(part.texts, ignore).argmax(1)
        assert macro_f1(per_label(found, truth(part, labels), labels)) >= 0.85


class TestActs:
    """Dialogue acts."""

    @pytest.mark.parametrize(
        ("text", "act"),
        [
            ("what time do you close on saturdays", Act.QUESTION),
            ("Do you have the serial number?", Act.QUESTION),
            ("how many people are in your team", Act.QUESTION),
            ("uh-huh", Act.BACKCHANNEL),
            ("mm-hmm", Act.BACKCHANNEL),
            ("I'll send you the quote tomorrow", Act.OFFER),
            ("maybe we should try the other one", Act.SUGGEST),
            ("the order was placed on the twelfth of march", Act.INFORM),
            ("thank you so much", Act.SOCIAL),
        ],
    )
    def test_plain_sentences(self, acts: TransformerActs, text: str, act: Act) -> None:
        assert acts.judge([text], ignore)[0].act is act

    def test_probabilities_are_of_the_best_of_eight(self, acts: TransformerActs) -> None:
        for found in acts.judge(TEXTS, ignore):
            assert 1 / len(Act) <= found.probability <= 1

    def test_every_act_is_a_label(self, acts: TransformerActs) -> None:
        assert {Act(label) for label in acts.classifier.labels} == set(Act)

    def test_no_words_are_no_act(self, acts: TransformerActs) -> None:
        assert acts.judge(["..."], ignore)[0].act is Act.OTHER


@pytest.mark.parametrize("load", [load_sentiment, load_acts])
class TestLoading:
    """Set-up that is not there yet."""

    def test_missing_weights_name_the_command(self, load: type, settings: Settings, tmp_path: Path) -> None:
        with pytest.raises(NotReady, match="make weights"):
            load(settings, tmp_path)

    def test_another_encoder_is_refused(
        self, load: type, settings: Settings, weights: Path, tmp_path: Path
    ) -> None:
        home = tmp_path / "minilm-l6-v2"
        home.mkdir()
        for file in (weights / home.name).iterdir():
            if file.name != "model.safetensors":
                (home / file.name).symlink_to(file)
        whole = (weights / home.name / "model.safetensors").read_bytes()
        (home / "model.safetensors").write_bytes(whole[:-4] + b"\0\0\0\0")
        with pytest.raises(NotReady, match="not the one"):
            load(settings, tmp_path)
