"""``rebuild-index`` of all vacancies, beside reading the rows, cutting their texts and filling the engine.

The floor reads the same columns, cuts the same texts and hands the engine's own client the same fields; it
knows no documents, no refusals, no comparison with what was read, no catching up and no swap.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import tantivy
from sqlalchemy import select

from bench import city
from bench.harness import Result, Spent, exponent, spent
from bench.stack import EMBEDDED, FILLED, half, service, services
from matching.accounts.models import Organisation
from matching.bootstrap import Services
from matching.db import make_engine, make_sessions, table_of, transaction
from matching.search import elastic_mapping as mapping
from matching.search.documents import Collection
from matching.search.embedded_index import BUILD_HEAP
from matching.search.embedded_schema import schema_of
from matching.search.shaping import FIELDS, Form
from matching.search.text import character_tokens, sound_tokens, word_tokens
from matching.vacancies.models import Vacancy
from workers.index import rebuild_collection

FULL, QUICK, TINY = 200_000, 6_000, 150
TOGETHER = 2_000
LISTS = ("occupations", "shifts", "benefits", "tags", "targets")


def read(url: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Rows → fields, without looking at them twice."""
    employer = table_of(Organisation).alias()
    columns = (*table_of(Vacancy).columns, employer.c.name.label("employer_name"))
    rows = select(*columns).join(employer, employer.c.id == Vacancy.employer_id).order_by(Vacancy.id)
    engine = make_engine(url)
    with transaction(make_sessions(engine), writes=False) as session:
        for row in session.execute(rows.execution_options(yield_per=TOGETHER)):
            yield row.id, _fields(row)
    engine.dispose()


def _fields(row: Any) -> dict[str, Any]:
    title, employer, place = row.title, row.employer_name, row.place or ""
    made: dict[str, Any] = {
        "version": row.version,
        "newest": int(row.posted_at.timestamp()) << 32 | row.id,
        "state": ["open"],
        "demo": ["no"],
        "placed": ["yes" if row.point_exact else "no"],
        "county": [row.county],
        "kind": [row.kind],
        "load": [row.load or "?"],
        "title": " ".join(word_tokens(title)),
        "employer": " ".join(word_tokens(employer)),
        "place": " ".join(word_tokens(place)),
        "content": " ".join(word_tokens(row.content)),
        "title_characters": " ".join(character_tokens(title)),
        "characters": " ".join(character_tokens(f"{employer} {place}")),
        "sound": " ".join(sound_tokens(title)),
        "exact_title": [title],
        "regions": [row.county[:2] + "0000", row.county[:4] + "00", row.county],
        "origin_counties": ["?"],
        "skills": row.required_skills or [],
        "skills_count": [str(len(row.required_skills or ()))],
        "certificates": row.certificates or [],
        "certificates_count": ["0"],
        "lon": row.longitude,
        "lat": row.latitude,
        "pay": row.month_high_cents,
        "pay_order": row.month_high_cents << 32 | row.id,
        "min_education": 0,
        "valid_until": row.valid_until.toordinal(),
    }
    return made | {name: getattr(row, name) or ["?"] for name in LISTS}


def into_tantivy(folder: Path, url: str) -> None:
    """Fields → one committed index."""
    folder.mkdir(parents=True)
    index = tantivy.Index(schema_of(Collection.VACANCIES), path=str(folder))
    writer = index.writer(BUILD_HEAP, 1)
    forms = FIELDS[Collection.VACANCIES]
    for row_id, fields in read(url):
        document = tantivy.Document()
        document.add_integer("id", row_id)
        document.add_text("source", json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
        for name, value in fields.items():
            if value is not None:
                _add(document, forms[name], name, value)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()


def _add(document: tantivy.Document, form: Form, name: str, value: Any) -> None:
    if form is Form.INTEGER:
        document.add_integer(name, value)
    elif form is Form.FLOAT:
        document.add_float(name, value)
    elif form is Form.TEXT:
        document.add_text(name, value)
    else:
        for each in value:
            document.add_text(name, each)


def into_elasticsearch(services: Services, url: str) -> None:
    """Fields → one refreshed index, by plain bulk requests of the same size."""
    from elasticsearch import Elasticsearch

    client = Elasticsearch(service("ANYE_SEARCH_URL"), request_timeout=120)
    name = f"{services.settings.search_prefix}-floor"
    body = mapping.index_body(Collection.VACANCIES)
    body["settings"]["refresh_interval"] = "-1"
    client.indices.create(index=name, **body)
    stream = read(url)
    while batch := list(islice(stream, 500)):
        operations: list[dict[str, Any]] = []
        for row_id, fields in batch:
            about = {"_id": str(row_id), "version": fields["version"], "version_type": "external_gte"}
            operations += [{"index": about}, mapping.source_of(row_id, fields)]
        client.bulk(index=name, operations=operations, filter_path="errors")
    client.indices.refresh(index=name)
    client.indices.delete(index=name)
    client.close()


def rebuilt(folder: Path, size: int, mode: str, bare: bool = False) -> tuple[Spent, Spent]:
    """What the rebuild took, and the floor if that is asked for."""
    url = city.database(folder / f"city-0-{size}.db", 0, size)
    with half(mode, folder / f"rebuild-{mode}-{size}") as made:
        more = {} if mode == EMBEDDED else {"ANYE_SEARCH_URL": made.settings.search_url}
        data = folder / (f"index-{size}" if mode == EMBEDDED else f"rebuild-{mode}-{size}-b")
        with services(data, tables=False, ANYE_DATABASE_URL=url, **more) as own:
            own.search.prepare()
            sound_tokens("缝纫工")  # dictionaries are loaded once a process, whoever comes first
            with spent() as taken:
                done = rebuild_collection(own, Collection.VACANCIES)
            assert done.documents == size
            (data / FILLED).touch()
            with spent() as least:
                if not bare:
                    pass
                elif mode == EMBEDDED:
                    into_tantivy(folder / f"floor-{size}", url)
                else:
                    into_elasticsearch(own, url)
    return taken, least


def run(folder: Path, size: int, mode: str = EMBEDDED, growth: bool = True) -> list[Result]:
    """The whole index of vacancies anew."""
    small = [rebuilt(folder, size // part, mode)[0] for part in ((4, 2) if growth else ())]
    taken, least = rebuilt(folder, size, mode, bare=True)

    def seconds(one: Spent) -> float:
        return one.cpu if mode == EMBEDDED else one.wall

    grown = {"vacancies": exponent([1, 2, 4], [seconds(one) for one in (*small, taken)])} if growth else {}
    walls = f"wall {taken.wall:.1f} s, floor {least.wall:.1f} s"
    note = f"{walls}; processor {taken.cpu:.1f} s and {least.cpu:.1f} s"
    return [
        Result(
            f"rebuild-index, {mode}",
            f"{size:,} vacancies",
            seconds(least),
            seconds(taken),
            "s",
            1.5,
            growth=grown,
            notes=[note],
        )
    ]
