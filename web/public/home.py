"""What the list page shows: chips with counts, notes, pages, and a way on when nothing was found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext

from matching.search.listing import DATABASE, Listing
from matching.search.port import Facet
from matching.search.text import MAX_WORDS
from matching.vacancies.queries import VacancyCard
from web.public import phrases
from web.public.chips import COUNTED, TITLES, Chip, ask
from web.public.filters import CODES, LAST_PAGE, PAGE, PAYS, RADII, Wish
from web.public.nothing_found import NothingFound, nothing_found
from web.public.phrases import Place

SIMILAR = 3
MOST_COUNTIES = 15
#: What is not stated passes these filters, so their counts include it; the other filters are claims.
PASSES_UNSTATED = frozenset({"kind", "shift", "load"})
SORT_WORDS = {
    "near": lazy_gettext("Near home first"),
    "fit": lazy_gettext("Best fit first"),
    "new": lazy_gettext("Newest first"),
    "pay": lazy_gettext("Best paid first"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The choices of one filter."""

    name: str
    title: Any
    chips: list[Chip]


@dataclass(frozen=True, slots=True)
class Home:
    """Everything the list page shows beside its frame."""

    wish: Wish
    place: Place | None
    listing: Listing
    kinds: Group
    groups: list[Group]
    chosen: list[Chip]
    sorts: list[Chip]
    notes: list[str]
    pages: int
    nothing: NothingFound | None


def make(wish: Wish, place: Place | None, *, unknown_place: bool) -> Home:
    """Work out the page for a wish as seen from a place."""
    if place is None or place.longitude is None:
        wish = replace(wish, within=None)
    listing = ask(replace(wish, page=min(wish.page, LAST_PAGE)).query(place), counts=True)
    beyond = listing.beyond.total if listing.beyond else 0
    pages = min(LAST_PAGE, max(1, -(-(listing.total + beyond) // PAGE)))
    groups = [group for group in _groups(wish, place, listing.facets) if group.chips]
    return Home(
        wish=wish,
        place=place,
        listing=listing,
        kinds=_coded("kind", wish, listing.facets),
        groups=groups,
        chosen=_chosen(wish),
        sorts=_sorts(wish, place),
        notes=[*_notes(wish, unknown_place, listing.source), *_page_note(wish, pages)],
        pages=pages,
        nothing=None if listing.total or listing.beyond else nothing_found(wish, place),
    )


def similar(card: VacancyCard, place: Place | None) -> list[VacancyCard]:
    """Posts like this one: of the same name, then of the same occupation, then of the same kind."""
    found: dict[int, VacancyCard] = {}
    for wish in (Wish(q=card.title[:MAX_WORDS]), Wish(kind=(card.kind,))):
        if len(found) < SIMILAR:
            listing = ask(replace(wish.query(place), limit=SIMILAR + 1))
            cards = [*listing.cards, *(listing.beyond.cards if listing.beyond else ())]
            found.update({other.id: other for other in cards if other.id != card.id})
    return list(found.values())[:SIMILAR]


def _coded(name: str, wish: Wish, facets: dict[str, Facet]) -> Group:
    field, words = COUNTED[name]
    facet = facets.get(field, Facet())
    extra = facet.unstated if name in PASSES_UNSTATED else 0
    chosen = getattr(wish, name)
    chips = [
        Chip(words[code], facet.values.get(code, 0) + extra, wish.toggled(name, code), code in chosen)
        for code in CODES[name]
        if facet.values.get(code) or code in chosen
    ]
    return Group(name, TITLES[name], chips)


def _groups(wish: Wish, place: Place | None, facets: dict[str, Facet]) -> Iterable[Group]:
    pays = [
        Chip(
            _("%(amount)s and more", amount=f"{pay:,} 元"),
            None,
            wish.address(pay=None if wish.pay == pay else pay),
            wish.pay == pay,
        )
        for pay in PAYS
    ]
    yield Group("pay", TITLES["pay"], pays)
    if place is not None and place.longitude is not None:
        radii = [
            Chip(
                f"{km} 公里内",
                None,
                wish.address(within=None if wish.within == km else km),
                wish.within == km,
            )
            for km in RADII
        ]
        yield Group("within", TITLES["within"], radii)
    for name in ("shift", "benefit", "tag", "load"):
        yield _coded(name, wish, facets)
    yield _counties(wish, facets.get("county", Facet()))


def _counties(wish: Wish, facet: Facet) -> Group:
    often = sorted(facet.values, key=lambda code: (-facet.values[code], code))[:MOST_COUNTIES]
    codes = list(dict.fromkeys([*wish.county, *often]))
    chips = [
        Chip(phrases.county(code), facet.values.get(code), wish.toggled("county", code), code in wish.county)
        for code in codes
    ]
    return Group("county", TITLES["county"], chips)


def _chosen(wish: Wish) -> list[Chip]:
    """What is asked for, each with the address without it."""
    chips = [Chip(f"“{wish.q}”", None, wish.address(q=""), True)] if wish.q else []
    for name, (_field, words) in COUNTED.items():
        chips += [Chip(words[code], None, wish.toggled(name, code), True) for code in getattr(wish, name)]
    chips += [Chip(phrases.county(code), None, wish.toggled("county", code), True) for code in wish.county]
    if wish.pay:
        chips.append(Chip(f"每月 {wish.pay:,} 元以上", None, wish.address(pay=None), True))
    if wish.within:
        chips.append(Chip(f"{wish.within} 公里内", None, wish.address(within=None), True))
    return chips


def _sorts(wish: Wish, place: Place | None) -> list[Chip]:
    possible = {"near": place is not None, "fit": bool(wish.q), "new": True, "pay": True}
    order = wish.order(place)
    return [
        Chip(str(words), None, wish.address(sort=name), name == order)
        for name, words in SORT_WORDS.items()
        if possible[name]
    ]


def _notes(wish: Wish, unknown_place: bool, source: str) -> Iterable[str]:
    if wish.unknown:
        yield _("We do not know “%(codes)s”, so it was left out.", codes="”、“".join(wish.unknown))
    if wish.cut:
        yield _("That was long: the first 100 characters were used.")
    if unknown_place:
        yield _("We do not know that place. Choose where you live.")
    if source == DATABASE:
        yield _("The fast search is not connected just now. You see all posts, but the order may differ.")


def _page_note(wish: Wish, pages: int) -> Iterable[str]:
    if wish.page > pages:
        yield _("There is no page %(page)d: %(pages)d in all.", page=wish.page, pages=pages)
