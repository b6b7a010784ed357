"""English words: listening tokens, fillers, question words, objections, words without content."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    """Return the words of a block of text."""
    return frozenset(text.split())


def _phrases(text: str) -> tuple[str, ...]:
    """Return the phrases of a block of text, cut at bars."""
    return tuple(" ".join(phrase.split()) for phrase in text.split("|"))


LISTENING = _words("""
    yeah yea yep yup yes ya mm mmm mhm mm-hmm mm-hm mmhmm mhmm um-hmm um-hum hmm hm hmmm uh-huh uhuh
    mm-mm huh uh um ah aha oh ooh wow okay ok kay 'kay mkay alright right sure true exactly absolutely
    definitely totally indeed gotcha good great cool nice fine really interesting
""")
"""A backchannel is made of nothing but these (or of `LISTENING_PHRASES`).

From the commonest texts of 12,554 acts that annotators of the AMI meetings marked Backchannel.
`no` and `nah` are on that list and are left out here: in a sales call they are answers.
"""

LISTENING_PHRASES: tuple[str, ...] = _phrases("""
    i see | i know | got it | of course | all right | that's right | that's true | makes sense |
    that makes sense | fair enough | i understand | i hear you | is that right | sounds good | no problem |
    oh no
""")

ANSWERS = _words("""
    yes yeah yea yep yup no nope nah sure okay ok right correct exactly absolutely definitely true
    fine good great uh-huh mm-hmm mhm mm-hm
""")
"""After a question these answer it, so there they are no backchannels."""

REFUSALS = _words("no nope nah not stop wait never don't but what why sorry hello hi bye")
"""Words that take the floor however short they are."""

ACKNOWLEDGEMENTS: tuple[str, ...] = _phrases("""
    okay | ok | right | sure | certainly | absolutely | of course | i see | got it | i understand | i hear
    you | that makes sense | makes sense | good point | good question | great question | exactly | fair
    enough | great | perfect | terrific | wonderful | thank you | thanks | no problem | i appreciate |
    sounds like | it sounds like | so you | what i'm hearing | if i understand | yes | yeah | no | alright
    | all right | sorry to hear | i'm sorry
""")
"""Openings by which a reply shows that it has taken in what was said before it."""

FILLERS = _words("um umm uh uhm er erm uh-uh")
"""Single tokens that are nothing but hesitation. `like`, `so` and `right` are left out: too often words."""

FILLER_PHRASES: tuple[tuple[str, ...], ...] = (("you", "know"), ("i", "mean"))
FILLER_PHRASE_GUARDS: dict[tuple[str, ...], frozenset[str]] = {
    ("you", "know"): _words("""
        do did don't didn't if let as what how when where who that would will could should to the about
        all before everything anything of
    """),
    ("i", "mean"): _words("what do did know that"),
}
"""A phrase right after one of these is grammar, not hesitation: "do you know", "what I mean"."""

FILLER_OBJECTS = _words("what how why where who when that it him her them if whether the this about")
"""Before one of these the phrase is grammar too: "you know what", "I mean it"."""

HESITATION = FILLERS | _words("""
    so and but well okay ok yeah yes yep right alright oh ah hmm mm mm-hmm then or because 'cause
    cause actually basically sorry hey hi hello great cool perfect terrific certainly sure absolutely
    good thanks anyway also just again first like no please fine wonderful exactly excellent still
    maybe then kay 'kay huh
""")
"""Words that may stand before a question without changing it."""

WH = _words("""
    what what's whats what're what'd how how's hows how'd why why's where where's when who who's whose
    which whom
""")
AUXILIARIES = _words("""
    do does did is are was were will would can could should have has had am may shall might must don't
    doesn't didn't isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't haven't hasn't
    hadn't 's 're 'd
""")
SUBJECTS = _words("""
    i you he she it we they this that these those there anyone anybody everyone everybody someone
    somebody anything everything the your my our his her their its any some a an people y'all
""")
POSSESSIVES = _words("the your my our his her their its that this")
PRONOUNS = _words("i you he she it we they there")
BARE_SUBJECTS: dict[str, frozenset[str]] = {
    "do": _words("i you we they people these those your the any"),
    "have": _words("you we they i"),
    "had": _words("you we they i he she"),
    "may": _words("i we"),
    "might": _words("i we you"),
    "must": _words("i we you"),
    "can": SUBJECTS - _words("a an that"),
    "will": SUBJECTS - _words("a an"),
    "don't": _words("you we they i"),
}
"""After these auxiliaries only these begin a question: "do that" and "have a look" are orders."""

RELATIVE_NEXT = _words("maybe probably basically also actually means makes to in of on if")
"""After `which` or `what` these continue a statement."""
INNER_VERBS = _words("do did does is would could are were can will should have")
INNER_SUBJECTS = _words("you we they it there this that")
INNER_FREE = _words("""
    and but so or okay ok well then because um uh er now like right yeah what how why where when which
    who great perfect sure alright terrific thanks mm hmm oh
""")
"""Inside a run of words nobody punctuated, a question may begin after one of these."""

OPEN_STARTS: tuple[str, ...] = _phrases("""
    tell me | describe | walk me through | talk me through | take me through | help me understand |
    explain | how come | what if | i'd love to hear | i would love to hear | share with me | give me an
    example | give me some | tell us | talk to me about
""")
"""Orders that ask for a story."""

INDIRECT: tuple[str, ...] = _phrases("""
    i was wondering | i'm wondering | i wonder if | i wonder whether | i wonder what | i wonder how | i
    was curious | i'm curious | i am curious | let me ask | can i ask | could i ask | may i ask | i wanted
    to ask | i'd like to know | i would like to know | i want to know | just wondering | any questions |
    any other questions | any thoughts | any ideas | any comments | any concerns | anything else | what
    about | how about | what else | why not | who else | where else | how so
""")
"""Openings that ask without inversion."""

INDIRECT_ANYWHERE: tuple[str, ...] = _phrases("""
    i was wondering if | i was wondering whether | i was wondering what | i was wondering how | i'm
    wondering if | i'm wondering whether | i wonder if you | i wanted to ask | let me ask you | can i ask
    | may i ask | could i ask | i'd like to know | tell me about | tell me more | tell me what | tell me
    how | walk me through | help me understand
""")
"""The same, unmistakable wherever they stand."""

NARROW_HOW = _words("many much long old often far big large soon fast high tall late early")
NARROW_WHAT = _words("""
    time date day year month number colour color size name email address phone zip postcode age model
    percentage version type
""")
"""`what` and `how` with these ask for one fact: closed."""

TAGS: tuple[str, ...] = _phrases("""
    right | correct | yeah | huh | eh | okay | or not | or no | or what | is that right | is that correct
""")
"""Endings that turn a statement into a question when a question mark stands after them."""

SPOKEN_TAG_BLOCKERS = _words("so neither nor as than what where who how which whatever wherever know")

FAREWELLS = _words("bye goodbye cheers")

FOLLOW_UP_STARTS: tuple[str, ...] = _phrases("""
    why | how so | how come | what do you mean | what did you mean | tell me more | can you tell me more |
    could you tell me more | can you give me an example | could you give me an example | like what | such
    as | what happened | what makes | what made | and then what | can you elaborate | could you elaborate
    | how did that | how does that | what would that | what was that like | when you say | so you | do you
    mean | is that because | what did you do | how did you | and what | and how | and why | in what way |
    you said | you mentioned | what kind of
""")
"""Questions that make sense only on what the other has just said."""

OBJECTIONS: tuple[str, ...] = _phrases("""
    too expensive | too much money | a lot of money | can't afford | cannot afford | no budget | out of
    budget | over budget | not in the budget | don't have the budget | costs too much | not interested |
    no interest | don't need | do not need | already have | already use | already using | already working
    with | happy with what we | happy with our | need to think | have to think | want to think | think
    about it | think it over | not the right time | bad time | not a good time | not now | call me back
    later | send me an email | send me some information | need to talk to | have to talk to | have to
    check with | need to check with | need to ask my | not ready | not sure we | not sure it | not sure i
    need | don't see the value | don't see how | what's the catch | not convinced | doesn't work for |
    won't work for | cheaper | competitor | locked in | under contract | too complicated | don't trust |
    never heard of
""")
"""Phrases by which customers push back: price, need, trust, time, authority."""

HOLD: tuple[str, ...] = _phrases("""
    put you on hold | place you on hold | on a brief hold | on hold | hold on | hold the line | hang on |
    bear with me | one moment | just a moment | one second | just a second | give me a second | give me a
    moment | give me a minute | one minute | just a minute | let me check | let me look
""")
"""Announcements of a wait."""

EMPTY = _words("""
    a an the this that these those some any each every all both few more most other another such no
    nor not only own same than too very one ones two three four five six seven eight nine ten i me my
    mine myself you your yours yourself he him his she her hers it its we us our ours they them their
    theirs who whom whose which what what's when where why how here there then now again ever never
    always am is are was were be been being do does did done doing have has had having will would
    shall should can could may might must ought going gonna wanna gotta get gets got getting go goes
    went gone come comes came i'm i've i'd i'll you're you've you'd you'll he's he'd he'll she's she'd
    she'll it's it'd it'll we're we've we'd we'll they're they've they'd they'll that's that'll
    there's here's let's who's where's how's isn't aren't wasn't weren't don't doesn't didn't haven't
    hasn't hadn't won't wouldn't can't cannot couldn't shouldn't ain't and but or so because if while
    as until though although unless since whether of at by for with about against between into through
    during before after above below to from up down in out on off over under yeah yea yep yup yes mm
    mmm mhm mm-hmm mm-hm mmhmm hmm hm uh-huh huh uh um er erm ah aha oh ooh wow okay ok kay alright
    right sure well like just really actually basically literally maybe perhaps probably kind sort bit
    lot lots thing things stuff something anything nothing everything someone anyone everybody know
    think mean guess say says said saying tell told want wants wanted need needs see look looks let
    make makes made take takes put good great nice fine cool thank thanks please sorry hi hello hey
    bye goodbye much many even still also else back way time today great perfect terrific certainly
    absolutely exactly
    cause quite pretty little able suppose supposed use used using keep keeps point idea part
    different whole quick quickly sometimes already almost enough around yet anyway whatever couldn
    didn doesn wouldn don end start stuff
""")
"""Words that do not say what a turn is about."""
