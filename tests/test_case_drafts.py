"""文书样稿 (drafts of papers): read before the step is taken; nothing of it is kept, nobody takes it for a paper."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from urllib.parse import unquote

from pypdf import PdfReader
from sqlmodel import select

from integrity.records.ledger import Notice, Step
from integrity.records.office import Audit
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers, readable, recommended
from tests.test_case_pages import case, opened, paper_of

__all__ = ["desks", "papers", "recommended"]


_OF_THIS_PAPER = re.compile(r"〕[01]号|样稿不是文书|核验码[0-9a-f]{16}")


def said(pdf: bytes) -> str:
    """The text of a PDF, without the blanks between words."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


def books(office: Office) -> tuple[int, int]:
    """How many papers and steps stand in the books."""
    with office.reading() as work:
        return len(work.session.exec(select(Notice)).all()), len(work.session.exec(select(Step)).all())


def _words(text: str) -> Counter[str]:
    """The characters of a paper but for its number, its mark and the version below the line."""
    return Counter(_OF_THIS_PAPER.sub("", text))


def test_a_notice_is_read_before_it_is_issued(
    desks: Desks, recommended: str, office: Office, clock: SetClock
) -> None:
    opened(desks, recommended)
    clock.on(date(2026, 9, 2))
    handler, step = desks("jb01"), case(recommended, "steps", "NOTICE")
    shown, before = handler.get(step), books(office)
    assert "“提出意见”的内容" in shown.text
    assert "拟作处理" in shown.text.partition('id="plan"')[2].partition("</section>")[0]
    assert "现在的月救助金额" in shown.text.partition('id="basis"')[2]
    draft = handler.send(shown, to=step, by=f"{step}/draft")
    assert (draft.status_code, draft.headers["content-type"]) == (200, "application/pdf"), readable(draft)[:3000]
    assert "frame-ancestors 'self'" in draft.headers["content-security-policy"]
    text = said(draft.content)
    assert "样稿不是文书" in text
    assert "〕0号" in text
    assert books(office) == before
    with office.reading() as work:
        looked = work.session.exec(select(Audit).where(Audit.action == "查看文书样稿")).one()
    assert (looked.actor, looked.detail) == ("jb01", "案件1“告知”")

    assert handler.send(shown, to=step).status_code == 303, "the form goes on as if there had been no draft"
    paper = unquote(paper_of(handler, recommended))
    assert paper.endswith("〕1号"), "the draft cost no number"
    real = said(handler.get(f"{paper}/pdf").content)
    assert "样稿" not in real
    assert _words(real) == _words(text), "it says what the paper says"


def test_a_draft_is_stopped_by_what_stops_the_step_and_keeps_what_was_typed(
    desks: Desks, recommended: str, office: Office
) -> None:
    opened(desks, recommended)
    step = case(recommended, "steps", "NOTICE")
    other = desks("sp01").page(step)
    assert "下面是要填的各项，您不能提交" in other
    asked = other.partition('id="asked"')[2]
    assert "听取意见" in asked
    assert "<input" not in asked.partition("</section>")[0]
    assert desks("jb09").get(step).status_code == 404
    handler, before = desks("jb01"), books(office)
    shown = handler.get(step)
    typed = handler.send(shown, {"within": "一辈子"}, to=step, by=f"{step}/draft")
    assert typed.status_code in (409, 422), readable(typed)
    assert "一辈子" in typed.text
    assert f"/drafts?form={step}&" in typed.text.replace('"', "&"), "what is typed on is kept for the step's own form"
    assert books(office) == before


def test_an_act_stands_in_the_log_as_what_it_is(desks: Desks, recommended: str, office: Office) -> None:
    opened(desks, recommended)
    desks("jb01").done(case(recommended, "steps", "NOTICE"))
    handler, paper = desks("jb01"), unquote(paper_of(desks("jb01"), recommended))
    handler.done(f"{paper}/print")
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.subject == "household:1"))
        told = [(one.actor, one.action, one.detail) for one in lines if one.action in ("办理程序", "打印文书")]
    number = paper.rpartition("/")[2]
    assert told[:2] == [
        ("fh01", "办理程序", "立案，调整与终止：提出意见，退出"), ("jb01", "办理程序", "第 1 号案件，调整与终止：告知"),
    ]  # fmt: skip
    assert (told[2][:2], told[2][2].endswith(number)) == (("jb01", "打印文书"), True)
    assert len(told) == 3, "each act once"
