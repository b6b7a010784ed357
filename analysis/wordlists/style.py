"""English function words in nine categories, for language style matching.

The categories are those of Ireland and Pennebaker's LSM; the lists are our own (LIWC's dictionary
is licensed commercially and is not used).
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    """Return the words of a block of text."""
    return frozenset(text.split())


CATEGORIES: dict[str, frozenset[str]] = {
    "personal pronouns": _words("""
        i me my mine myself i'm i've i'd i'll you your yours yourself yourselves you're you've you'd
        you'll he him his himself he's he'd he'll she her hers herself she's she'd she'll we us our ours
        ourselves we're we've we'd we'll they them their theirs themselves they're they've they'd they'll
    """),
    "impersonal pronouns": _words("""
        it its itself it's it'd it'll this that these those that's that'd that'll who what which whoever
        whatever anybody anyone anything everybody everyone everything nobody nothing somebody someone
        something another other others here's there's what's who's one
    """),
    "articles": _words("a an the"),
    "auxiliary verbs": _words("""
        am is are was were be been being have has had having do does did doing done will would shall
        should can could may might must ought isn't aren't wasn't weren't haven't hasn't hadn't don't
        doesn't didn't won't wouldn't can't cannot couldn't shouldn't i'm i've i'd i'll you're you've
        you'd you'll he's she's it's we're we've we'd we'll they're they've they'd they'll that's there's
        let's gonna
    """),
    "adverbs": _words("""
        very really just so too quite pretty actually basically almost already always ever never often
        sometimes usually here there now then again still yet soon maybe perhaps probably only even well
        back away completely totally definitely absolutely especially rather somewhat how when where why
        anyway instead
    """),
    "prepositions": _words("""
        about above across after against along among around at before behind below between beyond by down
        during except for from in inside into like near of off on onto out outside over per since through
        throughout till to toward towards under until unto up upon via with within without
    """),
    "conjunctions": _words("""
        and but or nor so yet because 'cause cause if unless although though while whereas whether than as
        plus also then when however otherwise
    """),
    "negations": _words("""
        no not none nor never nothing nobody nowhere neither cannot ain't isn't aren't wasn't weren't
        haven't hasn't hadn't don't doesn't didn't won't wouldn't can't couldn't shouldn't without nope
        nah
    """),
    "quantifiers": _words("""
        all any both each every few many more most much several some somewhat lot lots less least fewer
        enough half plenty couple bit bunch whole little extra another single
    """),
}
