"""Counties, invented settlements, and the cities to which labour cooperation leads.

Points of counties and cities are those of the product's own table (see ``matching/places/data``), rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.chance import likely, pick, stream

PREFECTURE = "431200"

#: code, name, longitude, latitude
COUNTIES = (
    ("431221", "中方县", 109.945, 27.440),
    ("431224", "溆浦县", 110.595, 27.908),
    ("431226", "麻阳苗族自治县", 109.817, 27.858),
    ("431202", "鹤城区", 110.040, 27.579),
    ("431222", "沅陵县", 110.394, 28.453),
    ("431223", "辰溪县", 110.184, 28.006),
    ("431225", "会同县", 109.736, 26.887),
    ("431227", "新晃侗族自治县", 109.175, 27.353),
    ("431228", "芷江侗族自治县", 109.685, 27.443),
    ("431229", "靖州苗族侗族自治县", 109.696, 26.575),
    ("431230", "通道侗族自治县", 109.784, 26.158),
    ("431281", "洪江市", 109.837, 27.209),
)

#: code, name with its province, longitude, latitude, share of those who go away
CITIES = (
    ("441900", "广东省东莞市", 113.752, 23.021, 24),
    ("440300", "广东省深圳市", 114.058, 22.543, 16),
    ("440600", "广东省佛山市", 113.121, 23.022, 12),
    ("441300", "广东省惠州市", 114.417, 23.112, 8),
    ("440100", "广东省广州市", 113.264, 23.129, 10),
    ("330700", "浙江省金华市", 119.647, 29.079, 7),
    ("330200", "浙江省宁波市", 121.550, 29.875, 7),
    ("320500", "江苏省苏州市", 120.585, 31.299, 5),
    ("430100", "湖南省长沙市", 112.939, 28.228, 11),
)

_FIRST = "云清和安福瑞康宁兴泰锦盛永祥嘉乐青明新长"
_SECOND = "溪岭坪湾林泉园江桥塘坡谷田阳岩洲沅源峰庭"
_LAST = ("社区安置点", "家园安置点", "新村安置点", "小区安置点", "苑安置点")

PERSONS_PER_SETTLEMENT = 315
FEWEST_SETTLEMENTS = 8


@dataclass(frozen=True)
class Settlement:
    """A resettlement site; ``planned`` is the number of persons after whom the next one begins."""

    name: str
    county: str
    county_name: str
    concentrated: bool
    longitude: float
    latitude: float
    planned: int


def settlements(people: int, seed: int) -> list[Settlement]:
    """The sites of a city of so many people: at least 8, otherwise about one per 315 persons.

    A small city has three counties, so that each has several sites; a real one's size has all twelve.
    """
    count = max(FEWEST_SETTLEMENTS, round(people / PERSONS_PER_SETTLEMENT))
    counties = COUNTIES[: min(len(COUNTIES), max(3, count // 3))]
    chance = stream(seed, "settlements")
    shares = [0.4 + chance.random() ** 2 * 2 for _ in range(count)]
    scale = people / sum(shares)
    made = []
    for number, share in enumerate(shares):
        code, county, longitude, latitude = pick(chance, counties) if number >= 6 else counties[number % 3]
        made.append(
            Settlement(
                name=_name(number),
                county=code,
                county_name=county,
                concentrated=not likely(chance, 0.12),
                longitude=round(longitude + (chance.random() - 0.5) * 0.24, 5),
                latitude=round(latitude + (chance.random() - 0.5) * 0.24, 5),
                planned=max(1, round(share * scale)),
            )
        )
    return made


def _name(number: int) -> str:
    """A name for each number: 2,000 different ones, from then on with a phase."""
    first, rest = number % len(_FIRST), number // len(_FIRST)
    second = (rest + 7 * first) % len(_SECOND)
    rest //= len(_SECOND)
    last, phase = _LAST[(number + rest) % len(_LAST)], rest // len(_LAST)
    return _FIRST[first] + _SECOND[second] + last + (f"{phase + 1}期" if phase else "")
