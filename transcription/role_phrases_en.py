"""What reps, customers and announcements say on English calls.

Weights are log-odds by judgement, in steps (decisive 4, strong 3, clear 2, weak 1, slight 0.5), checked
on scripted service and sales calls, and against 139 meetings, in which nobody is rep or customer.
"""

from __future__ import annotations

from models.transcript import Role
from transcription.role_phrases import RolePhrase, english

_ASK = r"(?:can|may|could|might)"
_GET = r"(?:get|have|ask(?: for)?|take|grab|start with|know|confirm|verify)"
_DATA = (
    r"(?:names?|numbers?|address|date of birth|birth ?date|zip(?: code)?|e ?mail(?: address)?|social|phone(?: number)?"
    r"|order(?: number| id)?|account(?: number| id)?|policy(?: number)?|id|username|details|information|contact)"
)
_WANT = r"(?:i (?:want|need|have) to|i (?:would|will) (?:just )?(?:like|love) to|i am (?:just )?(?:trying|looking|hoping) to)"
_MINE = (
    r"(?:my|our) (?:\w+ ){0,2}(?:car|vehicle|order|account|bill|card|phone|internet|wifi|package|policy|claim|refund"
    r"|payment|subscription|service|computer|laptop|printer|flight|reservation|appointment|insurance|statement"
    r"|router|modem|heater|furnace|washer|dryer|fridge|dishwasher|screen|password|delivery|room|booking|loan"
    r"|prescription|money|signal|connection|line|unit|machine)"
)
_TROUBLE = (
    r"(?:is|are|was|were|has|have|had|does|do|did|will|would|can|could) (?:\w+ )?(?:not|never|down|broken|wrong|late"
    r"|missing|stuck|dead|gone|damaged|defective|cracked|lost|stolen|overcharged|double)"
    r"|(?:keeps?|kept|stopped|started|quit|never|broke)"
)

_REP = (
    english(
        "greeting.calling",
        Role.REP,
        4.5,
        r"thank you (?:so |very )?(?:much |again )?for (?:calling|contacting|holding)(?! (?:me|us) back| back)(?: \w+){0,3}",
        "Thanks for calling Northside Plumbing.",
    ),
    english(
        "greeting.help",
        Role.REP,
        4.5,
        r"how (?:can|may|could|might) (?:i|we) (?:be of|help|assist|direct|make)(?: \w+){0,2}",
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
        r"(?:i (?:will|would|am going to) be|who will be) (?:helping|assisting|taking care of|your)",
        "My name is Ana and I'll be helping you today.",
    ),
    english(
        "greeting.organisation",
        Role.REP,
        2.0,
        r"(?:hello|this is|welcome to|good (?:morning|afternoon|evening))(?: \w+){1,5}"
        r" (?:bank|support|customer service|customer care|service department|services|solutions|sales"
        r"|insurance|motors|clinic|dental|hotel|airlines?|energy|wireless|broadband|technologies|systems|department"
        r"|office|desk|helpline|centre|center|company|team)",
        "Hello, this is Harbour National Bank.",
    ),
    english(
        "greeting.name_from",
        Role.REP,
        2.0,
        r"(?:this is|my name is|it is) (?!a|an|the|all|not|just|what|how|where|when|very|really|so|like|some\w*|different|going|kind|that|this|it|our|your|my|more|much|also|easy|hard|good|bad|okay|one|two|two|either|exactly|basically|because|fine|nice|only|too|up|out|no|yeah|well|still|only|quite|pretty|possible|interesting|coming|made|probably|maybe|actually|connected)\w+(?: \w+)? (?:calling |here )?(?:from|with|over at|on behalf of)(?! (?:you|the us|upstairs))",
        "This is Marcus from Cloudnet.",
    ),
    english("greeting.speaking", Role.REP, 1.0, r"(?:this is )?\w+ speaking", "Support, Jason speaking."),
    english(
        "outbound.calling_from",
        Role.REP,
        2.5,
        r"i am (?:just )?(?:calling|reaching out|following up)(?: you| to you| today)* (?:from|on behalf of|with)"
        r"(?! (?:my|home|a|the|work|your|you)\b)",
        "I'm calling from Bright Solar.",
    ),
    english(
        "outbound.calling_you",
        Role.REP,
        2.0,
        r"(?:just )?calling to (?:let you know|follow up|see if you|remind you|check in|touch base)|(?:wanted|want) to (?:follow up|touch base|reach out)|(?:i am|i was|we are|the reason|reason) (?:\w+ ){0,3}(?:calling|call|reaching out|follow(?:ing)? up|reached out)"
        r"(?: \w+){0,2} (?:about your|regarding your|because (?:you|we)|to (?:let you|tell you|follow|see if you|introduce|remind))",
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
        r" (?:(?:taking|making) (?:the |some )?time|taking my call|your time|joining|getting on the call|meeting with)",
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
        r"is this (?:mister|mr|mrs|ms|miss|doctor|dr) \w+|are you the (?:homeowner|home owner|account holder|owner|decision maker)",
        "Hello, is this Mr. Henderson?",
    ),
    english(
        "lookup.need",
        Role.REP,
        2.0,
        r"i (?:just |will just |will )?need (?:some|a little|a bit of|a few|your)(?: \w+)? (?:information|info|details)(?: from you)?",
        "I just need some information from you.",
    ),
    english(
        "discovery.questions",
        Role.REP,
        2.0,
        r"what questions (?:can i|do you|may i)|(?:let me|i will|i need to) check with (?:my|our) (?:\w+ )?(?:team|manager|supervisor|department)",
        "What questions can I answer for you?",
    ),
    english(
        "identity.ask",
        Role.REP,
        4.0,
        rf"{_ASK} (?:i|we) (?:\w+ ){{0,2}}{_GET}(?: you)? (?:\w+ ){{0,2}}(?:your|the|a)(?: \w+){{0,2}} {_DATA}",
        "Can I get your account number, please?",
    ),
    english(
        "identity.provide",
        Role.REP,
        3.0,
        rf"(?:you )?(?:please )?(?:provide|confirm|verify|give|spell|tell|share)(?: me| us)?(?: with)? (?:your|the)(?: \w+){{0,2}} {_DATA}",
        "Could you confirm your date of birth?",
    ),
    english(
        "identity.what",
        Role.REP,
        2.0,
        rf"what (?:is|was) (?:your|the)(?: (?!cancellation|return|refund|privacy)\w+){{0,2}} (?!policy\b(?! number)){_DATA}(?! for)",
        "And what was your last name?",
    ),
    english(
        "identity.verify",
        Role.REP,
        3.0,
        r"(?:for (?:security|verification)(?: purposes)?|verify your (?:identity|account|information)|security question"
        r"|who am i speaking)",
        "For security purposes, who am I speaking with?",
    ),
    english(
        "lookup.account",
        Role.REP,
        3.0,
        r"(?:pull(?:ed|ing)?|bring(?:ing)?|look(?:ing)?)(?: up)? (?:your|the|that) (?:\w+ )?(?:account|order|information|record|file|profile"
        r"|reservation|booking|policy)(?: up)?",
        "Let me pull up your account.",
    ),
    english(
        "lookup.for_you",
        Role.REP,
        2.5,
        r"(?:let me|i (?:can|will|am going to)|i am happy to|we can|we will) (?:just |go ahead and )?(?:\w+ ){1,5}for you",
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
        r"(?:bear with me|(?:one|a|just a) (?:moment|second|minute) (?:please )?while i|(?:place|put|putting|placing) you on"
        r" (?:a )?(?:brief |short )?hold|do you mind holding|thank you for (?:waiting|your patience|being patient))",
        "Bear with me one moment while I check.",
    ),
    english(
        "transfer",
        Role.REP,
        3.0,
        r"(?:i (?:can|will|am going to|would)|let me) (?:\w+ ){0,3}(?:transfer|connect|forward|put) you (?:to|with|through)",
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
        r"(?:i|we) (?:can|will|am going to|would love to)(?: \w+){0,2} (?:help|assist) you(?! move| guys carry)(?: \w+){0,2}",
        "I can definitely help you with that.",
    ),
    english(
        "empathy",
        Role.REP,
        2.0,
        r"(?:sorry (?:to hear|for (?:the|any|that|your) (?:\w+ )?(?:inconvenience|trouble|delay|wait|confusion|experience|frustration))"
        r"|apologi[sz]e for (?:the|any|that)|i (?:\w+ )?understand (?:your|how|the|that is|why|the) (?:\w+ )?(?:concern|frustrat\w*|confusion))",
        "I'm so sorry for the inconvenience.",
    ),
    english(
        "thank.business",
        Role.REP,
        3.0,
        r"(?:thank you|appreciate you) (?:so much |very much )?for (?:your (?:business|patience|loyalty|interest|understanding)"
        r"|being (?:a|such)|choosing|confirming|verifying|providing|that information|bringing (?:this|that)|letting (?:me|us) know|shopping|trusting)"
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
        "offer.would_you_like",
        Role.REP,
        2.0,
        r"(?:which|what|when|how|what time|what day)(?: \w+){0,3} would you (?:like|prefer)|would you (?:prefer|like (?:to|me|us|the|that|it|a))"
        r"(?! (?:to )?(?:say|start|comment|present))",
        "Which color would you like?",
    ),
    english(
        "offer.interested",
        Role.REP,
        1.5,
        r"would you be (?:\w+ )?(?:interested|open|available|willing|looking)|would (?:that|this|it) (?:work|be (?:okay|better)) for you"
        r"|does that (?:work|sound (?:good|okay|right)) (?:for|to) you|which works (?:better|best)",
        "Would you be interested in a demo?",
    ),
    english(
        "offer.our",
        Role.REP,
        1.2,
        r"our (?:\w+ )?(?:products?|platform|services?|solutions?|customers|clients|system|policy|warranty|plans?|programs?"
        r"|technicians?|specialists?|agents?|store|website|pricing|software|packages?|promotions?|mechanics|experts|database|records)",
        "Our technicians are in your area tomorrow.",
    ),
    english(
        "offer.we_sell",
        Role.REP,
        1.5,
        r"we (?:also |do |currently |can |typically |usually |actually |are )?(?:offer(?:ing)?|provide|speciali[sz]e|carry|stock|running a|include|recommend|ship)",
        "We also offer a three year warranty.",
    ),
    english(
        "offer.we_help",
        Role.REP,
        2.0,
        r"(?:we|i) (?:\w+ )?(?:help|work with|partner with|work for)(?:ed)? (?:a lot of |many |other |similar )?(?:\w+ ){0,2}"
        r"(?:companies|businesses|clients|customers|teams|homeowners|families|organi[sz]ations)"
        r"|(?:companies|clients|customers|businesses) (?:like|such as|similar to|your size)",
        "We work with a lot of small businesses.",
    ),
    english(
        "offer.deal",
        Role.REP,
        2.0,
        r"(?:special|promotional|limited time|exclusive|introductory) (?:offer|price|pricing|rate|promotion|discount|deal)"
        r"|(?:at|for) no (?:additional |extra )?(?:charge|cost)|free of charge|free (?:estimate|quote|consultation|trial|inspection|upgrade)s?|(?:give|offer|get) you (?:a|an|\w+ percent)(?: \w+){0,2} (?:discount|credit|off)",
        "We could have a rental car for you at no charge.",
    ),
    english(
        "offer.we_can",
        Role.REP,
        1.0,
        r"we (?:can|could|will|would) (?:\w+ )?(?:get|have|send|schedule|set|take|book|waive|refund|replace|do that|give|start|arrange|issue)"
        r" (?:you|a|an|someone|it|that|your|this|the|in)\b",
        "We can have a technician there by noon.",
    ),
    english(
        "process.your",
        Role.REP,
        2.0,
        r"your (?:\w+ )?(?:order|car|vehicle|room|table|prescription|package|refund|replacement|appointment|request|payment|ticket|claim|card|account|reservation|policy|call|confirmation(?: number)?)"
        r" (?:is|has been|will be|was|should|will|number is)(?! not)",
        "Your order has been shipped.",
    ),
    english(
        "process.receive",
        Role.REP,
        2.5,
        r"you (?:will|should|are going to|can expect to)(?: be)? (?:receive|receiving|get|see)(?:ing)? (?:a|an|your|the|that)"
        r" (?:\w+ )?(?:confirmation|email|e mail|text|call|package|refund|letter|code|message|invoice|link|receipt)",
        "You will receive a confirmation email shortly.",
    ),
    english(
        "process.schedule",
        Role.REP,
        2.0,
        r"(?:get|got|have|put|set|sign|pencil|book|schedule|squeeze)(?:ting)? you (?:\w+ )?(?:in|up|down|on|scheduled|started|booked|set up|taken care)(?: for| at| on)?",
        "Should we just get you in at eight then?",
    ),
    english(
        "process.availability",
        Role.REP,
        2.5,
        r"(?:first|next|earliest|soonest) (?:availab\w+|appointment|opening|slot)|(?:availability|openings?|slots?|appointments?) (?:we|i) have"
        r"|(?:we|i) have (?:an? )?(?:\w+ )?(?:opening|slot|availability|appointment)s?",
        "The first availability we have is two days from now.",
    ),
    english(
        "process.price",
        Role.REP,
        2.0,
        r"your total|(?:that|it|total) (?:will be|came out to|comes? out to|comes to|is going to be|would be) (?:\d+|(?:\w+ ){1,3}(?:dollars|hundred|pounds|euros)|(?:ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?! percent| minutes| days))|how (?:would|will) you (?:like to )?be? ?pay\w*",
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
        r"(?:reach out|call us|contact us|give us a call|let (?:us|me) know) (?:back )?(?:if|any ?time|at|any)|we are (?:here|open|available) (?:to|from|if|until|for)",
        "Give us a call if anything changes.",
    ),
    english(
        "discovery",
        Role.REP,
        1.5,
        r"(?:tell me|share|walk me through) (?:a (?:little )?(?:bit )?)?(?:more )?(?:about )?(?:your|how you|what you)(?! name)"
        r"|how are you (?:currently|handling|managing)|what (?:would|does) success look|(?:are|is) (?:you|your team) currently"
        r"|what (?:is|are) your (?:biggest|main|current|top|goals?|budget|timeline)",
        "Could you tell me a bit about your current setup?",
    ),
    english(
        "demo",
        Role.REP,
        1.5,
        r"(?:let me|i (?:will|can|would (?:love|like) to)) (?:\w+ )?(?:show|walk|send)(?: you| over)* (?:through|how|over|the|a|an|some|our|that|what)"
        r" ?(?:\w+ )?(?:demo|proposal|contract|quote|link|calendar|invite|how|information|works?|platform)?",
        "I'd love to show you how that would work.",
    ),
    english(
        "close.anything_else",
        Role.REP,
        4.5,
        r"(?:any ?thing|something) else (?:that )?(?:i|we) (?:can|could|may|might)(?: \w+){0,3}",
        "Is there anything else I can help you with?",
    ),
    english(
        "close.else_today",
        Role.REP,
        3.0,
        r"any ?thing else (?:for you|today|you (?:need|would like|want))|any (?:other|more|further) (?:questions|requests|concerns)(?: for (?:me|us))?",
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
        r"have a (?:great|good|nice|wonderful|lovely|fantastic|blessed|pleasant) (?:rest of (?:your|the) )?(?:day|evening|weekend|one|night|afternoon|week)",
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
        r"(?:on a recorded line|(?:let you know|advise you|remind you|mention)(?: that)? (?:this|the|our|your) call|call is (?:being )?recorded)",
        "Just to let you know, this call is recorded.",
    ),
)

_CUSTOMER = (
    english(
        "want.buy",
        Role.CUSTOMER,
        3.0,
        rf"{_WANT} (?:buy|order|purchase|return|cancel|exchange|dispute|complain|report|reschedule|re ?order|replace|upgrade|renew|file a"
        r"|place an order|open an? (?:account|claim)|make an? (?:appointment|reservation|payment|complaint|claim)|book|pay my|pay the|get my|get a refund"
        r"|reset my|change my|check (?:on )?my|update my|transfer (?:some )?money|check the (?:status|balance)|track)",
        "Hi, I'd like to buy a Chromecast.",
    ),
    english(
        "want.know",
        Role.CUSTOMER,
        1.5,
        rf"{_WANT} (?:know (?:about|the|if|how much|what)|speak|talk|schedule|check|find out|get (?:some|a|an|the)|understand|see if|ask|inquire|set up)"
        r"(?! you| your)",
        "I'd like to know the status of my claim.",
    ),
    english(
        "want.wondering",
        Role.CUSTOMER,
        2.5,
        r"(?:i am|i was|i am just|i was just|just) (?:wondering|hoping|curious)(?: \w+)? (?:if|whether|how|what|about)(?: you| it| there| i| this)",
        "I was wondering whether you could help me.",
    ),
    english(
        "want.help",
        Role.CUSTOMER,
        2.5,
        r"(?:you|somebody|someone|anyone) (?:please )?(?:help|assist) me(?! understand)|(?:i|we) (?:\w+ )?need (?:some |your |a little )?(?:help|assistance)(?! you)",
        "Can you help me with my bill?",
    ),
    english(
        "want.looking_for",
        Role.CUSTOMER,
        1.5,
        r"i am (?:\w+ )?(?:looking for|interested in|in the market for|thinking about (?:buying|getting))(?! you)",
        "I'm looking for a new laptop.",
    ),
    english(
        "want.calling_about",
        Role.CUSTOMER,
        3.0,
        r"(?:i am|i was|i have been|just) (?:just )?(?:calling|call|called|phoning)(?: you| in| today| back)* (?:about|regarding|because|in regards? to|concerning|for|with|to)"
        r" (?:my|i|we|our|a|an|the|ask|find out|complain|cancel|report|make|order|pay|inquire|dispute|see (?:if i|what|about))\b(?! (?:\w+ ){0,2}you\b)",
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
        r"(?:i|we) (?:am|are|have|have been|keep|was|were) (?:\w+ )?(?:having|got|getting|experiencing|had)?(?: a| an| some| this| these)*"
        r"(?: couple| few| quick| \w+)?(?: of)? ?(?:problem|trouble|issue|complaint|error message|difficulty|question)s?(?: with| about| regarding| for| on)",
        "I'm having trouble with my wifi.",
    ),
    english(
        "problem.charged",
        Role.CUSTOMER,
        2.5,
        r"(?:i|we) (?:\w+ )?(?:was|were|got|am|are|have been|am being|been) (?:\w+ )?(?:charged|billed|overcharged|promised|told (?:that )?(?:i|it|the)|on hold|transferred|waiting)",
        "I was charged twice.",
    ),
    english(
        "problem.received",
        Role.CUSTOMER,
        2.0,
        r"(?:i|we) (?:just |recently |have |already |never |still )?(?:bought|ordered|purchased|received|got|have not received|lost|forgot|booked|signed up)"
        r" (?:a|an|the|my|it|this|your|from)(?: \w+){0,3}(?: from you| bill| email| package| card| order| car| password| charge| fee)",
        "I bought a printer from you last month.",
    ),
    english(
        "problem.lost",
        Role.CUSTOMER,
        2.5,
        r"i (?:have )?(?:lost|locked out of|forgot|can not (?:log|access|find|get into)|need to (?:replace|reset)) (?:my|into|in to)(?: \w+){0,2}",
        "I lost my debit card.",
    ),
    english("own.mine", Role.CUSTOMER, 0.7, _MINE, "It's about my car."),
    english(
        "own.number_is",
        Role.CUSTOMER,
        1.5,
        r"my (?:\w+ )?(?:account|order|policy|member|phone|card|claim|confirmation|tracking|email|address|last name|first name|date of birth|social)"
        r"(?: number| address| id)? is",
        "My account number is four five one.",
    ),
    english(
        "ask.you_guys",
        Role.CUSTOMER,
        1.3,
        r"(?:do|are|can|could|have|did|if|will|would) you guys|from you guys|with you guys|you guys (?:have|do|handle|sell|are|were|can|offer|sent|charge|told)",
        "Do you guys work on Saturdays?",
    ),
    english(
        "ask.do_you_sell",
        Role.CUSTOMER,
        1.5,
        r"do you (?:sell|carry|offer|accept|ship|deliver|stock|charge|take (?:credit|insurance|walk)|have any (?:\w+ )?(?:available|left|in stock|deals|openings|discounts))",
        "Do you deliver on weekends?",
    ),
    english(
        "ask.price",
        Role.CUSTOMER,
        1.5,
        r"how (?:much|long) (?:is|does|do|will|would|are) (?:it|that|this|the|they|shipping|delivery|your)|what is (?:the|your) (?:payment|total|price|cost|rate|fee|catch|charge|return policy|cancellation)"
        r"|how much (?:\w+ )?(?:cost|charge)",
        "How much does it cost?",
    ),
    english(
        "ask.when_i",
        Role.CUSTOMER,
        2.0,
        r"(?:when|how soon|how long) (?:will|can|could|would|should|do|until|before) (?:i|we|my|it take before i) (?:\w+ )?(?:get|expect|receive|pick|have|come|see|be)(?! (?:you|with you))",
        "When can I expect the refund?",
    ),
    english(
        "ask.where_my",
        Role.CUSTOMER,
        2.5,
        r"(?:where|why) (?:is|are|was|did|do|were|have|am) (?:my|i (?:being|getting|charged|have to pay)|you (?:charge|charging))",
        "Where is my package?",
    ),
    english(
        "ask.can_you",
        Role.CUSTOMER,
        1.5,
        r"(?:can|could|would) you (?:please |just |also )?(?:send me|transfer me|put me|give me a|fix|cancel|refund|check (?:on |if |the |my )|tell me (?:if|how much|when|where|about|what (?:the|kind))"
        r"|look into|help me(?! understand)|waive|connect me|call me back|email me|walk me|explain why|recommend)",
        "Could you send me a new one?",
    ),
    english(
        "buyer.your_offer",
        Role.CUSTOMER,
        2.0,
        r"your (?:proposal|quote|pricing|estimate)|you (?:guys )?(?:quoted|proposed|charged|sent) (?:me|us|is|was)?",
        "The price you quoted is too high.",
    ),
    english(
        "ask.hours",
        Role.CUSTOMER,
        2.0,
        r"what time do you (?:guys )?(?:close|open)|(?:are you|how late are you) (?:guys )?open|is there (?:a|an|any) (?:\w+ )?(?:fee|charge|discount)",
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
        r"(?:can|could|may) i (?:please )?(?:get|order|have|do) (?:a|an|two|three|some|one)(?! \w* ?(?:name|number|phone|address|email|call ?back|date))",
        "Can I get a large pepperoni?",
    ),
    english(
        "ask.manager",
        Role.CUSTOMER,
        3.0,
        r"(?:speak|talk|speaking|connect me|transfer me)(?: to| with)+ (?:a|your|the|someone|somebody|an)(?: (?:manager|supervisor|person|human|representative|agent|real))",
        "Can I talk to a manager?",
    ),
    english(
        "ask.refund",
        Role.CUSTOMER,
        3.0,
        r"(?:i|we) (?:\w+ )?(?:want|need|demand|would like|expect|get) (?:a|my|the|our) (?:\w+ )?(?:refund|money back|replacement)",
        "I want a refund.",
    ),
    english(
        "ask.possible",
        Role.CUSTOMER,
        1.0,
        r"(?:is it|would it be|is there any way|is there a way|any chance)(?: possible)?(?: that| for)? (?:i|me|to|we)(?: \w+){0,2}",
        "Is it possible that I come earlier?",
    ),
    english(
        "choose",
        Role.CUSTOMER,
        1.2,
        r"(?:let us|i will|i would|i think i will|we will) (?:just )?(?:go with|go for|take (?:the|that|it|one|two)|get the|stick with)",
        "Let's go with the black one.",
    ),
    english(
        "decline.interested",
        Role.CUSTOMER,
        2.5,
        r"(?:i am|we are) (?:\w+ )?not (?:\w+ )?interested|not interested|take me off|stop calling|how did you get (?:my|this) number|do not call",
        "I'm not interested, thank you.",
    ),
    english(
        "decline.think",
        Role.CUSTOMER,
        1.5,
        r"(?:i|we) (?:will |would |might |need to |have to |want to )+(?:\w+ )?(?:think (?:about|it over)|talk (?:to|with) my|check with my|run (?:this|it|that) by|call you (?:guys )?back|get (?:budget )?approv\w+)",
        "I might have to call you back.",
    ),
    english(
        "decline.already",
        Role.CUSTOMER,
        1.5,
        r"(?:we|i) (?:already|currently|are already|are currently|am already|am currently|have already) (?:use|using|have a|have an|work with|working with|happy with|evaluated|looked at)"
        r"|(?:happy|satisfied) with (?:our|my|the) current",
        "We already have a supplier.",
    ),
    english(
        "ask.send_me",
        Role.CUSTOMER,
        1.5,
        r"(?:send|email|shoot) (?:me|us) (?:over )?(?:some|the|more|an?|that|your) (?:\w+ )?(?:information|info|details|quote|contract|proposal|invite|brochure|link)",
        "Just send me some information.",
    ),
    english(
        "buyer.budget",
        Role.CUSTOMER,
        1.0,
        r"(?:our|my) (?:\w+ )?(?:budget|cfo|ceo|cto|boss|wife|husband|biggest challenge|pipeline|landlord)|tight budget",
        "I need to ask my husband.",
    ),
    english(
        "thank.help",
        Role.CUSTOMER,
        2.5,
        r"(?:thank you|appreciate) (?:\w+ ){0,4}(?:for )?(?:all )?(?:your|the) (?:help|assistance)|thank you (?:so much |very much )?for (?:helping|calling (?:me|us)? ?back|looking into|fixing)"
        r"|you have been (?:\w+ )?helpful",
        "Thank you so much for your help.",
    ),
    english(
        "close.thats_all",
        Role.CUSTOMER,
        0.5,
        r"(?:that|i think that|that will|that would|it) (?:is|be|was|was going to be) (?:all|it|everything)(?: i need\w*| for (?:now|today))?",
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

_ANNOUNCEMENT = (
    english(
        "ivr.recorded",
        Role.OTHER,
        2.0,
        r"(?:this|your|the) call (?:may|might|will|is|can|could)(?: be| being)* (?:monitored|recorded)|for quality (?:assurance|and training|control)|for training purposes",
        "This call may be recorded for quality assurance.",
    ),
    english(
        "ivr.important",
        Role.OTHER,
        4.0,
        r"your call is (?:very )?important",
        "Your call is very important to us.",
    ),
    english(
        "ivr.press",
        Role.OTHER,
        3.0,
        r"press (?:\d|one|two|three|four|five|six|seven|eight|nine|zero|the pound|pound|star) (?:to|for|if|or)|for (?:english|spanish|sales|billing|support|all other)(?: \w+){0,3} press",
        "For billing, press two.",
    ),
    english(
        "ivr.hold",
        Role.OTHER,
        3.0,
        r"(?:stay|remain|hold) on the line|hold for the next|please hold and|listen carefully|options have (?:recently )?changed|main menu|estimated wait|next (?:available|in line|in the queue)"
        r"(?: (?:agent|representative|operator))?",
        "Please stay on the line for the next available agent.",
    ),
    english(
        "ivr.busy",
        Role.OTHER,
        4.0,
        r"(?:all )?(?:of )?our (?:\w+ )?(?:agents|representatives|operators|associates|lines) are (?:\w+ )?(?:busy|assisting|helping|unavailable)",
        "All of our agents are currently assisting other callers.",
    ),
    english(
        "ivr.voicemail",
        Role.OTHER,
        3.0,
        r"(?:at|after) the (?:tone|beep)|leave (?:a|your|me a) (?:\w+ )?(?:message|name)|(?:not available|unable|can not come) to (?:take|answer|the phone)|mailbox"
        r"|you have reached(?! out)|(?:number|person|party|customer) you (?:have dialed|are calling|are trying|dialed)",
        "Please leave a message after the tone.",
    ),
)

ENGLISH: tuple[RolePhrase, ...] = (*_REP, *_CUSTOMER, *_ANNOUNCEMENT)
