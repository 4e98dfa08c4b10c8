"""Code lists of applications; the words for them stand in ``words.py``."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where an application stands"""

    ASKED = "asked"  # an employer or a labour company asked; the person has not answered
    APPLIED = "applied"  # 已报名
    INVITED = "invited"  # 请来谈谈
    INTERVIEW = "interview"  # 约好面谈
    OFFERED = "offered"  # 愿意要, 等答复
    HIRED = "hired"  # 已录用
    REFUSED = "refused"  # the person said no to being asked
    DECLINED = "declined"  # the employer said no, with a coded reason
    WITHDRAWN = "withdrawn"  # the person took it back
    CLOSED_FULL = "closed_full"  # 招满
    ELSEWHERE = "elsewhere"  # the person works somewhere else by now
    LEFT = "left"  # was hired, and that work is over


class Event(StrEnum):
    """What moves an application"""

    ASK = "ask"
    APPLY = "apply"
    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    INVITE = "invite"
    SET_INTERVIEW = "set_interview"
    OFFER = "offer"
    ACCEPT = "accept"
    HIRE = "hire"
    DECLINE = "decline"
    DENY = "deny"  # the person says that she was not hired
    FILL = "fill"  # the last place was taken by somebody else
    LEAVE = "leave"  # the person found work
    END = "end"  # the work itself is over
    MERGE = "merge"  # two records were one person, and both had applied


class Party(StrEnum):
    """In whose name a step was taken"""

    JOBSEEKER = "jobseeker"
    HELPER = "helper"  # a coordinator, company or office for the jobseeker
    EMPLOYER = "employer"
    DESK = "desk"  # an office or company for the employer
    SYSTEM = "system"


class Origin(StrEnum):
    """How an application began"""

    SELF = "self"
    HELPER = "helper"
    INVITED = "invited"  # the employer asked somebody who agreed to be found
    REFERRAL = "referral"  # the labour company asked for the employer


class Reason(StrEnum):
    """Why an application ended.  No reason speaks of age, sex, health or origin (就业促进法 3, 26 to 31)"""

    # of the employer
    SOMEBODY_ELSE = "somebody_else"
    SKILLS = "skills"
    HOURS = "hours"
    PAY = "pay"
    TOO_FAR = "too_far"
    NO_SHOW = "no_show"
    NOT_REACHED = "not_reached"
    POST_GONE = "post_gone"
    # of the person
    FAMILY = "family"
    CHANGED_MIND = "changed_mind"
    NOT_HIRED = "not_hired"
    # found work
    HAVE_WORK = "have_work"
    HIRED_HERE = "hired_here"  # through this system, with somebody else


#: Reasons an employer may give; one of them has to be given.
DECLINING = (
    Reason.SOMEBODY_ELSE,
    Reason.SKILLS,
    Reason.HOURS,
    Reason.PAY,
    Reason.TOO_FAR,
    Reason.NO_SHOW,
    Reason.NOT_REACHED,
    Reason.POST_GONE,
)
#: Reasons a person may give; none has to be.
WITHDRAWING = (Reason.HOURS, Reason.PAY, Reason.TOO_FAR, Reason.FAMILY, Reason.CHANGED_MIND)


class Side(StrEnum):
    """The two who are asked what came of an interview"""

    JOBSEEKER = "jobseeker"
    EMPLOYER = "employer"


class Outcome(StrEnum):
    """What came of an interview, in one side's words"""

    TAKEN = "taken"  # 谈成了
    WAITING = "waiting"  # 还在等
    NOT_TAKEN = "not_taken"  # 没谈成
    DID_NOT_MEET = "did_not_meet"  # 没去 / 没来
    OTHER_DAY = "other_day"  # 改天


class ReferralState(StrEnum):
    """Whether a labour company still looks for people"""

    OPEN = "open"
    CLOSED = "closed"
