"""Households of an invented city, row by row, in the columns of the base ledger's template.

Shares follow what is published of such cities: about 3.8 persons a household; half of all persons willing to
work, most of them between 30 and 60 with primary or junior schooling; two thirds of the willing work away.
Shifts, reach and wage floor are mostly not stated, as in real ledgers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from demo.chance import Weighted, between, likely, pick, stream
from demo.identity import IdNumbers, given_name, phone, surname
from demo.places import CITIES, Settlement

LEDGER_HEADERS = (
    "安置点名称",
    "户编号",
    "姓名",
    "身份证号",
    "户主关系",
    "电话",
    "家庭人员",
    "性别",
    "年龄",
    "文化",
    "劳动技能",
    "就业状况",
    "培训意愿",
    "务工地点",
    "就业意愿",
    "可接受距离",
    "可接受班次",
    "期望月薪",
    "愿否外出",
    "意向地区",
    "照料责任",
    "证书",
)

HOUSEHOLDS = Weighted(
    {
        "elders": 5,
        "pair": 7,
        "children": 34,
        "generations": 33,
        "grown": 18,
        "alone": 3,
    }
)
CITY = Weighted({city[1]: city[4] for city in CITIES})
TRAINING = Weighted(
    {"服装缝纫": 20, "电子技术": 14, "家政服务": 14, "烹饪": 12, "电工": 8, "焊工": 8, "制鞋": 4, "无": 30}
)
CERTIFICATE = Weighted(
    {"健康证": 30, "驾驶证C1": 26, "焊工证": 10, "电工证": 10, "叉车证": 8, "厨师证": 6, "育婴员证": 6}
)
REACH = Weighted({"步行可到": 22, "本乡镇": 30, "本县": 34, "本市": 8, "不限": 6})
SHIFTS = Weighted(
    {"白班": 46, "白班、晚班": 14, "接送孩子时间内": 14, "晚班": 8, "两班倒": 10, "时间自由": 8}
)
SCHOOLING = {
    "young": Weighted({"初中": 34, "高中": 30, "大专": 24, "本科及以上": 9, "小学": 3}),
    "middle": Weighted({"初中": 52, "小学": 30, "高中": 12, "大专": 4, "文盲或半文盲": 2}),
    "old": Weighted({"小学": 58, "初中": 22, "文盲或半文盲": 18, "高中": 2}),
}
#: What the willing do: away 64 %, near home a fifth, the rest looks for work or farms.
WORK = Weighted({"away": 82, "near": 6, "own": 3, "farming": 3, "none": 6})


@dataclass
class Person:
    """One member while the household is put together; ages in years on the day of the ledger."""

    relation: str
    male: bool
    age: int
    family: str
    cares: list[str] = field(default_factory=list)

    @property
    def working_age(self) -> bool:
        return self.age >= 16


Row = tuple[object, ...]


def rows(people: int, seed: int, as_of: date, sites: list[Settlement]) -> Iterator[tuple[int, Row]]:
    """The ledger's rows.

    Args:
        people: how many persons; the last household may be cut short.
        seed: decides everything that is drawn.
        as_of: day of the ledger; ages are counted on it.
        sites: settlements, filled in order up to their planned size.

    Yields:
        index of the settlement, and cells in the order of :data:`LEDGER_HEADERS`.
    """
    numbers = IdNumbers()
    written, household, site, room = 0, 0, 0, sites[0].planned
    while written < people:
        household += 1
        chance = stream(seed, "household", household)
        members = _members(chance)[: people - written]
        if room <= 0 and site + 1 < len(sites):
            site += 1
            room += sites[site].planned
        code = f"{sites[site].county}{household:09d}"
        for place, member in enumerate(members):
            serial = written + place
            yield site, _cells(chance, member, code, len(members), sites[site], serial, as_of, numbers)
        written += len(members)
        room -= len(members)


# -- who lives together -------------------------------------------------------------------------------------


def _members(chance: Random) -> list[Person]:
    shape = HOUSEHOLDS.draw(chance)
    family = surname(chance)
    members = _pair(chance, *_HEAD_AGES[shape], family, single=shape == "alone" or likely(chance, 0.06))
    head = members[0]
    if shape in ("children", "generations", "alone"):
        members += _children(chance, head, between(chance, 1, 3 if shape == "children" else 2))
    if shape == "generations":
        members += _parents(chance, head)
    if shape == "grown":
        members += _grown(chance, head)
    _share_care(chance, members)
    return members


_HEAD_AGES = {
    "elders": (60, 82),
    "pair": (44, 64),
    "children": (27, 52),
    "generations": (32, 56),
    "grown": (46, 64),
    "alone": (30, 54),
}


def _pair(chance: Random, youngest: int, oldest: int, family: str, *, single: bool) -> list[Person]:
    # The older end of the range is the likelier one: these are households of people over 40.
    age = max(between(chance, youngest, oldest), between(chance, youngest, oldest))
    male = likely(chance, 0.82)
    head = Person("户主", male, age, family)
    if single:
        return [head]
    gap = between(chance, -1, 5)
    return [head, Person("配偶", not male, max(20, age - gap if male else age + gap), surname(chance))]


def _children(chance: Random, head: Person, count: int) -> list[Person]:
    oldest = min(22, max(0, head.age - 22))
    ages = sorted((between(chance, 0, oldest) for _ in range(count)), reverse=True)
    return [_child(chance, age, head.family) for age in ages]


def _child(chance: Random, age: int, family: str) -> Person:
    male = likely(chance, 0.52)
    return Person("之子" if male else "之女", male, age, family)


def _parents(chance: Random, head: Person) -> list[Person]:
    older = head.age + between(chance, 21, 30)
    parents = []
    if likely(chance, 0.42):
        parents.append(Person("之父", True, older, head.family))
    if likely(chance, 0.78) or not parents:
        parents.append(Person("之母", False, older - between(chance, 0, 4), surname(chance)))
    return parents


def _grown(chance: Random, head: Person) -> list[Person]:
    child = _child(chance, between(chance, 19, max(19, head.age - 22)), head.family)
    members = [child]
    if child.male and child.age >= 22 and likely(chance, 0.5):
        members.append(Person("之儿媳", False, child.age - between(chance, 0, 3), surname(chance)))
        if likely(chance, 0.6):
            male = likely(chance, 0.52)
            age = between(chance, 0, max(0, child.age - 22))
            members.append(Person("之孙子" if male else "之孙女", male, age, head.family))
    return members


def _share_care(chance: Random, members: list[Person]) -> None:
    """Children under 12 and parents over 75 are looked after by one grown member, if anybody says so."""
    able = [member for member in members if 18 <= member.age < 66]
    if not able:
        return
    carer = able[1] if len(able) > 1 and likely(chance, 0.7) else able[0]
    if any(member.age < 12 for member in members) and likely(chance, 0.6):
        carer.cares.append("照看孩子")
    if any(member.age > 75 for member in members) and likely(chance, 0.4):
        carer.cares.append("照顾老人")
    if likely(chance, 0.02):
        carer.cares.append("照顾病人")


# -- what the ledger says of each ---------------------------------------------------------------------------


def _cells(
    chance: Random,
    person: Person,
    code: str,
    size: int,
    site: Settlement,
    serial: int,
    as_of: date,
    numbers: IdNumbers,
) -> Row:
    born = _birthday(chance, person.age, as_of)
    capacity = _capacity(chance, person)
    seeks = person.working_age and capacity in {"技能劳动力", "普通劳动力", "弱劳动力或半劳动力", ""}
    return (
        site.name if likely(chance, 0.995) else None,
        code,
        person.family + given_name(chance, male=person.male),
        numbers.next(born, male=person.male),
        person.relation,
        phone(serial) if person.age >= 14 and likely(chance, 0.93) else None,
        size,
        "男" if person.male else "女",
        person.age,
        _schooling(chance, person.age) if likely(chance, 0.97) else None,
        capacity or None,
        *(_work(chance, person, capacity, site) if seeks else _NOT_ASKED),
    )


_NOT_ASKED = (None,) * 11


def _birthday(chance: Random, age: int, as_of: date) -> date:
    """A day of birth that gives this age in full years on the day of the ledger."""
    latest = _years_before(as_of, age)
    earliest = _years_before(as_of, age + 1) + timedelta(days=1)
    return earliest + timedelta(days=between(chance, 0, (latest - earliest).days))


def _years_before(day: date, years: int) -> date:
    # The 28th exists in every month; one day more or less makes nobody another age here.
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _schooling(chance: Random, age: int) -> str:
    if age < 6:
        return "学龄前儿童"
    if age < 13:
        return "小学"
    if age < 16:
        return "初中"
    return SCHOOLING["young" if age < 36 else "middle" if age < 58 else "old"].draw(chance)


def _capacity(chance: Random, person: Person) -> str:
    """Children and pupils have none; it lessens with age."""
    age = person.age
    if age < 16 or (age < 19 and likely(chance, 0.8)) or (age < 23 and likely(chance, 0.35)):
        return "无劳动力"
    if likely(chance, 0.02):
        return ""
    if age < 60:
        return _GROWN.draw(chance)
    return (_OLDER if age < 70 else _OLDEST).draw(chance)


_GROWN = Weighted({"普通劳动力": 80, "技能劳动力": 10, "弱劳动力或半劳动力": 7, "丧失劳动力": 3})
_OLDER = Weighted({"弱劳动力或半劳动力": 44, "普通劳动力": 26, "无劳动力": 22, "丧失劳动力": 8})
_OLDEST = Weighted({"无劳动力": 74, "弱劳动力或半劳动力": 12, "丧失劳动力": 14})


def _work(chance: Random, person: Person, capacity: str, site: Settlement) -> Row:
    """Work, willingness and wishes: the last eleven columns."""
    willing = _willing(chance, person)
    if willing == "是":
        doing = _doing(chance, person, capacity)
    else:
        doing = "farming" if likely(chance, 0.5) else "none"
    stated = likely(chance, 0.96)
    leaves = doing == "away" or (not person.cares and person.age < 52 and likely(chance, 0.45))
    return (
        _STATE[doing] if stated else None,
        TRAINING.draw(chance) if likely(chance, 0.62) else None,
        _place(chance, doing, site) if stated else None,
        willing or None,
        REACH.draw(chance) if likely(chance, 0.3) else None,
        SHIFTS.draw(chance) if likely(chance, 0.22) else None,
        between(chance, 16, 26 if person.cares else 42) * 100 if likely(chance, 0.24) else None,
        ("是" if leaves else "否") if likely(chance, 0.55) else None,
        CITY.draw(chance)[:3] if leaves and likely(chance, 0.35) else None,
        "、".join(person.cares) or None,
        _certificate(chance, capacity),
    )


def _willing(chance: Random, person: Person) -> str:
    if likely(chance, 0.86 if person.age < 62 else 0.4):
        return "是"
    return "否" if likely(chance, 0.6) else ""


_STATE = {"away": "已就业", "near": "已就业", "own": "自主创业", "farming": "务农", "none": "未就业"}


def _doing(chance: Random, person: Person, capacity: str) -> str:
    doing = WORK.draw(chance)
    stays = person.age > 58 or capacity.startswith("弱") or (bool(person.cares) and likely(chance, 0.4))
    if doing == "away" and stays:
        return pick(chance, ("near", "farming", "none"))
    return doing


def _place(chance: Random, doing: str, site: Settlement) -> str | None:
    if doing == "away":
        return CITY.draw(chance)
    return site.county_name if doing in ("near", "own") else None


def _certificate(chance: Random, capacity: str) -> str | None:
    return CERTIFICATE.draw(chance) if likely(chance, 0.6 if capacity == "技能劳动力" else 0.05) else None
