"""个人信息权利 (rights of persons): all of one's own data and nobody else's; corrections; other hands for a review."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select
from typer.testing import CliRunner

from integrity import assistance, bookcheck, conduct, households, notices, persons, rechecks, rights
from integrity.__main__ import app
from integrity.errors import Invalid, NotFound, Refused
from integrity.own_data import WITHHELD, OwnData
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Member, Notice
from integrity.records.office import Audit, Person
from integrity.rules.identity import make_id
from integrity.settings import settings
from integrity.terms import (
    Ability,
    Capacity,
    Cause,
    ConductKind,
    Event,
    PaperKind,
    Presence,
    Relation,
    Scheme,
    ServiceWay,
    Verdict,
)
from integrity.work import Office, wall_clock
from tests.conftest import VILLAGE, SetClock
from tests.papers_office import accept, evaluate, furnish, papers, richer

__all__ = ["papers"]
HE, SHE, CHILD = "公冶长林", "亓官一", "公冶小"
HIS, HERS = make_id("370811", date(1980, 5, 1), 11), make_id("370811", date(1982, 6, 2), 12)
DUE = date(2026, 8, 1)


@pytest.fixture
def home(office: Office, papers: Path, clock: SetClock) -> Office:
    """A couple with a child, much written down about them, as of August 2026."""
    furnish(office)
    with office.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        since = date(2026, 1, 10)
        households.register(work, "JN1", area=VILLAGE, address="1号", urban=False, since=since)
        for no, name, number, relation in (
            (1, HE, HIS, Relation.HEAD), (2, SHE, HERS, Relation.SPOUSE),
            (3, CHILD, make_id("370811", date(2018, 6, 2), 13), Relation.CHILD),
        ):  # fmt: skip
            person = persons.register(work, name, id_number=number, phone=f"1380000{1000 + no}")
            households.enter_member(
                work, 1, person, no=no, since=since, relation=relation, area=VILLAGE, ability=Ability.ABLE
            )
        rechecks.verify(work, 1, on=date(2026, 1, 12), source="入户", income=20_000, detail=f"{SHE}务工，{HE}在家")
        rechecks.report(
            work, 1, Event.COMPLAINT, happened_on=date(2026, 1, 12), reported_on=date(2026, 1, 13), detail="邻居钱某说"
        )
        for no, item, source in ((1, "S01", "家庭报告"), (2, "S02", "钱某举报")):
            conduct.record(
                work, 1, member_no=no, kind=ConductKind.TRUST, item=item, act_on=date(2026, 1, 14),
                found_on=date(2026, 1, 15), source=source, detail=f"{SHE}与{HE}同去",
            )  # fmt: skip
    clock.on(date(2026, 7, 30))
    with office.work("jb01") as work:
        notices.print_now(work, 1, PaperKind.F02)
    clock.on(date(2026, 7, 31))
    with office.work("jb01") as work:
        notice = work.session.exec(select(Notice)).one()
        notices.serve(
            work,
            notice,
            ServiceWay.LEFT,
            on=date(2026, 7, 31),
            receiver=HE,
            witnesses=("司马见证", "吴证人"),
            detail="拒收",
        )
    clock.on(DUE)
    return office


def given(office: Office, no: int = 1) -> OwnData:
    with office.work("jb01") as work:
        return rights.copy(work, 1, no, asked_by=f"{HE}，已核对身份证", reason="本人查阅")


def section(made: OwnData, title: str) -> tuple[dict[str, str], ...]:
    return next(one.lines for one in made.sections if one.title == title)


def test_all_of_his_own_and_nothing_of_the_others(home: Office) -> None:
    made = given(home)
    for said in (made.as_markdown(), made.as_json()):
        assert HE in said
        assert HIS in said
        assert "13800001001" in said
        for secret in (SHE, CHILD, HERS, "13800001002", "司马见证", "钱某"):
            assert secret not in said, secret
    assert section(made, "家庭") == (
        {"成员序号": "1", "姓名": HE, "与户主关系": "户主"}, {"成员序号": "2", "姓名": "亓官*", "与户主关系": "配偶"},
        {"成员序号": "3", "姓名": "公冶*", "与户主关系": "子女"},
    )  # fmt: skip
    assert section(made, "经济状况核对")[0]["说明"] == f"亓官*务工，{HE}在家"
    assert section(made, "变化与预警")[0]["说明"] == WITHHELD
    assert [line["项目代码"] for line in section(made, "守信与失信事实")] == ["S01"]
    assert section(made, "送达")[0]["见证人"] == "司马*证、吴*人"
    assert section(made, "略去的条目")[0]["只涉及其他成员的条目"].startswith("3 条")
    paper = section(made, "文书内容")[0]
    assert paper["文书"] == "社会救助诚信承诺书"
    assert HE in json.dumps(paper, ensure_ascii=False)
    assert json.loads(made.as_json())["member_no"] == 1


def test_her_copy_withholds_who_informed_on_her(home: Office) -> None:
    fact = section(given(home, 2), "守信与失信事实")[0]
    assert (fact["来源"], fact["说明"]) == (WITHHELD, WITHHELD)


def test_who_read_his_data_when_and_why(home: Office) -> None:
    with home.work("fh01") as work:
        persons.find(work, HIS)
        persons.reveal(work, 1, "phone", f"通知{SHE}入户")
        persons.reveal(work, 2, "phone", "与他无关的查看")
    given(home)
    reads = section(given(home), "查阅和使用记录")
    assert [(one["何人"], one["何事"], one["事由"]) for one in reads] == [
        ("试验（fh01）", "查询身份证号", "命中 1 条"), ("试验（fh01）", "查看完整号码", "phone：通知亓官*入户"),
        ("试验（jb01）", "提供本人信息副本", f"第1号成员；申请人：{HE}，已核对身份证；本人查阅"),
    ]  # fmt: skip
    assert reads[0]["时间"] == "2026-08-01 09:00"


def test_a_copy_needs_a_name_and_a_member(home: Office) -> None:
    with home.work("jb01") as work:
        with pytest.raises(Refused, match="申请人"):
            rights.copy(work, 1, 1, asked_by=" ")
        for household, no in ((1, 9), (9, 1)):
            with pytest.raises(NotFound, match="没有第"):
                rights.copy(work, household, no, asked_by=HE)
    with home.reading() as work:
        assert not work.session.exec(select(Audit).where(Audit.action == "提供本人信息副本")).all()


def test_other_versions_of_the_same_person_are_in_the_copy(home: Office) -> None:
    with home.work("jb01") as work:
        other = households.register(work, "JN2", area=VILLAGE, address="2号", urban=False, since=date(2026, 2, 1))
        again = persons.register(work, HE, id_number=HIS, phone="13900009999")
        households.enter_member(work, other, again, no=1, since=date(2026, 2, 1), relation=Relation.HEAD, area=VILLAGE)
    mine = section(given(home), "本人资料")
    assert [(one["电话"], one["登记于户"]) for one in mine] == [("13800001001", "JN1"), ("13900009999", "JN2")]


def test_a_correction_keeps_what_was_written_before(home: Office) -> None:
    right = make_id("370811", date(1981, 5, 1), 11)
    with home.work("jb01") as work:
        (entry,) = rights.correct_person(work, 1, 1, why="与户口簿核对", id_number=right, phone="13700000000")
        assert (entry.no, entry.born_on) == (1, date(1981, 5, 1))
    with home.reading() as work:
        member = households.members(work, 1, DUE)[1]
        person = work.session.get(Person, member.person_id)
        assert person is not None
        assert (person.name, persons.plain(work, person, "id_number")) == (HE, right)
        assert persons.plain(work, person, "phone") == "13700000000"
        assert work.session.get(Person, 1) is not None
        assert len(work.session.exec(select(Member).where(Member.no == 1)).all()) == 2
        assert list(bookcheck.faults(work)) == []
        assert [line.detail for line in work.session.exec(select(Audit)) if line.action == "更正"] == [
            "第 2 条：与户口簿核对"
        ]
    with home.work("jb01") as work:
        with pytest.raises(Refused, match="依据"):
            rights.correct_person(work, 1, 1, why=" ", name="别名")
        with pytest.raises(NotFound, match="第 8 号"):
            rights.correct_person(work, 1, 8, why="核对", name="别名")


def test_a_correction_that_changes_nothing_is_refused(home: Office) -> None:
    with pytest.raises(Invalid, match="相同"), home.work("jb01") as work:
        rights.correct_person(work, 1, 1, why="与户口簿核对", name=HE)
    with home.reading() as work:
        assert len(work.session.exec(select(Person)).all()) == 3


def test_an_explanation_is_given_and_put_down(home: Office) -> None:
    with home.work("jb01") as work:
        said = rights.explain(work, 1, 1, DUE, asked_by=HE)
        with pytest.raises(NotFound, match="没有第 7 号"):
            rights.explain(work, 1, 7, DUE, asked_by=HE)
    assert "由具名的工作人员决定" in said
    with home.reading() as work:
        line = work.session.exec(select(Audit).where(Audit.action == "解释说明")).one()
    assert (line.actor, line.subject) == ("jb01", "household:1")


def test_a_review_is_made_by_other_hands(home: Office, clock: SetClock) -> None:
    with home.work("sp01", now=datetime(2026, 1, 21, 9, tzinfo=SHANGHAI)) as work:
        assistance.grant(
            work, 1, Scheme.DIBAO, decided_on=date(2026, 1, 21), effective_on=date(2026, 2, 1), decided_by="sp01",
            amount=100_000, income=20_000, persons=3,
        )  # fmt: skip
    richer(home, 1, Cause.FARMING, on=date(2026, 7, 20), income=400_000)
    evaluate(home, date(2026, 8, 1))
    clock.on(date(2026, 8, 2))
    accept(home, 1)
    for by in ("fh01", "sp01"):
        with home.work(by) as work, pytest.raises(Refused, match="没有参与原来处理的人员"):
            rights.review(work, 1, Verdict.REFUSED, reason="收入为一次性补偿")
    with home.work("系统任务") as work:
        work.session.execute(
            text("INSERT INTO officer (code, name, role, area, since) SELECT 'fh02', name, role, area, since "
                 "FROM officer WHERE code = 'fh01'")
        )  # fmt: skip
    with home.work("fh02") as work:
        made = rights.review(work, 1, Verdict.REFUSED, reason="收入为一次性补偿")
    assert made.outcome.value == "继续给予"


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        (date(2012, 8, 2), date(2026, 8, 1), True), (date(2012, 8, 1), date(2026, 8, 1), False),
        (date(2012, 2, 29), date(2026, 2, 28), True), (date(2012, 2, 29), date(2026, 3, 1), False),
        (None, date(2026, 8, 1), None),
    ],
)  # fmt: skip
def test_a_child_is_below_fourteen(born: date | None, on: date, expected: bool | None) -> None:
    assert rights.under_14(born, on) is expected


def test_who_can_be_no_subject_of_a_default(home: Office) -> None:
    with home.work("jb01") as work:
        households.change_member(work, 1, 2, since=date(2026, 7, 31), presence=Presence.DEAD)
    with home.reading() as work:
        found = households.members(work, 1, DUE)
    assert rights.credit_subject(found[1], DUE) == ""
    assert "继承人" in rights.credit_subject(found[2], DUE)
    assert "未成年人" in rights.credit_subject(found[3], DUE)
    limited = found[1].model_copy(update={"capacity": Capacity.LIMITED})
    assert "非完全民事行为能力人" in rights.credit_subject(limited, DUE)
    assert "不明" in rights.credit_subject(found[1].model_copy(update={"born_on": None}), DUE)


def test_the_finding_of_a_minor_is_refused_by_the_use_case(home: Office) -> None:
    with home.work("jb01") as work, pytest.raises(Refused, match="未成年人"):
        conduct.record(
            work, 1, member_no=3, kind=ConductKind.DEFAULT, item="D01", act_on=date(2026, 7, 1), found_on=DUE,
            source="入户",
        )  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An office set up by commands."""
    for name in ("CHENGXIN_DATABASE", "CHENGXIN_ACTOR", "CHENGXIN_POLICIES", "CHENGXIN_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    run("init")
    for code, role in (("sp1", "审批"), ("jb1", "经办"), ("fh1", "复核")):
        by = () if code == "sp1" else ("--by", "sp1")
        run("officer", "add", code, "--name", code, "--role", role, "--area", "370811", "--since", "2020-01-01", *by)
    run("record", "household", "H1", "--area", VILLAGE, "--on", "2026-01-10", "--address", "1号", "--by", "jb1")
    run("record", "member", "H1", "--no", "1", "--name", HE, "--id", HIS, "--relation", "户主", "--on", "2026-01-10",
        "--by", "jb1")  # fmt: skip
    yield tmp_path
    settings.cache_clear()


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(words))
    assert result.exit_code == code, f"{words}\n{result.output}\n{result.exception!r}"
    return result.output


def test_rights_and_keys_by_command(desk: Path) -> None:
    path = desk / "副本.md"
    run("rights", "copy", "H1", "--member", "1", "--asked-by", HE, "--out", str(path), "--by", "jb1")
    assert HIS in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert "已更正（第 3 条）" in run(
        "rights", "correct", "H1", "--member", "1", "--reason", "户口簿", "--phone", "13700000000", "--by", "jb1"
    )
    today = wall_clock().date().isoformat()
    said = run("rights", "explain", "H1", "--member", "1", "--asked-by", HE, "--on", today, "--by", "jb1")
    assert "第48条" in said
    assert "k2" in run("keys", "rotate", "--by", "sp1")
    assert "审批人员办理" in run("keys", "rotate", "--by", "jb1", code=4)
    assert "先停止 serve" in run("keys", "retire", "k1", "--by", "sp1", code=2)
    run("keys", "retire", "k1", "--yes", "--by", "sp1")
    assert "k1" not in run("keys", "list")
    run("verify")


def test_destruction_by_command(desk: Path) -> None:
    assert "可以销毁：0 户" in run("destroy", "due")
    run("destroy", "hold", "H1", "--reason", "审计", "--by", "fh1")
    run("destroy", "release", "H1", "--reason", "审计结束", "--by", "fh1")
    words = ("H1", "--list", "1号")
    assert "还在救助中，或者没有退出的记录" in run("destroy", "appraise", *words, "--by", "fh1", code=2)
    assert "没有退出的记录" in run("destroy", "approve", *words, "--by", "sp1", code=2)
    hands = ("--appraised-by", "fh1", "--approved-by", "sp1")
    assert "没有退出的记录" in run("destroy", "run", *words, *hands, "--by", "sp1", code=2)
    assert "残留已清除" in run("destroy", "finish", "--by", "sp1")
