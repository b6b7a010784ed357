# ruff: noqa: RUF001  the marks of written Chinese
"""What reps and customers say on Mandarin calls, in simplified characters.

Weights are log-odds by judgement; those of enquiries were set with counts of role against role in the
validation half of CrossWOZ at hand.
"""

from __future__ import annotations

from models.transcript import Role
from transcription.roles.phrases import RolePhrase, mandarin

_ORGANISATION = (
    r"(?:公司|银行|保险|客服|中心|酒店|集团|科技|证券|热线|部|平台|商城|学校|教育|装饰|4s店"
    r"|售后|官方|旗舰店|这边|那边)"
)

_REP = (
    mandarin(
        "greeting.help",
        Role.REP,
        4.0,
        r"(?:请问)?(?:有|需要)(?:什么|啥)?(?:能|可以|需要)?(?:帮到?|帮助|为|协助)(?:您|你)(?:的|服务|做)?",
        "请问有什么可以帮您？",
    ),
    mandarin("greeting.serve", Role.REP, 4.0, r"(?:很?高兴|竭诚|继续)?为您服务", "很高兴为您服务。"),
    mandarin(
        "greeting.organisation",
        Role.REP,
        3.0,
        rf"(?:您|你)好?,?(?:我)?(?:这里|这边|这儿)?是\w{{1,12}}{_ORGANISATION}",
        "您好，这里是平安保险公司。",
    ),
    mandarin(
        "greeting.i_am",
        Role.REP,
        3.0,
        r"(?:我|这边|这里)是\w{0,12}(?:客服|顾问|专员|经理|客户经理|业务员|销售|工号|助理|顾问)",
        "我是您的专属顾问小王。",
    ),
    mandarin("greeting.number", Role.REP, 3.0, r"工号(?:是|为)?\w{0,6}\d*", "工号3021为您服务。"),
    mandarin(
        "greeting.welcome", Role.REP, 3.0, r"欢迎(?:您)?(?:致|来|拨打|光临|咨询)", "欢迎致电我们的热线。"
    ),
    mandarin(
        "outbound.call_you",
        Role.REP,
        2.5,
        r"(?:给|跟)(?:您|你)(?:打|致|制|回)(?:这个|个)?(?:电|话)|(?:打|致)电(?:话)?给(?:您|你)|这次给您",
        "这次给您致电是想做个回访。",
    ),
    mandarin(
        "outbound.introduce",
        Role.REP,
        3.0,
        r"(?:给|跟|向|为)(?:您|你)(?:简单|详细|再)?(?:介绍|讲解|说明|推荐|汇报|解释|说一下|讲一下)",
        "我给您介绍一款理财产品。",
    ),
    mandarin(
        "outbound.convenient",
        Role.REP,
        3.0,
        r"(?:您|你)?(?:现在|这会儿?|今天|明天|最近)?(?:接听?电话|说话|讲话)?(?:方便吗|方不方便|方便接"
        r"|方便说|有空)",
        "请问您现在方便接电话吗？",
    ),
    mandarin(
        "outbound.is_this",
        Role.REP,
        2.0,
        r"请问(?:您)?是\w{1,6}(?:先生|女士|小姐|老师|总)吗?|(?:您|请问)(?:怎么|如何)称呼|(?:您)?贵姓",
        "请问您贵姓？",
    ),
    mandarin(
        "outbound.thank_support",
        Role.REP,
        3.0,
        r"感谢(?:您|你)(?:对|的)?(?:我们)?\w{0,6}(?:支持|信任|来电|配合|接听|耐心|理解|选择|关注|惠顾)",
        "非常感谢您对我们公司的支持和信任。",
    ),
    mandarin(
        "outbound.our",
        Role.REP,
        1.5,
        r"我们(?:公司|这边|的?产品|的?客户|银行|平台|店|系统|这款|推出|现在有|的活动|会为|会给|可以为"
        r"|可以给|会安排|会尽快|提供|目前)",
        "我们公司推出了新的套餐。",
    ),
    mandarin(
        "offer.discount",
        Role.REP,
        2.0,
        r"(?:给|送|为)(?:您|你)\w{0,4}(?:优惠|折扣|打折|赠送|申请|减免|免费)|(?:优惠|促销)活动",
        "可以给您申请一个优惠。",
    ),
    mandarin("offer.for_you", Role.REP, 2.0, r"(?:为|给|帮|替)您(?!添|找麻烦)", "我帮您查一下。"),
    mandarin("offer.recommend", Role.REP, 3.0, r"(?:推荐|建议)(?:您|你)|为(?:您|你)推荐", "推荐您去全聚德。"),
    mandarin(
        "offer.you_can",
        Role.REP,
        1.5,
        r"您可以|您看(?:可以|行|这样|一下|怎么样)|您也可以",
        "您可以在网上办理。",
    ),
    mandarin("offer.match", Role.REP, 3.0, r"符合(?:您|你|要求)|满足(?:您|你)", "这家完全符合您的要求。"),
    mandarin(
        "identity.ask",
        Role.REP,
        3.0,
        r"(?:请)?(?:您|你)(?:的)?(?:提供|报|告知|说)一下\w{0,10}|(?:核实|核对|确认|登记|留"
        r"|记录)一?下?(?:您|你)的?\w{0,6}",
        "请您提供一下订单号。",
    ),
    mandarin(
        "identity.your",
        Role.REP,
        2.0,
        r"您的?(?:手机号|电话|姓名|身份证|订单|账号|账户|地址|卡号|会员|保单|车|需求|问题|名字|预算)",
        "报一下您的手机号就可以。",
    ),
    mandarin(
        "lookup.wait",
        Role.REP,
        2.5,
        r"(?:请)?(?:您)?(?:稍等|稍候|稍后)|(?:我|这边)(?:来)?(?:帮|给|为)(?:您|你)(?:查|看|核|处理"
        r"|登记|反馈|预约|安排|转|办|问)",
        "请您稍等，我帮您查询。",
    ),
    mandarin(
        "empathy",
        Role.REP,
        2.0,
        r"(?:非常|很|十分|实在)(?:抱歉|对不起|不好意思)|给您(?:带来|添)(?:了)?(?:不便|麻烦)|抱歉",
        "非常抱歉给您带来不便。",
    ),
    mandarin(
        "close.anything_else",
        Role.REP,
        4.0,
        r"(?:还有|请问还有|有没有)(?:什么|其他|别的|其它)*(?:可以|能|需要)+\w{0,4}(?:帮|咨询|服务|您)"
        r"|还有(?:什么)?(?:其他|别的|其它)(?:的)?(?:问题|需要)",
        "请问还有什么可以帮您的吗？",
    ),
    mandarin(
        "close.wish",
        Role.REP,
        3.0,
        r"祝(?:您|你)\w{0,2}(?:生活|旅途|愉快|工作|玩|用餐|一切|身体|旅行|好|心情|周末|度)",
        "祝您生活愉快，再见。",
    ),
    mandarin("close.welcome", Role.REP, 3.0, r"不(?:用)?客气|不用谢|应该的|别客气", "不客气。"),
    mandarin(
        "close.contact",
        Role.REP,
        2.0,
        r"(?:随时|可以|欢迎)(?:再)?(?:联系|致电|咨询|拨打|找)我们?",
        "有问题可以随时联系我们。",
    ),
    mandarin("polite.you", Role.REP, 0.5, r"您", "您说得对。"),
    mandarin(
        "answer.none",
        Role.REP,
        2.0,
        r"没有查(?:询)?到|暂无|没有找到|(?:没有|未)(?:能)?查",
        "没有查到相关信息。",
    ),
)

_CUSTOMER = (
    mandarin(
        "want.help_me",
        Role.CUSTOMER,
        3.0,
        r"(?:能|可以|请|麻烦|再|你|想请您|请您|您)*帮我(?:们)?(?:找|推荐|查|看|问|订|选|预|处理|换|退"
        r"|取消|安排|办|解决|一下|个|忙|转)?",
        "你好，请帮我查一下电话。",
    ),
    mandarin(
        "want.give_me",
        Role.CUSTOMER,
        2.5,
        r"(?:给|跟|为)我(?:们)?(?:推荐|介绍|找|查|说|讲|换|退|安排|发|处理|一个|个)|(?:告诉|推荐给)我",
        "给我推荐一家酒店。",
    ),
    mandarin(
        "want.i_want",
        Role.CUSTOMER,
        2.5,
        r"我(?:就|也|还)?(?:想|要|打算|准备|需要)(?:要)?(?:买|找|订|问|咨询|了解|知道|查|退|换|取消"
        r"|办|预约|投诉|报修|去|吃|住|订|定|开|申请|升级|续|改|看看)(?!候)",
        "我想问一下我的订单。",
    ),
    mandarin("want.trouble_you", Role.CUSTOMER, 1.5, r"麻烦(?:你|您)", "麻烦你了。"),
    mandarin(
        "problem.mine",
        Role.CUSTOMER,
        3.0,
        r"我(?:的|家|们家|这个|那个|在你们)\w{0,8}(?:坏|没(?:有)?(?:到|收|网)|不能|不行|打不开|用不了"
        r"|出(?:了)?问题|有问题|怎么(?:还|没|回)|丢|被扣|扣了|故障|不见)",
        "我的洗衣机坏了。",
    ),
    mandarin(
        "problem.bought",
        Role.CUSTOMER,
        2.5,
        r"我(?:昨天|前天|上周|上个月|之前|刚|刚刚|今天)?(?:在你们|从你们|买了|买的|订了|订的|收到"
        r"|办了|办的)",
        "我上周在你们那买了手机。",
    ),
    mandarin(
        "problem.why",
        Role.CUSTOMER,
        2.0,
        r"(?:为什么|怎么)(?:还|会|不|没|扣|要收|老是|总是|这么)",
        "为什么还没发货？",
    ),
    mandarin(
        "ask.how_much",
        Role.CUSTOMER,
        1.5,
        r"(?:是|要|得)?多少(?:钱)?(?:啊|呢|呀|一)?|怎么(?:收费|卖|办理|走|去|退|换)|贵(?:不贵|吗)",
        "这个多少钱？",
    ),
    mandarin(
        "ask.where",
        Role.CUSTOMER,
        1.5,
        r"在哪(?:里|儿)?|(?:什么|几)(?:时候|点)(?:能|可以|到|送|开|发|来|才)",
        "你们店在哪里？",
    ),
    mandarin(
        "ask.have",
        Role.CUSTOMER,
        1.5,
        r"(?:都)?有(?:哪些|什么(?!可以|能|需要))|有没有(?!什么可以|其他|别的)",
        "附近有哪些景点？",
    ),
    mandarin(
        "ask.you",
        Role.CUSTOMER,
        2.0,
        r"你们(?:那|家|店|这|公司|能|有|会|可以|是不是|卖|怎么|什么)|你(?:能|可以|知道|知不知道)(?!放心)",
        "你们那里能修吗？",
    ),
    mandarin("thank.you", Role.CUSTOMER, 1.5, r"谢谢(?:你|您)?|(?:感谢|谢)(?:你|您)?了", "好的，谢谢你了。"),
    mandarin(
        "close.got_it",
        Role.CUSTOMER,
        1.5,
        r"(?:收到|知道了|明白了|了解了|没(?:有)?(?:其他|别的)?问题了|没(?:有)?了|太好了)",
        "好的，知道了。",
    ),
    mandarin(
        "decline",
        Role.CUSTOMER,
        2.5,
        r"不需要|没兴趣|不感兴趣|不用了|别(?:再)?(?:打|给我打)|(?:我|在)(?:正)?(?:开会|忙着|在忙"
        r"|开车)|考虑(?:一下|考虑)|你是(?:谁|哪位|哪里|哪儿)|你们是哪|怎么(?:有|知道)我(?:的)?(?:电话"
        r"|号码)",
        "不需要，我在开会。",
    ),
)

MANDARIN: tuple[RolePhrase, ...] = (*_REP, *_CUSTOMER)
