"""Code lists of people and households.

The values are what SQL, documents and mapping files hold; the spellings of real ledgers that lead to them
stand in ``families/*.toml``, the words shown for them in ``words.py``.
"""

from __future__ import annotations

from enum import StrEnum


class Sex(StrEnum):
    """性别"""

    MALE = "male"
    FEMALE = "female"


class IdType(StrEnum):
    """证件类型: decides how the number is checked."""

    RESIDENT = "resident"  # 居民身份证, 户口簿
    DISABILITY = "disability"  # 残疾证: 18 characters of the ID number and two more
    OTHER = "other"  # passports and the like: no check


class Capacity(StrEnum):
    """劳动技能 / 劳动能力"""

    SKILLED = "skilled"  # 技能劳动力
    ORDINARY = "ordinary"  # 普通劳动力
    WEAK = "weak"  # 弱劳动力或半劳动力
    LOST = "lost"  # 丧失劳动力
    NONE = "none"  # 无劳动力


class Education(StrEnum):
    """文化程度, from the lowest up"""

    PRESCHOOL = "preschool"
    ILLITERATE = "illiterate"  # 文盲或半文盲
    PRIMARY = "primary"  # 小学
    JUNIOR = "junior"  # 初中
    SENIOR = "senior"  # 高中, 中专, 技工
    COLLEGE = "college"  # 大专, 高职高专
    BACHELOR = "bachelor"  # 本科及以上


#: Order as data, not by position in a class (an unknown education is compared with nothing).
EDUCATION_RANK = {
    Education.PRESCHOOL: 0,
    Education.ILLITERATE: 1,
    Education.PRIMARY: 2,
    Education.JUNIOR: 3,
    Education.SENIOR: 4,
    Education.COLLEGE: 5,
    Education.BACHELOR: 6,
}


class School(StrEnum):
    """在校生状况, as far as it matters here"""

    NOT_IN_SCHOOL = "not_in_school"
    IN_SCHOOL = "in_school"


class Health(StrEnum):
    """健康状况; several may hold"""

    HEALTHY = "healthy"
    CHRONIC = "chronic"  # 长期慢性病
    SERIOUS = "serious"  # 患有大病
    DISABLED = "disabled"  # 残疾


class Relation(StrEnum):
    """与户主关系"""

    HEAD = "head"
    SPOUSE = "spouse"
    SON = "son"
    DAUGHTER = "daughter"
    DAUGHTER_IN_LAW = "daughter_in_law"
    SON_IN_LAW = "son_in_law"
    GRANDSON = "grandson"
    GRANDDAUGHTER = "granddaughter"
    FATHER = "father"
    MOTHER = "mother"
    FATHER_IN_LAW = "father_in_law"
    MOTHER_IN_LAW = "mother_in_law"
    GRANDFATHER = "grandfather"
    GRANDMOTHER = "grandmother"
    OTHER = "other"


class Willingness(StrEnum):
    """就业意愿; a person of whom nothing was asked is unknown, never no"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Work(StrEnum):
    """就业状况"""

    EMPLOYED = "employed"
    UNEMPLOYED = "unemployed"
    FARMING = "farming"  # 务农: at home, counts as available
    SELF_EMPLOYED = "self_employed"


class Channel(StrEnum):
    """就业渠道"""

    AWAY = "away"  # 务工 / 外出务工 / 劳务协作
    WORKSHOP = "workshop"  # 帮扶车间
    PUBLIC_WELFARE = "public_welfare"  # 公益性岗位
    WORK_RELIEF = "work_relief"  # 以工代赈
    PROJECT = "project"  # 政府投资项目
    ENTERPRISE = "enterprise"  # 园区 / 本地企业
    COOPERATIVE = "cooperative"  # 合作社 / 家庭农场
    SELF_EMPLOYED = "self_employed"  # 自主创业
    FLEXIBLE = "flexible"  # 灵活就业
    OTHER = "other"


class Reach(StrEnum):
    """可接受距离: how far from the settlement a daily commute may be"""

    WALK = "walk"  # 步行 (to 2 km)
    TOWN = "town"  # 本乡镇 (to 8 km)
    COUNTY = "county"  # 本县 (to 40 km, or anywhere in the county when a distance is unknown)
    PREFECTURE = "prefecture"  # 市内: stays away during the week
    ANYWHERE = "anywhere"  # 不限


#: Commuting limit of each reach in kilometres by road; None means no limit within the area named.
REACH_KM: dict[Reach, float | None] = {
    Reach.WALK: 2.0,
    Reach.TOWN: 8.0,
    Reach.COUNTY: 40.0,
    Reach.PREFECTURE: None,
    Reach.ANYWHERE: None,
}


class Shift(StrEnum):
    """可接受班次 / 班次 (persons and vacancies share the list)"""

    DAY = "day"  # 白班, 长白班
    SCHOOL_HOURS = "school_hours"  # 接送孩子的时间之内
    EVENING = "evening"  # 晚班
    NIGHT = "night"  # 夜班
    ROTATING = "rotating"  # 两班倒, 三班倒
    FLEXIBLE = "flexible"  # 时间自由, 计件带回家
    SLACK_SEASON = "slack_season"  # 农闲


class Care(StrEnum):
    """照料责任"""

    CHILD = "child"  # 接送或照看孩子
    ELDER = "elder"  # 照顾老人
    PATIENT = "patient"  # 照顾病人或残疾人


class Resettlement(StrEnum):
    """安置方式"""

    CONCENTRATED = "concentrated"
    SCATTERED = "scattered"


class Monitored(StrEnum):
    """监测对象类别"""

    UNSTABLE = "unstable"  # 脱贫不稳定户
    MARGINAL = "marginal"  # 边缘易致贫户
    SUDDEN = "sudden"  # 突发严重困难户


class Target(StrEnum):
    """面向人群: eligibility classes, for which a public-welfare post may be meant"""

    RELOCATED = "relocated"  # 易地搬迁劳动力
    LIFTED = "lifted"  # 脱贫劳动力
    LOW_INCOME = "low_income"  # 低收入, 低保, 特困, 监测
    ZERO_JOB = "zero_job"  # 零就业家庭
    DISABLED = "disabled"  # 持残疾证
    OLDER = "older"  # 大龄: 女满45, 男满50
    LAND_LOSS = "land_loss"  # 失地
    LONG_UNEMPLOYED = "long_unemployed"  # 连续失业


class ConsentKind(StrEnum):
    """What a person is asked to agree to, each by itself and never bundled (PIPL 23, 24, 29)"""

    BE_FOUND = "be_found"  # 让用人单位找到我
    PASS_TO_EMPLOYER = "pass_to_employer"  # noqa: S105  把姓名电话给一家单位
    SENSITIVE = "sensitive"  # 健康、残疾等敏感信息
    HELPER_ACTS = "helper_acts"  # 请协管员代办


class GivenBy(StrEnum):
    """Whose hand an answer is"""

    SELF = "self"
    HELPER = "helper"


class ToldBy(StrEnum):
    """How a person learned of what a helper answered for them (P14)"""

    SMS = "sms"
    SLIP = "slip"


class LinkedBy(StrEnum):
    """How an account came to a person's data"""

    LEDGER = "ledger"  # ID number, and the telephone that the ledger names
    HELPER = "helper"  # a helper's one-time code
    REGISTERED = "registered"  # registered by this account itself
