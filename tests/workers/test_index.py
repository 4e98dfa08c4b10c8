"""One rebuild at a time, wherever it runs."""

from __future__ import annotations

import pytest

from matching.bootstrap import Services, open_services
from matching.db import transaction
from matching.search.documents import Collection
from matching.search.port import SearchUnavailable
from workers.index import rebuild_collection, rebuilding

V = Collection.VACANCIES


def test_a_second_rebuild_does_not_clear_away_what_the_first_one_builds(stack: Services) -> None:
    elsewhere = open_services(stack.settings, clock=stack.clock)
    with transaction(elsewhere.sessions, writes=False) as session, rebuilding(elsewhere, session, V):
        first = elsewhere.search.start_build(V)
        with pytest.raises(SearchUnavailable, match=r"rebuild_running|search_busy"):
            rebuild_collection(stack, V, wait=0.05)
        assert first.name in elsewhere.search.generations(V)
        first.discard()
        # The other index is nobody's.
        rebuild_collection(stack, Collection.JOBSEEKERS, wait=0.05)
    assert rebuild_collection(stack, V, wait=0.05).documents == 0
    elsewhere.dispose()
