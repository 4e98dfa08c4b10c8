"""Who may do what at the desk; the sets are those of the scope, so a page and a query cannot differ."""

from __future__ import annotations

from matching.accounts.scope import CHANGES, OPERATES, SEES_PEOPLE

#: May look at people, each within its own area.
READERS = tuple(sorted(SEES_PEOPLE))
#: May change people, settlements and vacancies and bring in sheets.
WRITERS = tuple(sorted(CHANGES))
#: Sees the work that got stuck.
OPERATORS = tuple(sorted(OPERATES))
