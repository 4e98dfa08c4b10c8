"""Code lists of vacancies.  Shifts and education levels are those of ``people.codes``."""

from __future__ import annotations

from enum import StrEnum

from matching.people.codes import Target as Target  # a post's 面向人群 are classes of people


class Kind(StrEnum):
    """岗位类别: the seven kinds"""

    SUPPORT_WORKSHOP = "support_workshop"  # 帮扶车间
    PUBLIC_WELFARE = "public_welfare"  # 公益性岗位
    LABOUR_COOPERATION = "labour_cooperation"  # 劳务协作
    WORK_RELIEF = "work_relief"  # 以工代赈
    GOVERNMENT_PROJECT = "government_project"  # 政府投资项目
    ENTERPRISE = "enterprise"  # 企业 / 园区 / 景区
    COOPERATIVE = "cooperative"  # 合作社 / 家庭农场


class State(StrEnum):
    """Lifecycle of a vacancy; only OPEN ones are in public lists, index results and pairing"""

    DRAFT = "draft"
    HELD = "held"
    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"
    EXPIRED = "expired"


class PayUnit(StrEnum):
    """What the pay figures are per"""

    MONTH = "month"
    DAY = "day"
    HOUR = "hour"
    PIECE = "piece"
    YEAR = "year"


class Load(StrEnum):
    """劳动强度, from light to very heavy (GB/T 3869 has four grades)"""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"
    VERY_HEAVY = "very_heavy"


LOAD_RANK = {Load.LIGHT: 1, Load.MEDIUM: 2, Load.HEAVY: 3, Load.VERY_HEAVY: 4}


class Benefit(StrEnum):
    """食宿"""

    MEALS = "meals"
    LUNCH = "lunch"
    HOUSING = "housing"
    TRANSPORT = "transport"


class Tag(StrEnum):
    """标签 that a person may look for"""

    EVENING = "evening"
    SCHOOL_HOURS = "school_hours"
    SLACK_SEASON = "slack_season"
    TAKE_HOME = "take_home"  # 可带回家做
    PIECE_WORK = "piece_work"
    NO_EXPERIENCE = "no_experience"  # 不会可以教
    DISABLED_WELCOME = "disabled_welcome"  # 适合残疾人 (includes, never excludes)
    OLDER_WELCOME = "older_welcome"  # 大龄可以
    COUPLES_WELCOME = "couples_welcome"  # 夫妻可以
    POINT_TO_POINT = "point_to_point"  # 点对点接送
    CERTIFIED_BASE = "certified_base"  # 认定基地


class Held(StrEnum):
    """Why a vacancy waits"""

    NO_PAY = "no_pay"
    EMPLOYER_UNVERIFIED = "employer_unverified"
    VALID_TOO_LONG = "valid_too_long"
    MISSING_ELEMENT = "missing_element"  # one of the six elements of a lawful post (L1)
    WORDING = "wording"  # words the law does not allow (L2–L4, L9, L15)
    HOURS = "hours"  # longer than the law allows, without a permit (L8)
    WAGE = "wage"  # below the confirmed minimum wage, in probation too (L7)
    AGE = "age"  # dangerous work offered to 16- and 17-year-olds (L6)
    CONTRACT = "contract"  # probation too long, dispatch without using unit or two years (L7, L16)
    REVIEW = "review"  # doubtful: a reviewer decides
    REFUSED = "refused"  # a reviewer said no
    CHANGE = "change"  # a reviewer asked for other words


class Refusal(StrEnum):
    """Why a reviewer does not let a doubtful post pass"""

    DISCRIMINATES = "discriminates"  # 有歧视性内容
    CHARGES = "charges"  # 向求职者收钱、扣证件
    UNTRUE = "untrue"  # 内容不真实
    PAY_TOO_LOW = "pay_too_low"  # 工资低于当地最低工资


#: 六要素 of a lawful post (L1): basics of the employer, head count, conditions, content, place, pay.
SIX_ELEMENTS = ("employer", "headcount", "conditions", "content", "place", "pay")

#: Longest validity of a post in days (L1; a setting of the office may shorten it).
MAX_VALID_DAYS = 90
