"""Words that made-up calls are made of, drawn by Zipf's law."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

SALES = (
    "price", "discount", "contract", "refund", "competitor", "budget", "renewal", "invoice", "delivery",
    "warranty", "upgrade", "licence", "trial", "meeting", "proposal", "deadline", "support", "quote",
    "payment", "onboarding",
)  # fmt: skip
SALES_EVERY = 60
"""Sales words stand at every so many places among the most frequent words, from the frequent to the rarer."""
ONSETS = ("b", "br", "c", "d", "f", "g", "gr", "h", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v")
RHYMES = ("a", "an", "e", "el", "en", "er", "i", "in", "o", "on", "or", "u", "um")
CHINESE_SALES = (
    "价格", "折扣", "合同", "退款", "竞品", "预算", "续约", "发票", "交货", "保修", "升级", "试用",
    "会议", "方案", "期限", "支持", "报价", "付款", "仓库", "客户",
)  # fmt: skip
CHARACTERS = (
    "我你他们的是在有这个来不了大上地到说时要就出会可下过子得能自后对生年动多进成方"
    "工也分学经面同种产品系统数据公司市场问题电话服务质量时间部门经理工程技术培训"
)
ENGLISH_WORDS, CHINESE_WORDS = 60_000, 3_000


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, the most frequent first, and the share of what is said that each and all before it make up."""

    words: tuple[str, ...]
    shares: NDArray[np.float64]

    def drawn(self, chance: np.random.Generator, count: int) -> list[str]:
        """Return so many words."""
        places = np.searchsorted(self.shares, chance.random(count), side="right")
        return [self.words[place] for place in places.tolist()]


def english() -> Vocabulary:
    """Return words made of syllables, with those of sales among them."""
    made = islice(_unlike(_syllables(), SALES), ENGLISH_WORDS - len(SALES))
    return _by_zipf(_mixed(list(made), SALES, SALES_EVERY))


def chinese() -> Vocabulary:
    """Return words of two characters, with those of sales among them."""
    once = tuple(dict.fromkeys(CHARACTERS))
    pairs = (first + second for second, first in product(once, once) if first != second)
    made = islice(_unlike(pairs, CHINESE_SALES), CHINESE_WORDS - len(CHINESE_SALES))
    return _by_zipf(_mixed(list(made), CHINESE_SALES, 10))


def _syllables() -> Iterator[str]:
    """Yield words of one syllable, of two, of three."""
    syllables = [onset + rhyme for onset, rhyme in product(ONSETS, RHYMES)]
    for count in (1, 2, 3):
        yield from ("".join(parts) for parts in product(syllables, repeat=count))


def _unlike(words: Iterator[str], others: Sequence[str]) -> Iterator[str]:
    return (word for word in words if word not in others)


def _mixed(words: list[str], others: Sequence[str], every: int) -> tuple[str, ...]:
    """Return words with others set among them, one at every so many places."""
    for number, other in enumerate(others, 1):
        words.insert(number * every, other)
    return tuple(words)


def _by_zipf(words: tuple[str, ...]) -> Vocabulary:
    """Return words of which the n-th is said a n-th as often as the first (Zipf 1949)."""
    weights = 1.0 / np.arange(1, len(words) + 1)
    shares = np.cumsum(weights / weights.sum())
    shares[-1] = 1.0
    return Vocabulary(words, shares)
