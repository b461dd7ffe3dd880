"""案件和文书的页面 (pages of cases, papers, evidence): a whole case as officers go through it, and what is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import quote, unquote

import pytest
from sqlmodel import select

from integrity.case_openings import new_case
from integrity.households import acts, by_number
from integrity.records.office import Audit
from integrity.rules.procedure import filled
from integrity.rules.procedure_tables import TABLES
from integrity.terms import Act
from integrity.web.forms import Field, Sent, read
from integrity.web.step_fields import fields_of, given_of
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import PASSWORD, Browser, Desks, desks, papers, readable, recommended

__all__ = ["desks", "papers", "recommended"]

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
PLAN = {"outcome": "退出", "reason": "养老金使收入超过标准", "effective_on": "2026-11-01"}
DIRECT = {"way": "直接送达", "receiver": "试验甲"}


def case(number: str, *more: object) -> str:
    """The address of the household's first case."""
    return "/".join(["", "households", number, "cases", "1", *map(str, more)])


def opened(desks: Desks, number: str) -> None:
    """The reviewer opens the case of adjustment from the page on which a procedure is chosen."""
    browser = desks("fh01")
    page = browser.page(f"/households/{number}/cases/new")
    link = "/cases/new?procedure=DECISION&amp;step=OPEN"
    assert link in page
    assert browser.done(f"/households/{number}/cases/new?procedure=DECISION&step=OPEN", PLAN) == case(number)


def paper_of(browser: Browser, number: str) -> str:
    """The address of the newest paper on the case's page."""
    found = re.findall(rf'href="(/households/{number}/papers/[^"/]+)"', browser.page(case(number)))
    return unquote(unescape(found[-1]))


def leading(page: str) -> list[str]:
    """Where the buttons lead that stand out on a page."""
    return [unquote(unescape(one)) for one in re.findall(r'class="btn btn-primary" href="([^"]+)"', page)]


def print_and_serve(desks: Desks, number: str, step: str) -> None:
    """The paper that waits on the case's page is printed and delivered by hand."""
    browser = desks("jb01")
    paper = paper_of(browser, number)
    seen = browser.get(f"{paper}/pdf")
    assert seen.headers["content-type"] == "application/pdf"
    assert "frame-ancestors 'self'" in seen.headers["content-security-policy"]
    browser.done(f"{paper}/print")
    assert browser.get(f"{paper}/pdf").content == seen.content, "what was shown is what was printed"
    assert browser.get(f"{paper}/service").headers["location"] == case(number, "steps", step)
    browser.done(case(number, "steps", step), DIRECT)


def test_a_case_from_the_recommendation_to_the_remedy(
    desks: Desks, recommended: str, office: Office, clock: SetClock
) -> None:
    number = recommended
    opened(desks, number)
    clock.on(date(2026, 9, 2))
    assert leading(desks("jb01").page(case(number))) == [case(number, "steps", "NOTICE")]
    offered = desks("sp01").page(case(number)).partition('id="next"')[2]
    assert leading(offered) == [], "nobody is led to break a case off"
    assert offered.index("告知") < offered.index("其他：不再往下办、撤销") < offered.index("不予调整")
    told = desks("jb01").done(case(number, "steps", "NOTICE"))
    assert told == case(number)
    page = desks("jb01").page(case(number))
    assert "已办理“告知”" in page
    assert "待打印的文书" in page
    assert leading(page) == [f"{paper_of(desks('jb01'), number)}/print"], "a paper that waits comes first"
    print_and_serve(desks, number, "NOTICE_SERVED")
    assert "听取意见期限" in desks("jd01").page(case(number))

    clock.on(date(2026, 9, 4))
    handler = desks("jb01")
    said = {"speaker": "本人", "capacity": "本人", "said": "养老金只补发了一次", "finished": "是"}
    shown = handler.post_form(case(number, "steps", "STATEMENT"), said)
    assert shown.status_code == 409, "a statement that is finished needs the signed record"
    assert "养老金只补发了一次" in shown.text
    assert "chengxin" not in shown.text
    kept = handler.send(
        shown, to=case(number, "steps", "STATEMENT"), by=case(number, "steps", "STATEMENT", "evidence"),
        files={"upload": ("笔录.png", PNG, "image/png")},
    )  # fmt: skip
    assert kept.status_code == 303, readable(kept)
    again = handler.get(kept.headers["location"])
    assert "养老金只补发了一次" in again.text
    assert "笔录.png" in again.text
    handler.done(case(number, "steps", "STATEMENT"))
    more = desks("jb01").page(case(number)).partition('id="s-STATEMENT"')[2].partition("</article>")[0]
    assert "补充陈述" in more
    assert "还缺" not in more
    desks("fh01").done(case(number, "steps", "REVIEW"), {"adopted": "不采纳", "reason": "银行流水显示按月发放"})
    assert "养老金只补发了一次" in desks("sp01").page(case(number))

    approver = desks("sp01")
    seen = approver.page(case(number, "steps", "DECIDE"))
    assert "银行流水显示按月发放" in seen.partition('id="checked"')[2].partition("</section>")[0]
    assert 'id="checked"' not in desks("jb01").page(case(number, "steps", "SERVED"))
    clock.now += timedelta(minutes=11)
    first = approver.post_form(case(number, "steps", "DECIDE"), {"reason": "收入超过标准，不符合条件"})
    assert first.headers["location"] == f"/login/prove?next={quote(case(number, 'steps', 'DECIDE'), safe='')}"
    assert "停发" not in str(_acts(office, number)), "nothing was decided before the password"
    back = approver.post_form(first.headers["location"], {"password": PASSWORD}, action="/login/prove")
    assert back.headers["location"] == case(number, "steps", "DECIDE")
    kept = approver.get(back.headers["location"])
    assert "收入超过标准，不符合条件" in kept.text
    assert "身份已核验" in kept.text
    mere = approver.send(kept, {"reason": "经研究，同意。"}, to=case(number, "steps", "DECIDE"))
    assert mere.status_code == 409, "a reason that is none would stand in the decision"
    assert 'href="#f-reason"' in mere.text
    assert "理由不能只写“经研究，同意”" in mere.text
    approver.done(case(number, "steps", "DECIDE"), {"reason": "收入超过标准，不符合条件"})

    clock.on(date(2026, 9, 8))
    print_and_serve(desks, number, "SERVED")
    (stop,) = [one for one in _acts(office, number) if one.act is Act.STOP]
    assert (stop.effective_on, stop.decided_by) == (date(2026, 11, 1), "sp01")
    for listed in (f"/households/{number}/papers", case(number)):
        shown = desks("jb01").page(listed).partition("<main")[2].partition('id="steps"')[0]
        assert "终止社会救助决定书" in shown, "a paper is called in a list as it is headed"
    still = desks("jb01").page(f"/households/{number}")
    assert "已决定停发，尚未执行" in still
    assert "（按月全额）" in still.partition("本月应发")[2][:200], "the month before the stop is paid"
    undoing = desks("sp01").page(case(number, "steps", "REVOKED"))
    assert "逐月补发" in undoing
    assert "收入超过标准，不符合条件" in undoing.partition('id="checked"')[2].partition("</section>")[0]
    paper = paper_of(desks("jb01"), number)
    page = desks("jb01").page(paper)
    assert "行政复议" in page
    assert "已送达" in page
    way = f"/households/{number}/cases/new?procedure=REMEDY&step=NOTED"
    subject = re.search(r'<option value="(\d+)">[^<]*决定书', desks("jb01").page(way))
    assert subject is not None
    filed = {"subject": subject[1], "kind": "行政复议", "number": "任政复〔2026〕9号", "body": "任城区人民政府"}
    assert desks("jb01").done(way, filed) == f"/households/{number}/cases/2"
    assert "任政复〔2026〕9号" in desks("jd01").page(f"/households/{number}/cases/2")


def _acts(office: Office, number: str) -> list[object]:
    with office.reading() as work:
        return list(acts(work, by_number(work, number), date(2026, 12, 1)))


@ON_SQLITE
def test_what_may_not_be_done_is_told_with_its_article_and_nothing_is_lost(
    desks: Desks, recommended: str, office: Office, clock: SetClock
) -> None:
    number = recommended
    opened(desks, number)
    clock.on(date(2026, 9, 2))
    early = desks("sp01").page(case(number, "steps", "DECIDE"))
    assert "现在还不能办理" in early
    assert "第47条" in early
    assert '<form id="step"' not in early
    seen = desks("xl01").page(case(number))
    assert "由经办、复核人员办理，您不能办理" in seen
    assert "/steps/NOTICE" not in seen
    desks("jb01").done(case(number, "steps", "NOTICE"))
    unprinted = desks("jb01").page(case(number, "steps", "NOTICE_SERVED"))
    assert "还没有打印，不能送达" in unprinted
    sent = desks("jb01").get(case(number, "steps", "NOTICE")).text
    assert "现在办到“告知”" in sent
    print_and_serve(desks, number, "NOTICE_SERVED")

    handler, step = desks("jb01"), case(number, "steps", "STATEMENT")
    said = {"speaker": "本人", "capacity": "本人", "said": "不同意", "finished": "是"}
    wrong = handler.post_form(step, said | {"on": "2026-13-01"})
    assert wrong.status_code == 422
    assert 'href="#f-on"' in wrong.text
    assert "不同意</textarea>" in wrong.text
    assert "有误：" in wrong.text
    forgot = handler.send(handler.get(step), said, to=step, by=f"{step}/evidence")
    assert forgot.status_code == 422
    assert "请选择要上传的文件" in forgot.text
    assert "不同意</textarea>" in forgot.text
    hostile = handler.send(
        handler.get(step), said, to=step, by=f"{step}/evidence",
        files={"upload": ("笔录.pdf", b"<script>alert(1)</script>\0", "application/pdf")},
    )  # fmt: skip
    assert hostile.status_code == 422
    assert "只收 PDF" in hostile.text
    assert "chengxin" not in hostile.text
    bare = handler.client.post(step, data=said, headers=handler.headers, follow_redirects=False)
    assert bare.status_code == 403, "a form without the token of its session"
    chosen = {"upload": ("笔录.png", PNG, "image/png")}
    misdated = handler.send(handler.get(step), said | {"on": "2026-13-01"}, to=step, files=chosen)
    assert "先前选的文件已留住 1 个（笔录.png），不用重选" in misdated.text
    assert handler.send(misdated, {"on": "2026-09-02"}, to=step).status_code == 303, "with the file that waited"
    assert "笔录.png" in handler.page(f"/households/{number}/evidence")


@ON_SQLITE
def test_nobody_sees_or_does_more_than_his_own(desks: Desks, recommended: str, clock: SetClock) -> None:
    number = recommended
    opened(desks, number)
    desks("jb01").done(case(number, "steps", "NOTICE"))
    paper = paper_of(desks("jb01"), number)
    looks = [
        case(number), paper, f"{paper}/pdf", f"/households/{number}/evidence",
        f"/households/{number}/evidence/{'0' * 64}",
    ]  # fmt: skip
    forms = [f"/households/{number}/cases/new", case(number, "steps", "NOTICE_SERVED"), case(number, "sheets", "F14")]
    for there in (*looks, *forms[:2]):
        elsewhere = desks("jb09").get(there)
        assert elsewhere.status_code == 404, there
        assert number not in readable(elsewhere).replace(f"户编号为 {number}", "")
        assert "试验甲" not in elsewhere.text
    for there in (*forms, f"/households/{number}/kin", f"{paper}/print", f"{paper}/service"):
        assert desks("jd01").get(there).status_code == 403, there
    for there in (*looks, *forms):
        assert desks("ga01").get(there).status_code == 403, there
        assert desks.nobody().get(there).headers["location"].startswith("/login"), there
    mine, veiled = desks("jb01").page(paper), desks("jd01").page(paper)
    assert "试验乙" in mine
    assert "试验乙" not in veiled
    assert "试*" in veiled
    assert "<iframe" in mine
    assert "<iframe" not in veiled
    assert ("版面上写有全部姓名" in veiled, "版面上写有全部姓名" in mine) == (True, False), "why there is no sheet"
    assert desks("jd01").get(f"{paper}/pdf").status_code == 403
    assert number in desks("xz01").page("/cases", list="CASE_DECISION")
    assert number in desks("jd01").page("/cases", role="HANDLER", list="CASE_DECISION")
    assert number not in desks("jb09").page("/cases", role="HANDLER", list="CASE_DECISION")
    assert desks("jb01").get("/households/JN000001/cases/7").status_code == 404
    assert "申请受理" in desks("ga01").page("/procedures")
    assert "期限" in desks("ga01").page("/procedures/FINE")


@ON_SQLITE
def test_evidence_is_kept_seen_and_written_down(desks: Desks, recommended: str, office: Office) -> None:
    browser, here = desks("xl01"), f"/households/{recommended}/evidence"
    photos = [(f"照片{n}.png", PNG + bytes([n]), "image/png") for n in range(3)]
    browser.done(here, {"name": "入户照片", "taken_on": "2026/9/1"}, files={"files": photos})
    page = browser.page(here)
    assert all(f"入户照片 {n}" in page for n in (1, 2, 3))
    links = re.findall(rf'href="({here}/[0-9a-f]{{64}})(?:\?view=1)?"', page)
    seen, saved = browser.get(links[0], view=1), browser.get(links[0])
    assert seen.content == saved.content == photos[2][1]
    assert (seen.headers["content-type"], seen.headers["x-content-type-options"]) == ("image/png", "nosniff")
    assert seen.headers["content-disposition"].startswith("inline")
    assert saved.headers["content-disposition"].startswith("attachment")
    browser.done(here, files={"files": ("说明.txt", "<b>不是网页</b>".encode(), "text/html")})
    text = re.findall(rf'href="({here}/[0-9a-f]{{64}})"', browser.page(here))[0]
    told = browser.get(text, view=1)
    assert told.headers["content-disposition"].startswith("attachment")
    assert "text/plain" in told.headers["content-type"]
    assert browser.post_form(here).status_code == 422
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.actor == "xl01")).all()
    assert {"保存证据", "查看证据", "查看证据目录"} <= {one.action for one in lines}


@ON_SQLITE
def test_a_relative_stands_aside_and_a_clock_is_changed_by_the_reviewer_only(
    desks: Desks, recommended: str, clock: SetClock
) -> None:
    number = recommended
    opened(desks, number)
    kin = f"/households/{number}/kin"
    desks("fh01").done(kin, {"officer": "jb01", "relation": "兄弟"})
    refused = desks("jb01").page(case(number))
    assert "应当回避" in refused
    assert "/steps/NOTICE" not in refused
    unknown = desks("fh01").post_form(kin, {"officer": "jb77", "relation": "兄弟"})
    assert unknown.status_code == 422
    assert "jb77" in unknown.text
    desks("fh01").done(kin, {"officer": "jb01", "end": "yes", "reason": "登记有误"})
    desks("jb01").done(case(number, "steps", "NOTICE"))
    print_and_serve(desks, number, "NOTICE_SERVED")
    longer = case(number, "clocks", "hear", "extend")
    assert longer in desks("fh01").page(case(number))
    assert longer not in desks("jb01").page(case(number))
    assert desks("jb01").get(longer).status_code == 403
    short = desks("fh01").post_form(longer, {"length": "2个工作日", "reason": "本人住院", "basis": "本人申请"})
    assert short.status_code == 409
    assert "延长后应当更晚" in short.text
    desks("fh01").done(longer, {"length": "10个工作日", "reason": "本人住院", "basis": "本人申请"})
    assert "本人住院" in desks("jd01").page(case(number))
    assert desks("fh01").get(case(number, "clocks", "hear", "forget")).status_code == 404


@ON_SQLITE
def test_sheets_reprints_and_reading_needs(desks: Desks, recommended: str, office: Office) -> None:
    number = recommended
    opened(desks, number)
    desks("jb01").done(case(number, "steps", "NOTICE"))
    browser, paper = desks("jb01"), paper_of(desks("jb01"), number)
    browser.done(f"/households/{number}/reading-needs", {"large": "yes", "cover": "no", "asked_by": "本人"})
    browser.done(f"{paper}/print")
    assert "大字版" in browser.page(paper)
    missing = browser.post_form(f"{paper}/print", {"reason": " "})
    assert missing.status_code == 422
    assert "请填写补打的理由" in missing.text
    browser.done(f"{paper}/print", {"reason": "本人遗失", "large": "no"})
    page = browser.page(paper)
    assert "补打第 1 份" in page
    assert "普通版" in page
    first, second = (browser.get(f"{paper}/pdf", copy=copy).content for copy in (0, 1))
    assert first != second
    assert first.startswith(b"%PDF-")
    form = f"{case(number, 'sheets', 'F30')}?paper={quote(paper.rsplit('/', 1)[1])}"
    receipt = browser.done(form)
    assert "送达回证" in browser.page(unquote(receipt))
    desks("xl01").done(case(number, "steps", "NOTICE_SERVED"), DIRECT)
    asked = browser.post_form(form)
    assert asked.status_code == 409
    assert "请填写送达地点" in asked.text
    assert "--set" not in asked.text
    signed = unquote(browser.done(form, {"place": "试验社区服务站", "relation": "本人"}))
    browser.done(f"{signed}/print")
    assert "试验社区服务站" in browser.page(signed)
    none = browser.get(case(number, "sheets", "F14"))
    assert none.status_code == 404
    assert "没有可以制作《陈述申辩笔录》的步骤" in none.text


@ON_SQLITE
def test_a_paper_outside_a_case_is_made_out_printed_and_delivered(
    desks: Desks, recommended: str, office: Office
) -> None:
    number, browser = recommended, desks("jb01")
    assert browser.post_form(f"/households/{number}/papers/new").status_code == 422
    refused = browser.post_form(f"/households/{number}/papers/new", {"kind": "F16"})
    assert refused.status_code == 409
    assert "没有办成" in refused.text
    assert "chengxin" not in readable(refused)
    paper = unquote(browser.done(f"/households/{number}/papers/new", {"kind": "F11"}))
    assert browser.done(f"/households/{number}/papers/new", {"kind": "F11"}) == quote(paper), "made out once"
    form = f"{paper}/service"
    left = {"way": "留置送达", "receiver": "试验甲", "detail": "拒绝签收", "witnesses": "王一"}
    assert "须有两名见证人" in browser.post_form(form, left).text
    assert unquote(browser.done(form, left | {"witnesses": "王一、李二"})) == paper
    page = browser.page(paper)
    assert "留置送达" in page
    assert "王一、李二" in page
    assert "已登记送达" in browser.post_form(form, left | {"witnesses": "王一、李二"}).text


@ON_SQLITE
def test_every_step_of_every_procedure_can_be_written_on_its_form(desks: Desks, recommended: str) -> None:
    office = desks.office
    with office.reading() as work:
        work.actor = "fh01"
        household = by_number(work, recommended)
        for procedure, rules in TABLES.items():
            for row in rules.rows:
                case_now = new_case(work, household, procedure, 1)
                fields = {one.name: one for one in fields_of(work, case_now, row)}
                assert set(fields) >= {ask.name for ask in row.asks} | {"evidence"}
                assert ("on" in fields) is not bool(row.papers), "what makes a paper is of today"
                for ask in row.asks:
                    assert fields[ask.name].required or ask.optional
                    silent = ask.name in ("within", "within_reason", "effective_on")
                    silent = silent and row.code in ("NOTICE", "DECIDE")
                    assert silent or fields[ask.name].required is not ask.optional
                    assert ask.kind != "choice" or {code for code, _ in fields[ask.name].choices} == set(ask.choices)
                sent = {name: (_typed(one),) for name, one in fields.items()}
                form = read(tuple(fields.values()), Sent(sent))
                left = {name for name in form.errors if fields[name].choices or fields[name].kind != "choice"}
                assert not left, f"{procedure.value} {row.name}: {form.errors}"
                filled(row.asks, given_of(form, row))
    for browser in (desks("xl01"), desks("fh01")):
        page = browser.page(f"/households/{recommended}/cases/new")
        for link in re.findall(r'href="(/households/[^"]+/cases/new\?[^"]+)"', page):
            assert '<form id="step"' in browser.page(unescape(link))


def _typed(one: Field) -> str:
    """Something that fits into a field."""
    if one.choices:
        return one.choices[0][0]
    if one.name.endswith("within"):
        return "10个工作日"
    fitting = {"date": "2026-09-01", "fen": "860.50", "count": "3", "percents": "100,80,60", "yes": "yes"}
    return fitting.get(one.kind, "说明")
