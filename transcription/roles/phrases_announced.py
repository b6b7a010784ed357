# ruff: noqa: RUF001  the marks of written Chinese
"""What recorded announcements say: queue, menu, voicemail, recording notice."""

from __future__ import annotations

from models.transcript import Role
from transcription.roles.phrases import RolePhrase, english, mandarin

ENGLISH_ANNOUNCED: tuple[RolePhrase, ...] = (
    english(
        "ivr.recorded",
        Role.OTHER,
        2.0,
        r"(?:this|your|the) call (?:may|might|will|is|can|could)(?: be| being)* (?:monitored"
        r"|recorded)|for quality (?:assurance|and training|control)|for training purposes",
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
        r"press (?:\d|one|two|three|four|five|six|seven|eight|nine|zero|the pound|pound|star) (?:to"
        r"|for|if|or)|for (?:english|spanish|sales|billing|support|all other)(?: \w+){0,3} press",
        "For billing, press two.",
    ),
    english(
        "ivr.hold",
        Role.OTHER,
        3.0,
        r"(?:stay|remain|hold) on the line|hold for the next|please hold and|listen carefully"
        r"|options have (?:recently )?changed|main menu|estimated wait|next (?:available|in line"
        r"|in the queue)"
        r"(?: (?:agent|representative|operator))?",
        "Please stay on the line for the next available agent.",
    ),
    english(
        "ivr.busy",
        Role.OTHER,
        4.0,
        r"(?:all )?(?:of )?our (?:\w+ )?(?:agents|representatives|operators|associates|lines) are"
        r" (?:\w+ )?(?:busy|assisting|helping|unavailable)",
        "All of our agents are currently assisting other callers.",
    ),
    english(
        "ivr.voicemail",
        Role.OTHER,
        3.0,
        r"(?:at|after) the (?:tone|beep)|leave (?:a|your|me a) (?:\w+ )?(?:message|name)"
        r"|(?:not available|unable|can not come) to (?:take|answer|the phone)|mailbox"
        r"|you have reached(?! out)|(?:number|person|party|customer) you (?:have dialed|are calling"
        r"|are trying|dialed)",
        "Please leave a message after the tone.",
    ),
)

MANDARIN_ANNOUNCED: tuple[RolePhrase, ...] = (
    mandarin(
        "ivr.recorded",
        Role.OTHER,
        2.0,
        r"(?:通话|电话|来电)(?:可能)?(?:将|会)?被?录音|(?:保证|提高|提升)服务质量",
        "为了保证服务质量，您的通话将被录音。",
    ),
    mandarin(
        "ivr.press",
        Role.OTHER,
        4.0,
        r"请?按(?:[一二三四五六七八九零\d]|井号|星号)|(?:重听|返回|人工|咨询|查询)\w{0,6}请按",
        "人工服务请按0。",
    ),
    mandarin(
        "ivr.busy",
        Role.OTHER,
        4.0,
        r"(?:坐席|座席|客服|话务员|线路)\w{0,2}(?:全)?(?:忙|繁忙|正忙)|正在(?:为您)?(?:转接|接通"
        r"|排队)|请(?:您)?不要挂机",
        "坐席正忙，请不要挂机。",
    ),
    mandarin(
        "ivr.voicemail",
        Role.OTHER,
        4.0,
        r"(?:嘀|提示音|哔|滴)\w{0,2}(?:声|后)?\w{0,2}留言|您(?:所)?拨打的(?:电话|用户|号码)"
        r"|暂时无法接通|已关机|无人接听",
        "您拨打的用户暂时无法接通。",
    ),
)
