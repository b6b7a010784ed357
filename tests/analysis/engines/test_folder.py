"""Any Hugging Face text-classification folder as the sentiment judge."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from analysis.engines.folder import moods
from analysis.engines.transformers import load_sentiment
from core.errors import NotReady
from core.progress import ignore
from core.settings import JudgeSettings, Settings
from models.review import SentimentLabel

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad", "thing", "the", "##s"]
STARS = tuple(f"{count} star" for count in range(1, 6))
STAR_MOODS = {
    "1 star": "negative",
    "2 star": "negative",
    "3 star": "neutral",
    "4 star": "positive",
    "5 star": "positive",
}


def save(folder: Path, labels: tuple[str, ...], *, safe: bool = True) -> Path:
    """Write a small random classifier with a tokenizer; returns its folder."""
    folder.mkdir()
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=66,
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    network = BertForSequenceClassification(config)
    network.save_pretrained(folder)
    if not safe:
        torch.save(network.state_dict(), folder / "pytorch_model.bin")
        (folder / "model.safetensors").unlink()
    return folder


def settings(folder: Path, **labels: str) -> Settings:
    """Return settings with the folder as sentiment judge."""
    return Settings(
        judge=JudgeSettings.model_validate({"sentiment": str(folder), "sentiment_labels": labels})
    )


def test_a_folder_with_our_names_needs_no_mapping(tmp_path: Path) -> None:
    folder = save(tmp_path / "own", ("Negative", "Neutral", "Positive"))
    judge = load_sentiment(settings(folder), tmp_path)
    (found,) = judge.judge(["the good thing"], ignore)
    assert sum(found.probabilities.values()) == pytest.approx(1)
    assert judge.knows("xx")
    assert judge.fingerprint.startswith("sentiment-folder@")


def test_stars_add_up_to_moods(tmp_path: Path) -> None:
    folder = save(tmp_path / "stars", STARS)
    judge = load_sentiment(settings(folder, **STAR_MOODS), tmp_path)
    raw = judge.classifier.probabilities(["bad things"], ignore)[0]
    (found,) = judge.judge(["bad things"], ignore)
    assert found.probabilities["negative"] == pytest.approx(raw[0] + raw[1])
    assert found.score == pytest.approx(raw[3] + raw[4] - raw[0] - raw[1])


def test_two_labels_are_enough(tmp_path: Path) -> None:
    folder = save(tmp_path / "two", ("NEGATIVE", "POSITIVE"))
    (found,) = load_sentiment(settings(folder), tmp_path).judge(["good"], ignore)
    assert found.probabilities["neutral"] == 0


def test_a_long_text_is_judged_in_windows(tmp_path: Path) -> None:
    folder = save(tmp_path / "own", ("negative", "neutral", "positive"))
    judge = load_sentiment(settings(folder), tmp_path)
    whole, one = judge.judge([" ".join(["good thing"] * 1000), "good thing"], ignore)
    assert sum(whole.probabilities.values()) == pytest.approx(1)
    assert set(whole.probabilities) == set(one.probabilities)


def test_languages_come_from_the_settings(tmp_path: Path) -> None:
    folder = save(tmp_path / "own", ("negative", "neutral", "positive"))
    chosen = Settings(judge=JudgeSettings(sentiment=str(folder), sentiment_languages=("zh",)))
    judge = load_sentiment(chosen, tmp_path)
    assert judge.knows("zh")
    assert not judge.knows("en")


def test_unmapped_labels_are_named_with_a_mapping_to_copy(tmp_path: Path) -> None:
    folder = save(tmp_path / "raw", ("LABEL_0", "LABEL_1", "LABEL_2"))
    with pytest.raises(NotReady, match="LABEL_0, LABEL_1, LABEL_2") as error:
        load_sentiment(settings(folder), tmp_path)
    example = json.loads(error.value.command.split("=", 1)[1].strip("'"))
    assert list(example) == ["LABEL_0", "LABEL_1", "LABEL_2"]


@pytest.mark.parametrize(
    ("labels", "mapping"),
    [
        (("a", "b"), {"a": "negative", "b": "positive", "c": "neutral"}),
        (("a", "b"), {"a": "negative", "b": "neutral"}),
        (("a", "b"), {"a": "negative"}),
    ],
    ids=["no such label", "nothing positive", "one left over"],
)
def test_a_wrong_mapping_is_refused(labels: tuple[str, ...], mapping: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        moods(labels, mapping, tmp_path)


def test_the_mapping_ignores_case(tmp_path: Path) -> None:
    assert moods(("POS", "neg"), {"pos": "positive", "NEG": "negative"}, tmp_path) == (
        SentimentLabel.POSITIVE,
        SentimentLabel.NEGATIVE,
    )


def test_pickled_weights_are_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "pickled", ("negative", "neutral", "positive"), safe=False)
    with pytest.raises(NotReady, match="safetensors"):
        load_sentiment(settings(folder), tmp_path)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="nowhere"):
        load_sentiment(settings(tmp_path / "nowhere"), tmp_path)


def test_a_folder_that_brings_its_own_code_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "own", ("negative", "neutral", "positive"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"model_type": "of-their-own", "auto_map": {"AutoConfig": "theirs.Config"}}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(NotReady, match="cannot be read"):
        load_sentiment(settings(folder), tmp_path)


def test_a_regression_is_refused(tmp_path: Path) -> None:
    folder = save(tmp_path / "own", ("negative", "positive"))
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | {"problem_type": "regression"}), encoding="utf-8")
    with pytest.raises(NotReady, match="one label of several"):
        load_sentiment(settings(folder), tmp_path)
