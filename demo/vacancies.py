"""Vacancies of an invented city, in the columns of the vacancy template.

Workshops and public-welfare posts lie next to a settlement, enterprises in the county town, labour
cooperation in the cities of the coast; each kind pays what its published advertisements pay.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

from demo.chance import Weighted, between, likely, pick, stream
from demo.identity import credit_code, given_name, phone, surname
from demo.places import CITIES, COUNTIES, Settlement

VACANCY_HEADERS = (
    "岗位编号",
    "岗位名称",
    "岗位类别",
    "用人单位",
    "统一社会信用代码",
    "联系人",
    "联系电话",
    "招聘人数",
    "工作内容",
    "工作地点",
    "区划代码",
    "输入地区划",
    "经度",
    "纬度",
    "薪资",
    "每天工时",
    "每周天数",
    "班次",
    "劳动强度",
    "必备技能",
    "优先技能",
    "证书",
    "学历",
    "最低年龄",
    "最高年龄",
    "年龄理由",
    "食宿",
    "标签",
    "面向人群",
    "上岗日期",
    "季节",
    "有效期至",
    "信息来源",
)

KINDS = Weighted(
    {
        "帮扶车间": 23,
        "公益性岗位": 18,
        "劳务协作": 25,
        "以工代赈": 8,
        "政府投资项目": 7,
        "企业": 13,
        "合作社": 6,
    }
)
#: What an invented employer of a kind is called, after a word that says nothing.
CALLED = {
    "帮扶车间": "{word}帮扶车间{number}号",
    "公益性岗位": "{word}安置点管理服务站{number}号",
    "劳务协作": "示例{word}制造厂{number}号",
    "以工代赈": "{word}以工代赈项目部{number}号",
    "政府投资项目": "{word}建设项目部{number}号",
    "企业": "示例{word}企业{number}号",
    "合作社": "{word}种养合作社{number}号",
}
WORDS = [
    "青云",
    "白鹭",
    "稻香",
    "晨光",
    "杜鹃",
    "松风",
    "石榴",
    "春燕",
    "云雀",
    "麦穗",
    "映山",
    "竹影",
    "金桂",
    "银杏",
]
#: Vacancies of the same employer; its last one has fewer.
PER_EMPLOYER = 3
#: The employer for whom the demo's employer account is made: the first workshop.
FIRST_EMPLOYER = (CALLED["帮扶车间"].format(word=WORDS[0], number="一"), credit_code(1))

SOURCE = "示例数据"
_DIGITS = "零一二三四五六七八九"
#: Degrees by which a place of work lies off the settlement or county town: about 1, 5 and 6 km.
_OFFSETS = {"帮扶车间": 0.012, "公益性岗位": 0.006, "以工代赈": 0.05, "政府投资项目": 0.05, "合作社": 0.06}


@dataclass(frozen=True)
class Place:
    """Where somebody works: county or city code, words, and a point."""

    region: str
    destination: str | None
    words: str
    longitude: float
    latitude: float


@cache
def _posts() -> dict[str, Weighted[int]]:
    by_kind: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for number, post in enumerate(_table()):
        by_kind[post["kind"]][number] = float(post["weight"])
    return {kind: Weighted(weights) for kind, weights in by_kind.items()}


@cache
def _table() -> list[dict[str, str]]:
    with (Path(__file__).parent / "posts.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


def rows(count: int, seed: int, as_of: date, sites: list[Settlement]) -> Iterator[tuple[object, ...]]:
    """The sheet's rows; the first seven show the seven kinds.

    Args:
        count: how many vacancies.
        seed: decides everything that is drawn.
        as_of: day of the sheet; nothing is valid for more than 90 days from it.
        sites: settlements near which the local ones lie.

    Yields:
        cells in the order of :data:`VACANCY_HEADERS`.
    """
    serials: defaultdict[str, int] = defaultdict(int)
    for number, kind in enumerate(islice(_kinds(seed), count), 1):
        employer = serials[kind] // PER_EMPLOYER
        serials[kind] += 1
        yield _row(stream(seed, "vacancy", number), number, kind, employer, as_of, sites)


def _kinds(seed: int) -> Iterator[str]:
    yield from CALLED
    chance = stream(seed, "kinds")
    while True:
        yield KINDS.draw(chance)


def _row(
    chance: Random, number: int, kind: str, employer: int, as_of: date, sites: list[Settlement]
) -> tuple[object, ...]:
    post = _table()[_posts()[kind].draw(chance)]
    # An employer stays where it is, whichever of its vacancies comes first.
    place = _place(stream("place", kind, employer, len(sites)), kind, sites)
    exact = likely(chance, 0.88)
    serial = 1 + list(CALLED).index(kind) + len(CALLED) * employer
    return (
        f"D{number:06d}",
        post["title"],
        kind,
        CALLED[kind].format(word=WORDS[employer % len(WORDS)], number=chinese(employer // len(WORDS) + 1)),
        credit_code(serial),
        surname(chance) + given_name(chance, male=likely(chance, 0.5)),
        phone(50_000_000 + serial),
        _headcount(chance, kind),
        post["content"],
        place.words,
        place.region,
        place.destination,
        place.longitude if exact else None,
        place.latitude if exact else None,
        _pay(chance, post),
        _number(post["hours"]),
        _number(post["days"]),
        _list(post["shifts"]),
        post["load"],
        _list(post["required"]),
        _list(post["preferred"]),
        _list(post["certificates"]),
        post["education"] or None,
        _number(post["min_age"]),
        _number(post["max_age"]),
        post["age_reason"] or None,
        _list(post["benefits"]),
        _list(post["tags"]),
        _list(post["targets"]),
        (as_of + timedelta(days=between(chance, 3, 40))).isoformat(),
        post["season"] or None,
        (as_of + timedelta(days=between(chance, 30, 90))).isoformat(),
        SOURCE,
    )


def chinese(number: int) -> str:
    """A number below 10,000 digit by digit, as house numbers are read aloud."""
    return "".join(_DIGITS[int(digit)] for digit in str(number))


def _headcount(chance: Random, kind: str) -> int:
    low, high = {"劳务协作": (10, 80), "公益性岗位": (1, 4), "以工代赈": (5, 30)}.get(kind, (1, 15))
    return between(chance, low, high)


def _list(cell: str) -> str | None:
    return cell.replace("|", "、") or None


def _number(cell: str) -> float | None:
    return float(cell) if cell else None


def _pay(chance: Random, post: dict[str, str]) -> str:
    """Pay as advertisements write it; now and then it is a matter for talks, and the vacancy is held."""
    if post["kind"] == "企业" and likely(chance, 0.04):
        return "面议"
    unit = post["unit"]
    step = 100 if unit == "月" and int(post["low_to"]) >= 1000 else 10 if unit != "时" else 1
    low = between(chance, int(post["low_from"]), int(post["low_to"]))
    low = max(int(post["low_from"]), low // step * step)
    high = low + int(post["spread"])
    if unit == "时":
        return f"{low}-{high}元/小时"
    if high == low:
        return f"{low}元/{unit}"
    if likely(chance, 0.2):
        return f"{low / 1000:g}-{high / 1000:g}千/{unit}"
    return f"{low}-{high}元/{unit}"


def _place(chance: Random, kind: str, sites: list[Settlement]) -> Place:
    site = pick(chance, sites)
    if kind == "劳务协作":
        code, name, longitude, latitude, _share = pick(chance, CITIES)
        return Place(site.county, code, name, *_near(chance, longitude, latitude, 0.2))
    if kind == "企业":
        code, name, longitude, latitude = next(county for county in COUNTIES if county[0] == site.county)
        return Place(code, None, f"{name}工业园区", *_near(chance, longitude, latitude, 0.03))
    words = {"帮扶车间": "一楼车间", "公益性岗位": ""}.get(kind, "附近")
    point = _near(chance, site.longitude, site.latitude, _OFFSETS[kind])
    return Place(site.county, None, f"{site.county_name}{site.name}{words}", *point)


def _near(chance: Random, longitude: float, latitude: float, offset: float) -> tuple[float, float]:
    east, north = ((chance.random() * 2 - 1) * offset for _ in range(2))
    return round(longitude + east, 5), round(latitude + north, 5)
