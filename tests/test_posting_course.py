"""公示的经过 (the course of a public notice): what happened is told, and nothing that did not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import select

from integrity import postings
from integrity.postings import Line
from integrity.records.office import Audit, Posting
from integrity.terms import PostingKind
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock
from tests.desk_office import Desks, desks, papers, readable
from tests.papers_office import granted
from tests.test_case_drafts import said
from tests.test_postings import given

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
    for words in ("提前撤下", "不作为公示期满", "理由：名单有误，另行张贴"):
        assert words in page, words
    watched = desks("jd01").page(at)
    assert ("不作为公示期满" in watched, "名单有误" in watched) == (True, False)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_list_is_read_before_its_number_is_used(
    desks: Desks, office: Office, family: Callable[..., int], clock: SetClock
) -> None:
    clock.on(date(2026, 9, 22))
    with office.work("jb01") as work:
        given(work, family(work))
    jb, new = desks("jb01"), f"/postings/new?kind=RESULT&area={VILLAGE}"
    shown, drafting = jb.get(new), new.replace("/new?", "/new/draft?")
    sent = {"line": "JN000001/", "months": "3"}
    draft = jb.send(shown, sent, to=new, by=drafting)
    assert (draft.status_code, draft.headers["content-type"]) == (200, "application/pdf"), readable(draft)
    text = said(draft.content)
    for words in ("样稿不是文书", "〕0号", "确认结果公布单"):
        assert words in text, text
    unchosen = jb.send(shown, to=new, by=drafting)
    assert (unchosen.status_code, "请选择要公示的户" in unchosen.text) == (422, True)
    unknown = jb.send(shown, {"line": "JN000001/"}, to=new, by=drafting)
    assert (unknown.status_code, 'href="#f-months"' in unknown.text) == (422, True)
    assert desks("jd01").get(new).status_code == 403
    with office.reading() as work:
        assert not work.session.exec(select(Posting)).all()
        looked = work.session.exec(select(Audit).where(Audit.action == "查看文书样稿")).one()
    assert (looked.actor, looked.subject, looked.detail) == ("jb01", VILLAGE, "确认结果公布，1 户")
    at = jb.send(shown, sent, to=new).headers["location"]
    assert at.endswith("%E3%80%951%E5%8F%B7"), "the draft cost no number"
    sheet = said(jb.get(f"{at}/pdf").content)
    assert "样稿" not in sheet
    assert "〕1号" in sheet
