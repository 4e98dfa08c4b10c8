"""Search from the port to ids, no SQL, beside the engine's own client with the very same question.

Embedded: the tantivy query as the engine builds it, prepared beforehand.  Production: the client's ``search``
with the same body.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import city
from bench.harness import Result, exponent, in_turn
from bench.stack import EMBEDDED, FILLED, half, service, services
from matching.db import make_engine, make_sessions, transaction
from matching.search import elastic_mapping as mapping
from matching.search import rows
from matching.search.documents import Collection
from matching.search.embedded import EmbeddedEngine
from matching.search.port import SearchEngine
from matching.search.queries import VacancyQuery, plan
from matching.vacancies.codes import Kind

FULL, QUICK, TINY = 200_000, 6_000, 200
MORE = {"quick": {"tries": 200}, "tiny": {"tries": 20}}
LIMIT = 20
TODAY = (city.NOW.date() - rows.EPOCH).days
#: As the engine asks, so that only the port's own work differs.
FILTER_PATH = ["hits.total.value", "hits.hits._id", "hits.hits._score", "hits.hits.sort"]


def filled(engine: SearchEngine, url: str) -> None:
    """An index of every vacancy of a city."""
    database = make_engine(url)
    engine.prepare()
    build = engine.start_build(Collection.VACANCIES)
    with transaction(make_sessions(database), writes=False) as session:
        build.add(rows.all_documents(session, Collection.VACANCIES))
    build.seal()
    build.publish()
    database.dispose()


@contextmanager
def _searched(folder: Path, size: int, mode: str) -> Iterator[Any]:
    """An engine that holds every vacancy; the embedded index that a rebuild left here is taken as it is."""
    url = city.database(folder / f"city-0-{size}.db", 0, size)
    if mode == EMBEDDED:
        data = folder / f"index-{size}"
        with services(data, tables=False, ANYE_DATABASE_URL=url) as made:
            if not (data / FILLED).exists():
                filled(made.search, url)
            yield made.search
        return
    with half(mode, folder / f"search-{mode}-{size}") as made:
        filled(made.search, url)
        yield made.search


def questions(count: int) -> list[VacancyQuery]:
    """Words, a kind and a county, as visitors ask."""
    rng, words = random.Random(3), city.titles()
    return [
        VacancyQuery(
            words=rng.choice(words),
            kinds=(rng.choice(list(Kind)),),
            regions=(rng.choice(city.COUNTIES),),
            today=TODAY,
            limit=LIMIT,
        )
        for _ in range(count)
    ]


def bare_tantivy(engine: EmbeddedEngine, query: VacancyQuery) -> Callable[[], Any]:
    """The engine's own call, its query already built."""
    generation, searcher = engine._view(Collection.VACANCIES)
    question = generation.translator.question(plan(query))

    def ask() -> Any:
        found = searcher.search(question, LIMIT)
        hits = [address for _, address in found.hits]
        return found.count, searcher.fast_field_values("id", hits) if hits else []  # type: ignore[attr-defined]

    return ask


def bare_client(url: str, index: str, query: VacancyQuery) -> Callable[[], Any]:
    """The client's own call with the same body."""
    from elasticsearch import Elasticsearch

    client = _CLIENTS.setdefault(url, Elasticsearch(url))
    checked = plan(query)
    body = {"query": mapping.question_of(checked), "sort": mapping.sort_of(checked)}
    body = json.loads(json.dumps(body))

    def ask() -> Any:
        found = client.search(
            index=index,
            **body,
            source=False,
            track_total_hits=True,
            allow_partial_search_results=False,
            size=LIMIT,
            from_=0,
            filter_path=FILTER_PATH,
        )["hits"]
        return found["total"]["value"], [int(hit["_id"]) for hit in found.get("hits", [])]

    return ask


_CLIENTS: dict[str, Any] = {}


def measure(folder: Path, size: int, mode: str, tries: int) -> tuple[float, float]:
    """Medians in milliseconds: port, bare."""
    with _searched(folder, size, mode) as engine:
        asked = questions(tries)
        if mode == EMBEDDED:
            bare = [bare_tantivy(engine, query) for query in asked]
        else:
            index = engine.alias(Collection.VACANCIES)
            bare = [bare_client(service("ANYE_SEARCH_URL"), index, query) for query in asked]
        ours = [lambda query=query: engine.search(query) for query in asked]
        for call, least, query in zip(ours[:20], bare, asked, strict=False):  # warm, and equal
            page, (total, ids) = call(), least()
            assert (page.total, len(page.hits)) == (total, len(ids)), query
        return in_turn(ours, bare)


def run(folder: Path, size: int, mode: str = EMBEDDED, growth: bool = True, tries: int = 400) -> list[Result]:
    """Words + kind + region, the first 20 with the count, p50."""
    small = [measure(folder, size // part, mode, tries)[0] for part in ((4, 2) if growth else ())]
    ours, bare = measure(folder, size, mode, tries)
    grown = {"vacancies": exponent([1, 2, 4], [*small, ours])} if growth else {}
    goal = 2 if mode == EMBEDDED else 1.3
    return [Result(f"search, {mode}", f"{size:,} vacancies", bare, ours, "ms", goal, growth=grown)]
