"""红线 (red lines): twenty, each with its checks; each check is tried by crossing it, at a step and on paper."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from integrity.errors import Refused
from integrity.papers import inspect
from integrity.records import guards, ledger, office
from integrity.rules import procedure_heard, procedure_needs, procedure_tekun, redline_steps, redlines
from integrity.rules.policy_keys import KEYS
from integrity.rules.procedure import Clock, Done, Facts, Need, Running, Subject, Table, obstacles
from integrity.rules.procedure_tables import TABLES
from integrity.rules.redline_paper import Paper
from integrity.rules.workdays import Term
from integrity.terms import AreaLevel, Capacity, PostingKind, Procedure, Role
from reports.faults import Incomplete, MissingGlyphs
from reports.forms import Letter, texts
from tests import household_samples, press_samples, press_samples_procedure
from tests.household_samples import DEFAULT, SUPPLEMENT
from tests.household_samples import TRUST as TRUST_RECORD
from tests.press_samples import HEARING, RECHECK
from tests.press_samples_procedure import FINDING, REFUND

PAGE = Path(__file__).resolve().parent.parent / "docs" / "red-lines.zh-CN.md"
ON = date(2026, 10, 12)
GROWN = Subject(1, date(1980, 5, 1), Capacity.FULL)
MINOR = Subject(2, date(2012, 5, 1), Capacity.FULL)
CHECKS = [(line, check) for line in redlines.RED_LINES for check in line.checks]
STEPS = [(line, check) for line, check in CHECKS if check.need]


def test_there_are_twenty_in_order_each_with_its_law_and_its_checks() -> None:
    assert [line.no for line in redlines.RED_LINES] == list(range(1, 21))
    for line in redlines.RED_LINES:
        assert line.name, line.no
        assert line.law, line.no
        assert line.places, line.no
        assert set(line.places) <= set(redlines.PLACES)


def test_the_page_says_what_the_table_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == redlines.page()


def _dotted(name: str) -> Any:
    """What a dotted name stands for: a module, something in it, something in that."""
    parts = name.split(".")
    for n in range(len(parts), 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:n]))
        except ModuleNotFoundError:
            continue
        for part in parts[n:]:
            found = getattr(found, part)
        return found
    raise AssertionError(name)


def _kept() -> set[str]:
    """Every trigger and every named constraint of the database."""
    tables = [one for module in (ledger, office) for one in vars(module).values() if hasattr(one, "__table__")]
    named = {str(one.name) for table in tables for one in table.__table__.constraints}
    return named | set(guards.definitions("sqlite")) & set(guards.definitions("postgresql"))


@pytest.mark.parametrize(("line", "check"), CHECKS, ids=lambda one: getattr(one, "by", "") or getattr(one, "name", ""))
def test_what_a_red_line_names_is_there(line: redlines.RedLine, check: redlines.Check) -> None:
    if check.by.startswith("参数 "):
        assert KEYS[check.by.removeprefix("参数 ")].redline == line.no
    elif check.place == "数据库":
        assert check.by in _kept()
    else:
        named = _dotted(check.by)
        assert check.need is None or named is check.need
        assert check.print is None or named is check.print


def test_every_refusal_of_the_database_belongs_to_a_red_line() -> None:
    named = {check.by for _, check in CHECKS if check.place == "数据库"}
    assert {one.name for one in guards.REFUSALS} <= named


def _clock(code: str, until: date, *, provisional: bool = False, blocks: bool = True) -> dict[str, Running]:
    clock = Clock(code, "期限", "", "", (), (), blocks=blocks)
    return {code: Running(clock, date(2026, 9, 1), Term(until, provisional, ()), "", None, ON)}


def _done(no: int, code: str, by: str = "fh01", entry: int | None = None, **data: Any) -> Done:
    return Done(no, code, date(2026, 9, no), by, data, entry)


TOLD = (_done(1, "FACT", level="一般"),)
OPEN = (_done(1, "OPEN", outcome="退出", amount=100),)
ONE_OF_TWO = (_done(1, "OPEN", outcome="减发", amount=120_000),)
PARTLY = _done(2, "REVIEW", adopted="部分采纳")
SPOKEN = _done(2, "STATEMENT", finished="是")._replace(evidence="a" * 64)
PAST, COMING = date(2026, 9, 30), date(2026, 10, 30)
Try = tuple[Procedure, str, Mapping[str, Any], Mapping[str, Any]]
D, F, E, U = Procedure.DECISION, Procedure.FINE, Procedure.EXPORT, Procedure.AUTHORITY
SIGNED = (_done(1, "PREPARED", whom="王二、李三", until=COMING), _done(2, "SIGNED", whom="王二"))
QUERY = {"whom": "王二", "body": "某银行", "purpose": "低保核对"}


def _known(name: str, bad: Any, good: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return {"known": {name: bad}}, {"known": {name: good}}


def _given(bad: Mapping[str, Any], good: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return {"given": bad}, {"given": good}


CROSSED: Mapping[str, Try] = {
    "NAMED": (D, "DECIDE", {"role": Role.SYSTEM, "actor": "系统任务"}, {}),
    "HEARD": (D, "DECIDE", {"history": OPEN}, {"history": (*OPEN, _done(2, "STATEMENT"))}),
    "REVIEWED": (D, "DECIDE", {"history": (*OPEN, _done(2, "WAIVED"))},
                 {"history": (*OPEN, _done(2, "WAIVED"), _done(3, "REVIEW"))}),
    "NOBODY_LOSES": (D, "APPROVE", {"history": OPEN}, {"history": (_done(1, "OPEN", outcome="继续给予"),)}),
    "WRITTEN": (D, "DECIDE", *_given({"reason": " "}, {"reason": "收入超过标准"})),
    "DECIDED": (D, "SERVED", {"history": OPEN}, {"history": (*OPEN, _done(2, "DECIDE"))}),
    "NOT_BY_RECORD": (Procedure.APPLICATION, "NOT_ACCEPTED",
                      *_given({"ground": "失信或者承诺"}, {"ground": "不属于本机关"})),
    "NOT_BY_WORDS": (Procedure.APPLICATION, "NOT_CONFIRMED",
                     *_given({"reason": "诚信等级为D级"}, {"reason": "收入超过标准"})),
    "NO_SET_OFF": (Procedure.REFUND, "INSTALMENTS",
                   *_given({"plan": "每月从低保金中扣300元"}, {"plan": "每月缴纳300元，不得从低保金中扣"})),
    "OWN_SHARE": (D, "DECIDE", {"known": {"floor": 40_000}, "given": {"outcome": "减发", "amount": 30_000}},
                  {"known": {"floor": 40_000}, "given": {"outcome": "减发", "amount": 40_000}}),
    "LEVEL_NOT_MORE": (Procedure.DEFAULT, "DECIDE", {"history": TOLD, "given": {"level": "严重"}},
                       {"history": TOLD, "given": {"level": "轻微"}}),
    "ADOPTED": (D, "DECIDE", {"history": (*OPEN, _done(2, "REVIEW", adopted="采纳"))},
                {"history": (*OPEN, _done(2, "REVIEW", adopted="不采纳"))}),
    "ADOPTED_FINDING": (
        Procedure.DEFAULT, "DECIDE", {"history": (*TOLD, PARTLY), "given": {"level": "一般"}},
        {"history": (*TOLD, PARTLY), "given": {"level": "轻微"}},
    ),
    "HEARD_OUT": (D, "DECIDE", {"history": (*OPEN, SPOKEN._replace(evidence="")), "clocks": _clock("hear", ON)},
                  {"history": (*OPEN, SPOKEN), "clocks": _clock("hear", ON)}),
    "ONE_NAMED": (D, "DECIDE", {"given": {"reason_code": "X09"}, "person": None}, {"given": {"reason_code": "X09"}}),
    "ONE_TEKUN": (Procedure.TEKUN, "DECIDE", {"history": OPEN, "known": {"one_tekun": False}},
                  {"history": OPEN, "known": {"one_tekun": True}}),
    "OTHERS_AMOUNT": (Procedure.TEKUN, "DECIDE", {"history": ONE_OF_TWO, "given": {"outcome": "减发"}},
                      {"history": ONE_OF_TWO, "given": {"outcome": "减发", "amount": 120_000}}),
    "GROWN": (Procedure.DEFAULT, "FACT", {"person": MINOR}, {}),
    "ALIVE": (Procedure.DEFAULT, "DECIDE", {"person": GROWN._replace(alive=False)}, {}),
    "LIVING": (E, "SENT", {"person": GROWN._replace(alive=False)}, {}),
    "NO_ECONOMY": (E, "PREPARED", *_known("economic_words", ["存款"], [])),
    "EFFECTIVE": (E, "SENT", *_known("effective", False, True)),
    "EXPORTABLE": (E, "SENT", *_known("export_allowed", False, True)),
    "LISTED": (E, "PREPARED", *_known("directory_entry", None, "第5项")),
    "MAPPED": (E, "PREPARED", *_known("national_class", None, "一般")),
    "UNCONTESTED": (E, "SENT", *_known("contested", True, False)),
    "FINE_KNOWN": (F, "DECIDE", *_known("fine_max", None, 100)),
    "FINE_BAND": (F, "DECIDE", {"known": {"fine_max": 100}, "given": {"amount": 101}},
                  {"known": {"fine_max": 100}, "given": {"amount": 100}}),
    "IN_LIMITATION": (F, "DECIDE", *_known("in_limitation", False, True)),
    "NO_OWN_PENALTY": (D, "OPEN", *_given({"reason": "三年内不得再申请低保"}, {"reason": "财产超过标准"})),
    "NOT_ENDED": (Procedure.REPAIR, "APPLIED", *_known("ended", True, False)),
    "CONSENTED": (U, "QUERIED", {"history": SIGNED, "given": QUERY | {"whom": "李三"}},
                  {"history": SIGNED, "given": QUERY}),
    "OWN_CONSENT": (U, "SIGNED", {"history": SIGNED, "given": {"whom": "赵四"}},
                    {"history": SIGNED, "given": {"whom": "李三"}}),
    "CONSENT_RUNS": (U, "QUERIED", {"history": (_done(1, "PREPARED", until=PAST),)}, {"history": SIGNED}),
    "WITHIN_PURPOSE": (U, "QUERIED", *_given(QUERY | {"purpose": " "}, QUERY)),
    "NO_SUPPLIED": (Procedure.APPLICATION, "MISSING", *_given({"missing": "近半年银行流水"}, {"missing": "就学证明"})),
    "FIRM": (D, "DECIDE", {"clocks": _clock("hear", PAST, provisional=True)}, {"clocks": _clock("hear", PAST)}),
    "POSTED_OVER": (Procedure.TEKUN, "DECIDE", *_known("posting_over", False, True)),
    "HEAR_OVER": (D, "SILENT", {"clocks": _clock("hear", ON)}, {"clocks": _clock("hear", PAST)}),
    "REMEDIES_OVER": (F, "COURT", {"clocks": _clock("reconsider", PAST) | _clock("litigate", COMING)},
                      {"clocks": _clock("reconsider", PAST) | _clock("litigate", PAST)}),
    "REMIND_OVER": (F, "COURT", {"clocks": _clock("remind", COMING)}, {"clocks": _clock("remind", PAST)}),
    "PROVEN": (D, "SILENT", {"history": (*OPEN, _done(2, "NOTICE_SERVED"))},
               {"history": (*OPEN, _done(2, "NOTICE_SERVED", entry=7, served_on=PAST))}),
    "NOT_TACIT": (D, "DECIDE", *_given({"reason": "没有答复，视为同意"}, {"reason": "逾期没有提出意见"})),
    "REGION_GRANTS": (Procedure.TRUST, "INCENTIVE", *_known("incentive", False, True)),
    "SERVICE_ONLY": (Procedure.TRUST, "INCENTIVE", *_given({"reason": "每月多发50元"}, {"reason": "优先办理"})),
    "OTHER_HANDS": (Procedure.RIGHTS, "ANSWERED", *_known("handled_by", ("sp01",), ("fh01",))),
}  # fmt: skip
"""Each condition: where, and facts that cross the line, and the same facts on the right side of it."""


def _facts(**changed: Any) -> Facts:
    known: dict[str, Any] = {
        "on": ON, "actor": "sp01", "role": Role.APPROVER, "level": AreaLevel.COUNTY, "person": GROWN,
        "evidence": "a" * 64,
    }  # fmt: skip
    return Facts(**(known | changed))


@pytest.mark.parametrize(("line", "check"), STEPS, ids=lambda one: getattr(one, "by", "") or getattr(one, "name", ""))
def test_a_step_that_crosses_a_red_line_is_refused_even_if_its_table_forgets_to_ask(
    line: redlines.RedLine, check: redlines.Check
) -> None:
    assert check.need is not None
    procedure, step, bad, good = CROSSED[check.by.rpartition(".")[2]]
    table = TABLES[procedure]
    row = table.row(step)._replace(needs=())
    assert check.at is not None
    assert check.at(table, row)
    refused = redlines.at_step(table, row, _facts(**bad))
    answer = next(one for one in refused if one.code == f"R{line.no}" and one.text == check.need.said(_facts(**bad)))
    assert answer.law
    passed = redlines.at_step(table, row, _facts(**good))
    assert not {check.need.missing, answer.text} & {one.text for one in passed}


def test_every_condition_that_speaks_of_a_red_line_is_tried() -> None:
    assert set(CROSSED) == {check.by.rpartition(".")[2] for _, check in STEPS}
    own = {name for name, one in vars(redline_steps).items() if isinstance(one, Need)}
    shared = {
        name for module in (procedure_needs, procedure_heard, procedure_tekun) for name, one in vars(module).items()
        if isinstance(one, Need) and "红线" in one.law
    }  # fmt: skip
    assert own | shared <= set(CROSSED)


def test_no_step_of_any_table_crosses_a_red_line_by_its_shape() -> None:
    assert redlines.in_tables(TABLES.values()) == ()


def _with(table: Table, step: str, **changed: Any) -> Table:
    return table._replace(rows=tuple(row._replace(**changed) if row.code == step else row for row in table.rows))


def _level(f: Facts) -> bool:
    return bool(f.known.get("level"))


@pytest.mark.parametrize(
    ("code", "table"),
    [
        ("R2", _with(TABLES[D], "DECIDE", needs=(Need("x", "", "", lambda f: int(f.known["points"]) > 60),))),
        ("R2", _with(TABLES[Procedure.APPLICATION], "ACCEPTED", needs=(Need("x", "", "", lambda f: _level(f)),))),
        ("R3", _with(TABLES[Procedure.REFUND], "PAID", name="从低保金中抵扣")),
        ("R6", TABLES[Procedure.DEFAULT]._replace(rows=(*TABLES[Procedure.DEFAULT].rows,
                                                        TABLES[Procedure.APPLICATION].row("POSTED")))),
        ("R19", _with(TABLES[D], "DECIDE", apart=("OPEN", "REVIEW"))),
    ],
)  # fmt: skip
def test_a_table_that_crosses_a_red_line_is_found(code: str, table: Table) -> None:
    assert [one.code for one in redlines.in_tables([table])] == [code]


def test_the_score_and_the_level_are_not_among_what_is_known_for_a_step() -> None:
    """The conditions could read them only if `case_known` told them."""
    needs = [need for table in TABLES.values() if table.procedure is not Procedure.DEFAULT
             for row in table.rows for need in row.needs]  # fmt: skip
    read = {name for need in needs for name in redlines.reads(need.holds)}
    assert not read & {"points", "score", "level", "积分", "等级"}
    assert {"posting_over", "floor", "ground"} <= read


@pytest.mark.parametrize(
    ("wish", "no"),
    [
        ("自动停发", 1), ("按积分审核", 2), ("抵扣", 3), ("扣减", 3), ("SET_OFF", 3), ("全户停发", 4),
        ("列入黑名单", 6), ("失信公示", 6), ("通报批评", 9), ("禁止申请", 9),
        ("恢复失信记录", 10), ("删除记录", 11), ("倒签", 16), ("视为同意", 17), ("兑换", 18), ("上传外部", 20),
    ],
)  # fmt: skip
def test_an_unlawful_wish_is_answered_by_its_red_line(wish: str, no: int) -> None:
    answer = redlines.forbidden_request(wish)
    assert answer is not None
    assert answer.code == f"R{no}"
    assert f"红线第{no}条" in answer.law
    assert redlines.RED_LINES[no - 1].law in answer.law


def test_no_lawful_step_is_taken_for_an_unlawful_wish() -> None:
    steps = [name for table in TABLES.values() for row in table.rows for name in (row.code, row.name)]
    assert [one for one in steps if redlines.forbidden_request(one)] == []
    assert redlines.forbidden_request("不存在") is None


@pytest.mark.parametrize(
    ("code", "step", "facts", "text"),
    [
        ("apart", "DECIDE", {"history": (_done(1, "OPEN", by="sp01", outcome="退出"),)}, "办理过“提出意见”"),
        ("relative", "DECIDE", {"relative": True}, "近亲属"),
        ("back", "DECIDE", {"on": date(2026, 8, 1), "history": OPEN}, "倒签"),
    ],
)
def test_other_hands_and_other_days_are_refused_by_the_procedure_itself(
    code: str, step: str, facts: Mapping[str, Any], text: str
) -> None:
    found = {one.code: one for one in obstacles(TABLES[D], TABLES[D].row(step), _facts(**facts))}
    assert text in found[code].text


def _sample(letter: Any, **changed: Any) -> Letter:
    changed_letter: Letter = replace(letter, **changed)
    return changed_letter


ON_PAPER: Mapping[str, tuple[int, Letter, str]] = {
    "积分": (2, _sample(HEARING, facts=("积分低于60分。",)), "积分"),
    "等级": (2, _sample(HEARING, facts=("诚信等级为D级。",)), "诚信等级"),
    "抵扣": (3, _sample(REFUND, consequences=("从以后的低保金中扣回。",)), "从以后的低保金中扣"),
    "黑名单": (6, _sample(FINDING, effects=("列为黑名单。",)), "黑名单"),
    "发给村委会": (6, _sample(FINDING, addressee="河西村村民委员会"), "只能送达本人"),
    "发给他人": (6, _sample(FINDING, addressee="赵四"), "主送应为"),
    "名单": (6, _sample(DEFAULT, addressee="王二、李三、赵四"), "只能送达本人"),
    "通报批评": (9, _sample(FINDING, effects=("通报批评。",)), "通报批评"),
    "不得再申请": (9, _sample(FINDING, effects=("两年内不得再申请社会救助。",)), "两年内不得再申请"),
    "补正要流水": (13, _sample(SUPPLEMENT, missing=("近六个月银行流水。",)), "可以由核对取得"),
    "核查要房产证明": (13, _sample(RECHECK, bring=("不动产登记证明。",)), "可以由核对取得"),
    "没有写完": (15, _sample(HEARING, facts=("收入为{{ income }}元。",)), "没有写完"),
    "视为同意": (17, _sample(HEARING, facts=("逾期不答复的，视为同意。",)), "视为同意"),
    "多发": (18, _sample(TRUST_RECORD, fact="主动报告，每月多发50元。"), "多发"),
}  # fmt: skip


@pytest.mark.parametrize(("no", "letter", "said"), ON_PAPER.values(), ids=ON_PAPER)
def test_a_paper_that_crosses_a_red_line_is_not_made_out(no: int, letter: Letter, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        inspect(letter)
    assert redlines.RED_LINES[no - 1].law in str(refused.value)


def test_every_reader_of_papers_is_tried() -> None:
    readers = {check.by.rpartition(".")[2] for _, check in CHECKS if check.print}
    assert len(readers) == 9
    for _, check in CHECKS:
        if check.print:
            papers = [Paper(letter.form, tuple(texts(letter))) for _, letter, _ in ON_PAPER.values()]
            assert any(check.print(paper) for paper in papers), check.by


SAMPLES = [
    one for module in (press_samples, press_samples_procedure, household_samples)
    for one in vars(module).values() if isinstance(one, Letter) and one.form not in ("F01", "F02")
]  # fmt: skip
"""Papers as an office writes them; the samples of the press for F01 and F02 speak of levels, to show long texts."""


@pytest.mark.parametrize("letter", SAMPLES, ids=lambda letter: f"{letter.form} {letter.number}")
def test_a_lawful_paper_crosses_none(letter: Letter) -> None:
    assert redlines.at_print(letter.form, texts(letter)) == ()


def test_an_incomplete_paper_is_not_made_out() -> None:
    for wrong in (_sample(HEARING, number=""), _sample(HEARING, organ=" "), _sample(FINDING, remedies=None)):
        with pytest.raises(Incomplete):
            inspect(wrong)
    with pytest.raises(MissingGlyphs):
        inspect(_sample(HEARING, facts=("生僻字\U0003ffff。",)))


def test_there_is_no_public_notice_of_defaults() -> None:
    assert not [one for one in PostingKind if "失信" in one.value or "名单" in one.value]
    posted = {row.code for table in TABLES.values() for row in table.rows if row.code == "POSTED"}
    assert posted == {"POSTED"}
    where = {table.procedure for table in TABLES.values() if any(row.code == "POSTED" for row in table.rows)}
    assert where == {Procedure.APPLICATION, Procedure.TEKUN}
