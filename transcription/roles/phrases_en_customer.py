"""What customers say on English calls; weights as in `phrases_en_rep`."""

from __future__ import annotations

from models.transcript import Role
from transcription.roles.phrases import RolePhrase, english

_WANT = (
    r"(?:i (?:want|need|have) to|i (?:would|will) (?:just )?(?:like|love) to"
    r"|i am (?:just )?(?:trying|looking|hoping) to)"
)
_MINE = (
    r"(?:my|our) (?:\w+ ){0,2}(?:car|vehicle|order|account|bill|card|phone|internet|wifi|package"
    r"|policy|claim|refund"
    r"|payment|subscription|service|computer|laptop|printer|flight|reservation|appointment|insurance"
    r"|statement"
    r"|router|modem|heater|furnace|washer|dryer|fridge|dishwasher|screen|password|delivery|room"
    r"|booking|loan"
    r"|prescription|money|signal|connection|line|unit|machine)"
)
_TROUBLE = (
    r"(?:is|are|was|were|has|have|had|does|do|did|will|would|can|could) (?:\w+ )?(?:not|never|down"
    r"|broken|wrong|late"
    r"|missing|stuck|dead|gone|damaged|defective|cracked|lost|stolen|overcharged|double)"
    r"|(?:keeps?|kept|stopped|started|quit|never|broke)"
)

ENGLISH_CUSTOMER: tuple[RolePhrase, ...] = (
    english(
        "want.buy",
        Role.CUSTOMER,
        3.0,
        rf"{_WANT} (?:buy|order|purchase|return|cancel|exchange|dispute|complain|report|reschedule"
        rf"|re ?order|replace|upgrade|renew|file a"
        r"|place an order|open an? (?:account|claim)|make an? (?:appointment|reservation|payment"
        r"|complaint|claim)|book|pay my|pay the|get my|get a refund"
        r"|reset my|change my|check (?:on )?my|update my|transfer (?:some )?money|check the (?:status"
        r"|balance)|track)",
        "Hi, I'd like to buy a Chromecast.",
    ),
    english(
        "want.know",
        Role.CUSTOMER,
        1.5,
        rf"{_WANT} (?:know (?:about|the|if|how much|what)|speak|talk|schedule|check|find out|get"
        rf" (?:some|a|an|the)|understand|see if|ask|inquire|set up)"
        r"(?! you| your)",
        "I'd like to know the status of my claim.",
    ),
    english(
        "want.wondering",
        Role.CUSTOMER,
        2.5,
        r"(?:i am|i was|i am just|i was just|just) (?:wondering|hoping|curious)(?: \w+)? (?:if"
        r"|whether|how|what|about)(?: you| it| there| i| this)",
        "I was wondering whether you could help me.",
    ),
    english(
        "want.help",
        Role.CUSTOMER,
        2.5,
        r"(?:you|somebody|someone|anyone) (?:please )?(?:help|assist) me(?! understand)|(?:i|we)"
        r" (?:\w+ )?need (?:some |your |a little )?(?:help|assistance)(?! you)",
        "Can you help me with my bill?",
    ),
    english(
        "want.looking_for",
        Role.CUSTOMER,
        1.5,
        r"i am (?:\w+ )?(?:looking for|interested in|in the market for|thinking about (?:buying"
        r"|getting))(?! you)",
        "I'm looking for a new laptop.",
    ),
    english(
        "want.calling_about",
        Role.CUSTOMER,
        3.0,
        r"(?:i am|i was|i have been|just) (?:just )?(?:calling|call|called|phoning)(?: you| in| today"
        r"| back)* (?:because(?! you| we (?:have|are|saw|noticed))|(?:about|regarding|in regards? to"
        r"|concerning|for|with|to) (?:my|i|we|our|a|an|the|ask|find out|complain|cancel|report"
        r"|make|order|pay|inquire|dispute|see (?:if i|what|about))\b(?! (?:\w+ ){0,2}you\b))",
        "I'm calling in because two weeks ago I got a car from you.",
    ),
    english(
        "problem.mine",
        Role.CUSTOMER,
        2.5,
        rf"{_MINE} (?:{_TROUBLE})",
        "My internet has been down since yesterday.",
    ),
    english(
        "problem.have",
        Role.CUSTOMER,
        2.5,
        r"(?:i|we) (?:am|are|have|have been|keep|was|were) (?:\w+ )?(?:having|got|getting"
        r"|experiencing|had)?(?: a| an| some| this| these)*"
        r"(?: couple| few| quick| \w+)?(?: of)? ?(?:problem|trouble|issue|complaint|error message"
        r"|difficulty|question)s?(?: with| about| regarding| for| on)",
        "I'm having trouble with my wifi.",
    ),
    english(
        "problem.charged",
        Role.CUSTOMER,
        2.5,
        r"(?:i|we) (?:\w+ )?(?:was|were|got|am|are|have been|am being|been) (?:\w+ )?(?:charged"
        r"|billed|overcharged|promised|told (?:that )?(?:i|it|the)|on hold|transferred|waiting)",
        "I was charged twice.",
    ),
    english(
        "problem.received",
        Role.CUSTOMER,
        2.0,
        r"(?:i|we) (?:just |recently |have |already |never |still )?(?:bought|ordered|purchased"
        r"|received|got|have not received|lost|forgot|booked|signed up)"
        r" (?:a|an|the|my|it|this|your|from)(?: \w+){0,3}(?: from you| bill| email| package| card"
        r"| order| car| password| charge| fee)",
        "I bought a printer from you last month.",
    ),
    english(
        "problem.lost",
        Role.CUSTOMER,
        2.5,
        r"i (?:have )?(?:lost|locked out of|forgot|can not (?:log|access|find|get into)|need to"
        r" (?:replace|reset)) (?:my|into|in to)(?: \w+){0,2}",
        "I lost my debit card.",
    ),
    english("own.mine", Role.CUSTOMER, 0.7, _MINE, "It's about my car."),
    english(
        "own.number_is",
        Role.CUSTOMER,
        1.5,
        r"my (?:\w+ )?(?:account|order|policy|member|phone|card|claim|confirmation|tracking|email"
        r"|address|last name|first name|date of birth|social)"
        r"(?: number| address| id)? is",
        "My account number is four five one.",
    ),
    english(
        "ask.you_guys",
        Role.CUSTOMER,
        1.3,
        r"(?:do|are|can|could|have|did|if|will|would) you guys|from you guys|with you guys"
        r"|you guys (?:have|do|handle|sell|are|were|can|offer|sent|charge|told)",
        "Do you guys work on Saturdays?",
    ),
    english(
        "ask.do_you_sell",
        Role.CUSTOMER,
        1.5,
        r"do you (?:sell|carry|offer|accept|ship|deliver|stock|charge|take (?:credit|insurance|walk)"
        r"|have any (?:\w+ )?(?:available|left|in stock|deals|openings|discounts))",
        "Do you deliver on weekends?",
    ),
    english(
        "ask.price",
        Role.CUSTOMER,
        1.5,
        r"how (?:much|long) (?:is|does|do|will|would|are) (?:it|that|this|the|they|shipping|delivery"
        r"|your)|what is (?:the|your) (?:payment|total|price|cost|rate|fee|catch|charge|return policy"
        r"|cancellation)"
        r"|how much (?:\w+ )?(?:cost|charge)",
        "How much does it cost?",
    ),
    english(
        "ask.when_i",
        Role.CUSTOMER,
        2.0,
        r"(?:when|how soon|how long) (?:will|can|could|would|should|do|until|before) (?:i|we|my"
        r"|it take before i) (?:\w+ )?(?:get|expect|receive|pick|have|come|see|be)(?! (?:you|with you))",
        "When can I expect the refund?",
    ),
    english(
        "ask.where_my",
        Role.CUSTOMER,
        2.5,
        r"(?:where|why) (?:is|are|was|did|do|were|have|am) (?:my|i (?:being|getting|charged"
        r"|have to pay)|you (?:charge|charging))",
        "Where is my package?",
    ),
    english(
        "ask.can_you",
        Role.CUSTOMER,
        1.5,
        r"(?:can|could|would) you (?:please |just |also )?(?:send me|transfer me|put me|give me a|fix"
        r"|cancel|refund|check (?:on |if |the |my )|tell me (?:if|how much|when|where|about|what"
        r" (?:the|kind))"
        r"|look into|help me(?! understand)|waive|connect me|call me back|email me|walk me"
        r"|explain why|recommend)",
        "Could you send me a new one?",
    ),
    english(
        "buyer.your_offer",
        Role.CUSTOMER,
        2.0,
        r"your (?:proposal|quote|pricing|estimate)|you (?:guys )?(?:quoted|proposed|charged|sent)"
        r" (?:me|us|is|was)?",
        "The price you quoted is too high.",
    ),
    english(
        "ask.hours",
        Role.CUSTOMER,
        2.0,
        r"what time do you (?:guys )?(?:close|open)|(?:are you|how late are you) (?:guys )?open"
        r"|is there (?:a|an|any) (?:\w+ )?(?:fee|charge|discount)",
        "What time do you close?",
    ),
    english(
        "ask.must_i",
        Role.CUSTOMER,
        1.0,
        r"(?:do|will|would) i (?:have|need|be able|get)(?: to)?(?: \w+)?",
        "Do I need to buy my own router?",
    ),
    english(
        "want.order",
        Role.CUSTOMER,
        1.5,
        r"(?:can|could|may) i (?:please )?(?:get|order|have|do) (?:a|an|two|three|some"
        r"|one)(?! \w* ?(?:name|number|phone|address|email|call ?back|date))",
        "Can I get a large pepperoni?",
    ),
    english(
        "ask.manager",
        Role.CUSTOMER,
        3.0,
        r"(?:speak|talk|speaking|connect me|transfer me)(?: to| with)+ (?:a|your|the|someone|somebody"
        r"|an)(?: (?:manager|supervisor|person|human|representative|agent|real))",
        "Can I talk to a manager?",
    ),
    english(
        "ask.refund",
        Role.CUSTOMER,
        3.0,
        r"(?:i|we) (?:\w+ )?(?:want|need|demand|would like|expect|get) (?:a|my|the|our)"
        r" (?:\w+ )?(?:refund|money back|replacement)",
        "I want a refund.",
    ),
    english(
        "ask.possible",
        Role.CUSTOMER,
        1.0,
        r"(?:is it|would it be|is there any way|is there a way|any chance)(?: possible)?(?: that"
        r"| for)? (?:i|me|to|we)(?: \w+){0,2}",
        "Is it possible that I come earlier?",
    ),
    english(
        "choose",
        Role.CUSTOMER,
        1.2,
        r"(?:let us|i will|i would|i think i will|we will) (?:just )?(?:go with|go for|take (?:the"
        r"|that|it|one|two)|get the|stick with)",
        "Let's go with the black one.",
    ),
    english(
        "decline.interested",
        Role.CUSTOMER,
        2.5,
        r"(?:i am|we are) (?:\w+ )?not (?:\w+ )?interested|not interested|take me off|stop calling"
        r"|how did you get (?:my|this) number|do not call",
        "I'm not interested, thank you.",
    ),
    english(
        "decline.think",
        Role.CUSTOMER,
        1.5,
        r"(?:i|we) (?:will |would |might |need to |have to |want to )+(?:\w+ )?(?:think (?:about"
        r"|it over)|talk (?:to|with) my|check with my|run (?:this|it|that) by|call you (?:guys )?back"
        r"|get (?:budget )?approv\w+)",
        "I might have to call you back.",
    ),
    english(
        "decline.already",
        Role.CUSTOMER,
        1.5,
        r"(?:we|i) (?:already|currently|are already|are currently|am already|am currently"
        r"|have already) (?:use|using|have a|have an|work with|working with|happy with|evaluated"
        r"|looked at)"
        r"|(?:happy|satisfied) with (?:our|my|the) current",
        "We already have a supplier.",
    ),
    english(
        "ask.send_me",
        Role.CUSTOMER,
        1.5,
        r"(?:send|email|shoot) (?:me|us) (?:over )?(?:some|the|more|an?|that|your)"
        r" (?:\w+ )?(?:information|info|details|quote|contract|proposal|invite|brochure|link)",
        "Just send me some information.",
    ),
    english(
        "buyer.budget",
        Role.CUSTOMER,
        1.0,
        r"(?:our|my) (?:\w+ )?(?:budget|cfo|ceo|cto|boss|wife|husband|biggest challenge|pipeline"
        r"|landlord)|tight budget",
        "I need to ask my husband.",
    ),
    english(
        "thank.help",
        Role.CUSTOMER,
        2.5,
        r"(?:thank you|appreciate) (?:\w+ ){0,4}(?:for )?(?:all )?(?:your|the) (?:help|assistance)"
        r"|thank you (?:so much |very much )?for (?:helping|calling (?:me|us)? ?back|looking into|fixing)"
        r"|you have been (?:\w+ )?helpful",
        "Thank you so much for your help.",
    ),
    english(
        "close.thats_all",
        Role.CUSTOMER,
        0.5,
        r"(?:that|i think that|that will|that would|it) (?:is|be|was|was going to be) (?:all|it"
        r"|everything)(?: i need\w*| for (?:now|today))?",
        "That's it, I think.",
    ),
    english(
        "ask.who",
        Role.CUSTOMER,
        0.7,
        r"who (?:is|am i) (?:this|calling)|what is this (?:about|regarding)",
        "What's this about?",
    ),
)
