"""The words of the people's side for codes, money, time and distance: short, everyday, digits for numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint

from matching.errors import DomainError
from matching.occupations.skills import name as skill_name
from matching.people.codes import Education, Shift
from matching.places import regions
from matching.places.distance import detour_factor, haversine_km, walk_minutes
from matching.vacancies.codes import Benefit, Kind, Load, PayUnit, Tag, Target
from matching.vacancies.queries import VacancyCard

#: A missing fact is not hidden: it is something to ask.
ASK = "没写,打电话问"

#: As wide as a character in Chinese fonts, so it stands without blanks.
DOT = "·"

KINDS = {
    Kind.SUPPORT_WORKSHOP: "帮扶车间",
    Kind.PUBLIC_WELFARE: "公益岗位",
    Kind.LABOUR_COOPERATION: "外出务工",
    Kind.WORK_RELIEF: "以工代赈",
    Kind.GOVERNMENT_PROJECT: "政府工程",
    Kind.ENTERPRISE: "企业招工",
    Kind.COOPERATIVE: "合作社、农场",
}
SHIFTS = {
    Shift.DAY: "白天",
    Shift.SCHOOL_HOURS: "可以接送孩子",
    Shift.EVENING: "晚上",
    Shift.NIGHT: "夜班",
    Shift.ROTATING: "轮班倒",
    Shift.FLEXIBLE: "时间自由",
    Shift.SLACK_SEASON: "农闲时",
}
LOADS = {
    Load.LIGHT: "活儿轻",
    Load.MEDIUM: "活儿一般",
    Load.HEAVY: "活儿重",
    Load.VERY_HEAVY: "活儿很重",
}
BENEFITS = {
    Benefit.MEALS: "包吃",
    Benefit.LUNCH: "包中饭",
    Benefit.HOUSING: "包住",
    Benefit.TRANSPORT: "包接送",
}
TAGS = {
    Tag.EVENING: "晚上能做",
    Tag.SCHOOL_HOURS: "不耽误接孩子",
    Tag.SLACK_SEASON: "农闲能做",
    Tag.TAKE_HOME: "能带回家做",
    Tag.PIECE_WORK: "做多少算多少",
    Tag.NO_EXPERIENCE: "不会可以教",
    Tag.DISABLED_WELCOME: "适合残疾人",
    Tag.OLDER_WELCOME: "年纪大也要",
    Tag.COUPLES_WELCOME: "夫妻都要",
    Tag.POINT_TO_POINT: "专车接送",
    Tag.CERTIFIED_BASE: "认定的基地",
}
TARGETS = {
    Target.RELOCATED: "搬迁来的人",
    Target.LIFTED: "脱贫户",
    Target.LOW_INCOME: "低收入户",
    Target.ZERO_JOB: "家里没人上班的",
    Target.DISABLED: "有残疾证的",
    Target.OLDER: "女满 45、男满 50 岁的",
    Target.LAND_LOSS: "没了地的",
    Target.LONG_UNEMPLOYED: "很久没工作的",
}
EDUCATION = {
    Education.PRESCHOOL: "不限",
    Education.ILLITERATE: "不限",
    Education.PRIMARY: "小学",
    Education.JUNIOR: "初中",
    Education.SENIOR: "高中、中专",
    Education.COLLEGE: "大专",
    Education.BACHELOR: "大学",
}
PER = {
    PayUnit.MONTH: "每月",
    PayUnit.DAY: "每天",
    PayUnit.HOUR: "每小时",
    PayUnit.PIECE: "每件",
    PayUnit.YEAR: "每年",
}
#: Farther than this nobody walks to work every day, so no minutes are said.
WALKABLE_KM = 4.0


def amount(cents: int) -> str:
    """Money as people write it: 2,800 or 0.35."""
    whole, rest = divmod(cents, 100)
    return f"{whole:,}" + (f".{rest:02}".rstrip("0") if rest else "")


def span(low: int | None, high: int | None) -> str | None:
    """``2,800–3,500 元``; one figure where both ends are one."""
    if low is None and high is None:
        return None
    if low is None or high is None or low == high:
        return f"{amount(low if low is not None else high or 0)} 元" + ("起" if high is None else "")
    return f"{amount(low)}–{amount(high)} 元"


def pay(card: VacancyCard) -> str:
    """The pay in words, the month first where it is known: 每月 2,800–3,500 元."""
    own = span(card.pay_low_cents, card.pay_high_cents)
    if own is None:
        return ASK
    return f"{PER.get(PayUnit(card.pay_unit or 'month'), '')} {own}".strip()


def pay_by_month(card: VacancyCard) -> str | None:
    """What that makes in a month, where it is paid otherwise."""
    if card.pay_unit in (None, PayUnit.MONTH):
        return None
    month = span(_roundly(card.month_low_cents), _roundly(card.month_high_cents))
    return f"一个月约 {month}" if month else None


def _roundly(cents: int | None) -> int | None:
    """An estimate as one says it: whole hundreds of yuan, whole tens below a thousand."""
    if cents is None:
        return None
    step = 10_000 if cents >= 100_000 else 1_000
    return (cents + step // 2) // step * step


def number(value: float) -> str:
    """A number without a needless decimal: 8 or 7.5."""
    return f"{value:.1f}".removesuffix(".0")


def hours(card: VacancyCard) -> str:
    """When one works: 白天·每天 8 小时·每周休 1 天."""
    parts = [SHIFTS[Shift(code)] for code in card.shifts]
    if card.hours_per_day:
        parts.append(f"每天 {number(card.hours_per_day)} 小时")
    if card.days_per_week:
        rest = 7 - card.days_per_week
        parts.append(f"每周休 {number(rest)} 天" if rest > 0 else "每周 7 天")
    return DOT.join(parts) or ASK


def board(card: VacancyCard) -> str:
    """Meals, housing and the way there."""
    return DOT.join(BENEFITS[Benefit(code)] for code in card.benefits) or ASK


def tags(card: VacancyCard) -> list[str]:
    """What else is said of the post."""
    return [TAGS[Tag(code)] for code in card.tags]


def day(value: date, today: date) -> str:
    """A day as people say it: 今天, 明天, 12 月 1 日."""
    ahead = (value - today).days
    if ahead in (0, 1, 2):
        return ("今天", "明天", "后天")[ahead]
    year = f"{value.year} 年 " if value.year != today.year else ""
    return f"{year}{value.month} 月 {value.day} 日"


def start(card: VacancyCard, today: date) -> str:
    """When the work begins."""
    if card.start_on is None:
        return ASK
    return "马上能上班" if card.start_on <= today else f"{day(card.start_on, today)}上班"


def term(code: str) -> str:
    """The name of a skill or certificate; a code of a list that is no longer shipped stands for itself."""
    try:
        return skill_name(code)
    except DomainError:
        return code


def skills(card: VacancyCard) -> str | None:
    """What one has to know, and what helps."""
    parts = []
    if card.required_skills:
        parts.append("要会" + "、".join(map(term, card.required_skills)))
    if card.preferred_skills:
        parts.append("会" + "、".join(map(term, card.preferred_skills)) + "的优先")
    return ",".join(parts) or None


def phone(text: str) -> str:
    """A mobile number in three groups, so that it can be read aloud and typed."""
    digits = "".join(sign for sign in text if sign.isdigit())
    if len(digits) == 11 and digits.startswith("1"):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
    return text


def county(code: str) -> str:
    """The short name of a county or prefecture; the code itself where it is unknown."""
    try:
        return regions.get(code).name
    except DomainError:
        return code


@dataclass(frozen=True, slots=True)
class Place:
    """Where the visitor lives.

    Args:
        value: as it stands in the address and the cookie: a site's public id or six digits of a county.
        name: as shown.
        county: 6 digits.
        longitude, latitude: degrees of the site itself; None when only the county is known.
    """

    value: str
    name: str
    county: str
    longitude: float | None = None
    latitude: float | None = None


def road_km(card: VacancyCard, place: Place) -> float | None:
    """Kilometres by road (straight ones times the region's detour); None unless both points are known."""
    points = (place.longitude, place.latitude, card.longitude, card.latitude)
    if any(value is None for value in points):
        return None
    return float(haversine_km(*points)) * detour_factor(card.county)


def way(card: VacancyCard, place: Place | None) -> str | None:
    """How far it is.  A county's point is no place to measure from: then it reads 同县 or 邻县."""
    if place is None:
        return None
    km = road_km(card, place)
    if km is not None:
        walk = f"{DOT}走路约 {walk_minutes(km)} 分钟" if km <= WALKABLE_KM else ""
        return f"离你约 {number(max(km, 0.1)) if km < 20 else round(km)} 公里{walk}"
    if card.destination:
        return None
    if card.county == place.county:
        return "和你同县"
    return "在邻县" if card.county in regions.neighbours(place.county) else None


def where(card: VacancyCard) -> str:
    """The place as written, with the county before it where the text does not name it."""
    area = regions.full_name(card.destination) if card.destination else county(card.county)
    text = card.place or ""
    if not text:
        return f"{area}{DOT}{ASK}"
    short = area[:2]
    return text if short in text else f"{area}{DOT}{text}"


def add_phrases(blueprint: Blueprint) -> None:
    """Give templates the words as filters: ``card|job_pay``, ``card|job_way(place)``."""
    for words in (pay, pay_by_month, hours, board, tags, skills, way, where, phone, start, day):
        blueprint.add_app_template_filter(words, f"job_{words.__name__}")
    blueprint.add_app_template_filter(lambda code: KINDS[Kind(code)], "job_kind")
    blueprint.add_app_template_filter(lambda code: LOADS[Load(code)], "job_load")
    blueprint.add_app_template_filter(lambda code: EDUCATION[Education(code)], "job_education")
    blueprint.add_app_template_filter(term, "job_term")
    blueprint.add_app_template_filter(lambda code: TARGETS[Target(code)], "job_target")
