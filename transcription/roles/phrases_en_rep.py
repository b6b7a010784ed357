"""What reps say on English calls.

Weights are log-odds by judgement, in steps: decisive 4, strong 3, clear 2, weak 1, slight 0.5. Checked
on scripted service and sales calls, and against 139 meetings in which nobody is rep or customer.
"""

from __future__ import annotations

from models.transcript import Role
from transcription.roles.phrases import RolePhrase, english

_NO_NAME = (
    r"(?:an?|the|all|not|just|what|how|where|when|very|really|so|like|some\w*|different|going|kind|that|this|it|i"
    r"|our|your|my|more|much|also|easy|hard|good|bad|okay|one|two|either|exactly|basically|because|fine|nice"
    r"|only|too|up|out|no|yeah|well|still|quite|pretty|possible|coming|made|probably|maybe|actually|connected|we)"
)
_ASK = r"(?:can|may|could|might)"
_GET = r"(?:get|have|ask(?: for)?|take|grab|start with|know|confirm|verify)"
_DATA = (
    r"(?:names?|numbers?|address|date of birth|birth ?date|zip(?: code)?|e ?mail(?: address)?|social"
    r"|phone(?: number)?"
    r"|order(?: number| id)?|account(?: number| id)?|policy(?: number)?|id|username|details"
    r"|information|contact)"
)

ENGLISH_REP: tuple[RolePhrase, ...] = (
    english(
        "greeting.calling",
        Role.REP,
        4.5,
        r"thank you (?:so |very )?(?:much |again )?for (?:calling|contacting|holding)(?! (?:me"
        r"|us) back| back)",
        "Thanks for calling Northside Plumbing.",
    ),
    english(
        "greeting.help",
        Role.REP,
        4.5,
        r"how (?:can|may|could|might) (?:i|we) (?:be of|help|assist|direct|make)(?: service)?"
        r"(?: you)?(?: today)?",
        "How may I help you today?",
    ),
    english(
        "greeting.do_for_you",
        Role.REP,
        3.0,
        r"what (?:can|could|may) (?:i|we) (?:do|help|get)(?: \w+)? (?:for )?you",
        "What can I do for you?",
    ),
    english(
        "greeting.served_by",
        Role.REP,
        4.0,
        r"(?:i (?:will|would|am going to) be|who will be)"
        r" (?:helping|assisting|taking care of|your (?:agent|advisor|representative|server))",
        "My name is Ana and I'll be helping you today.",
    ),
    english(
        "greeting.organisation",
        Role.REP,
        2.0,
        rf"(?:hello|this is|welcome to|good (?:morning|afternoon|evening)) (?!{_NO_NAME}\b)\w+(?: \w+){{0,4}}"
        r" (?:bank|support|customer service|customer care|service department|services|solutions|sales"
        r"|insurance|motors|clinic|dental|hotel|airlines?|energy|wireless|broadband|technologies"
        r"|systems|department"
        r"|office|desk|helpline|centre|center|company|team)",
        "Hello, this is Harbour National Bank.",
    ),
    english(
        "greeting.name_from",
        Role.REP,
        2.0,
        rf"(?:this is|my name is|it is) (?!{_NO_NAME}\b)\w+(?: \w+)? (?:calling |here )?"
        r"(?:from|with|over at|on behalf of)(?! (?:you|the us|upstairs))",
        "This is Marcus from Cloudnet.",
    ),
    english(
        "lookup.need",
        Role.REP,
        2.0,
        r"i (?:just |will just |will )?need (?:some|a little|a bit of|a few|your)(?: \w+)?"
        r" (?:information|info|details)(?: from you)?",
        "I just need some information from you.",
    ),
    english(
        "identity.ask",
        Role.REP,
        4.0,
        rf"{_ASK} (?:i|we) (?:\w+ ){{0,2}}{_GET}(?: you)? (?:\w+ ){{0,2}}(?:your|the"
        rf"|a)(?: \w+){{0,2}} {_DATA}",
        "Can I get your account number, please?",
    ),
    english(
        "identity.provide",
        Role.REP,
        3.0,
        rf"(?:you )?(?:please )?(?:provide|confirm|verify|give|spell|tell|share)(?: me"
        rf"| us)?(?: with)? (?:your|the)(?: \w+){{0,2}} {_DATA}",
        "Could you confirm your date of birth?",
    ),
    english(
        "identity.what",
        Role.REP,
        2.0,
        rf"what (?:is|was) (?:your|the)(?: (?!cancellation|return|refund"
        rf"|privacy)\w+){{0,2}} (?!policy\b(?! number)){_DATA}(?! for)",
        "And what was your last name?",
    ),
    english(
        "identity.verify",
        Role.REP,
        3.0,
        r"(?:for (?:security|verification)(?: purposes)?|verify your (?:identity|account|information)"
        r"|security question"
        r"|who am i speaking)",
        "For security purposes, who am I speaking with?",
    ),
    english(
        "lookup.account",
        Role.REP,
        3.0,
        r"(?:pull(?:ed|ing)?|bring(?:ing)?|look(?:ing)?)(?: up)? (?:your|the|that)"
        r" (?:\w+ )?(?:account|order|information|record|file|profile"
        r"|reservation|booking|policy)(?: up)?",
        "Let me pull up your account.",
    ),
    english(
        "lookup.for_you",
        Role.REP,
        2.5,
        r"(?:let me|i (?:can|will|am going to)|i am happy to|we can|we will) (?:just "
        r"|go ahead and )?(?:\w+ ){1,5}for you",
        "Let me check that for you.",
    ),
    english(
        "lookup.see_your",
        Role.REP,
        1.5,
        r"i (?:can |do )?see (?:here )?(?:that )?(?:you|your)(?! guys| are right| point)",
        "I see you have two orders with us.",
    ),
    english(
        "lookup.wait",
        Role.REP,
        2.0,
        r"(?:bear with me|(?:one|a|just a) (?:moment|second|minute) (?:please )?while i|(?:place|put"
        r"|putting|placing) you on"
        r" (?:a )?(?:brief |short )?hold|do you mind holding|thank you for (?:waiting|your patience"
        r"|being patient))",
        "Bear with me one moment while I check.",
    ),
    english(
        "transfer",
        Role.REP,
        3.0,
        r"(?:i (?:can|will|am going to|would)|let me) (?:\w+ ){0,3}(?:transfer|connect|forward"
        r"|put) you (?:to|with|through)",
        "I'll transfer you to our billing team.",
    ),
    english(
        "help.happy_to",
        Role.REP,
        2.5,
        r"(?:happy|glad|more than happy) to (?:help|assist|take care|get|look|answer|set|do that)",
        "I'd be happy to help with that.",
    ),
    english(
        "help.can",
        Role.REP,
        2.5,
        r"(?:i|we) (?:can|will|am going to|would love to)(?: \w+){0,2} (?:help|assist) you(?! move"
        r"| guys carry)(?: with| out)?(?: that)?",
        "I can definitely help you with that.",
    ),
    english(
        "empathy",
        Role.REP,
        2.0,
        r"(?:sorry (?:to hear|for (?:the|any|that|your) (?:\w+ )?(?:inconvenience|trouble|delay|wait"
        r"|confusion|experience|frustration))"
        r"|apologi[sz]e for (?:the|any|that)|i (?:\w+ )?understand (?:your|how|the|that is|why"
        r"|the) (?:\w+ )?(?:concern|frustrat\w*|confusion))",
        "I'm so sorry for the inconvenience.",
    ),
    english(
        "thank.business",
        Role.REP,
        3.0,
        r"(?:thank you|appreciate you) (?:so much |very much )?for (?:your (?:business|patience"
        r"|loyalty|interest|understanding)"
        r"|being (?:a|such)|choosing|confirming|verifying|providing|that information|bringing (?:this"
        r"|that)|letting (?:me|us) know|shopping|trusting)"
        r"|(?:appreciate|value) your (?:business|loyalty|patience)",
        "Thank you for choosing Harbour Bank.",
    ),
    english(
        "thank.customer",
        Role.REP,
        3.0,
        r"(?:valued|loyal|great|wonderful|good|longtime|long time) (?:customer|client|member)s?",
        "You've been a wonderful customer of ours.",
    ),
    english(
        "process.your",
        Role.REP,
        2.0,
        r"your (?:\w+ )?(?:order|car|vehicle|room|table|prescription|package|refund|replacement"
        r"|appointment|request|payment|ticket|claim|card|account|reservation|policy|call"
        r"|confirmation(?: number)?)"
        r" (?:is|has been|will be|was|should|will|number is)(?! not)",
        "Your order has been shipped.",
    ),
    english(
        "process.receive",
        Role.REP,
        2.5,
        r"you (?:will|should|are going to|can expect to)(?: be)? (?:receive|receiving|get"
        r"|see)(?:ing)? (?:a|an|your|the|that)"
        r" (?:\w+ )?(?:confirmation|email|e mail|text|call|package|refund|letter|code|message|invoice"
        r"|link|receipt)",
        "You will receive a confirmation email shortly.",
    ),
    english(
        "process.schedule",
        Role.REP,
        2.0,
        r"(?:get|got|have|put|set|sign|pencil|book|schedule|squeeze)(?:ting)? you (?:\w+ )?(?:in|up"
        r"|down|on|scheduled|started|booked|set up|taken care)(?: for| at| on)?",
        "Should we just get you in at eight then?",
    ),
    english(
        "process.availability",
        Role.REP,
        2.5,
        r"(?:first|next|earliest|soonest) (?:availab\w+|appointment|opening|slot)|(?:availability"
        r"|openings?|slots?|appointments?) (?:we|i) have"
        r"|(?:we|i) have (?:an? )?(?:\w+ )?(?:opening|slot|availability|appointment)s?",
        "The first availability we have is two days from now.",
    ),
    english(
        "process.price",
        Role.REP,
        2.0,
        r"your total|(?:that|it|total) (?:will be|came out to|comes? out to|comes to|is going to be"
        r"|would be) (?:\d+|(?:\w+ ){1,3}(?:dollars|hundred|pounds|euros)|(?:ten|eleven|twelve"
        r"|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?! percent| minutes| days))"
        r"|how (?:would|will) you (?:like to )?be? ?pay\w*",
        "Your total comes to forty dollars.",
    ),
    english(
        "process.on_the_way",
        Role.REP,
        1.0,
        r"(?:it|order) is (?:already )?on (?:the|its) way",
        "Terrific, it's on the way.",
    ),
    english(
        "process.here_to_help",
        Role.REP,
        2.0,
        r"(?:reach out|call us|contact us|give us a call|let (?:us|me) know) (?:back )?(?:if"
        r"|any ?time|at|any)|we are (?:here|open|available) (?:to|from|if|until|for)",
        "Give us a call if anything changes.",
    ),
    english(
        "close.anything_else",
        Role.REP,
        4.5,
        r"(?:any ?thing|something) else (?:that )?(?:i|we) (?:can|could|may|might)(?: help| assist| do| get)?"
        r"(?: you)?(?: with)?(?: today)?",
        "Is there anything else I can help you with?",
    ),
    english(
        "close.else_today",
        Role.REP,
        3.0,
        r"any ?thing else (?:for you|today|you (?:need|would like|want))|any (?:other|more"
        r"|further) (?:questions|requests|concerns)(?: for (?:me|us))?",
        "Anything else for you today?",
    ),
    english(
        "close.my_pleasure",
        Role.REP,
        1.0,
        r"my pleasure|you are (?:very |most |so |quite )?welcome",
        "My pleasure.",
    ),
    english(
        "close.have_a",
        Role.REP,
        0.5,
        r"have a (?:great|good|nice|wonderful|lovely|fantastic|blessed|pleasant) (?:rest of (?:your"
        r"|the) )?(?:day|evening|weekend|one|night|afternoon|week)",
        "Have a great rest of your day.",
    ),
    english(
        "close.forward",
        Role.REP,
        1.0,
        r"look(?:ing)? forward to (?:seeing|serving|speaking|hearing|working|talking|having)",
        "We're looking forward to seeing you.",
    ),
    english("polite.address", Role.REP, 0.5, r"sir|madam|miss", "Yes, sir."),
    english("polite.certainly", Role.REP, 0.5, r"certainly|not a problem|of course", "Certainly."),
    english(
        "recording.notice",
        Role.REP,
        2.0,
        r"(?:on a recorded line|(?:let you know|advise you|remind you|mention)(?: that)? (?:this|the"
        r"|our|your) call|call is (?:being )?recorded)",
        "Just to let you know, this call is recorded.",
    ),
)
