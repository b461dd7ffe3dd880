"""待认定的事实 (facts that wait for a finding): listed off the index of what waits, the newest first, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from integrity import case_files, conduct, conduct_lists, places
from integrity.records.ledger import Conduct
from integrity.rules.areas import code_range
from integrity.terms import ConductKind, FindingState
from integrity.work import Office, Work
from tests.conftest import VILLAGE

TOWN, COUNTY, ELSEWHERE = f"{VILLAGE[:9]}000", f"{VILLAGE[:6]}000000", "370812000000"
DAYS = (date(2025, 3, 1), date(2025, 5, 1), date(2025, 4, 1), date(2025, 6, 1))


def entered(work: Work, household: int, on: date, kind: ConductKind) -> Conduct:
    return conduct.record(
        work, household, member_no=1, kind=kind, item="自定事项", act_on=on, found_on=on, source="入户"
    )  # fmt: skip


def days(office: Office, area: str, kind: ConductKind | None = None, limit: int = 2) -> list[list[date]]:
    """Page after page, the day of each fact."""
    with office.reading() as work:
        pages, after = [], ""
        while not pages or after:
            found = conduct_lists.pending(work, code_range(area), kind, after=after, limit=limit)
            pages.append([one.found_on for one in found.rows])
            after = found.next
        return pages


def test_both_kinds_come_in_one_order_and_what_was_decided_goes(office: Office, family: Callable[..., int]) -> None:
    kinds = (ConductKind.TRUST, ConductKind.DEFAULT, ConductKind.TRUST, ConductKind.TRUST)
    with office.work("jb01") as work:
        homes = [family(work) for _ in DAYS]
        facts = [entered(work, home, on, kind) for home, on, kind in zip(homes, DAYS, kinds, strict=True)]
    newest = sorted(DAYS, reverse=True)
    for area in (VILLAGE, TOWN, COUNTY, "370000000000"):
        assert days(office, area) == [newest[:2], newest[2:]], area
    assert days(office, COUNTY, ConductKind.DEFAULT) == [[DAYS[1]]]
    assert days(office, ELSEWHERE) == [[]]
    with office.work("sp01") as work:
        conduct.find(work, homes[3], facts[3].seq, FindingState.WITHDRAWN, on=work.today, decided_by="sp01")
        conduct.find(work, homes[2], facts[2].seq, FindingState.PROPOSED, on=work.today, decided_by="sp01")
    assert days(office, TOWN, limit=9) == [[DAYS[1], DAYS[2], DAYS[0]]], "a proposal decides nothing"
    assert places.rebuild(office) == "现状索引已核对，改正 0 行"


@pytest.mark.parametrize("after", ["1-2-3", "x-y-z-0", "1-370811001001-2-3-4", "-"])
def test_what_is_no_place_in_the_list_begins_it(office: Office, family: Callable[..., int], after: str) -> None:
    with office.work("jb01") as work:
        entered(work, family(work), DAYS[0], ConductKind.TRUST)
    with office.reading() as work:
        assert len(conduct_lists.pending(work, code_range(TOWN), after=after).rows) == 1
        assert case_files.cases_in(work, ()) == []
