"""One choice on the list page, the filters there are, and the question behind a choice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext

from matching.search.listing import Listing, count_open, list_open
from matching.search.queries import VacancyQuery
from web.extensions import db, services
from web.public import phrases
from web.public.filters import Wish
from web.public.phrases import Place

#: Name of a filter in an address → its name in the engine's counts, and the words of its codes.
COUNTED: dict[str, tuple[str, dict[Any, str]]] = {
    "kind": ("kind", phrases.KINDS),
    "shift": ("shifts", phrases.SHIFTS),
    "benefit": ("benefits", phrases.BENEFITS),
    "tag": ("tags", phrases.TAGS),
    "load": ("load", phrases.LOADS),
}
TITLES = {
    "kind": lazy_gettext("What kind of work"),
    "pay": lazy_gettext("Pay in a month"),
    "within": lazy_gettext("How far from home"),
    "shift": lazy_gettext("When to work"),
    "benefit": lazy_gettext("Meals and housing"),
    "tag": lazy_gettext("What suits me"),
    "load": lazy_gettext("How heavy"),
    "county": lazy_gettext("Which county"),
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One choice: its words, how many posts it leads to (None: not counted), its address, and if it is on."""

    words: str
    count: int | None
    address: str
    on: bool


def ask(query: VacancyQuery, *, counts: bool = False) -> Listing:
    """One question to the list."""
    wiring = services()
    return list_open(
        db.session(), wiring.search, query, today=wiring.clock.today(), keyring=wiring.keyring, counts=counts
    )


def counted(wishes: Iterable[tuple[str, Wish]], place: Place | None) -> list[Chip]:
    """A choice for each wish that leads to a post, with the number of posts."""
    wiring = services()
    today = wiring.clock.today()
    found = []
    for words, wish in wishes:
        count = count_open(db.session(), wiring.search, wish.query(place), today=today)
        if count:
            found.append(Chip(words, count, wish.address(), False))
    return found
