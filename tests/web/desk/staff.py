"""Somebody who uses the desk."""

from __future__ import annotations

import io
from typing import Any

from matching.bootstrap import Services
from tests.stack import person, sheet
from tests.web.desk.world import World
from tests.web.test_matrix import _token


def field(page: str, name: str) -> str:
    """Value of a hidden field of a page."""
    marks = [part for part in page.split("<input") if f'name="{name}"' in part]
    return marks[0].split('value="', 1)[1].split('"', 1)[0]


class Staff:
    """A signed-in browser that sends forms."""

    def __init__(self, browser: Any, services: Services, world: World) -> None:
        self.browser, self.services, self.world = browser, services, world
        self.token = _token(browser)

    def send(self, path: str, form: dict[str, Any] | None = None) -> Any:
        """Send a form."""
        with self.browser.post(path, data={"csrf_token": self.token, **(form or {})}) as answer:
            answer.get_data()
            return answer

    def page(self, path: str) -> str:
        """A page's source."""
        return str(self.browser.get(path).get_data(as_text=True))

    def upload(self, **form: Any) -> str:
        """Upload a ledger with one good and one bad row; returns the import's address."""
        rows = [person(1, 安置点名称=self.world.own.settlement.name), person(2) | {"身份证号": "1"}]
        form["file"] = (io.BytesIO(sheet(rows).read()), "台账.csv")
        answer = self.send("/desk/imports/new/ledger", form)
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return str(answer.location)
