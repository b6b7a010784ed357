"""Mandarin words: listening tokens, fillers, question forms, objections, words without content."""

from __future__ import annotations

import re


def _phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a block of text, cut at white space."""
    return tuple(text.split())


LISTENING = re.compile(
    r"(?:嗯+|哦+|喔|噢|啊+|唔|呃|额|诶|欸|哎|哈|好的?|好吧|好嘞|对+|对的|对啊|对呀|对吧|是|是的|是啊|是吗|行|可以|没错|"
    r"明白了?|明白|了解了?|知道了?|清楚了?|这样|这样啊|原来如此|当然|没问题|ok|okay|呀|啦|哟)+"
)
"""A backchannel is made of nothing but these. 不, 不是, 没有 and 等等 are not among them."""

REFUSALS = frozenset("不没停等别喂")
"""Characters that take the floor however short the speech is."""

ANSWERS = re.compile(
    r"(?:嗯+|好的?|好吧|对+|对的|对啊|是|是的|是啊|行|可以|没错|不|不是|没有|有|没|要|不要|会|不会|能|不能)+"
)
"""After a question these answer it."""

ACKNOWLEDGEMENTS: tuple[str, ...] = _phrases("""
    好的 好 嗯 明白 了解 理解 知道了 是的 对 没问题 当然 可以 原来 您说 你说
    您刚才 谢谢 感谢 不好意思 抱歉 确实 有道理
""")

FILLERS = re.compile(r"那个(?=[,\uff0c、…]|那个|就是)|就是说|呃+|额(?=[,\uff0c、…])|嗯(?=[,\uff0c、…])")
"""那个 counts only before a pause or repeated; elsewhere it points at something."""

ENDINGS = re.compile(r"(?:吗|么)[啊呀哦]?$")
"""Particles that end a question. 呢 alone also ends polite statements, so it needs another sign."""

WH = re.compile(
    r"什么|甚么|啥|怎么|怎样|咋|为何|为什么|干嘛|哪|谁|多少|几(?!乎|率|何|经|个月前)|如何|多久|多大|多远|多长|多高|多贵|何时"
)
WH_INDEFINITE = re.compile(
    r"没什么|没有什么|不怎么|什么都|什么的|怎么都|哪里都|哪都|谁都|谁也|什么也|好几|十几|几十|这几|那几|前几|有几个|几天前|"
    r"哪里哪里|哪怕|无论|不管|随便|不知道|多少有|怎么说呢"
)
"""Question words that ask nothing: 没什么, 这几个."""

A_NOT_A = re.compile(
    r"(?:([\u4e00-\u9fff])[不没]\1)|能否|是否|可否|有无|(?:可以|喜欢|需要|愿意|方便|知道)不(?:可以|喜欢|需要|愿意|方便|知道)"
)
A_NOT_A_BLOCKED = re.compile(r"好不容易|不知道是不是|对不起|差不差|了不了|看是否")

ASKING = re.compile(
    r"请问|我想问|想问一?下|我想知道|想了解一?下|告诉我|跟我说说|和我说说|(?:你|您)?(?:说说|讲讲|谈谈|聊聊)|介绍一下|问一下"
)
"""Forms that ask without a question word."""

CHOICE = re.compile(r"是.{1,12}还是|要.{1,12}还是|.{1,8}还是.{1,8}呢")
"""Either-or questions."""

TAG = re.compile(r"(?:对吧|好吧|是吧|行吧|可以吧|吧|对不|好吗|行吗)$")
"""Endings that make a question where a question mark stands after them."""

OPEN = re.compile(r"为什么|为何|怎么|怎样|如何|咋|什么|说说|讲讲|谈谈|聊聊|介绍一下|跟我说|告诉我|啥")
NARROW = re.compile(
    r"什么时(?:候|间)|什么名|什么地(?:方|址)|什么颜色|什么型号|什么牌|怎么称呼|多少|几|哪|谁|电话|地址|评分|时间|价格|名字"
)
"""Question words that ask for one fact: closed."""

FOLLOW_UP = re.compile(
    r"^(?:那|那么|所以|也就是说|您是说|你是说|您的意思|你的意思|为什么|怎么会|比如|例如|具体|您刚才|你刚才|您提到|然后)"
)
"""Questions that lean on what the other has just said."""

OBJECTIONS: tuple[str, ...] = _phrases("""
    太贵 有点贵 贵了 没预算 没有预算 预算不够 预算有限 不感兴趣 没兴趣 没有兴趣
    不需要 用不着 已经有了 已经有 已经在用 考虑一下 再考虑 想一想 想想 再说吧 再看看
    没时间 没有时间 不方便 商量一下 商量商量 问一下领导 跟领导 不放心 不信 骗人
    便宜点 更便宜 别家 竞争对手 合同还没到期 太复杂 不合适 不太合适 暂时不
""")

FAREWELLS: tuple[str, ...] = _phrases("再见 拜拜")

HOLD: tuple[str, ...] = _phrases("""
    稍等 等一下 等一等 请等 别挂 查一下 看一下 帮您查
""")

EMPTY_PATTERN = re.compile(
    r"什么|怎么|为什么|哪个|哪里|多少|这个|那个|这些|那些|这样|那样|我们|你们|您们|他们|她们|咱们|自己|大家|一个|一下|一点|一些|"
    r"没有|不是|就是|还是|但是|可是|因为|所以|如果|虽然|而且|或者|然后|那么|可以|需要|知道|觉得|应该|可能|现在|已经|非常|比较|真的|"
    r"谢谢|不客气|你好|您好|好的|再见|请问|帮我|给您|为您|[的了吗呢吧啊呀哦嗯我你您他她它这那是在有不也都就还很和与或把被让给对好行要会能想说去来到从跟上下个几]"
)
"""Cut out before content is read from Mandarin text."""
