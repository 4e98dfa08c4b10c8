"""For search machines and feed readers: robots.txt, sitemap, and an Atom feed per county and occupation."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext

from matching.errors import DomainError, NotFound
from matching.occupations.catalogue import catalogue
from matching.places import regions
from matching.search.text import clean
from matching.vacancies.open_data import BLOCK, Position, Topic, block, blocks, newest, state_of
from matching.vacancies.queries import VacancyDetail, details
from web.extensions import db, services
from web.gate import opened
from web.pages import frame
from web.public import phrases

blueprint = Blueprint("open_data", __name__)

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
ATOM = "http://www.w3.org/2005/Atom"
FEED_PAGE = 50
OCCUPATION = re.compile(r"\d(-\d\d){0,3}")


@blueprint.get("/robots.txt")
@opened()
def robots() -> Response:
    """Everything public may be read; the rest has nothing for machines."""
    lines = ("User-agent: *", "Disallow: /desk", "Disallow: /account", f"Sitemap: {_address('sitemap')}")
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
@opened()
def sitemap() -> Response:
    """The list of sitemaps; a vacancy stays in the same one."""
    root = Xml.Element("sitemapindex", xmlns=SITEMAP)
    for found in blocks(db.session(), services().clock.today()):
        entry = Xml.SubElement(root, "sitemap")
        _texts(entry, loc=_address("sitemap_part", number=found.number), lastmod=found.touched_at.isoformat())
    return _xml(root, "application/xml")


@blueprint.get("/sitemaps/<int:number>.xml")
@opened()
def sitemap_part(number: int) -> Response:
    """The vacancies in force of one block."""
    rows = block(db.session(), number, services().clock.today()) if number < 2**62 // BLOCK else ()
    if not rows:
        raise NotFound("vacancy_unknown")
    root = Xml.Element("urlset", xmlns=SITEMAP)
    for public_id, touched_at in rows:
        entry = Xml.SubElement(root, "url")
        address = url_for("public.vacancy", public_id=public_id, _external=True)
        _texts(entry, loc=address, lastmod=touched_at.isoformat())
    return _xml(root, "application/xml")


@blueprint.get("/feed.atom")
@opened()
def feed() -> Response:
    """Vacancies in force, newest post first, page by page (RFC 5005)."""
    wiring = services()
    today = wiring.clock.today()
    topic, before = _topic()
    count, touched_at = state_of(db.session(), topic, today)
    state = f"{count} {touched_at} {today} {topic} {before}"
    tag = hashlib.sha256(state.encode()).hexdigest()[:24]
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        ids = newest(db.session(), topic, today, before=before, limit=FEED_PAGE + 1)
        found = details(db.session(), ids, today, wiring.keyring)
        updated = touched_at or wiring.clock.now()
        response = _xml(_feed(topic, found, updated.isoformat()), "application/atom+xml")
    response.set_etag(tag, weak=True)
    return response


def _topic() -> tuple[Topic, Position | None]:
    county, occupation = request.args.get("county"), request.args.get("occupation")
    if county is not None and regions.county_of(county) != county:
        raise NotFound("region_unknown", region=county[:12])
    if occupation is not None and not OCCUPATION.fullmatch(occupation):
        raise NotFound("occupation_unknown", occupation=occupation[:12])
    cursor = request.args.get("before")
    return Topic(county, occupation), Position.read(cursor) if cursor else None


def _feed(topic: Topic, found: list[VacancyDetail], updated: str) -> Xml.Element:
    root = Xml.Element("feed", {"xmlns": ATOM, "xml:lang": "zh-Hans"})
    asked = {name: value for name, value in request.args.items() if name in ("county", "occupation")}
    first = _address("feed", **asked)
    _texts(root, id=first, title=f"{frame().site}·{_about(topic)}", updated=updated)
    _links(root, self=request.url, alternate=url_for("public.home", _external=True), first=first)
    if len(found) > FEED_PAGE:
        last = found[FEED_PAGE - 1]
        _links(root, next=_address("feed", **asked, before=str(Position(last.posted_at, last.card.id))))
    for vacancy in found[:FEED_PAGE]:
        _entry(Xml.SubElement(root, "entry"), vacancy)
    return root


def _about(topic: Topic) -> str:
    parts = [regions.full_name(topic.county)] if topic.county else []
    if topic.occupation:
        parts.append(_occupation(topic.occupation))
    return "·".join(parts) or gettext("all posts")


def _occupation(code: str) -> str:
    full = code + "-00" * (3 - code.count("-"))
    try:
        return catalogue().name(full)
    except DomainError:
        return code


def _entry(entry: Xml.Element, vacancy: VacancyDetail) -> None:
    card = vacancy.card
    address = url_for("public.vacancy", public_id=card.public_id, _external=True)
    facts = (phrases.pay(card), phrases.where(card), vacancy.content)
    _texts(
        entry,
        id=address,
        title=card.title,
        updated=vacancy.touched_at.isoformat(),
        published=vacancy.posted_at.isoformat(),
        summary="。".join(fact for fact in facts if fact),
    )
    _links(entry, alternate=address)
    _texts(Xml.SubElement(entry, "author"), name=card.employer)
    for code in vacancy.occupations:
        Xml.SubElement(entry, "category", term=code, label=_occupation(code))


def _address(name: str, **values: object) -> str:
    return url_for(f"open_data.{name}", _external=True, **values)  # type: ignore[arg-type]


def _texts(element: Xml.Element, **texts: str) -> None:
    for name, text in texts.items():
        Xml.SubElement(element, name).text = clean(text)


def _links(element: Xml.Element, **addresses: str) -> None:
    for relation, address in addresses.items():
        Xml.SubElement(element, "link", rel=relation, href=address)


def _xml(root: Xml.Element, mimetype: str) -> Response:
    parts: Iterable[bytes] = (Xml.tostring(root, encoding="utf-8", xml_declaration=True), b"\n")
    return Response(b"".join(parts), mimetype=mimetype)
