"""Which occupations lie beside the one that was asked for, and have vacancies."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from matching.occupations.readings import OTHER_TRADES, neighbours, short_name
from matching.search.forgiving import in_other_words
from matching.search.listing import day_number
from matching.search.port import SearchEngine, SearchUnavailable
from matching.search.queries import Others, Sort, VacancyQuery
from matching.vacancies import queries as vacancies

#: Vacancies of a group that are read to see which occupations it has.
READ = 200


def occupations_around(
    session: Session, engine: SearchEngine, query: VacancyQuery, *, today: date, most: int = 4
) -> list[str]:
    """Names of occupations around what the words may have meant that have vacancies under the same filters.

    Args:
        query: what found nothing.
        today: the day in China.
        most: at most so many names.

    Returns:
        the closest group's first, of each group the most frequent first; empty where the words name no
        occupation, or the engine does not answer.
    """
    meant = in_other_words(query)
    if meant is None or meant.query.others is None:
        return []
    own = meant.query.others.occupations
    names: dict[str, None] = {}
    for group in neighbours(own):
        asked = replace(
            query,
            words="",
            others=Others((group,)),
            open_only=True,
            today=day_number(today),
            sort=Sort.NEWEST,
            offset=0,
            limit=READ,
        )
        try:
            ids = [hit.id for hit in engine.search(asked).hits]
        except SearchUnavailable:
            return []
        counted = Counter(code for codes in vacancies.occupations_of(session, ids) for code in codes)
        found = [code for code, _ in counted.most_common() if code.startswith(group.rstrip("0-"))]
        names |= dict.fromkeys(
            short_name(code) for code in found if code not in own and not code.endswith(OTHER_TRADES)
        )
        if len(names) >= most:
            break
    return list(names)[:most]
