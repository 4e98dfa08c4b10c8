"""The posting law in one place, asked at the form, at the import and at any other door alike.

What the law forbids blocks; what only a person can decide waits for a reviewer; what is missing can be added
later and keeps the post held until then; the rest is advice. Goals L1–L9, L15 and L16.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from matching.errors import DomainError
from matching.regulations import contracts, hours
from matching.regulations.wages import MinimumWage, lowest_cents, minimum_wage
from matching.regulations.wording import Ground, screen
from matching.vacancies.codes import MAX_VALID_DAYS, Held

Facts = Mapping[str, Any]


class Verdict(StrEnum):
    """What follows from a finding"""

    BLOCK = "block"  # refused at a form; held where a sheet states it
    DOUBTFUL = "doubtful"  # held until a reviewer has decided
    INCOMPLETE = "incomplete"  # held until somebody adds it
    ADVICE = "advice"  # told, nothing more


#: Code of a finding → what the post waits for. Advice is in no such list.
HOLDS: dict[str, Held] = {
    "no_pay": Held.NO_PAY,
    "missing_element": Held.MISSING_ELEMENT,
    "valid_too_long": Held.VALID_TOO_LONG,
    **{f"wording_{ground}": Held.WORDING for ground in Ground},
    **{breach.value: Held.HOURS for breach in hours.Breach},
    "pay_below_minimum": Held.WAGE,
    "probation_pay": Held.WAGE,
    "hazardous_minor": Held.AGE,
    "probation_long": Held.CONTRACT,
    "dispatch_unit": Held.CONTRACT,
    "dispatch_term": Held.CONTRACT,
}
ADVICE = ("age_suggestion", "age_unexplained", "piece_rate_open")
CODES = (*HOLDS, *ADVICE)

#: Facts that people read as they were written.
TEXTS = ("title", "content", "place", "pay_text", "season", "age_reason", "source", "using_unit")
_DISPATCHED = re.compile(
    "(?<![非无务])(?<!不是)(?:劳务)?派遣(?P<surely>工|制|员工|岗|用工|合同|形式|性质)|(?<![非无])(?<!不是)劳务派遣"
)
_ADULT = 18


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the law, or good sense, says about a post.

    Args:
        code: one of :data:`CODES`.
        field: the fact it is about.
        words: as they stand there; empty where it is about a figure or about what is missing.
        article: the law.
        better: what to write instead, in Chinese; empty where the sentence of the code says it.
        key: changes with the fact: what a reviewer decided holds for what was read and for nothing else.
    """

    code: str
    verdict: Verdict
    field: str
    words: str = ""
    article: str = ""
    better: str = ""
    key: str = ""


class PostingRefused(DomainError):
    """The law forbids it as it stands.

    Args:
        findings: what blocks, to be shown beside the fields.
    """

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("posting_refused", count=len(findings))
        self.findings = findings


def check(facts: Facts, *, today: date, county: str, valid_days: int = MAX_VALID_DAYS) -> tuple[Finding, ...]:
    """Everything that is to be said about a post.

    Args:
        facts: by the names of the columns of a vacancy; what is absent or None is not stated.
        today: the local day.
        county: region code of the place of work; its minimum wage holds.
        valid_days: longest validity (a setting, at most 90).
    """
    minimum = _minimum(county, today)
    return (
        *_elements(facts, today, valid_days),
        *_wording(facts),
        *_hours(facts),
        *_pay(facts, minimum),
        *_probation(facts, minimum),
        *_ages(facts),
        *_dispatch(facts),
    )


def place_of_work(facts: Facts) -> str:
    """The region whose minimum wage holds: the destination of those who go away, else the county."""
    return str(facts.get("destination") or facts["county"])


def refuse_blocked(findings: Iterable[Finding]) -> None:
    """At a form: what blocks is said at once.

    Raises:
        PostingRefused: ``posting_refused``.
    """
    blocking = tuple(finding for finding in findings if finding.verdict is Verdict.BLOCK)
    if blocking:
        raise PostingRefused(blocking)


def reasons_to_hold(
    findings: Iterable[Finding], *, verified: bool, reviewed: Mapping[str, str]
) -> list[Held]:
    """Why a vacancy may not be public yet, in the order of the code list; empty when it may.

    Args:
        verified: whether the employer is verified or vouched for (L10).
        reviewed: keys of doubtful findings that a reviewer has decided on.
    """
    reasons = set() if verified else {Held.EMPLOYER_UNVERIFIED}
    for finding in findings:
        if finding.verdict is Verdict.DOUBTFUL:
            decided = reviewed.get(finding.key)
            if decided != APPROVED:
                reasons.add(DECIDED.get(decided, Held.REFUSED) if decided else Held.REVIEW)
        elif finding.verdict is not Verdict.ADVICE:
            reasons.add(HOLDS[finding.code])
    return [reason for reason in Held if reason in reasons]


APPROVED = "approved"
#: The reviewer wants other words; the note about it stands in the history.
CHANGE = "change"
DECIDED = {CHANGE: Held.CHANGE}


def _key(code: str, field: str, *stated: Any) -> str:
    return hashlib.blake2b(repr((code, field, *stated)).encode(), digest_size=8).hexdigest()


def _elements(facts: Facts, today: date, valid_days: int) -> Iterator[Finding]:
    """Six elements and the validity (L1; 人力资源市场暂行条例 art. 24, notice of five ministries)."""
    article = "人力资源市场暂行条例第二十四条"
    if facts.get("pay_low_cents") is None and facts.get("pay_high_cents") is None:
        yield Finding("no_pay", Verdict.INCOMPLETE, "pay_text", article=article)
    for field in ("headcount", "content", "place"):
        if not facts.get(field):
            yield Finding("missing_element", Verdict.INCOMPLETE, field, article=article)
    if facts["valid_until"] > today + timedelta(days=min(valid_days, MAX_VALID_DAYS)):
        yield Finding("valid_too_long", Verdict.INCOMPLETE, "valid_until")


def _wording(facts: Facts) -> Iterator[Finding]:
    """Words (L2–L4, L9, L15)."""
    for field in TEXTS:
        text = facts.get(field)
        for hit in screen(text) if text else ():
            code = f"wording_{hit.ground}"
            yield Finding(
                code=code,
                verdict=Verdict(hit.verdict),
                field=field,
                words=hit.words,
                article=hit.article,
                better=hit.better,
                key=_key(code, field, text),
            )


def _hours(facts: Facts) -> Iterator[Finding]:
    """Hours (L8), unless special hours were approved (劳动法 art. 39)."""
    if facts.get("hours_permit"):
        return
    for breach in hours.breaches(facts.get("hours_per_day"), facts.get("days_per_week")):
        field = "hours_per_day" if breach is hours.Breach.DAY else "days_per_week"
        yield Finding(breach.value, Verdict.BLOCK, field, article="劳动法第三十六条、第三十八条")


def _minimum(county: str, today: date) -> MinimumWage | None:
    try:
        return minimum_wage(county, today)
    except DomainError:
        return None


def _pay(facts: Facts, minimum: MinimumWage | None) -> Iterator[Finding]:
    """The minimum wage by month, day, hour and piece (L7): a figure nobody confirmed never blocks."""
    low, high, unit = facts.get("pay_low_cents"), facts.get("pay_high_cents"), facts.get("pay_unit")
    offered = low if low is not None else high
    if offered is None or not unit or minimum is None:
        return
    times = (facts.get("hours_per_day"), facts.get("days_per_week"), facts.get("pieces_per_day"))
    least = lowest_cents(minimum, str(unit), *times)
    if least is None:
        yield Finding("piece_rate_open", Verdict.ADVICE, "pay_text", facts.get("pay_text") or "")
    elif offered < least:
        yield Finding(
            code="pay_below_minimum",
            verdict=Verdict.BLOCK if minimum.confirmed else Verdict.DOUBTFUL,
            field="pay_text",
            words=facts.get("pay_text") or "",
            article="劳动法第四十八条",
            key=_key("pay_below_minimum", "pay_text", offered, str(unit), *times, least),
        )


def _probation(facts: Facts, minimum: MinimumWage | None) -> Iterator[Finding]:
    """Probation (L7)."""
    term, months, paid = (facts.get(name) for name in ("term_months", "probation_months", "probation_cents"))
    if months and term is not None and months > contracts.longest_probation_months(term):
        yield Finding("probation_long", Verdict.BLOCK, "probation_months", article="劳动合同法第十九条")
    month = facts.get("month_low_cents") or facts.get("month_high_cents")
    if paid is None or not month:
        return
    article, least = "劳动合同法第二十条", contracts.lowest_probation_cents(month, 0)
    if paid < least:
        yield Finding("probation_pay", Verdict.BLOCK, "probation_cents", article=article)
    elif minimum and paid < contracts.lowest_probation_cents(month, minimum.month_cents):
        yield Finding(
            code="probation_pay",
            verdict=Verdict.BLOCK if minimum.confirmed else Verdict.DOUBTFUL,
            field="probation_cents",
            article=article,
            key=_key("probation_pay", "probation_cents", paid, minimum.month_cents),
        )


def _ages(facts: Facts) -> Iterator[Finding]:
    """Dangerous work is not for 16- and 17-year-olds (L6); an age is a suggestion with a reason (L5)."""
    least, most = facts.get("min_age"), facts.get("max_age")
    if facts.get("hazardous") and least is not None and least < _ADULT:
        yield Finding("hazardous_minor", Verdict.BLOCK, "min_age", article="劳动法第六十四条")
    if most is not None or (least is not None and least > _ADULT):
        code = "age_suggestion" if facts.get("age_reason") else "age_unexplained"
        yield Finding(code, Verdict.ADVICE, "max_age" if most is not None else "min_age")


def _dispatch(facts: Facts) -> Iterator[Finding]:
    """Dispatched workers are told where they work, for two years at least (L16)."""
    unit, term, article = facts.get("using_unit"), facts.get("term_months"), "劳动合同法第五十八条"
    text = f"{facts.get('title')}\n{facts.get('content') or ''}"
    said = _DISPATCHED.search(text)
    if not unit and said is None:
        return
    # 劳务派遣公司招文员 speaks of dispatch and offers none.
    verdict = Verdict.BLOCK if unit or (said and said["surely"]) else Verdict.DOUBTFUL
    words, key = said[0] if said else "", _key("dispatch", "content", text)
    if not unit:
        yield Finding("dispatch_unit", verdict, "using_unit", words, article, key=key)
    if term is None or term < contracts.DISPATCH_MONTHS:
        yield Finding("dispatch_term", verdict, "term_months", words, article, key=key)
