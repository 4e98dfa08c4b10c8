"""The people of a post whose employer does not use a computer: the desk acts for it, recorded as such."""

from __future__ import annotations

from web.candidates import add_pages
from web.candidates.base import Door
from web.desk.posts import blueprint
from web.desk.roles import READERS, WRITERS
from web.gate import allowed

DOOR = Door("desk/base.html", "posts.listing", for_employer=True)

add_pages(blueprint, "", DOOR, reading=allowed(*READERS), writing=allowed(*WRITERS))
