"""案卷 (dossiers): all that was known, nothing that came later or is another's; the same moment, the same bytes."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlalchemy import text
from sqlmodel import col, select
from typer.testing import CliRunner

from integrity import bookcheck, dossiers, editions, households, persons, rechecks, recommendations
from integrity.__main__ import app
from integrity.dossier_payments import monthly
from integrity.dossier_sight import DESTROYED, WITHHELD
from integrity.errors import Invalid, NotFound, Refused
from integrity.hindsight import as_known
from integrity.households import correct, standing
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Assistance, Finding, LedgerHead, Member, Step, Verification
from integrity.records.office import Audit, Person
from integrity.rules.identity import make_id
from integrity.rules.policy import PACKS, load
from integrity.settings import settings
from integrity.terms import Ability, Act, Capacity, FindingState, Relation, Scheme
from integrity.work import Office
from reports import forms
from reports.dossier import Dossier, Grid, Part, legible
from tests.conftest import SetClock
from tests.dossier_home import CHILD, FOUND, HE, INFORMER, OBJECTED, PROOF, SHE, WITHDRAWN, papers, rich, told_once
from tests.test_press import read

__all__ = ["papers", "rich", "told_once"]

Ready = tuple[Office, int]
REASON = "（2026）试08行初1号调卷函"
NOW = datetime(2026, 11, 9, 12, tzinfo=SHANGHAI)


def wanted(reader: str = "法院", **more: Any) -> dossiers.Wanted:
    """What is asked for, by the word for the reader."""
    return dossiers.Wanted(dossiers.reader_of(reader), REASON, **more)


def compiled(ready: Ready, reader: str = "法院", until: datetime = NOW, **more: Any) -> Dossier:
    """The dossier before it goes to the press."""
    office, household = ready
    with office.work("fh01", now=max(until, NOW)) as work:
        return dossiers.compiled(work, household, wanted(reader, **more), until)


def said(dossier: Dossier) -> str:
    """Everything that stands in it."""
    return json.dumps(asdict(dossier), ensure_ascii=False, default=str)


def part(dossier: Dossier, title: str) -> Part:
    (found,) = [one for one in dossier.parts if one.title == title]
    return found


def rows(dossier: Dossier, title: str, table: str = "") -> list[tuple[str, ...]]:
    """The rows of a table of a part."""
    grids = [one for one in part(dossier, title).blocks if isinstance(one, Grid) and table in one.title]
    return list(grids[0].rows)


def test_the_court_gets_every_part_and_the_contents_name_their_pages(rich: Ready) -> None:
    office, household = rich
    dossier = compiled(rich, until=datetime(2026, 11, 9, 9, tzinfo=SHANGHAI))
    with office.work("fh01", now=NOW) as work:
        made = dossiers.print_out(work, household, wanted(), datetime(2026, 11, 9, 9, tzinfo=SHANGHAI))
    pages = read(made.paper.pdf)
    counted = [(int(found[1]), int(found[2])) for page in pages if (found := re.search(r"第(\d+)页共(\d+)页$", page))]
    front = len(pages) - len(counted)  # cover and contents are not counted
    assert front >= 2
    assert counted == [(n, len(counted)) for n in range(1, len(counted) + 1)]
    assert f"总页数{len(counted)}页" in pages[0]
    contents = "\n".join(page.extract_text() for page in PdfReader(BytesIO(made.paper.pdf)).pages[1:front])
    places = re.findall(r"(\d{4}-\d\d-\d\d)\s+(\d+)", contents)
    assert [on for on, _ in places] == [one.on.isoformat() for one in dossier.parts]
    for one, (_, first) in zip(dossier.parts, places, strict=True):
        assert f"JN000001{one.title}" in pages[int(first) + front - 1]
        assert int(first) == 1 or one.title not in pages[int(first) + front - 2][:60] or one.sheet
    whole = "".join(pages)
    for words in (
        HE, SHE, CHILD, REASON, "只漏报了一次", "1520.00元", "渐退第3个月", "通过：逐条重算一致", f"邻居{INFORMER}",
        PROOF, "任民信〔2026〕1号", "截至2026-11-09", "核查先后的计算（内部使用）", "proposal:F01",
        "2026年11月7日为休息日",
    ):  # fmt: skip
        assert words in whole, words
    assert not re.search(r"370811(?:19|20)\d{9}[\dX]", whole)  # no number in full
    for one in dossier.parts:  # the whole text of each paper
        for _, words in forms.texts(one.sheet.letter) if one.sheet else ():
            assert re.sub(r"\s+", "", words).rstrip("。") in whole or words in ("", "停发"), words


def test_the_parts_stand_in_the_order_of_reading(rich: Ready) -> None:
    dossier = compiled(rich)
    chapters = list(dict.fromkeys(one.chapter for one in dossier.parts))
    assert chapters == [
        "家庭", "承诺", "事实", "认定", "文书和送达", "决定和办理", "核查先后", "规则", "经办和核验",
    ]  # fmt: skip
    titles = [one.title for one in dossier.parts if not one.sheet]
    assert titles == [
        "家庭和住址", "诚信承诺", "核对、变化和核查", "守信失信事实", "守信失信认定", "文书、送达和救济期限",
        "救助决定和逐月发放", "处理建议及理由", "第1号案件：调整与终止", "第2号案件：失信认定", "第3号案件：异议",
        "核查先后的计算（内部使用）", "规则和参数", "经办记录（户账）", "账册核验",
    ]  # fmt: skip
    assert dossier.absent == ("查阅和操作记录",)  # nobody had read it yet


def test_what_has_no_record_gets_no_page_and_one_line(rich: Ready) -> None:
    office, _ = rich
    with office.work("jb01", now=datetime(2026, 1, 10, 9, tzinfo=SHANGHAI)) as work:
        empty = households.register(
            work, "JN000099", area="370811001001", address="试验村 9 号", urban=False, since=date(2026, 1, 10)
        )
        number = make_id("370811", date(1970, 1, 1), 999)
        person = persons.register(work, "试验戊", id_number=number)
        households.enter_member(
            work, empty, person, no=1, since=date(2026, 1, 10), area="370811001001", relation=Relation.HEAD,
            ability=Ability.UNABLE, capacity=Capacity.FULL,
        )  # fmt: skip
    with office.work("fh01", now=NOW) as work:
        made = dossiers.print_out(work, empty, wanted())
    pages = read(made.paper.pdf)
    absent = (
        "诚信承诺",
        "核对、变化和核查",
        "守信失信事实",
        "守信失信认定",
        "文书、送达和救济期限",
        "救助决定和逐月发放",
    )
    assert f"没有记录的各项：{'；'.join(absent)}；" in pages[1]
    assert not [page for page in pages[2:] if "守信失信事实" in page]
    assert "证据：无。" in pages[-1]  # a table without rows in a part that has others: one line


def test_the_same_moment_gives_the_same_bytes_whatever_came_later(rich: Ready, clock: SetClock) -> None:
    office, household = rich
    with office.work("fh01") as work:
        first = dossiers.print_out(work, household, wanted())
    clock.on(date(2026, 11, 20))
    with office.work("jb01") as work:
        rechecks.verify(work, household, on=date(2026, 10, 1), source="后来的核对", income=1)
        wrong = standing(work, Verification, household, work.today)[0]
        right = Verification(**wrong.model_dump(exclude={"import_id"}))
        right.source = "更正后的来源"
        correct(work, household, wrong.seq, right, kind=Verification, why="录入有误")
        editions.register(work, load(PACKS).adopting(()))
    with office.work("fh01") as work:
        again = dossiers.print_out(work, household, wanted(), first.moment)
    assert again.paper.pdf == first.paper.pdf
    assert "后来的核对" not in said(compiled(rich, until=first.moment))
    assert "后来的核对" in said(compiled(rich, until=clock.now))


def test_nothing_can_be_entered_as_known_before_the_moment_any_more(rich: Ready) -> None:
    office, household = rich
    with office.work("fh01") as work:
        moment = dossiers.print_out(work, household, wanted(case_no=WITHDRAWN)).moment
    with office.work("jb01", now=moment - timedelta(hours=1)) as work:
        assert rechecks.verify(work, household, on=date(2026, 11, 1), source="迟到").recorded_at > moment


def test_it_tells_what_was_known_then(rich: Ready) -> None:
    then = compiled(rich, until=datetime(2026, 9, 5, tzinfo=SHANGHAI))
    assert [row[2] for row in rows(then, "守信失信认定")] == ["拟认定"]
    assert "复核意见" in said(part_dossier(then, FOUND))
    assert "认定决定" not in [row[1] for row in rows(then, "第2号案件：失信认定")]
    assert not [one for one in then.parts if one.title.startswith(f"第{OBJECTED}号")]
    assert "任民信〔2026〕1号" not in said(then)
    now = compiled(rich)
    assert [row[2] for row in rows(now, "守信失信认定")] == ["拟认定", "生效", "异议中", "生效"]


def part_dossier(dossier: Dossier, case_no: int) -> Dossier:
    """The same with the part of one case only."""
    return replace(dossier, parts=tuple(one for one in dossier.parts if one.title.startswith(f"第{case_no}号")))


def test_the_persons_copy_masks_the_others_and_never_names_the_informer(rich: Ready) -> None:
    office, household = rich
    with office.work("fh01") as work:
        persons.reveal(work, _person(work, household, 1).id or 0, "phone", "通知入户")
        persons.reveal(work, _person(work, household, 2).id or 0, "phone", "与他无关")
        numbers = [persons.plain(work, _person(work, household, no), "id_number") for no in (1, 2, 3)]
    his = compiled(rich, "本人", member_no=1)
    text = said(his)
    assert numbers[0] in text
    for hidden in (SHE, CHILD, INFORMER, numbers[1], numbers[2], "主动报告务农收入", "与他无关"):
        assert hidden not in text, hidden
    assert "试*丙" in text
    assert WITHHELD in text
    assert "只漏报了一次" in text
    assert part(his, "核查先后的计算（内部使用）")
    assert [row[1:3] for row in rows(his, "查阅和操作记录")] == [("试验（fh01）", "查看完整号码")]
    assert "其他成员" in his.masking
    hers = said(compiled(rich, "本人", member_no=2))
    for hidden in (HE, INFORMER, "隐瞒在县城的务工收入", "只漏报了一次", "任民信〔2026〕1号", numbers[0]):
        assert hidden not in hers, hidden
    assert "主动报告务农收入" not in hers  # the source is an informer: what he said stays with the office
    assert "渐退告知书" in hers


def _person(work: Any, household: int, no: int) -> Person:
    member = next(one for one in standing(work, Member, household, date(2026, 11, 9)) if one.no == no)
    return work.session.get_one(Person, member.person_id)  # type: ignore[no-any-return]


def test_others_get_no_score_and_no_informer(rich: Ready) -> None:
    text = said(compiled(rich, ""))
    assert INFORMER not in text
    for word in ("诚信积分", "等级C", "核查先后", "proposal:F01"):
        assert word not in text, word
    assert "诚信积分" in said(compiled(rich, "检查"))


def test_full_numbers_only_for_a_court_with_a_reason_and_a_trace(rich: Ready) -> None:
    office, household = rich
    with office.work("fh01") as work:
        number = persons.plain(work, _person(work, household, 2), "id_number")
    assert number not in said(compiled(rich))
    with office.work("fh01") as work:
        made = dossiers.print_out(work, household, wanted(unmask="法院要求核对身份", case_no=WITHDRAWN))
    assert number in "".join(read(made.paper.pdf))
    with office.reading() as work:
        lines = work.session.exec(select(Audit).where(Audit.actor == "fh01").order_by(col(Audit.id))).all()
    revealed = [one for one in lines if one.action == "查看完整号码"]
    assert [one.detail for one in revealed] == ["id_number：法院要求核对身份"] * 3
    (made_line,) = [one for one in lines if one.action == "印制案卷" and "法院要求" in one.detail]
    assert made_line.subject == f"household:{household}"
    assert made.paper.sha256 in made_line.detail
    with office.work("fh01") as work, pytest.raises(Refused, match="人民法院"):
        dossiers.print_out(work, household, wanted("检查", unmask="想看"))


def test_a_dossier_of_one_case_leaves_the_others_out(rich: Ready) -> None:
    one = compiled(rich, case_no=WITHDRAWN)
    text = said(one)
    assert "第1号案件：调整与终止" in text
    for other in ("任民信〔2026〕1号", "只漏报了一次", "金额算错", "隐瞒在县城的务工收入"):
        assert other not in text, other
    assert rows(one, "救助决定和逐月发放", "逐月发放")[-1][:2] == ("2026-12", "1140.00元")
    assert "没有列出，仍在哈希链中" in said(part_only(one, "经办记录（户账）"))
    with pytest.raises(NotFound, match="第 9 号案件"):
        compiled(rich, case_no=9)
    with pytest.raises(NotFound, match="第 2 号案件"):
        compiled(rich, "本人", member_no=2, case_no=FOUND)


def part_only(dossier: Dossier, title: str) -> Dossier:
    return replace(dossier, parts=(part(dossier, title),))


@pytest.mark.parametrize(
    ("reader", "more", "on", "match"),
    [
        ("法院", {}, date(2026, 11, 10), "将来"),
        ("本人", {}, None, "哪一位成员"),
        ("法院", {"member_no": 1}, None, "哪一位成员"),
        ("本人", {"member_no": 9}, None, "没有第 9 号成员"),
        ("法院", {}, date(2025, 1, 1), "尚未登记"),
    ],
)
def test_what_cannot_be_made_is_refused(
    rich: Ready, reader: str, more: dict[str, Any], on: date | None, match: str
) -> None:
    office, household = rich
    with office.work("fh01") as work, pytest.raises((Refused, NotFound), match=match):
        dossiers.print_out(work, household, wanted(reader, **more), on)


def test_a_reason_and_a_known_reader_are_asked_for(rich: Ready) -> None:
    office, household = rich
    with office.work("fh01") as work, pytest.raises(Refused, match="用途"):
        dossiers.print_out(work, household, wanted()._replace(reason=" "))
    with pytest.raises(Invalid, match="记者"):
        dossiers.reader_of("记者")


def test_what_was_destroyed_is_said_to_be(rich: Ready) -> None:
    office, _ = rich
    with office.work("fh01") as work:
        step = next(one for one in work.session.exec(select(Step)) if one.step == "STATEMENT")
        work.session.execute(text("UPDATE paper_data SET cipher = :none"), {"none": b""})
        assert step.data_sha256
    made = compiled(rich)
    assert {row[5].split("（登记")[0] for row in rows(made, "第2号案件：失信认定")} == {DESTROYED}
    papers = [one for one in made.parts if one.number]
    assert len(papers) == 6
    assert {one.note for one in papers} == {DESTROYED}


def test_an_altered_entry_shows_in_the_proof(rich: Ready) -> None:
    office, _ = rich
    with office.work("fh01") as work:
        sqlite = work.session.connection().dialect.name == "sqlite"
        work.session.execute(text("DROP TRIGGER guard_assistance_update" + ("" if sqlite else " ON assistance")))
        work.session.execute(text("UPDATE assistance SET amount = amount + 1 WHERE amount IS NOT NULL"))
    text_of_proof = said(part_only(compiled(rich), "账册核验"))
    assert "内容与哈希不符" in text_of_proof
    assert "guard_assistance_update" in text_of_proof
    assert "通过" not in text_of_proof


def test_the_proof_names_the_end_of_the_chain(rich: Ready) -> None:
    office, household = rich
    with office.reading() as work:
        head = work.session.get_one(LedgerHead, household)
        assert list(bookcheck.faults(work, household)) == []
    proof = said(part_only(compiled(rich), "账册核验"))
    assert head.hash.hex() in proof
    assert f"{head.seq}条" in proof


def test_hindsight_limits_every_query_and_ends(rich: Ready) -> None:
    office, household = rich
    until = datetime(2026, 9, 5, tzinfo=SHANGHAI)
    with office.work("fh01") as work:
        assert len(standing(work, Finding, household, date(2026, 12, 1))) == 4
        last = standing(work, Finding, household, date(2026, 12, 1))[-1]
        with as_known(work, until) as then:
            assert [one.state for one in standing(then, Finding, household, date(2026, 12, 1))] == [
                FindingState.PROPOSED
            ]
            assert then.session.get(Finding, (household, last.seq)) is None
            assert then.today == date(2026, 9, 5)
            stored = recommendations.explain(then, household, date(2026, 9, 1)).stored
            assert stored is not None
        with as_known(work, datetime(2026, 9, 1, 8, tzinfo=SHANGHAI)) as then:  # the evaluation was finished later
            assert recommendations.explain(then, household, date(2026, 9, 1)).stored is None
        assert len(standing(work, Finding, household, date(2026, 12, 1))) == 4


def act(kind: Act, since: date, seq: int, **more: Any) -> Assistance:
    return Assistance(
        seq=seq, happened_on=since, act=kind, scheme=Scheme.DIBAO, effective_on=since, decided_by="sp01", **more
    )  # fmt: skip


def test_payments_follow_the_acts_month_by_month() -> None:
    acts = [
        act(Act.GRANT, date(2026, 1, 1), 1, amount=100_000),
        act(Act.RAISE, date(2026, 2, 15), 2, amount=120_001),
        act(Act.WITHDRAW, date(2026, 3, 1), 3, months=2, schedule="100,50"),
        act(Act.STOP, date(2026, 6, 1), 4),
        act(Act.REVIVE, date(2026, 8, 1), 5),
    ]
    found = [(one.month.month, one.fen, one.seq) for one in monthly(acts, date(2026, 8, 20))]
    assert found == [
        (1, 100_000, 1), (2, 120_001, 2), (3, 120_001, 3), (4, 60_001, 3), (5, None, 3), (6, 0, 4), (8, 120_001, 5),
    ]  # fmt: skip
    assert [one.month.month for one in monthly(acts[:3], date(2026, 1, 31))] == [1, 2, 3, 4]  # as far as decided
    assert monthly([], date(2026, 1, 1)) == ()


def test_a_character_without_a_face_stands_as_its_code_point() -> None:
    assert legible("甲\t乙\n丙") == "甲 乙 丙"
    assert legible("好\ue000") == "好〔U+E000〕"


def test_by_command(rich: Ready, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office, household = rich
    monkeypatch.setenv("CHENGXIN_DATABASE", office.engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(tmp_path / "keys.toml"))
    settings.cache_clear()
    out = tmp_path / "案卷.pdf"
    words = ["dossier", "JN000001", "--for", "检查", "--reason", REASON, "--on", "2026-11-09T08:00", "--by", "fh01"]
    words += ["--case", str(WITHDRAWN)]
    made = CliRunner().invoke(app, [*words, "--out", str(out)])
    assert made.exit_code == 0, made.output
    assert "截至 2026-11-09T08:00:00.000000" in made.output
    assert out.stat().st_mode & 0o777 == 0o600
    with office.work("fh01") as work:
        morning = datetime(2026, 11, 9, 8, tzinfo=SHANGHAI)
        again = dossiers.print_out(work, household, wanted("检查", case_no=WITHDRAWN), morning)
    assert again.paper.pdf == out.read_bytes()
    words[3] = "记者"
    assert CliRunner().invoke(app, words).exit_code == 2
