"""公示的经过 (the course of a public notice): what happened is told, and nothing that did not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from integrity import postings
from integrity.postings import Line
from integrity.terms import PostingKind
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import granted

__all__ = ["desks", "papers"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_list_that_was_taken_down_early_says_so_and_why(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    (household,) = granted(office, family, 1)
    clock.on(date(2026, 9, 22))
    with office.work("jb01") as work:
        made = postings.post(
            work, PostingKind.RESULT, VILLAGE, [Line(household, None)], on=work.today, place="村务公开栏", months=3
        )  # fmt: skip
    at = f"/postings/{made.number}"
    page = desks("jb01").page(at)
    assert "制作公示单" in page
    assert "当日张贴" not in page, "nobody has hung it yet"
    clock.on(date(2026, 9, 23))
    desks("jb01").done(f"{at}/down/evidence", {"on": "2026-09-23", "reason": "名单有误，另行张贴"})
    page = desks("jb01").page(at)
    for said in ("提前撤下", "不作为公示期满", "理由：名单有误，另行张贴"):
        assert said in page, said
    watched = desks("jd01").page(at)
    assert ("不作为公示期满" in watched, "名单有误" in watched) == (True, False)
