"""监督看到的 (what an inspector sees): every page, every PDF and every answer of the interface that he reaches.

He watches and needs neither an identity number nor a whole name for it; nothing that he can reach has one.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from html import unescape
from urllib.parse import unquote

import pytest
from pypdf import PdfReader
from sqlmodel import select

from integrity import evidence, persons, tokens
from integrity.records.ledger import Notice
from integrity.records.office import Audit, Person
from integrity.work import Office
from tests.api_office import Caller
from tests.conftest import SetClock
from tests.desk_office import Browser, Desks, desks, papers, recommended
from tests.test_case_pages import ON_SQLITE, case, opened, print_and_serve

__all__ = ["desks", "papers", "recommended"]

_LINK = re.compile(r'(?:href|src)="(/[^"#]*)')
_NOT_FOLLOWED = (
    "/static/", "/account", "/logout", "/docs", "/api/", "/policy", "/procedures", "/calendar", "/permissions",
    "/organs",
)  # fmt: skip
"""What is of no household."""
_ORIGINAL = re.compile(r"/evidence/[0-9a-f]{64}")
"""A piece of evidence is shown as it was handed in or not at all; he states why before each look at it."""
MOST, ALIKE = 120, 2
_REGISTER = "/registers/pdf?kind=CN&since=2026-01-01&until=2026-09-02"


def texts(browser: Browser, *begin: str) -> dict[str, str]:
    """Address → what stands there, of every page and PDF that is reached by links."""
    waiting, found, alike = list(begin), {}, Counter[str]()
    while waiting:
        at = waiting.pop()
        alike[at.partition("?")[0]] += at not in found
        if at in found or at.startswith(_NOT_FOLLOWED) or _ORIGINAL.search(at) or alike[at.partition("?")[0]] > ALIKE:
            continue
        answer = browser.get(at)
        kind = answer.headers.get("content-type", "")
        assert answer.status_code < 500, at
        found[at] = _of_pdf(answer.content) if kind == "application/pdf" else unescape(unquote(answer.text))
        assert len(found) < MOST, "the walk has no end"
        if answer.status_code == 200 and kind.startswith("text/html"):
            waiting += [unescape(one) for one in _LINK.findall(answer.text)]
    return found


def _of_pdf(content: bytes) -> str:
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


@pytest.fixture
def told(desks: Desks, recommended: str, clock: SetClock) -> str:
    """户编号 of a household that was told in writing and said something, with both names in what was written."""
    opened(desks, recommended)
    clock.on(date(2026, 9, 2))
    desks("jb01").done(case(recommended, "steps", "NOTICE"))
    print_and_serve(desks, recommended, "NOTICE_SERVED")
    step, here = case(recommended, "steps", "STATEMENT"), f"/households/{recommended}/evidence"
    photo = ("试验乙签名.txt", "试验甲、试验乙的陈述".encode(), "text/plain")
    desks("jb01").done(here, {"name": "试验乙的笔录"}, files={"files": photo})
    said = {"speaker": "试验乙", "capacity": "本人", "said": "试验甲患病，请照顾", "finished": "否"}
    desks("jb01").done(step, said)
    return recommended


@ON_SQLITE
def test_an_inspector_reaches_no_number_and_no_whole_name(desks: Desks, told: str, office: Office) -> None:
    with office.reading() as work:
        people = list(work.session.exec(select(Person)))
        hidden = {one.name for one in people} | {persons.plain(work, one, "id_number") for one in people}
        paper = work.session.exec(select(Notice.number)).first()
    bound = desks("jd01").post_form(f"/households/{told}/dossier", {"reader": "检查", "reason": "年度检查"})
    assert bound.headers["content-type"] == "application/pdf"
    found = texts(desks("jd01"), "/", _REGISTER, f"/households/{told}", f"/search?q={told}")
    found["案卷"] = _of_pdf(bound.content)
    assert "姓名遮蔽" in found["案卷"]
    assert re.search(r"截至时刻\s*\d+年\d+月\d+日\d+时\d\d分", found["案卷"])
    assert {case(told), f"/households/{told}/papers/{paper}", _REGISTER} <= {unquote(one) for one in found}
    assert any("试**" in one or "试*" in one for one in found.values()), "he sees the people, in part"
    where = f"/households/{told}/evidence"
    original = re.findall(rf'href="({where}/[0-9a-f]{{64}})"', desks("jd01").page(where))[0]
    asked = desks("jd01").page(original)
    assert "写明理由" in asked
    assert not [one for one in hidden if one in asked]
    assert desks("jd01").post_form(original, {"reason": ""}).status_code == 422
    assert "试验甲、试验乙的陈述".encode() in desks("jd01").post_form(original, {"reason": "群众举报核查"}).content
    with office.reading() as work:
        (line,) = work.session.exec(select(Audit).where(Audit.actor == "jd01", Audit.action == evidence.READ))
    assert line.detail.endswith("：群众举报核查")
    shown = {at: [one for one in hidden if one in said] for at, said in found.items()}
    assert {at: which for at, which in shown.items() if which} == {}

    with office.work("sp01") as work:
        caller = Caller(desks("jd01").client, tokens.issue(work, "jd01").secret)
    for at in (
        f"/households/{told}/cases", f"/households/{told}/cases/1", f"/households/{told}/evidence",
        f"/households/{told}/rights", f"/households/{told}/explanation", f"/households/{told}/prospects",
        f"/papers/{paper}", f"/households/{told}/reading-needs",
    ):  # fmt: skip
        answer = caller.get(at)
        assert answer.status_code == 200, at
        assert not [one for one in hidden if one in answer.text], at
    assert caller.get(f"/papers/{paper}/pdf").status_code == 403
    assert caller.get(original).status_code == 403
    assert "试*乙" in caller.get(f"/households/{told}/cases/1").text
