"""Texts of notices, and words for the codes of this room.

Everything a text says beside its fixed words comes through a placeholder of :data:`LONGEST`, cut to that
length, so that with the signature it stays one message of 70 characters.
"""

from __future__ import annotations

import string
from collections.abc import Mapping

from matching.notices.kinds import Channel, Kind, State

#: A message of at most so many characters travels in one piece.
ONE_SMS = 70
SIGNATURE = "安业"

#: Placeholder → the most characters that may stand there.
LONGEST = {
    "code": 6,  # 登录码
    "minutes": 2,
    "days": 2,
    "count": 3,
    "day": 6,  # 11月25日
    "time": 5,  # 09:30
    "title": 10,  # 岗位
    "employer": 12,
    "helper": 5,  # the helper's name: who acted for somebody says so (PIPL 49)
    "answer": 3,  # 同意 or 不同意
    "question": 8,  # to what
    "phone": 13,  # the help line, never a person's
}

TEXTS = {
    Kind.SIGN_IN_CODE: "登录码{code},{minutes}分钟内有效。谁来要都别给,我们不会问你。",
    Kind.LINKED: "你的手机号已连到找工作的资料。不是你本人,请打{phone}。",
    Kind.REGISTERED_BY_HELPER: "{helper}帮你登记了找工作。想改想删,请打{phone}。",
    Kind.CONSENT_GIVEN: "{helper}替你记下:你{answer}{question}。要改主意,请打{phone}。",
    Kind.APPLICATION_RECEIVED: "有人想来做{title}。请登录看一看,早点回话。",
    Kind.APPLICATION_WITHDRAWN: "有人不来做{title}了。请登录看一看。",
    Kind.OFFER_TAKEN: "有人答应来做{title}了。请登录看一看。",
    Kind.APPLIED_BY_HELPER: "{helper}帮你报名去做{title},单位会打电话来。不想去,请打{phone}。",
    Kind.ANSWERED_BY_HELPER: "{helper}替你回了话:{title}。不是你的意思,请打{phone}。",
    Kind.INVITED: "{employer}请你去做{title}。想不想去,请登录回一声。",
    Kind.REFERRAL_ASKED: "有个活想推荐你去:{title}。愿不愿意,请登录回一声。",
    Kind.ASKED_TO_TALK: "{employer}想跟你谈谈{title}。等电话,或登录看。",
    Kind.INTERVIEW_ASKED: "{employer}请你{day}{time}去见面谈{title}。地点登录看。",
    Kind.INTERVIEW_OVER: "{title}见面谈得怎么样?请登录点一下。",
    Kind.OFFERED: "{employer}想请你做{title}。去不去,请登录回一声。",
    Kind.HIRED: "好消息!{employer}录用你做{title}了。哪天上班,登录看。",
    Kind.DECLINED: "{title}这次没选上你。还有别的活适合你,登录看。",
    Kind.VACANCY_CLOSED: "{title}已经招满了。差不多的活帮你找好了,登录看。",
    Kind.DIGEST: "有{count}个新活适合你,登录看。不想收,登录点一下停收。",
    Kind.EMPLOYER_QUIET_30_DAYS: "{title}还招人吗?30天没见你登录。{days}天内不登录,就先停招。",
    Kind.VERIFIED: "{employer}已经通过核实,可以发招工了。",
    Kind.REVERIFY_DUE: "{employer}要再核实一次。请{days}天内登录办好,不然先停招。",
    Kind.COMPLAINT_ANSWER: "你反映的事有答复了,登录看。没解决,请打{phone}。",
}

KIND = {
    Kind.SIGN_IN_CODE: "登录码",
    Kind.LINKED: "手机号已关联",
    Kind.REGISTERED_BY_HELPER: "协管员代为登记",
    Kind.CONSENT_GIVEN: "协管员代记同意",
    Kind.APPLICATION_RECEIVED: "收到报名",
    Kind.APPLICATION_WITHDRAWN: "报名撤回",
    Kind.OFFER_TAKEN: "答应录用",
    Kind.APPLIED_BY_HELPER: "协管员代为报名",
    Kind.ANSWERED_BY_HELPER: "协管员代为答复",
    Kind.INVITED: "用人单位邀请",
    Kind.REFERRAL_ASKED: "推荐征求同意",
    Kind.ASKED_TO_TALK: "请来谈谈",
    Kind.INTERVIEW_ASKED: "面试通知",
    Kind.INTERVIEW_OVER: "面试后询问",
    Kind.OFFERED: "录用意向",
    Kind.HIRED: "已录用",
    Kind.DECLINED: "未录用",
    Kind.VACANCY_CLOSED: "岗位招满",
    Kind.DIGEST: "新岗位汇总",
    Kind.EMPLOYER_QUIET_30_DAYS: "用人单位久未登录",
    Kind.VERIFIED: "核实通过",
    Kind.REVERIFY_DUE: "需要再次核实",
    Kind.COMPLAINT_ANSWER: "投诉答复",
}
CHANNEL = {Channel.SMS: "短信", Channel.SLIP: "纸条", Channel.PAGE: "页面"}
STATE = {
    State.WAITING: "等待发送",
    State.SENDING: "正在发送",
    State.SENT: "已发送",
    State.PARKED: "已停下,等人处理",
    State.CANCELLED: "已取消",
}

#: Why a message cannot be sent now, said to the person who asked for it; and what the desk may not do.
ERRORS = {
    "sms_too_soon": "刚发过。请等{seconds}秒再试。",
    "sms_too_many": "发得太多了。请等{minutes}分钟再试。",
    "sms_paused": "现在发不了短信。请找协管员帮你登录。",
    "notice_unknown": "没有找到这条通知。",
    "notice_not_parked": "这条通知没有停下,不用处理。",
    "notice_over": "这条通知已经发出或取消了。",
    "notice_not_a_slip": "这条通知不是纸条。",
}
#: Why a notice waits, is parked or was cancelled.  Codes of the gateway itself are shown as they are.
REASONS = {
    "quiet_hours": "夜里不打扰,早上 8 点发",
    "phone_limit": "这个号码刚收过短信,稍后发",
    "day_budget": "今天的短信快用完了,明天早上发",
    "gateway_busy": "短信通道忙",
    "gateway_unclear": "短信通道没有回答,稍后去查",
    "perhaps_sent": "可能已经发出,请人工确认",
    "no_phone": "没有手机号",
    "no_values": "缺少要写的内容",
    "template_missing": "短信平台没有这种通知的模板",
    "outdated": "事情已经变了,不用发",
    "withdrawn": "已撤回",
    "held": "人工停下",
}


def placeholders(kind: str) -> list[str]:
    """What a text asks for, in the order in which it stands there."""
    return [name for _, name, _, _ in string.Formatter().parse(TEXTS[Kind(kind)]) if name]


def fitted(kind: str, values: Mapping[str, str]) -> dict[str, str]:
    """The values that a text asks for, in its order, each cut to the room it has.

    Raises:
        KeyError: one is missing.
    """
    return {name: _cut(values[name], LONGEST[name]) for name in placeholders(kind)}


def text(kind: str, values: Mapping[str, str]) -> str:
    """A text with its values, without the signature."""
    return TEXTS[Kind(kind)].format(**fitted(kind, values))


def numbered(kind: str) -> str:
    """A text as a gateway wants its template: the placeholders are {1}, {2} … in their order."""
    places = {name: f"{{{number}}}" for number, name in enumerate(placeholders(kind), 1)}
    return TEXTS[Kind(kind)].format(**places)


def _cut(value: str, most: int) -> str:
    # A line break would forge a second line in the file of messages.
    plain = " ".join(value.split())
    return plain if len(plain) <= most else plain[: most - 1] + "…"
