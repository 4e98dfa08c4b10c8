"""Pay as advertisements write it: a range in integer cents, and what it is per."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from matching.vacancies.codes import PayUnit

#: Days and weeks of a month as 人社部发〔2025〕2号 reckons pay: 21.75 paid days; 365 / 7 / 12 weeks.
PAID_DAYS = Decimal("21.75")
WEEKS_A_MONTH = Decimal(365) / 7 / 12
_HOURS_A_DAY = Decimal(8)

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Pay:
    """What an advertisement promises.

    Args:
        low_cents, high_cents: bounds in cents per ``unit``; None where the text leaves one open.
        unit: what they are per; None where there is no figure.
        negotiable: it says 面议.
    """

    low_cents: int | None = None
    high_cents: int | None = None
    unit: PayUnit | None = None
    negotiable: bool = False

    @property
    def stated(self) -> bool:
        """Whether there is any figure."""
        return self.low_cents is not None or self.high_cents is not None


_NUMBER = r"(\d{1,9}(?:\.\d{1,4})?)"
_SCALE = r"(万|千|百|k|w)?"
_MONEY = r"(?:块钱|块|元|rmb|人民币|毛钱|毛|角|分钱|分)?"
_TO = r"(?:-|~|至|到)"
_FIGURE = rf"{_NUMBER}{_SCALE}({_MONEY})"
_RANGE = re.compile(rf"{_FIGURE}(?:每?[/]?(?:月|天|日|小时|时|年|件|个))?{_TO}(?:¥|月薪|约)?{_FIGURE}")
_SINGLE = re.compile(_FIGURE)
_NEGOTIABLE = re.compile(r"面议|面谈|详谈|另议|商议|协商|可议|面洽")
_AT_MOST = re.compile(r"以下|以内|不超过|不高于|最高|封顶|至多|上限|[≤<]")
_AT_LEAST = re.compile(r"以上|起|不低于|不少于|至少|保底|底薪|最低|多元|余元|\+|[≥>]")
_SCALES = {"万": 10_000, "w": 10_000, "千": 1_000, "k": 1_000, "百": 100, "": 1}
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
#: Figures beside the pay that are not pay: ages, hours, days off, insurance, pay days, head counts.
_NOT_PAY = re.compile(
    r"\d{1,3}(?:[~至到]\d{1,3})?周?岁|\d{1,3}薪(?!资)|[一二三四五六七八九\d]险[一二三\d]?金?|"
    r"\d{1,3}(?:\.\d)?(?:号前?发|小时制|个?小时/天|天/周|天/月|天工作制|小时工作制|人(?!/)|名|休)|"
    r"(?:每天|每日|一天|日均|每班)(?:工作|上班|上)?\d{1,2}(?:\.\d)?(?:~\d{1,2})?个?小时|"
    r"每?月(?:休|休息|工作|出勤|上班|上)\d{1,2}(?:\.\d)?天|每?周(?:休|工作|上)?\d(?:\.\d)?天|"
    r"\d{1,2}[日号](?:发薪|发工资|发放)|八小时"
)
_PIECES = "件|双|个|套|台|只|打|块|条|斤|公斤|亩|根|棵|株|车|吨|米|平方?米?"
_UNITS: tuple[tuple[PayUnit, re.Pattern[str]], ...] = (
    (PayUnit.PIECE, re.compile(rf"(?:/|每|一)(?:{_PIECES})(?![月人小星])")),
    (PayUnit.HOUR, re.compile(r"(?:/|每|一)?个?(?:小时|钟头)|/时|/h|每时|时薪|钟点")),
    (PayUnit.DAY, re.compile(r"(?:/|每|一)(?:天|日|工日|个工|班)|日薪|日结|日工资|/工(?!时)|天$|日$")),
    (PayUnit.YEAR, re.compile(r"(?:/|每|一)年|年薪|年收入|年工资|年补助|全年|年$")),
    (PayUnit.MONTH, re.compile(r"(?:/|每|一)?个?月|月薪|月工资|底薪|/人/月")),
)
#: A bare figure (no unit written) is taken per month from here on, in yuan; below it per day.
_BARE_MONTH = 600
_BARE_DAY = 40
#: A month's pay above this, or below, is a slip of the pen and not believed, per unit, in yuan.
_BELIEVED: dict[PayUnit, tuple[Decimal, Decimal]] = {
    PayUnit.MONTH: (Decimal(50), Decimal(200_000)),
    PayUnit.DAY: (Decimal(10), Decimal(5_000)),
    PayUnit.HOUR: (Decimal(3), Decimal(1_000)),
    PayUnit.PIECE: (Decimal("0.001"), Decimal(10_000)),
    PayUnit.YEAR: (Decimal(500), Decimal(2_000_000)),
}


def parse_pay(text: str) -> Pay | None:
    """Read a pay text (``4.5-6千/月``, ``120元/天``, ``3000以上``, ``面议`` …).

    Args:
        text: as written, at most 200 characters are looked at.

    Returns:
        the pay; None where the text is not understood.
    """
    plain = _plain(text)
    if not plain:
        return None
    negotiable = _NEGOTIABLE.search(plain) is not None
    searched = _NOT_PAY.sub(" ", plain)
    figures = _figures(searched)
    if figures is None:
        return Pay(negotiable=True) if negotiable else None
    unit = _unit(searched, figures)
    if unit is None:
        return None
    least, most = _BELIEVED[unit]
    if any(value is not None and not least <= value <= most for value in (figures.low, figures.high)):
        return None
    return Pay(_cents(figures.low), _cents(figures.high), unit, negotiable)


def monthly_cents(
    pay: Pay, hours_per_day: float | None = None, days_per_week: float | None = None
) -> tuple[int | None, int | None]:
    """Bounds of the pay a month, in cents; None for open bounds and for pay by the piece.

    Args:
        pay: as parsed.
        hours_per_day: 8 where not stated.
        days_per_week: 21.75 paid days a month where not stated.
    """
    hours = Decimal(str(hours_per_day)) if hours_per_day else _HOURS_A_DAY
    days = Decimal(str(days_per_week)) * WEEKS_A_MONTH if days_per_week else PAID_DAYS
    factors = {
        PayUnit.MONTH: Decimal(1),
        PayUnit.DAY: days,
        PayUnit.HOUR: days * hours,
        PayUnit.YEAR: Decimal(1) / 12,
    }
    factor = factors.get(pay.unit) if pay.unit else None
    if factor is None:
        return None, None
    return _times(pay.low_cents, factor), _times(pay.high_cents, factor)


def _times(cents: int | None, factor: Decimal) -> int | None:
    return None if cents is None else int((cents * factor).to_integral_value(ROUND_HALF_UP))


def _cents(yuan: Decimal | None) -> int | None:
    # A tenth of a cent a piece exists on paper only; what is kept is never zero.
    return None if yuan is None else max(1, int((yuan * 100).to_integral_value(ROUND_HALF_UP)))


def _plain(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold()
    plain = re.sub(r"[\s¥￥]+", "", plain)
    plain = re.sub(r"[—–−―～〜〰]+|--+|~+", "~", plain)
    plain = _THOUSANDS.sub("", plain)
    plain = re.sub(r"(?<=[\d万千元kw])(?:左右|上下)", "", plain)
    return re.sub(r"[(\[【)\]】]", " ", _chinese_numbers(plain))


_CHINESE_DIGITS = {mark: value for value, mark in enumerate("零一二三四五六七八九")} | {"两": 2}
_CHINESE_PLACES = {"万": 10_000, "千": 1_000, "百": 100, "十": 10}
_CHINESE = re.compile(
    r"(?<![\d.])[一二两三四五六七八九十][零一二两三四五六七八九十百千万]*(?=[元块多余左以起~至到/每+\s]|$)"
)
_CHINESE_SPAN = re.compile(r"([一二两三四五六七八])([二三四五六七八九])([十百千万])")


def _chinese_numbers(plain: str) -> str:
    """``三千五`` → ``3500``, ``两万`` → ``20000``, ``七八十元`` → ``70~80元``."""
    return _CHINESE.sub(lambda found: _chinese_number(found[0]), plain)


def _chinese_number(written: str) -> str:
    span = _CHINESE_SPAN.fullmatch(written)
    if span:
        place = _CHINESE_PLACES[span[3]]
        return f"{_CHINESE_DIGITS[span[1]] * place}~{_CHINESE_DIGITS[span[2]] * place}"
    total, digit, place = 0, 0, 10
    for mark in written:
        if mark in _CHINESE_PLACES:
            place = _CHINESE_PLACES[mark]
            total += (digit or 1) * place
            digit = 0
        else:
            digit = _CHINESE_DIGITS[mark]
            place = 10 if mark == "零" else place
    return str(total + digit * (place // 10 if place > 10 else 1))


@dataclass(frozen=True, slots=True)
class _Figures:
    """Bounds in yuan, whether a scale (千, 万) was written, and the words that follow."""

    low: Decimal | None
    high: Decimal | None
    scaled: bool
    after: str


def _figures(searched: str) -> _Figures | None:
    """The figures of a text; None where there is none."""
    found = _RANGE.search(searched)
    if found:
        low_text, low_scale, low_money, high_text, high_scale, high_money = (
            part or "" for part in found.groups()
        )
        high = _yuan(high_text, high_scale, high_money)
        scale = low_scale or _inherited(low_text, high_text, high_scale)
        low = _yuan(low_text, scale, low_money or high_money)
        scaled = bool(low_scale or high_scale)
        return _Figures(min(low, high), max(low, high), scaled, searched[found.end() :])
    single = _SINGLE.search(searched)
    return None if single is None else _bounds(searched, single)


def _bounds(searched: str, single: re.Match[str]) -> _Figures:
    value = _yuan(single[1], single[2] or "", single[3] or "")
    scaled = bool(single[2])
    before, after = searched[max(0, single.start() - 4) : single.start()], searched[single.end() :]
    tail = after.lstrip("/每个月天日年小时件元块")
    if _AT_MOST.search(before) or _AT_MOST.match(tail):
        return _Figures(None, value, scaled, after)
    if _AT_LEAST.search(before) or _AT_LEAST.match(tail) or after.startswith(("多", "余")):
        return _Figures(value, None, scaled, after)
    return _Figures(value, value, scaled, after)


def _inherited(low: str, high: str, scale: str) -> str:
    """In ``4.5-6千`` the scale holds for both; in ``3000-1万`` the low figure is already in yuan."""
    return scale if Decimal(low) <= Decimal(high) * 10 and Decimal(low) < 100 else ""


def _yuan(text: str, scale: str, money: str) -> Decimal:
    value = Decimal(text) * _SCALES[scale]
    if money.startswith(("毛", "角")):
        return value / 10
    return value / 100 if money.startswith("分") else value


def _unit(searched: str, figures: _Figures) -> PayUnit | None:
    """The unit written right behind the figures, else anywhere, else what their size suggests."""
    for unit, pattern in _UNITS:
        if pattern.match(figures.after):
            return unit
    for unit, pattern in _UNITS:
        if pattern.search(searched):
            return unit
    value = figures.high if figures.high is not None else figures.low
    if value is None:
        return None
    if value >= _BARE_MONTH or figures.scaled:
        return PayUnit.MONTH
    return PayUnit.DAY if value >= _BARE_DAY else None
