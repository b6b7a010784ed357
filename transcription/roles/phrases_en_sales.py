"""What reps say on English calls when they sell; weights as in `phrases_en_rep`."""

from __future__ import annotations

from models.transcript import Role
from transcription.roles.phrases import RolePhrase, english

ENGLISH_SALES: tuple[RolePhrase, ...] = (
    english("greeting.speaking", Role.REP, 1.0, r"(?:this is )?\w+ speaking", "Support, Jason speaking."),
    english(
        "outbound.calling_from",
        Role.REP,
        2.5,
        r"i am (?:just )?(?:calling|reaching out|following up)(?: you| to you| today)* (?:from"
        r"|on behalf of|with)"
        r"(?! (?:my|home|a|the|work|your|you)\b)",
        "I'm calling from Bright Solar.",
    ),
    english(
        "outbound.calling_you",
        Role.REP,
        2.0,
        r"(?:just )?calling to (?:let you know|follow up|see if you|remind you|check in|touch base)"
        r"|(?:wanted|want) to (?:follow up|touch base|reach out)|(?:i am|i was|we are|the reason"
        r"|reason) (?:\w+ ){0,3}(?:calling|call|reaching out|follow(?:ing)? up|reached out)"
        r"(?: \w+){0,2} (?:about your|regarding your|because (?:you|we)|to (?:let you|tell you|follow"
        r"|see if you|introduce|remind))",
        "I'm calling to let you know that your policy is due.",
    ),
    english(
        "outbound.good_time",
        Role.REP,
        2.5,
        r"(?:is (?:this|now)(?: still)? a (?:good|bad|convenient|okay) time|did i catch you|caught you at"
        r"|do you have (?:a )?(?:few|couple|quick|\d+|two|five)(?: of)? (?:minutes?|moments?|seconds?))",
        "Is this a good time to talk?",
    ),
    english(
        "outbound.thank_time",
        Role.REP,
        1.5,
        r"(?:thank you|appreciate you) (?:so much |very much |everyone |all )?for"
        r" (?:(?:taking|making) (?:the |some )?time|taking my call|your time|joining"
        r"|getting on the call|meeting with)",
        "Thanks for taking the time to speak with me today.",
    ),
    english(
        "outbound.speaking_with",
        Role.REP,
        1.5,
        r"am i (?:speaking|talking) (?:with|to)",
        "Am I speaking with Mrs. Lee?",
    ),
    english(
        "outbound.is_this",
        Role.REP,
        1.5,
        r"is this (?:mister|mr|mrs|ms|miss|doctor|dr) \w+|are you the (?:homeowner|home owner"
        r"|account holder|owner|decision maker)",
        "Hello, is this Mr. Henderson?",
    ),
    english(
        "discovery.questions",
        Role.REP,
        2.0,
        r"what questions (?:can i|do you|may i)|(?:let me|i will|i need to) check with (?:my|our)"
        r" (?:\w+ )?(?:team|manager|supervisor|department)",
        "What questions can I answer for you?",
    ),
    english(
        "offer.would_you_like",
        Role.REP,
        2.0,
        r"(?:which|what|when|how|what time|what day)(?: \w+){0,3} would you (?:like|prefer)"
        r"|would you (?:prefer|like (?:to|me|us|the|that|it|a))"
        r"(?! (?:to )?(?:say|start|comment|present))",
        "Which color would you like?",
    ),
    english(
        "offer.interested",
        Role.REP,
        1.5,
        r"would you be (?:\w+ )?(?:interested|open|available|willing|looking)|would (?:that|this"
        r"|it) (?:work|be (?:okay|better)) for you"
        r"|does that (?:work|sound (?:good|okay|right)) (?:for|to) you|which works (?:better|best)",
        "Would you be interested in a demo?",
    ),
    english(
        "offer.our",
        Role.REP,
        1.2,
        r"our (?:\w+ )?(?:products?|platform|services?|solutions?|customers|clients|system|policy"
        r"|warranty|plans?|programs?"
        r"|technicians?|specialists?|agents?|store|website|pricing|software|packages?|promotions?"
        r"|mechanics|experts|database|records)",
        "Our technicians are in your area tomorrow.",
    ),
    english(
        "offer.we_sell",
        Role.REP,
        1.5,
        r"we (?:also |do |currently |can |typically |usually |actually |are )?(?:offer(?:ing)?"
        r"|provide|speciali[sz]e|carry|stock|running a|include|recommend|ship)",
        "We also offer a three year warranty.",
    ),
    english(
        "offer.we_help",
        Role.REP,
        2.0,
        r"(?:we|i) (?:\w+ )?(?:help|work with|partner with|work for)(?:ed)? (?:a lot of |many |other "
        r"|similar )?(?:\w+ ){0,2}"
        r"(?:companies|businesses|clients|customers|teams|homeowners|families|organi[sz]ations)"
        r"|(?:companies|clients|customers|businesses) (?:like|such as|similar to|your size)",
        "We work with a lot of small businesses.",
    ),
    english(
        "offer.deal",
        Role.REP,
        2.0,
        r"(?:special|promotional|limited time|exclusive|introductory) (?:offer|price|pricing|rate"
        r"|promotion|discount|deal)"
        r"|(?:at|for) no (?:additional |extra )?(?:charge|cost)|free of charge|free (?:estimate|quote"
        r"|consultation|trial|inspection|upgrade)s?|(?:give|offer|get) you (?:a|an"
        r"|\w+ percent)(?: \w+){0,2} (?:discount|credit|off)",
        "We could have a rental car for you at no charge.",
    ),
    english(
        "offer.we_can",
        Role.REP,
        1.0,
        r"we (?:can|could|will|would) (?:\w+ )?(?:get|have|send|schedule|set|take|book|waive|refund"
        r"|replace|do that|give|start|arrange|issue)"
        r" (?:you|a|an|someone|it|that|your|this|the|in)\b",
        "We can have a technician there by noon.",
    ),
    english(
        "discovery",
        Role.REP,
        1.5,
        r"(?:tell me|share|walk me through) (?:a (?:little )?(?:bit )?)?(?:more )?(?:about )?(?:your"
        r"|how you|what you)(?! name)"
        r"|how are you (?:currently|handling|managing)|what (?:would|does) success look|(?:are|is)"
        r" (?:you|your team) currently"
        r"|what (?:is|are) your (?:biggest|main|current|top|goals?|budget|timeline)",
        "Could you tell me a bit about your current setup?",
    ),
    english(
        "demo",
        Role.REP,
        1.5,
        r"(?:let me|i (?:will|can|would (?:love|like) to)) (?:\w+ )?(?:show|walk|send)(?: you"
        r"| over)* (?:through|how|over|the|a|an|some|our|that|what)"
        r" ?(?:\w+ )?(?:demo|proposal|contract|quote|link|calendar|invite|how|information|works?"
        r"|platform)?",
        "I'd love to show you how that would work.",
    ),
)
