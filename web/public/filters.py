"""From an address to a question, and back to the addresses of all the links around it.

Nothing a visitor types is an error: what is unknown is named in a sentence, and the rest is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request
from werkzeug.datastructures import MultiDict

from matching.errors import DomainError
from matching.people.codes import Shift
from matching.places import regions
from matching.search.listing import FARTHEST_KM
from matching.search.queries import DEPTH, Near, Sort, VacancyQuery
from matching.search.text import MAX_WORDS, clean
from matching.vacancies.codes import Benefit, Kind, Load, Tag
from web.public.phrases import Place

PAGE = 20
LAST_PAGE = DEPTH // PAGE
#: Floors that can be chosen, in whole yuan a month.
PAYS = (2000, 3000, 4000, 5000, 6000)
#: Kilometres that can be chosen around a site.
RADII = (2, 5, 10, 40)
#: An address that our own links make is shorter.
LONGEST_QUERY = 2_000
#: More values of one filter than it has codes are noise.
MOST_VALUES = 20

CODES: dict[str, type[StrEnum]] = {"kind": Kind, "shift": Shift, "load": Load, "benefit": Benefit, "tag": Tag}
SORTS = {"near": Sort.NEAREST, "fit": Sort.RELEVANCE, "new": Sort.NEWEST, "pay": Sort.PAY}


@dataclass(frozen=True)
class Wish:
    """What a visitor asks for; field names are those of the address.

    Args:
        q: words.
        kind, shift, load, benefit, tag: codes.
        county: six digits each.
        pay: yuan a month that should be reachable.
        within: kilometres around the place.
        sort: a key of :data:`SORTS`; empty: near first with a place, else what fits the words, else newest.
        page: from 1.
        place: carried along only until the browser sends it back as a cookie.
        unknown: values that mean nothing here, named to the visitor.
        cut: the words were too long and were cut.
    """

    q: str = ""
    kind: tuple[str, ...] = ()
    county: tuple[str, ...] = ()
    shift: tuple[str, ...] = ()
    load: tuple[str, ...] = ()
    benefit: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    pay: int | None = None
    within: int | None = None
    sort: str = ""
    page: int = 1
    place: str = ""
    unknown: tuple[str, ...] = field(default=(), compare=False)
    cut: bool = field(default=False, compare=False)

    def address(self, **changes: object) -> str:
        """The address of the list with these changes; it starts again at the first page."""
        pairs = replace(self, **{"page": 1, **changes}).pairs()  # type: ignore[arg-type]
        return "/?" + urlencode(pairs) if pairs else "/"

    def pairs(self) -> list[tuple[str, object]]:
        """Names and values as they stand in an address, without what is as usual."""
        pairs: list[tuple[str, object]] = []
        for name in _FIELDS:
            value = getattr(self, name)
            values = value if isinstance(value, tuple) else (value,)
            pairs += [
                (name, one) for one in values if one not in ("", None) and not (name == "page" and one == 1)
            ]
        return pairs

    def toggled(self, name: str, code: str) -> str:
        """The address with one code more, or less if it is there."""
        has: tuple[str, ...] = getattr(self, name)
        return self.address(**{name: tuple(c for c in has if c != code) if code in has else (*has, code)})

    @property
    def narrowed(self) -> bool:
        """Whether anything was asked that could be taken back."""
        return bool(
            self.q or self.pay or self.within or any(getattr(self, name) for name in (*CODES, "county"))
        )

    def query(self, place: Place | None) -> VacancyQuery:
        """The question for the engine, as seen from a place."""
        near = self._near(place)
        order = self.order(place)
        sort = SORTS[order]
        if order != "near" and not self.within:
            near = None
        return VacancyQuery(
            words=self.q,
            kinds=self.kind,
            regions=self.county,
            near=near,
            pay_at_least=self.pay * 100 if self.pay else None,
            shifts=self.shift,
            loads=self.load,
            benefits=self.benefit,
            tags=self.tag,
            sort=sort,
            offset=(self.page - 1) * PAGE,
            limit=PAGE,
        )

    def order(self, place: Place | None) -> str:
        """The order that holds: a key of :data:`SORTS`."""
        near = self._near(place) is not None
        if self.sort == "near" and not near:
            return "fit" if self.q else "new"
        if self.sort == "fit" and not self.q:
            return "near" if near else "new"
        return self.sort or ("near" if near else "fit" if self.q else "new")

    def _near(self, place: Place | None) -> Near | None:
        if place is None:
            return None
        point = (
            (place.longitude, place.latitude) if place.longitude is not None else regions.point(place.county)
        )
        if point is None or point[0] is None or point[1] is None:
            return None
        exact = place.longitude is not None
        if self.within and exact:
            return Near(point[0], point[1], float(self.within), place.county)
        return Near(point[0], point[1], FARTHEST_KM)


_FIELDS = tuple(f.name for f in fields(Wish) if f.name not in ("unknown", "cut"))


def read(args: MultiDict[str, str]) -> Wish:
    """The wish in an address."""
    unknown: list[str] = []
    values: dict[str, object] = {
        name: _codes([str(code) for code in codes], args.getlist(name), unknown)
        for name, codes in CODES.items()
    }
    words = " ".join(clean(args.get("q", "")).split())
    return Wish(
        q=words[:MAX_WORDS],
        county=_counties(args.getlist("county"), unknown),
        pay=_one(PAYS, args.get("pay"), unknown),
        within=_one(RADII, args.get("within"), unknown),
        sort=_sort(args.get("sort", ""), unknown),
        page=_page(args.get("page", "1")),
        unknown=tuple(dict.fromkeys(unknown)),
        cut=len(words) > MAX_WORDS,
        **values,  # type: ignore[arg-type]
    )


def list_left() -> str | None:
    """The list as this visitor left it for another page, read anew; None where it was not narrowed.

    Browsers name the page before only to the site itself (``Referrer-Policy``).
    """
    try:
        left = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if left.netloc != request.host or left.path != "/":
        return None
    wish = read(MultiDict(parse_qsl(left.query[:LONGEST_QUERY])))
    asked = wish.narrowed or wish.sort or wish.page > 1
    return wish.address(page=min(wish.page, LAST_PAGE)) if asked else None


def _codes(known: list[str], given: list[str], unknown: list[str]) -> tuple[str, ...]:
    asked = [value for value in dict.fromkeys(given[:MOST_VALUES]) if value]
    unknown += [_shown(value) for value in asked if value not in known]
    return tuple(value for value in asked if value in known)


def _counties(given: list[str], unknown: list[str]) -> tuple[str, ...]:
    found = []
    for value in [value for value in dict.fromkeys(given[:MOST_VALUES]) if value]:
        try:
            found.append(regions.get(value).code.ljust(6, "0"))
        except DomainError:
            unknown.append(_shown(value))
    return tuple(found)


def _one(known: tuple[int, ...], given: str | None, unknown: list[str]) -> int | None:
    if not given:
        return None
    found = next((value for value in known if str(value) == given), None)
    if found is None:
        unknown.append(_shown(given))
    return found


def _sort(given: str, unknown: list[str]) -> str:
    if given and given not in SORTS:
        unknown.append(_shown(given))
        return ""
    return given


def _page(given: str) -> int:
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 1
    return max(1, number)


def _shown(value: str) -> str:
    """A value as it may be repeated to the visitor: short and without control characters."""
    text = " ".join(clean(value).split())
    return text if len(text) <= 30 else text[:30] + "…"
