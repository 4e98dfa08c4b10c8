"""Words and sentences for the codes of this room.

``STATE`` speaks to the person, ``STATE_DESK`` to employers and offices.
"""

from __future__ import annotations

from matching.placements.codes import Event, Origin, Outcome, Party, Reason, ReferralState, State

#: Why something asked for about applications cannot be done.
ERRORS = {
    "saved_enough": "收藏满了,先去掉几个。",
    "application_unknown": "没有找到这次报名。",
    "application_moved": "刚才有了新情况,请看最新的再办。",
    "invalid_transition": "现在不能这样办,请看最新的情况。",
    "vacancy_not_open": "这个岗位还没有公开,不能录用。",
    "vacancy_full": "这个岗位已经招满了。",
    "too_young": "年龄不够,这个活不能做。",
    "helper_consent_missing": "要先请本人同意代办。",
    "form_token_used": "这张表已经用过了,请重新打开。",
    "demo_only": "这是演示岗位,不能真的报名。",
    "reason_not_listed": "请选一个原因。",
    "interview_past": "面谈的时间要在现在以后。",
    "place_wording": "面谈的地方不能写“{words}”。",
    "already_in_pipeline": "此人已经在这个岗位的名单里。",
    "contact_closed": "没有本人同意,不能看姓名和电话。",
    "bulk_refused": "有 {count} 人办不了,这次都没有办。",
    "too_many_ticked": "一次最多办 {most} 人。",
    "referral_unknown": "没有找到这次求助。",
    "referral_closed": "这次求助已经结束。",
    "referral_open": "已经请劳务公司在找人了。",
    "wanted_range": "人数要在 1 到 {most} 之间。",
    "too_many_asked": "有 {most} 人还没回话,先等一等。",
    "no_company": "这里还没有劳务公司,请打电话给我们。",
    "not_asked": "现在没有要回答的问题。",
}

#: Where it stands, said to the person.
STATE = {
    State.ASKED: "有活找你,等你回话",
    State.APPLIED: "已报名,等单位回话",
    State.INVITED: "单位请你去谈谈",
    State.INTERVIEW: "约好了面谈",
    State.OFFERED: "单位要你,等你回话",
    State.HIRED: "录用了",
    State.REFUSED: "你没有答应",
    State.DECLINED: "这次没有选上",
    State.WITHDRAWN: "你不去了",
    State.CLOSED_FULL: "人招满了",
    State.ELSEWHERE: "你已经有活了",
    State.LEFT: "这份活做完了",
}
#: Where it stands, said to employers and offices.
STATE_DESK = {
    State.ASKED: "待本人答复",
    State.APPLIED: "已报名",
    State.INVITED: "已邀请",
    State.INTERVIEW: "待面谈",
    State.OFFERED: "待本人确认",
    State.HIRED: "已录用",
    State.REFUSED: "本人未同意",
    State.DECLINED: "未录用",
    State.WITHDRAWN: "本人撤回",
    State.CLOSED_FULL: "招满关闭",
    State.ELSEWHERE: "已在别处就业",
    State.LEFT: "已离岗",
}
#: What a button says.
EVENT = {
    Event.ASK: "问问本人",
    Event.APPLY: "我想去",
    Event.AGREE: "我愿意",
    Event.REFUSE: "不用了",
    Event.WITHDRAW: "我不去了",
    Event.INVITE: "请来谈谈",
    Event.SET_INTERVIEW: "约面谈",
    Event.OFFER: "愿意录用",
    Event.ACCEPT: "我去上班",
    Event.HIRE: "录用",
    Event.DECLINE: "不合适",
    Event.DENY: "没有这回事",
    Event.FILL: "招满",
    Event.LEAVE: "我有活了",
    Event.END: "离岗",
    Event.MERGE: "合并",
}
#: Why it ended.
REASON = {
    Reason.SOMEBODY_ELSE: "选了别人",
    Reason.SKILLS: "手艺不对口",
    Reason.HOURS: "时间对不上",
    Reason.PAY: "工钱没谈拢",
    Reason.TOO_FAR: "太远",
    Reason.NO_SHOW: "约好没有来",
    Reason.NOT_REACHED: "联系不上",
    Reason.POST_GONE: "这个活没有了",
    Reason.FAMILY: "家里走不开",
    Reason.CHANGED_MIND: "改主意了",
    Reason.NOT_HIRED: "没有去上班",
    Reason.HAVE_WORK: "已经有活了",
    Reason.HIRED_HERE: "被别家录用了",
}
PARTY = {
    Party.JOBSEEKER: "本人",
    Party.HELPER: "协管员代办",
    Party.EMPLOYER: "单位",
    Party.DESK: "代单位办理",
    Party.SYSTEM: "自动",
}
ORIGIN = {
    Origin.SELF: "自己报名",
    Origin.HELPER: "协管员代报",
    Origin.INVITED: "单位邀请",
    Origin.REFERRAL: "劳务公司推荐",
}
#: What came of an interview.
OUTCOME = {
    Outcome.TAKEN: "谈成了",
    Outcome.WAITING: "还在等消息",
    Outcome.NOT_TAKEN: "没谈成",
    Outcome.DID_NOT_MEET: "没见上面",
    Outcome.OTHER_DAY: "改天再谈",
}
REFERRAL = {ReferralState.OPEN: "正在找人", ReferralState.CLOSED: "已结束"}

#: Counts under five say no more than this.
FEW = "少于 5"
