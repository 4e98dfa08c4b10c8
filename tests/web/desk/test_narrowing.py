"""Lists say what they are narrowed to, and each part can be taken away again."""

from __future__ import annotations

import re
from typing import Any

from tests.web.desk.world import World


def _sentence(page: str) -> list[tuple[str, str]]:
    part = page.split('<ul class="sentence"', 1)[1].split("</ul>", 1)[0]
    return re.findall(r'<li>([^<]+) <a href="([^"]+)">', part)


def test_people_are_narrowed_in_a_sentence(desk: Any, world: World) -> None:
    site = world.own.settlement
    path = f"/desk/people?settlement={site.public_id}&willingness=yes&work=&page=3"
    page = desk.get(path).get_data(as_text=True)
    assert _sentence(page) == [
        (site.name, "/desk/people?willingness=yes"),
        ("就业意愿:愿意", f"/desk/people?settlement={site.public_id}"),
    ]


def test_posts_are_narrowed_in_a_sentence(desk: Any, world: World) -> None:
    page = desk.get("/desk/posts?state=held&text=<b>").get_data(as_text=True)
    assert _sentence(page) == [
        ("等待补充", "/desk/posts?text=%3Cb%3E"),
        ("“&lt;b&gt;”", "/desk/posts?state=held"),
    ]


def test_a_whole_list_has_no_sentence(desk: Any, world: World) -> None:
    for path in ("/desk/people", "/desk/posts"):
        assert 'class="sentence"' not in desk.get(path).get_data(as_text=True)


def test_a_settlement_of_elsewhere_is_said_and_left_out(desk: Any, world: World) -> None:
    page = desk.get(f"/desk/people?settlement={world.foreign.settlement.public_id}").get_data(as_text=True)
    assert world.foreign.settlement.public_id in page.split("没有这种选项", 1)[1]
    assert world.own.member.public_id in page
    assert world.foreign.settlement.name not in page
