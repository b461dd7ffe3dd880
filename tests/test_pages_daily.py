"""日常办理的页面 (the pages of daily work): promises, facts, rechecks, opinions, as officers do them, and refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote, unquote

import openpyxl
import pytest
from httpx2 import Response
from sqlmodel import select

from integrity import commitments, conduct, conduct_lists, notices, places, print_choice
from integrity.errors import Invalid, Refused
from integrity.households import standing
from integrity.papers import issue
from integrity.print_choice import Choice
from integrity.records.ledger import Commitment, Conduct, Decision, Recheck
from integrity.records.office import Audit, Officer
from integrity.settings import settings
from integrity.terms import Cause, ConductKind, PaperKind, RecheckResult, SignedBy, Verdict
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import ELSEWHERE, Browser, Desks, desks, forms_of, papers, readable
from tests.papers_office import TOWNSHIP, VILLAGE, evaluate, granted, richer
from tests.recheck_office import SAME, case, column, errors, fill

__all__ = ["desks", "papers"]
Family = Callable[..., int]
ONE, TWO, THREE = "JN000001", "JN000002", "JN000003"
SCAN = {"files": [("签名.pdf", b"%PDF-1.4 " + "本人签名（样本）".encode(), "application/pdf")]}
BIRTHS = (date(1980, 5, 1), date(1982, 5, 1), date(2015, 5, 1))
only_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def three(desks: Desks, office: Office, family: Family, clock: SetClock) -> list[int]:
    """Three households on 低保, the first richer by a pension, evaluated on 2026-09-01; the next day."""
    made = granted(office, family, 3, births=BIRTHS)
    clock.on(date(2026, 8, 20))
    richer(office, made[0], Cause.PENSION, on=date(2026, 8, 10), income=300_000)
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    clock.on(date(2026, 9, 2))
    return made


def test_a_commitment_is_printed_signed_and_scanned(three: list[int], desks: Desks, office: Office) -> None:
    new = f"/households/{ONE}/commitments/new"
    to = desks("jb01").done(new, {"member": "1", "occasion": "定期核查", "large": "yes"})
    assert to.startswith(f"{new}/scan?member=1&")
    shown = desks("jb01").page(to)
    paper = unquote(shown.split("/papers/")[1].split("/pdf")[0])
    page = desks("jb01").get(f"/households/{ONE}/papers/{paper}/pdf").content
    printed = next(Path(one) for one in settings().papers.glob("*/*诺*.pdf"))
    assert sha256(page).digest() == sha256(printed.read_bytes()).digest(), "what is opened is what was printed"
    home = f"/households/{ONE}/papers/{quote(paper)}"
    assert "不须送达" in desks("jb01").page(home)
    assert "由监护人代签的成员" in desks("jb01").page(home), "the child and the guardian stand on the paper"
    assert f"{home}/service" not in desks("jb01").page(home)
    assert desks("jb01").get(f"{home}/service").status_code == 409
    assert desks("jb01").done(to, files=SCAN) == f"/households/{ONE}"
    assert ">已签<" in desks("jb01").page(home)
    assert "待送达" not in desks("jb01").page(f"/households/{ONE}/papers")
    with office.reading() as work:
        (signed,) = standing(work, Commitment, three[0], work.today)
    assert (signed.member_no, signed.occasion, signed.signed_by) == (1, "定期核查", SignedBy.SIGNATURE)
    assert signed.text_version
    assert signed.office_text_version
    assert signed.evidence == sha256(SCAN["files"][0][1]).hexdigest()


@only_sqlite
def test_a_commitment_of_a_child_a_refusal_and_a_scan_that_comes_later(
    three: list[int], desks: Desks, office: Office
) -> None:
    to = f"/households/{ONE}/commitments/new/scan"
    child = desks("xl01").post_form(to, {"member": "3", "signed_by": "SIGNATURE"})
    assert child.status_code == 409
    assert "由监护人代签" in child.text
    alone = desks("xl01").post_form(to, {"member": "3", "signed_by": "GUARDIAN"})
    assert alone.status_code == 422
    assert 'href="#f-guardian"' in alone.text
    assert "（由监护人" in desks("xl01").page(to)
    with pytest.raises(AssertionError, match="offers"):
        desks("xl01").post_form(to, {"member": "2", "signed_by": "GUARDIAN", "guardian": "3"})
    for_another = {"member": "2", "signed_by": "GUARDIAN", "guardian": "1"}
    grown = desks("xl01").post_form(to, for_another, files=SCAN)
    assert grown.status_code == 409
    assert "由本人签名或者按手印，他人不能代签（民法典第18条）" in grown.text
    assert "先前选的文件已留住 1 个（签名.pdf），不用重选" in grown.text
    with pytest.raises(Refused, match="没有第 9 号成员，不能由其代签"), office.work("xl01") as work:
        commitments.sign(
            work, three[0], member_no=3, on=work.today, occasion="申请", signed_by=SignedBy.GUARDIAN, guardian_no=9,
            explained_by="xl01", text_version="1", text_sha256="0" * 64,
        )  # fmt: skip
    elsewhere = {"member": "3", "signed_by": "GUARDIAN", "guardian": "0"}
    assert "监护人不在本户的，请附上签好的承诺书" in desks("xl01").post_form(to, elsewhere).text
    assert "他人不能代签" in desks("xl01").post_form(to, elsewhere | {"member": "2"}, files=SCAN).text
    desks("xl01").done(to, elsewhere, files=SCAN)
    assert "监护人代签（不在本户的监护人）" in desks("xl01").page(f"/households/{ONE}/commitments/new")
    desks("xl01").done(to, {"member": "3", "signed_by": "GUARDIAN", "guardian": "1"})
    desks("xl01").done(to, {"member": "2", "signed_by": "REFUSED"})
    with office.reading() as work:
        by = {one.member_no: one for one in standing(work, Commitment, three[0], work.today)}
    assert (by[3].guardian_no, by[3].evidence, by[2].office_text_version) == (1, "", "")
    later = f"/households/{ONE}/commitments/{by[3].seq}/scan"
    assert later in desks("xl01").page(f"/households/{ONE}/commitments/new")
    desks("xl01").done(later, files=SCAN)
    with office.reading() as work:
        now = {one.member_no: one for one in standing(work, Commitment, three[0], work.today)}[3]
    assert now.evidence
    assert (now.guardian_no, now.text_version, now.corrects) == (1, by[3].text_version, by[3].seq)
    again = desks("xl01").post_form(f"/households/{ONE}/commitments/{now.seq}/scan", files=SCAN)
    assert again.status_code == 409
    assert "已经附有扫描件" in again.text


@only_sqlite
def test_who_may_not_enter_and_who_is_elsewhere(three: list[int], desks: Desks) -> None:
    new = f"/households/{ONE}/commitments/new"
    assert "打印由经办" in desks("xl01").page(new)
    assert desks("jd01").get(new).status_code == 403
    for path in (new, f"{new}/scan", f"/households/{ONE}/rechecks/new", f"/households/{ONE}/rechecks/results"):
        assert desks("xl09").get(path).status_code == 404, path
    for path in (f"/households/{ONE}/conduct/new", f"/households/{ONE}/conduct/default/evidence"):
        assert (desks("jb09").get(path).status_code, desks("xl01").get(path).status_code) == (404, 403), path
    assert desks("fh09").get(f"/households/{ONE}/opinion").status_code == 404
    assert desks("jb01").get(f"/households/{ONE}/opinion").status_code == 403
    for path in ("/recommendations", "/rechecks", "/conduct"):
        assert "JN0000" not in desks("fh09").page(path)
        assert "JN0000" not in desks("fh09").page(path, area=VILLAGE), "no area but one's own can be asked for"
        assert desks("ga01").get(path).status_code == 403
    seen, watched = desks("jb01").page("/rechecks"), desks("jd01").page("/rechecks")
    assert ("试验乙户" in seen, "试验乙户" in watched, "试*乙户" in watched) == (True, False, True)


def test_a_fact_is_entered_has_no_effect_and_waits(three: list[int], desks: Desks, office: Office) -> None:
    assert desks("jb01").get(f"/households/{ONE}/conduct/new?kind=default").headers["location"].endswith("/evidence")
    form = f"/households/{ONE}/conduct/default/evidence"
    shown = desks("jb01").get(form)
    assert "第 3 号" in readable(shown), "the child is named with the reason"
    with office.reading() as work:
        items = {one.code: one.name for one in conduct_lists.items(work, VILLAGE, ConductKind.DEFAULT)}
    code, name = next(iter(items.items()))
    typed = {"member": "1", "item": code, "act_on": "2026-08-20", "found_on": "2026-08-10", "source": "入户"}
    wrong = desks("jb01").post_form(form, typed, files=SCAN)
    assert wrong.status_code == 422
    assert "请填写事实经过" in wrong.text
    assert "发现日期不能早于行为发生日期" in wrong.text
    assert "已留住 1 个（签名.pdf），不用重选" in wrong.text
    early = desks("jb01").post_form(form, typed | {"act_on": "2001-01-01", "detail": "领取养老金没有申报"})
    assert (early.status_code, 'href="#f-act_on"' in early.text, 'href="#f-member"' in early.text) == (422, True, False)
    assert "早于第 1 号成员登记的日期" in early.text
    late = desks("jb01").post_form(form, typed | {"act_on": "2099-01-01", "detail": "领取养老金没有申报"})
    assert ('href="#f-act_on"' in late.text, 'href="#f-found_on"' in late.text) == (True, False)
    with office.reading() as work, pytest.raises(Invalid, match="目录中没有“D99”"):
        conduct.check_item(work, three[0], ConductKind.DEFAULT, "D99")
    for offered in ({"member": "3"}, {"item": "D99"}):
        with pytest.raises(AssertionError, match="offers"):
            desks("jb01").post_form(form, offered)
    right = {"act_on": "2026-08-01", "detail": "8 月 1 日起领取养老金，没有申报"}
    fact = desks("jb01").send(wrong, right | {"found_on": "2026-09-01"}, to=form).headers["location"]
    told = desks("jb01").page(fact)
    assert "事实本身不产生任何后果" in told
    opening = f"/households/{ONE}/cases/new?procedure=DEFAULT&amp;step="
    assert opening in told
    to = opening + told.split(opening)[1].partition('"')[0]
    shown = desks("fh01").page(to.replace("&amp;", "&"))
    assert name in shown, "the fact is told in words, not by its code alone"
    for field in ("subject", "evidence"):
        chosen = shown.split(f'name="{field}"')[1].split("</select>")[0]
        assert " selected>" in chosen, field
    assert " checked" in shown.split('name="level"', 1)[1].split("</fieldset>")[0], "the level of the catalogue"
    with office.reading() as work:
        (entry,) = standing(work, Conduct, three[0], work.today)
        assert not standing(work, Decision, three[0], work.today)
    assert (entry.item, entry.kind, entry.member_no, bool(entry.evidence)) == (code, ConductKind.DEFAULT, 1, True)
    for path in ("/conduct", f"/conduct?area={TOWNSHIP}&kind=default"):
        assert fact in desks("fh01").page(path), path
        assert f"{code} {name}" in desks("fh01").page(path), path
    assert fact not in desks("fh01").page("/conduct?kind=trust")
    assert desks("jb09").get(fact).status_code == 404


def test_two_are_sent_and_write_down_what_they_found(three: list[int], desks: Desks, office: Office) -> None:
    listed = desks("fh01").page("/rechecks", area=TOWNSHIP)
    assert all(one in listed for one in (ONE, TWO, THREE))
    assert "逾期" in listed
    pair = {"visitor_1": "xz01", "visitor_2": "xl01"}
    same = desks("fh01").post_form("/rechecks", pair | {"visitor_2": "xz01", "picked": [ONE, TWO]})
    assert same.status_code == 409
    assert desks("fh01").page("/tasks/RECHECK_OVER").count("未指派") == 3
    assert desks("fh01").done("/rechecks", pair | {"picked": [ONE, TWO]}) == "/rechecks"
    for officer in ("fh01", "jb01"):
        waiting = desks(officer).page("/tasks/RECHECK_OVER")
        assert (waiting.count("未指派"), waiting.count("（xz01）"), waiting.count(">已指派<")) == (1, 2, 2)
        assert f'<a href="/households/{ONE}">' in waiting, "the household itself is one step away"
    with office.work("fh01") as work:
        last, work.session.get_one(Officer, "xl01").until = None, work.today - timedelta(days=1)
    assert desks("fh01").page("/rechecks").count("已离岗或调离，须重新指派") == 2, "who left does not go"
    with office.work("fh01") as work:
        moved = work.session.get_one(Officer, "xl01")
        moved.until, moved.area, there = last, ELSEWHERE, moved.area
    assert desks("fh01").page("/rechecks").count("已离岗或调离，须重新指派") == 2, "nor who went to another township"
    with office.work("fh01") as work:
        work.session.get_one(Officer, "xl01").area = there
    assert "须重新指派" not in desks("fh01").page("/rechecks")
    mine = desks("xz01").page("/rechecks", show="mine")
    assert (ONE in mine, THREE in mine) == (True, False)
    assert ONE not in desks("jb01").page("/rechecks", show="mine")
    assert f"{ONE}</span>" in desks("fh01").page("/rechecks", person="xl01", area=VILLAGE)
    assert f'href="/households/{ONE}/rechecks/new">办理<' in desks("xl01").page("/tasks/CASE_RECHECK")
    assert "（xz01）" in desks("xz01").page(f"/households/{ONE}/cases/1").split("入户人员一")[1].split("</dd>")[0]
    door = desks("xz01").get(f"/households/{ONE}/rechecks/new").headers["location"]
    short = desks("xz01").post_form(door, {"result": RecheckResult.CHANGED.value}, files=SCAN)
    assert short.status_code == 422
    assert "已留住 1 个（签名.pdf），不用重选" in short.text
    assert 'href="#f-met"' in short.text
    found = {"result": RecheckResult.CHANGED.value, "met": "户主", "found": "领取养老金", "reason": "收入增加"}
    number = short.text.split('name="waiting" value="')[1].split('"')[0]
    other = desks("xl01").send(desks("xl01").get(door), {"result": "LATER", "waiting": number}, to=door)
    assert (other.status_code, "已留住" in other.text) == (422, False), "a number is its officer's alone"
    assert "请重新选择" in other.text
    for _ in range(2):
        assert desks("xz01").send(short, found, to=door).headers["location"] == f"/households/{ONE}/cases/1"
    assert "请接着登记变化或者核对结果" in desks("xz01").page(f"/households/{ONE}/cases/1")
    assert "核查有变化，还没有登记" not in desks("xz01").page(f"/households/{ONE}"), "its comparison was entered before"
    with office.reading() as work:
        (check,) = standing(work, Recheck, three[0], work.today)
    assert (check.result, {check.visitor_1, check.visitor_2}) == (RecheckResult.CHANGED, {"xz01", "xl01"})
    assert case(office, three[0]).history[-2].evidence == sha256(SCAN["files"][0][1]).hexdigest()
    later = f"/households/{TWO}/rechecks/results"
    assert (
        RecheckResult.CHANGED.value not in desks("xl01").page(later).split("结果</legend>")[1].split("</fieldset>")[0]
    )
    desks("xl01").done(later, {"result": "LATER", "met": "户主", "found": "没有变化"})
    with office.work("jb01", due=office.clock()) as work:
        wanted = notices.wanted_now(work, three[1], PaperKind.F11)
        asked = issue(work, three[1], wanted.kind, wanted.subject, wanted.draft).number
    assert f"《定期核查通知书》{asked} 待打印" in desks("xz01").page(f"/households/{TWO}")
    end = desks("xz01").get(f"/households/{TWO}/rechecks/new").headers["location"]
    desks("xz01").done(end, {"result": RecheckResult.UNCHANGED.value, "reason": "收入没有变化"})
    assert case(office, three[1]).closed
    left = desks("xz01").page(f"/households/{TWO}").partition("需要留意")[2].partition("成员")[0]
    assert "定期核查通知书》" not in left
    assert "已撤回" in desks("xz01").page(f"/households/{TWO}/papers"), "a notice of a check that was made is not sent"
    with office.reading() as work:
        assert asked not in {one.number for one in print_choice.waiting(work, Choice(area=VILLAGE))}


@only_sqlite
def test_nobody_was_met_and_a_check_of_long_ago(three: list[int], desks: Desks, office: Office) -> None:
    start = f"/households/{ONE}/rechecks/new"
    assert "由复核、审批人员指派两名入户人员" in desks("xl01").page(start)
    door = desks("xf01").done(start, {"visitor_1": "xz01", "visitor_2": "xl01"})
    why = desks("xl01").post_form(door, {"result": "其他原因未能入户"})
    assert why.status_code == 422
    desks("xl01").done(door, {"result": "其他原因未能入户", "found": "道路中断"})
    assert case(office, three[0]).stage == "UNREACHED"
    listed = desks("fh01").page("/rechecks", area=TOWNSHIP)
    assert "须重新指派" in listed
    assert "其他原因未能入户：道路中断" in listed
    assert "没有能够入户：其他原因未能入户：道路中断" in desks("fh01").page(start)
    assert desks("xl01").get(door).headers["location"] == start, "somebody has to be sent again"
    past = {"result": "CONFIRMED", "on": "2026-01-14", "visitor_1": "王一", "visitor_2": "王一"}
    assert desks("xz01").post_form(f"/households/{ONE}/rechecks/past", past).status_code == 409
    desks("xz01").done(f"/households/{ONE}/rechecks/past", past | {"visitor_2": "李二"})
    with office.reading() as work:
        assert [one.result for one in standing(work, Recheck, three[0], work.today)] == [RecheckResult.CONFIRMED]


@only_sqlite
def test_a_list_goes_out_and_comes_back(
    three: list[int], desks: Desks, office: Office, clock: SetClock, tmp_path: Path
) -> None:
    assert desks("fh01").done("/rechecks/lists", {"town": TOWNSHIP}) == "/rechecks/lists"
    sheet = next(one for one in desks("fh01").page("/rechecks/lists").split('"') if one.endswith(".pdf"))
    assert desks("fh09").get(sheet).status_code == 404
    assert _forged(desks("fh09"), "/rechecks/lists", town=TOWNSHIP).status_code == 422
    assert desks("fh01").get(sheet).content.startswith(b"%PDF")
    book = _exported(desks, tmp_path / "名单.xlsx")
    stored = [one.name for one in settings().papers.glob("*/核查名单*.xlsx")]
    for door in (sheet.replace("pdf", "xlsx"), f"/print/files/2026-09-02/{quote(stored[0])}"):
        answer = desks("fh01").get(door)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/exports/new?what=recheck&area={TOWNSHIP}")
    assert set(column(book, "户编号")) == {ONE, TWO, THREE}
    desks("fh01").done("/rechecks", {"visitor_1": "jb01", "visitor_2": "jb02", "picked": [ONE, TWO, THREE]})
    clock.on(date(2026, 9, 7))
    filled = fill(book, tmp_path / "填.xlsx", {ONE: SAME, TWO: SAME | {"见到的人": None}})
    to = _sent(desks, "jb01", filled)
    told = desks("jb01").page(to)
    assert "可登记 1 行" in told
    assert "没有填写" in told
    marked = desks("jb01").get(f"{to}/marked")
    assert set(errors(marked.content, tmp_path / "误.xlsx")) == {TWO}
    assert desks("jb02").get(to).status_code == 404, "another's sheet"
    assert not case(office, three[0]).closed, "a dry run enters nothing"
    assert desks("jb01").done(to) == to
    assert f'action="{to}"' not in desks("jb01").page(to), "once is enough"
    assert "已登记 1 行" in desks("jb01").page(to)
    assert (case(office, three[0]).closed, case(office, three[1]).closed) == (True, False)
    junk = desks("jb01").post_form("/rechecks/results", files={"files": ("../x.xlsx", b"PK\x03\x04junk", "x/y")})
    assert junk.status_code == 422
    assert "没有办成" in junk.text


def _exported(desks: Desks, book: Path) -> Path:
    """The workbook as the reviewer takes it out: with a reason, and the number of the export beside every row."""
    one = desks("fh01").done(f"/exports/new?what=recheck&area={TOWNSHIP}", {"reason": "入户核查时填写"})
    book.write_bytes(desks("fh01").post_form(one, action=f"{one}/file").content)
    sheet = openpyxl.load_workbook(book).worksheets[0]
    assert "导出000001" in sheet.oddHeader.right.text
    marks = [cell.value for row in sheet for cell in row if str(cell.value).startswith("导出000001")]
    assert len(marks) >= len(column(book, "户编号"))
    return book


def _sent(desks: Desks, officer: str, path: Path) -> str:
    files = {"files": (path.name, path.read_bytes(), "application/octet-stream")}
    return desks(officer).done("/rechecks/results", files=files)


def test_one_recommendation_is_looked_at_and_answered(three: list[int], desks: Desks, office: Office) -> None:
    listed = desks("fh01").page("/recommendations", outcome="EXIT", area=TOWNSHIP)
    look = f"/households/{ONE}/opinion"
    assert look in listed
    assert TWO not in listed
    shown = desks("fh01").page(look)
    assert "家庭人均收入" in shown
    assert "社会救助法第48条" in shown
    with office.reading() as work:
        noted = work.session.exec(select(Audit).where(Audit.action == "查看处理建议")).all()
    assert [(one.actor, one.subject) for one in noted] == [("fh01", f"household:{three[0]}")]
    half = desks("fh01").post_form(look, {"verdict": "CHANGED", "reason": "核实"})
    assert half.status_code == 422
    assert 'href="#f-outcome"' in half.text
    plan = {"verdict": "CHANGED", "outcome": "WITHDRAW", "months": "2", "schedule": "100", "reason": "孙女患病"}
    short = desks("fh01").post_form(look, plan)
    assert (short.status_code, "应当有 2 个数" in short.text) == (422, True)
    bare = desks("fh01").post_form(look, plan | {"schedule": "100,50"})
    assert bare.status_code == 409
    assert 'href="#f-exception"' in bare.text
    assert "收入增加的原因属于可以给予渐退期的情形" in bare.text
    crossed = desks("fh01").post_form(look, {"verdict": "ACCEPTED", "outcome": "LOWER", "reason": "收入经核实"})
    assert (crossed.status_code, 'href="#f-outcome"' in crossed.text) == (422, True)
    assert "不能再作本案的决定" not in shown
    assert "不能再作本案的决定" in desks("sp01").page(look)
    to = desks("fh01").done(look, {"verdict": "ACCEPTED", "reason": "收入经核实"})
    assert to == f"/households/{ONE}/cases/1"
    with office.reading() as work:
        (given,) = standing(work, Decision, three[0], work.today)
    assert (given.verdict, given.decided_by) == (Verdict.ACCEPTED, "fh01")
    assert ONE not in desks("fh01").page("/recommendations")


def test_several_at_once_only_where_nobody_loses(three: list[int], desks: Desks, office: Office) -> None:
    refused = desks("fh01").get("/recommendations/batch", outcome="EXIT")
    assert refused.status_code == 409
    assert "未听取意见、无人决定，不得停减救助" in refused.text
    assert "社会救助法第48条；个人信息保护法第24条" in refused.text
    assert "红线第" not in refused.text
    together = "/recommendations/batch?outcome=KEEP"
    assert f'href="{together}"' in desks("fh01").page("/recommendations")
    assert together not in desks("jb01").page("/recommendations") + desks("fh01").page("/recommendations?outcome=EXIT")
    page = desks("fh01").get(together)
    assert (f"{TWO}|2026-09-01" in page.text, ONE in page.text) == (True, False)
    assert desks("fh01").send(page, {"reason": "没有变化"}, to=together).status_code == 409, "nothing is ticked"
    crossed = _forged(desks("fh01"), together, picked=f"{ONE}|2026-09-01", reason="没有变化")
    assert crossed.status_code == 409
    assert "社会救助法第48条；个人信息保护法第24条" in crossed.text
    to = desks("fh01").done(together, {"picked": [f"{TWO}|2026-09-01"], "reason": "没有变化"})
    assert to == "/recommendations?outcome=KEEP"
    with office.reading() as work:
        said = [standing(work, Decision, one, work.today) for one in three]
    assert [len(one) for one in said] == [0, 1, 0]
    kept = desks("fh01").page(f"/households/{THREE}/opinion")
    assert ("采纳“继续给予”" in kept, "维持现状" in kept) == (True, False), "it would be the same"
    again = desks("fh01").get(together)
    assert (f"{TWO}|" in again.text, f"{THREE}|" in again.text) == (False, True)
    assert desks("sp01").get("/recommendations/batch", outcome="KEEP", area="370812000000").status_code == 200
    with office.reading() as work:
        assert places.roll(work, ("370812000000", "370813000000")).rows == []


def _forged(browser: Browser, path: str, **values: str) -> Response:
    """What somebody sends who alters what the page offers him; the token and the key are his own."""
    form = next(one for one in forms_of(browser.get(path)) if one["action"] == path)
    sent = {name: form["values"][name] for name in ("token", "key", "seen")} | values
    return browser.client.post(path, data=sent, headers=browser.headers, follow_redirects=False)


@only_sqlite
def test_the_sheet_of_a_promise_is_one_a_day(three: list[int], desks: Desks) -> None:
    new = f"/households/{ONE}/commitments/new"
    assert desks("jb01").done(new).split("paper=")[1] == desks("jb01").done(new).split("paper=")[1]
    assert len(list(settings().papers.glob("*/*诺*.pdf"))) == 1
