"""``flask search``, ``flask match`` and ``flask code-title``: what is there, what fits, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from commands.frame import answer, as_json_option, command, say, services
from commands.references import jobseeker_by, vacancy_by
from matching.accounts import audit
from matching.accounts.models import Organisation
from matching.accounts.scope import OPERATOR
from matching.bootstrap import Services
from matching.db import transaction
from matching.errors import DomainError
from matching.occupations.titles import code_title
from matching.pairing.queries import Match, Matches, NearMatch, matches_for_jobseeker, matches_for_vacancy
from matching.pairing.store import ColumnStore
from matching.people.masking import mask_name
from matching.people.models import Member
from matching.places import regions
from matching.search.listing import DATABASE, INDEX, day_number, list_open
from matching.search.port import SearchUnavailable
from matching.search.queries import Near, VacancyQuery, plan
from matching.search.text import matched
from matching.vacancies.codes import Kind
from matching.vacancies.models import Vacancy
from matching.vacancies.queries import in_force
from matching.vacancies.words import KIND

MOST = 100
#: Characters of a matched text that are shown.
EXCERPT = 80
_limit = click.option("--limit", type=int, default=20, metavar="N", help="最多几条(1 到 100)")


@command("search")
@click.argument("text")
@click.option("--kind", metavar="K", help="岗位类别,如 support_workshop 或 帮扶车间")
@click.option("--region", metavar="ADCODE", help="区划代码(省、市、县、乡镇)")
@click.option("--near", metavar="LON,LAT", help="经度,纬度;要和 --within 一起用")
@click.option("--within", type=float, metavar="KM", help="公里数")
@_limit
@as_json_option
def search(
    text: str,
    kind: str | None,
    region: str | None,
    near: str | None,
    within: float | None,
    limit: int,
    as_json: bool,
) -> None:
    """在招聘中的岗位里找。"""
    mine = services()
    query = VacancyQuery(
        words=text,
        kinds=(kind_of(kind),) if kind is not None else (),
        regions=(regions.get(region).code,) if region is not None else (),
        near=near_of(near, within),
        limit=checked(limit),
        today=day_number(mine.clock.today()),
    )
    plan(query)
    found = found_by(mine, query)
    if found.source == DATABASE:
        say("搜索服务没有回答,这是直接从数据库里找的,顺序会差一些。")
    result = {"total": found.total, "source": found.source, "hits": found.hits}
    answer(
        result, as_json=as_json, text=lambda: "\n".join([f"共 {found.total} 个", *map(_hit_line, found.hits)])
    )


def _hit_line(hit: dict[str, Any]) -> str:
    return f"{hit['id']}  {hit['ref'] or '-'}  {hit['title']}  {hit['score']:g}"


def checked(limit: int) -> int:
    """``--limit``, if it is from 1 to 100."""
    if not 1 <= limit <= MOST:
        raise DomainError("limit_range")
    return limit


def kind_of(text: str) -> str:
    """The code of a kind that is given as a code or in words."""
    known = {
        **{kind.value: kind.value for kind in Kind},
        **{words: kind.value for kind, words in KIND.items()},
    }
    if text not in known:
        raise DomainError("kind_unknown", kind=text, known="、".join(known))
    return known[text]


def near_of(near: str | None, within: float | None) -> Near | None:
    """The circle of ``--near`` and ``--within``."""
    if near is None and within is None:
        return None
    try:
        lon, lat = (float(part) for part in (near or "").replace("\uff0c", ",").split(","))
    except ValueError:
        raise DomainError("near_form") from None
    if within is None:
        raise DomainError("near_form")
    return Near(lon, lat, within)


@dataclass(frozen=True)
class Found:
    """Hits as they are written, how many there are in all, and who found them."""

    total: int
    source: str
    hits: list[dict[str, Any]]


def found_by(mine: Services, query: VacancyQuery) -> Found:
    """Ask the index, or the database where the index does not answer."""
    today = mine.clock.today()
    with transaction(mine.sessions, writes=False) as session:
        try:
            page = mine.search.search(query)
            scores, total, source = {hit.id: hit.score for hit in page.hits}, page.total, INDEX
        except SearchUnavailable:
            listing = list_open(session, mine.search, query, today=today, keyring=mine.keyring, counts=False)
            scores, total = {card.id: 0.0 for card in listing.cards}, listing.total
            source = listing.source
        rows = _rows(session, list(scores), today)
    hits = [
        {
            "id": row.public_id,
            "ref": row.ref,
            "title": row.title,
            "score": round(scores[row.id], 4),
            "matched": _matched(query.words, row),
        }
        for row in rows
    ]
    return Found(total, source, hits)


def _rows(session: Session, ids: list[int], today: Any) -> list[Any]:
    statement = (
        select(
            *(Vacancy.id, Vacancy.public_id, Vacancy.ref, Vacancy.title, Vacancy.place, Vacancy.content),
            Organisation.name.label("employer"),
        )
        .join(Organisation, Organisation.id == Vacancy.employer_id)
        .where(Vacancy.id.in_(ids), in_force(today))
    )
    rows = {row.id: row for row in session.execute(statement)}
    return [rows[key] for key in ids if key in rows]


def _matched(words: str, row: Any) -> list[dict[str, str]]:
    texts = {name: getattr(row, name) or "" for name in ("title", "employer", "place", "content")}
    return [{"field": name, "text": texts[name][:EXCERPT]} for name in matched(words, texts)]


@command("match")
@click.argument("side", metavar="vacancy|jobseeker")
@click.argument("ref", metavar="ID|REF")
@_limit
@as_json_option
def match(side: str, ref: str, limit: int, as_json: bool) -> None:
    """一个岗位适合谁,或一个人适合哪些岗位,以及理由。"""
    if side not in ("vacancy", "jobseeker"):
        raise DomainError("side_unknown", side=side)
    mine = services()
    store = ColumnStore(mine.settings.data_dir / "columns")
    now = mine.clock.now()
    asked: dict[str, Any] = {"store": store, "now": now, "limit": checked(limit)}
    with transaction(mine.sessions) as session:
        if side == "vacancy":
            row = vacancy_by(session, ref)
            found = matches_for_vacancy(session, OPERATOR, row, **asked)
            shown = [one.row_id for one in found.matches] + [one.row_id for one in found.near_misses]
            titles = _masked(session, shown)
        else:
            row = jobseeker_by(session, ref)
            found = matches_for_jobseeker(session, OPERATOR, row, **asked)
            titles = {}
        audit.record(session, OPERATOR, "matches.shown", side, row, now, fields={"shown": len(found.matches)})
    result = _matches(found, titles, now.isoformat())
    answer(result, as_json=as_json, text=lambda: _match_text(result))


def _masked(session: Session, ids: list[int]) -> dict[int, str]:
    names = session.execute(select(Member.id, Member.name).where(Member.id.in_(ids)))
    return {row: mask_name(name) for row, name in names}


def _matches(found: Matches, titles: dict[int, str], now: str) -> dict[str, Any]:
    def entry(one: Match | NearMatch) -> dict[str, Any]:
        return {"id": one.id, "ref": one.ref, "title": titles.get(one.row_id, one.title)}

    return {
        "subject": found.subject,
        "scoring_version": found.scoring_version,
        "as_of": found.as_of.isoformat() if found.as_of else now,
        "matches": [
            {
                **entry(one),
                "total": one.total,
                "reasons": [{"code": r.code, "points": r.points, "words": r.words} for r in one.reasons],
            }
            for one in found.matches
        ],
        "near_misses": [
            {**entry(one), "missing": [{"code": m.code, "words": m.words} for m in one.missing]}
            for one in found.near_misses
        ],
    }


def _match_text(result: dict[str, Any]) -> str:
    lines = []
    for one in result["matches"]:
        why = ";".join(f"{r['words']}(+{r['points']})" if r["points"] else r["words"] for r in one["reasons"])
        lines.append(f"{one['total']:>4}  {one['id']}  {one['title']}  {why}")
    for one in result["near_misses"]:
        lines.append(f"   -  {one['id']}  {one['title']}  {';'.join(m['words'] for m in one['missing'])}")
    return "\n".join(lines) or "没有合适的。"


@command("code-title")
@click.argument("text")
@as_json_option
def coded(text: str, as_json: bool) -> None:
    """岗位名称对应的职业代码,最可能的在前。"""
    codes = [
        {"code": one.code, "name": one.name, "confidence": round(one.confidence, 2)}
        for one in code_title(text)
    ]
    lines = (f"{one['code']}  {one['name']}  {one['confidence']:.0%}" for one in codes)
    answer({"codes": codes}, as_json=as_json, text=lambda: "\n".join(lines) or "没有把握对应任何职业。")
