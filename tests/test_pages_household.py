"""家庭页 (the pages of a household): shown, entered, explained, refused, and closed to whom they do not concern."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from html import unescape

import pytest
from sqlmodel import col, select
from starlette.testclient import TestClient

from integrity import cases, dossiers, households, opinions, persons, rechecks, recommendations
from integrity.conduct import find, record
from integrity.errors import Forbidden
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Change, LedgerHead, Member, Residence, Verification
from integrity.records.office import Audit, Person
from integrity.rules.identity import make_id
from integrity.terms import Ability, ConductKind, Event, FindingState, Presence, Procedure, Relation, Verdict
from integrity.web.app import create_app
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock
from tests.desk_office import ADDRESS, Desks, desks, papers, readable, recommended
from tests.test_destruction import NAME, destroy, left

__all__ = ["desks", "left", "papers", "recommended"]

PARTS = ("", "/aid", "/record", "/papers", "/cases", "/dates", "/why", "/prospects")
FORMS = (
    "/members/new", "/members/1/change", "/move", "/changes/new", "/verifications/new", "/grants/new",
    "/entries/4/void", "/members/1/correct", "/reveal", "/dossier", "/copy",
)  # fmt: skip
ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What is asked of the database is asked elsewhere; here the pages are looked at."""
HEAD = {
    "number": "LY000001", "place": "河西村村委会", "address": "3 组 12 号", "urban": "no", "since": "2026.8.3",
    "name": "买买提·吐尔逊", "id_number": make_id("653101", date(1980, 5, 1), 11), "ability": "ABLE",
    "capacity": "FULL", "phone": "０１０－6234567", "account": "6222020200112230",
}  # fmt: skip


def last(office: Office, household: int) -> int:
    """The number of the last entry of a household."""
    with office.reading() as work:
        return work.session.get_one(LedgerHead, household).seq


def asked(office: Office, action: str) -> list[Audit]:
    """The lines of the log of one action."""
    with office.reading() as work:
        return list(work.session.exec(select(Audit).where(Audit.action == action).order_by(col(Audit.id))))


def test_every_part_is_shown_and_names_no_number_in_full(desks: Desks, office: Office, recommended: str) -> None:
    with office.reading() as work:
        people = list(work.session.exec(select(Person)))
        numbers = [persons.plain(work, one, "id_number") for one in people]
    for part in PARTS:
        shown = desks("jb01").page(f"/households/{recommended}{part}")
        assert "试验乙户" in shown, part
        assert not [one for one in numbers if one in shown], part
        masked = desks("jd01").page(f"/households/{recommended}{part}")
        assert "试*乙" in masked, part
        assert not [one.name for one in people if one.name in masked], part
    front = desks("jb01").page(f"/households/{recommended}")
    for said in ("正在救助", "1,200.00", "退出", "X04", "试验街道试验社区", "等待审核意见", numbers[0][:6] + "****"):
        assert said in front, said
    assert "补录原有的救助：审批" in front
    assert "/grants/new" not in front
    assert len(asked(office, "查看家庭")) == 2 * (len(PARTS) - 2) + 1
    assert asked(office, "查看前景")


@ONE
def test_nobody_else_finds_the_household_or_a_form_of_it(desks: Desks, recommended: str) -> None:
    for part in (*PARTS, *FORMS):
        closed = desks("sp09" if part == "/grants/new" else "fh09" if "correct" in part else "jb09")
        none = closed.get("/households/JN999999").text.replace("JN999999", recommended)
        answer = closed.get(f"/households/{recommended}{part}")
        assert (answer.status_code, answer.text) == (404, none), part
        assert closed.client.post(f"/households/{recommended}{part}", headers=closed.headers).status_code in (403, 405)
    for who, part in (
        ("xl01", "/members/new"), ("xl01", "/reveal"), ("jd01", "/changes/new"), ("jd01", "/reveal"),
        ("jb01", "/grants/new"), ("xl01", "/dossier"), ("jd01", "/copy"), ("ga01", ""), ("sj01", "/why"),
    ):  # fmt: skip
        assert desks(who).get(f"/households/{recommended}{part}").status_code == 403, (who, part)
    assert desks.nobody().get(f"/households/{recommended}").headers["location"].startswith("/login?next=")


def test_a_household_is_opened_and_its_members_come_go_and_move(desks: Desks, office: Office, clock: SetClock) -> None:
    clock.on(date(2026, 9, 1))
    desk = desks("jb01")
    wrong = desk.post_form("/households/new", HEAD | {"id_number": HEAD["id_number"][:-1] + "x", "place": "河东村"})
    assert wrong.status_code == 422
    assert "校验码不符" in wrong.text
    assert "没有找到“河东村”" in wrong.text
    assert "有 2 处需要改正" in wrong.text
    assert "买买提·吐尔逊" in wrong.text
    assert desk.send(wrong, HEAD, to="/households/new").headers["location"] == "/households/LY000001/members/new"
    twice = desk.post_form("/households/new", HEAD | {"number": "LY000002"})
    assert "此人已是户 LY000001 的共同生活家庭成员" in twice.text
    odd = desk.post_form("/households/new", HEAD | {"number": "LY/2"})
    assert "户编号不能含“/”" in odd.text
    another = HEAD | {"id_number": make_id("653101", date(1981, 5, 1), 13)}
    taken = desk.post_form("/households/new", another)
    assert taken.status_code == 409
    assert "户编号 LY000001 不能使用" in taken.text
    child = {
        "name": "吐尔逊·买买提", "id_number": make_id("653101", date(2016, 5, 1), 12), "relation": "CHILD",
        "ability": "UNABLE", "capacity": "FULL", "schooling": "yes", "guardian": "1", "since": "2026-08-02",
    }  # fmt: skip
    early = desk.post_form("/households/LY000001/members/new", child)
    assert early.status_code == 422
    assert "在 2026-08-02 还没有登记" in early.text
    assert desk.done("/households/LY000001/members/new", child | {"since": "2026-08-03"}) == "/households/LY000001"
    new = desk.page("/households/LY000001")
    assert "还没有登记诚信承诺：第 1 号 买买提·吐尔逊。拒绝签署的如实登记，不影响申请" in new
    assert "还没有受理救助申请" in new
    first = new.split('href="')[1:]
    apply = next(one for one in first if one.startswith("/households/LY000001/cases/new?procedure=APPLICATION"))
    assert "收到申请" in desk.page(unescape(apply.split('"')[0]))
    assert "没有登记监护人" not in new
    desk.done("/households/LY000001/commitments/new/scan", {"member": "1", "signed_by": "REFUSED"})
    assert "还没有登记诚信承诺" not in desk.page("/households/LY000001"), "a refusal is an answer"
    same = desk.post_form("/households/LY000001/members/2/change", {"since": "2026-08-20"})
    assert same.status_code == 422
    assert "没有变化" in same.text
    phone = desk.get("/households/LY000001/reveal?member=1&column=phone")
    dialled = desk.send(phone, {"reason": "入户前联系"}, to="/households/LY000001/reveal?member=1&column=phone")
    assert 'href="tel:010' in dialled.text
    desk.done("/households/LY000001/members/2/change", {"since": "2026-08-20", "presence": "DEAD"})
    desk.done("/households/LY000001/move", {"since": "2026-08-25", "place": VILLAGE, "address": "新村 5 号"})
    with office.reading() as work:
        household = households.by_number(work, "LY000001")
        people = households.members(work, household, work.today)
        assert [(one.relation, one.presence, one.ability) for one in people.values()] == [
            (Relation.HEAD, Presence.PRESENT, Ability.ABLE), (Relation.CHILD, Presence.DEAD, Ability.UNABLE),
        ]  # fmt: skip
        assert people[2].guardian_no == 1
        assert people[2].schooling
        assert households.home(work, household, work.today).address == "新村 5 号"
        assert [one.kind for one in work.session.exec(select(Change))] == [Event.DEATH]
        head = work.session.get_one(Person, people[1].person_id)
        assert persons.plain(work, head, "phone") == "010-6234567"
    page = desk.page("/households/LY000001")
    assert "3 组 12 号" not in page.partition("最近的经过")[0]
    assert "本人已死亡" in page


def test_what_is_entered_is_there_once_and_never_over_another(
    desks: Desks, office: Office, recommended: str
) -> None:  # fmt: skip
    desk, path = desks("jb01"), f"/households/{recommended}/verifications/new"
    shown = desk.get(path)
    told = {
        "source": "核对平台", "income": "1,950.5", "cause": "PENSION", "member": "1", "stable": "yes",
        "on": "2026-08-31",
    }  # fmt: skip
    assert [desk.send(shown, told, to=path).status_code for _ in range(3)] == [303] * 3
    with office.reading() as work:
        rows = list(work.session.exec(select(Verification).order_by(col(Verification.seq))))
        assert [(one.income, one.cause_member, one.self_reported) for one in rows[2:]] == [(195_050, 1, None)]
    late = desk.get(f"/households/{recommended}/changes/new")
    desks("jb02").done(f"/households/{recommended}/changes/new", {
        "kind": "WARNING", "happened_on": "2026-08-30", "reported_on": "2026-09-01", "detail": "车辆登记",
    })  # fmt: skip
    for page in ("cases/new", "kin", "papers/new", "evidence"):
        assert f'href="/households/{recommended}/prospects"' in desks("fh01").page(f"/households/{recommended}/{page}")
    mine = {"kind": "REPORTED_CHANGE", "happened_on": "2026-08-29", "reported_on": "2026-09-01", "detail": "找到工作"}
    beside = desk.send(late, mine, to=f"/households/{recommended}/changes/new")
    assert beside.status_code == 409
    assert "车辆登记" in beside.text
    assert "找到工作" in beside.text
    assert desk.send(beside, to=f"/households/{recommended}/changes/new").status_code == 303
    proof = {"files": [("合同.txt", "劳动合同（样本）".encode(), "text/plain")]}
    changes = f"/households/{recommended}/changes/new"
    backwards = desk.post_form(changes, mine | {"reported_on": "2026-08-01"}, files=proof)
    assert backwards.status_code == 422
    assert "先前选的文件已留住 1 个（合同.txt），不用重选；可以再加" in backwards.text
    assert "得知日期不能早于发生日期" in backwards.text
    desks("jb02").done(f"/households/{recommended}/conduct/trust/evidence", {
        "member": "1", "item": "S01", "act_on": "2026-08-05", "found_on": "2026-09-01", "source": "入户",
    })  # fmt: skip
    overtaken = desk.send(backwards, mine | {"detail": "附合同"}, to=changes)
    assert overtaken.status_code == 409
    assert "选择的文件已留住（合同.txt），随这份表单一起提交" in overtaken.text
    assert "先前选的文件已留住 1 个（合同.txt）" in desk.page(changes), "it waits with the draft"
    assert desk.send(overtaken, to=changes).status_code == 303
    unwanted = desk.post_form(changes, mine | {"reported_on": "2026-08-01"}, files=proof)
    assert "已留住" not in desk.send(unwanted, {"let-go": "yes"}, to=changes).text
    bad = {"files": [("合同.exe", b"MZ\0\0", "application/pdf")]}
    told = desk.post_form(changes, mine, files=bad).text
    assert "“合同.exe”没有收下：不能保存这种文件" in told
    assert "登记时写原件的指纹<" in told, "no half sentence about a command is left"
    promise, by = f"/households/{recommended}/commitments/new/scan", {"member": "1", "signed_by": "SIGNATURE"}
    assert "“合同.txt”是纯文本，上面没有签名" in desk.post_form(promise, by, files=proof).text
    with office.reading() as work:
        changes = work.session.exec(select(Change).order_by(col(Change.seq)))
        told = [(one.detail, one.evidence) for one in changes]
    assert told == [("车辆登记", ""), ("找到工作", ""), ("附合同", sha256("劳动合同（样本）".encode()).hexdigest())]


def test_a_past_day_is_told_as_known_then_and_as_known_now(
    desks: Desks, office: Office, recommended: str, clock: SetClock
) -> None:  # fmt: skip
    with office.work("jb01") as work:
        household = households.by_number(work, recommended)
        late = rechecks.report(work, household, Event.WARNING, happened_on=date(2026, 8, 25), reported_on=work.today)
        fact = record(
            work, household, member_no=1, kind=ConductKind.TRUST, item="S01", act_on=date(2026, 8, 5),
            found_on=date(2026, 9, 1), source="入户",
        )  # fmt: skip
    path = f"/households/{recommended}/entries/{late.seq}/void"
    assert desks("jb01").done(path, {"why": "登错了户"}) == f"/households/{recommended}/record"
    with office.work("sp01") as work:
        find(
            work, household, fact.seq, FindingState.EFFECTIVE, on=work.today, decided_by="sp01", reviewed_by="fh01",
            document="任民信〔2026〕1号", document_on=work.today, effective_on=work.today,
        )  # fmt: skip
    record_page = f"/households/{recommended}/record"
    now, past = desks("xl01").page(record_page), desks("xl01").page(record_page, at="2026-08-31")
    then = desks("xl01").page(record_page, at="2026-08-31", known="then")
    assert "数据比对预警" in now
    assert f"已由第 {late.seq + 2} 条作废" in now
    assert f"作废第 {late.seq} 条" in now
    assert "生效" in now
    assert "主动申报家庭变化" in now
    assert "更正：作废" not in now
    assert "数据比对预警" in past
    assert "当时尚未得知" in past
    assert "没有认定" in past
    assert "数据比对预警" not in then
    assert "主动申报家庭变化" not in then
    assert "当时尚未得知" not in then
    only = desks("fh01").page(record_page, kind="救助")
    assert "确认给予" in only
    assert "数据比对预警" not in only
    assert "更正：作废" in only
    assert "应为日期" in desks("xl01").page(record_page, at="昨天")


@ONE
def test_a_recommendation_is_explained_and_what_if_writes_nothing(
    desks: Desks, office: Office, recommended: str
) -> None:  # fmt: skip
    with office.work("系统任务", due=datetime(2026, 9, 1, 1, tzinfo=SHANGHAI)) as work:
        recommendations.finish_evaluation(work)
    why = desks("fh01").page(f"/households/{recommended}/why")
    for said in ("与当时保存的结果一致", "家庭人均收入不超过当地低保标准", "2000.00元", "社会救助法第48条"):
        assert said in why, said
    assert "来源：" in why
    assert "standard.dibao" in why
    assert why.count("<tr>") > 4
    before = desks("fh01").page(f"/households/{recommended}/why", on="2026-08-19")
    assert "这一天没有评估任务" in before
    assert "继续给予" in before
    assert "以前的日期" in desks("fh01").page(f"/households/{recommended}/why", on="2027-01-01")
    assert "尚未登记" in desks("fh01").page(f"/households/{recommended}/why", on="2020-01-01")
    path, entries = f"/households/{recommended}/prospects", last(office, 1)
    assert "积分（第1号成员）" in desks("jd01").page(path, member="1")
    told = desks("jd01").post_form(path, {"income": "900", "stable": "yes"})
    assert told.status_code == 200
    assert "没有写入任何登记" in told.text
    assert "假设后为“" in told.text
    nobody = desks("jd01").post_form(path, {"presence": "LEFT"})
    assert nobody.status_code == 422
    assert "须选明是哪一名成员" in nobody.text
    assert last(office, 1) == entries
    assert len(asked(office, "测算")) == 2


@ONE
def test_numbers_dossier_and_copy_leave_with_a_reason_and_a_line_in_the_log(
    desks: Desks, office: Office, recommended: str
) -> None:  # fmt: skip
    with office.reading() as work:
        person = work.session.exec(select(Person)).first()
        assert person is not None
        number = persons.plain(work, person, "id_number")
    path = f"/households/{recommended}/reveal?member=1"
    bare = desks("jb01").post_form(path, {"reason": " "})
    assert bare.status_code == 422
    assert not asked(office, "查看完整号码")
    assert number not in bare.text
    told = desks("jb01").post_form(path, {"reason": "核对发放名册"})
    assert 'href="tel:' not in told.text
    assert told.status_code == 200
    assert number in told.text
    assert told.headers["cache-control"] == "no-store"
    assert asked(office, "查看完整号码")[-1].detail == "id_number：核对发放名册"
    assert number not in desks("jb01").page(path)
    path = f"/households/{recommended}/dossier"
    assert 'name="unmask"' not in desks("jd01").page(path)
    with office.work("jd01") as work, pytest.raises(Forbidden, match="查看完整号码"):
        dossiers.print_out(work, 1, dossiers.Wanted(dossiers.COURT, "年度检查", unmask="核对"))
    with office.work("jd01") as work, pytest.raises(Forbidden, match="查看完整号码"):
        dossiers.print_out(work, 1, dossiers.Wanted(dossiers.OWN, "年度检查", member_no=1))
    assert "人民法院" not in desks("jd01").page(path)
    assert "姓名和号码都遮蔽" in desks("jd01").page(path)
    short = desks("jd01").post_form(path, {"reader": "检查", "reason": "查"})
    assert (short.status_code, "--" in short.text.partition("没有办成")[2].partition("</div>")[0]) == (409, False)
    assert "至少两个字" in short.text.partition("没有办成")[2].partition("</div>")[0]
    unmasked = desks("jb01").post_form(path, {"reader": "检查", "reason": "年度检查", "unmask": "核对"})
    assert unmasked.status_code == 409
    assert "只有供人民法院的案卷" in unmasked.text
    assert "年度检查" in unmasked.text
    made = desks("jd01").post_form(path, {"reader": "检查", "reason": "年度检查"})
    assert made.status_code == 200
    assert made.content.startswith(b"%PDF")
    assert made.headers["content-disposition"].startswith("attachment")
    assert "年度检查" in asked(office, "印制案卷")[-1].detail
    copy = desks("fh01").post_form(
        f"/households/{recommended}/copy", {"member": "1", "asked_by": "本人，已核对证件", "format": "json"}
    )
    assert copy.json()["member_no"] == 1
    assert number in copy.text
    assert "试验乙" in copy.text
    assert "本人，已核对证件" in asked(office, "提供本人信息副本")[-1].detail


@ONE
def test_mistakes_are_put_right_by_those_who_may_and_not_past_the_law(
    desks: Desks, office: Office, recommended: str
) -> None:  # fmt: skip
    with office.reading() as work:
        grant = next(iter(households.acts(work, 1, work.today)))
        home = work.session.exec(select(Residence)).one()
    refused = desks("sp01").post_form(f"/households/{recommended}/entries/{grant.seq}/void", {"why": "试一试"})
    assert refused.status_code == 409
    assert "“确认给予”不能作废" in refused.text
    assert "试一试" in refused.text
    only = desks("jb01").page(f"/households/{recommended}/entries/{grant.seq}/void")
    assert "这一条由审批更正，您只能查看" in only
    assert 'name="why"' not in only
    sole = desks("fh01").post_form(f"/households/{recommended}/entries/{home.seq}/void", {"why": "住址有误"})
    assert sole.status_code == 409
    assert "唯一的住址登记" in sole.text
    assert desks("fh01").get(f"/households/{recommended}/entries/99/void").status_code == 404
    path = f"/households/{recommended}/members/2/correct"
    nothing = desks("fh01").post_form(path, {"why": "核对户口簿"})
    assert nothing.status_code == 422
    assert "更正后的内容与原来相同" in nothing.text
    desks("fh01").done(path, {"name": "试验新", "phone": "13905371234", "why": "核对户口簿原件"})
    with office.reading() as work:
        now = households.members(work, 1, work.today)[2]
        assert work.session.get_one(Person, now.person_id).name == "试验新"
        assert now.corrects is not None
        assert len(list(work.session.exec(select(Member).where(Member.no == 2)))) == 2
    desks("xs01")  # an approver of the township
    again = desks("xs01").post_form(f"/households/{recommended}/grants/new", {
        "scheme": "DIBAO", "decided_on": "2025-01-10", "effective_on": "2025-02-01", "amount": "500",
    })  # fmt: skip
    assert again.status_code in (409, 422)
    assert "2025-01-10" in readable(again)


def test_papers_cases_and_time_limits_are_told_with_their_state(
    desks: Desks, office: Office, recommended: str, clock: SetClock
) -> None:  # fmt: skip
    with office.work("fh01") as work:
        opinions.give(work, 1, Verdict.ACCEPTED, reason="收入经核实")
    with office.work("jb01") as work:
        cases.take(work, 1, 1, "NOTICE")
        cases.open_case(
            work, 1, Procedure.RIGHTS, "提出请求", member_no=1, kind="查阅复制", capacity="本人", speaker="试验乙",
            said="请提供",
        )  # fmt: skip
    clock.on(date(2026, 12, 1))
    front, shown = (desks("jb01").page(f"/households/{recommended}{part}") for part in ("", "/cases"))
    assert "第 1 号（调整与终止）" in front
    assert "待打印" in front
    assert "已逾期，最后一日为" in front
    assert "等待审核意见" not in front
    assert "逾期" in shown
    assert "怎样算出" in shown
    assert "个人信息权利" in shown
    told = desks("jb01").page(f"/households/{recommended}/papers")
    assert "听〔2026〕1号" in told
    assert "有效" in told
    dates = desks("jb01").page(f"/households/{recommended}/dates")
    assert "第 2 号案件（个人信息权利）" in dates
    assert "定期核查" in dates


@ONE
def test_of_a_household_that_was_destroyed_nothing_is_told_but_that(left: Office) -> None:
    destroy(left, 1)
    with TestClient(create_app(left), base_url=ADDRESS) as client:
        desk = Desks(left, client)("jb01")
        for part in (*PARTS, "/members/1/change", "/reveal", "/copy", "/changes/new"):
            shown = desk.page(f"/households/JN000001{part}")
            assert "已依法销毁" in shown, part
            assert NAME not in shown, part
        gone = desk.post_form("/households/JN000001/reveal?member=1", {"reason": "再看一次"})
    assert gone.status_code == 409
    assert "资料已依法销毁" in gone.text
