"""What tests of pages do again and again."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

from sqlalchemy.orm import Session

from matching.bootstrap import Services
from matching.db import transaction
from matching.search import rows
from matching.search.documents import Collection
from matching.vacancies.models import Vacancy
from tests import factories


def put(services: Services, make: Callable[[Session], Any]) -> Any:
    """What ``make`` adds, committed."""
    with transaction(services.sessions) as session:
        return make(session)


def put_vacancies(services: Services, *facts: dict[str, Any]) -> list[Vacancy]:
    """Vacancies with a contact each, committed and indexed."""
    with transaction(services.sessions) as session:
        boss = factories.employer(session)
        made = [
            factories.vacancy(session, **{"keyring": services.keyring, "employer": boss, **fact})
            for fact in facts
        ]
    index(services, [vacancy.id for vacancy in made])
    return made


def index(services: Services, ids: list[int]) -> None:
    """Bring these vacancies into the index as a worker would."""
    with transaction(services.sessions, writes=False) as session:
        documents, erasures = rows.documents(session, Collection.VACANCIES, ids)
    report = services.search.apply(Collection.VACANCIES, documents, erasures)
    assert not report.failures


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)


def text_of(answer: Any) -> str:
    """The words of a page, blanks closed up."""
    reader = _Text()
    reader.feed(answer.get_data(as_text=True))
    return "".join("".join(reader.parts).split())


def titles(answer: Any) -> list[str]:
    """Titles of the cards of a list, in order."""
    page = answer.get_data(as_text=True)
    found = page.split('<h3><a href="/vacancies/')[1:]
    return [part.split(">", 1)[1].split("<", 1)[0] for part in found]
