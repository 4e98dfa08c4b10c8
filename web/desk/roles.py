"""Who may do what at the desk; the sets are those of the scope, so a page and a query cannot differ."""

from __future__ import annotations

from matching.accounts.notice_desk import DECIDE
from matching.accounts.scope import CHANGES, OPERATES, SEES_PEOPLE
from matching.vacancies import review

#: May look at people, each within its own area.
READERS = tuple(sorted(SEES_PEOPLE))
#: May change people, settlements and vacancies and bring in sheets.
WRITERS = tuple(sorted(CHANGES))
#: Sees the work that got stuck.
OPERATORS = tuple(sorted(OPERATES))
#: Decides about doubtful posts: offices, not those who post for others.
REVIEWERS = tuple(sorted(review.REVIEWERS))
#: Decides about messages that got stuck.
DECIDERS = tuple(sorted(DECIDE))
