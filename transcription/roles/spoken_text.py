"""Recognised words made comparable: one written form for each spoken one, and the way back to the words."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

from models.transcript import Word

_APART = {
    "cannot": "can not",
    "can't": "can not",
    "cant": "can not",
    "won't": "will not",
    "wont": "will not",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "got to",
    "lemme": "let me",
    "ok": "okay",
    "thanks": "thank you",
    "thankyou": "thank you",
    "hi": "hello",
    "hey": "hello",
    "let's": "let us",
    "lets": "let us",
    "y'all": "you guys",
    "ma'am": "madam",
    "im": "i am",
    "ive": "i have",
    "youre": "you are",
    "theyre": "they are",
    "dont": "do not",
    "doesnt": "does not",
    "didnt": "did not",
    "isnt": "is not",
    "wasnt": "was not",
    "hasnt": "has not",
    "thats": "that is",
    "whats": "what is",
}
_ENDINGS = (("n't", "not"), ("'ll", "will"), ("'ve", "have"), ("'re", "are"), ("'m", "am"), ("'d", "would"))
_IS = frozenset(
    {"it", "that", "there", "what", "here", "how", "where", "who", "he", "she", "name", "everything"}
)
_TRADITIONAL = str.maketrans(
    "這裡裏請問幫嗎麼個們會電話號訂單買題謝聯繫係預約產優務為爲壞錢價費貴邊還沒點錄轉聽線稱賬帳戶貨發維師開設辦續險貸課裝樣試驗"
    "對給介紹說來時間現歡應該從過長處員專業實際報退換運輸記錯誤動機車樓學業關於質獎贈額總櫃臺經據顧諮詢訴確認撥鍵輸後無",
    "这里里请问帮吗么个们会电话号订单买题谢联系系预约产优务为为坏钱价费贵边还没点录转听线称账账户货发维师开设办续险贷课装样试验"
    "对给介绍说来时间现欢应该从过长处员专业实际报退换运输记错误动机车楼学业关于质奖赠额总柜台经据顾咨询诉确认拨键输后无",
)
_MARKS = re.compile(r"[^\w']+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SPACED_HAN = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class SpokenText:
    """Normalised text of some words: word `indexes[i]` begins at character `offsets[i]`."""

    text: str
    offsets: tuple[int, ...]
    indexes: tuple[int, ...]

    def words_of(self, first: int, last: int) -> tuple[int, int]:
        """Return the indexes of the first and last word in characters first..last (exclusive)."""
        return self._word_at(first), self._word_at(max(first, last - 1))

    def _word_at(self, character: int) -> int:
        return self.indexes[max(bisect_right(self.offsets, character) - 1, 0)]


def spoken_text(words: tuple[Word, ...], indexes: tuple[int, ...]) -> SpokenText:
    """Return the normalised text of `words[i]` for i in `indexes`, in that order."""
    pieces: list[str] = []
    offsets: list[int] = []
    length = 0
    for index in indexes:
        piece = normalise(words[index].text)
        glued = not piece or not pieces or (_is_han(piece[0]) and _is_han(pieces[-1][-1:]))
        gap = "" if glued else " "
        offsets.append(length + len(gap))
        if piece:
            pieces.append(gap + piece)
            length += len(pieces[-1])
    return SpokenText("".join(pieces), tuple(offsets), indexes)


def normalise(text: str) -> str:
    """Return text in lower case without marks, contractions apart, Han characters simplified.

    >>> normalise("I'd like that, thanks!")
    'i would like that thank you'
    """
    plain = unicodedata.normalize("NFKC", text).replace("\u2019", "'").lower().translate(_TRADITIONAL)
    tokens = (token.strip("'_") for token in _MARKS.split(plain))
    return _SPACED_HAN.sub("", " ".join(_apart(token) for token in tokens if token))


def _apart(token: str) -> str:
    """Return a contraction as the words it stands for; a possessive without its s."""
    if token in _APART:
        return _APART[token]
    for ending, word in _ENDINGS:
        if token.endswith(ending) and len(token) > len(ending):
            return f"{token.removesuffix(ending)} {word}"
    if token.endswith("'s"):
        stem = token.removesuffix("'s")
        return f"{stem} is" if stem in _IS else stem
    return token


def _is_han(character: str) -> bool:
    return bool(_HAN.match(character))
