"""A question whose words find little is asked again for what they may have meant.

The plain question stays as it is and comes first; only where it finds fewer than :data:`FEW` is a second one
made here, for vacancies that the words do not find.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from matching.occupations.readings import is_saying, read, short_name
from matching.occupations.tokens import settings, words
from matching.search.queries import Others, VacancyQuery

#: Fewer hits than this, and it is looked further.
FEW = 5
#: More names than this nobody reads.
MOST_NAMES = 4


@dataclass(frozen=True, slots=True)
class Meant:
    """The second question, and the occupations that it looks at, in words."""

    query: VacancyQuery
    names: tuple[str, ...]


def is_few(query: VacancyQuery, total: int) -> bool:
    """Whether a question that found ``total`` may be widened."""
    return total < FEW and bool(query.words) and query.others is None and query.cursor is None


def firmly(query: VacancyQuery) -> VacancyQuery | None:
    """Where the words are a saying: the question without posts that only mention it, since 可以带小孩 in a
    description is no work with children."""
    if query.firmly or query.cursor is not None or not is_saying(split(query.words)[1]):
        return None
    return replace(query, firmly=True)


def in_other_words(query: VacancyQuery) -> Meant | None:
    """The same question for what its words may have meant; ``None`` where they mean nothing else.

    Words that say where, such as place names, are kept and have to be found.
    """
    kept, work = split(query.words)
    reading = read(work)
    if reading is None:
        return None
    others = Others(reading.codes, kept)
    names = list(dict.fromkeys(short_name(code) for code in reading.codes))
    # What was typed needs no saying, unless there is nothing else to say.
    names = [name for name in names if name != work] or names
    return Meant(replace(query, others=others), tuple(names[:MOST_NAMES]))


def split(text: str) -> tuple[str, str]:
    """(words that say where, what is left of the text)."""
    tokens = words(text)
    kept = [token for token in tokens if token in settings()]
    return " ".join(kept), "".join(token for token in tokens if token not in settings())
