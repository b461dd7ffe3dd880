"""程序表 (tables of procedures): sound in themselves, nothing adverse around the hearing, and the page says them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from integrity.rules import procedure_needs
from integrity.rules.policy_keys import KEYS
from integrity.rules.procedure import EXTEND, START, SUSPEND, Clock, Done, Need, Row, Table
from integrity.rules.procedure_clocks import clocks
from integrity.rules.procedure_tables import TABLES, table
from integrity.rules.procedure_words import CLOCK_HEADS, STEP_HEADS, described, page, plain
from integrity.rules.redlines import RED_LINES
from integrity.rules.workdays import Period, Workdays, load_calendars
from integrity.terms import Procedure, StepEffect
from tests.procedure_walks import CHAIN, KNOWN, ON, Favourable, Move, moves, openings

PAGE = Path(__file__).resolve().parent.parent / "docs" / "procedures.zh-CN.md"
EVERY = [pytest.param(one, id=one.procedure.name) for one in TABLES.values()]
ROWS = [pytest.param(one, row, id=f"{one.procedure.name}-{row.code}") for one in TABLES.values() for row in one.rows]
CLOCKS = [
    pytest.param(one, clock, id=f"{one.procedure.name}-{clock.code}") for one in TABLES.values() for clock in one.clocks
]
HEARING = [one for one in TABLES.values() if any(row.code == "NOTICE" for row in one.rows)]
TAKES = (StepEffect.ACT, StepEffect.FIND)
COLLECTING = ("INSTALMENTS", "PAID", "REMIND", "REMIND_SERVED", "COURT", "SETTLED")
RESERVED = {"work", "household_id", "procedure", "case_no", "step", "on", "evidence", "member_no", "subject_seq"}


@cache
def ways(procedure: Procedure) -> tuple[Move, ...]:
    """Every step that can be taken in a procedure, from whatever it begins with."""
    return tuple(move for known, opening in openings(procedure) for move in moves(table(procedure), known, **opening))


def chain_before(one: Table, row: Row) -> int:
    """How much of 告知→送达→听取→复核→决定→送达 must lie behind a step; 0 for one that takes nothing."""
    if row.code == "DECIDE":
        return CHAIN.index(("DECIDE",))
    if row.code == "SERVED":
        return CHAIN.index(("SERVED",))
    collects = one.procedure in (Procedure.REFUND, Procedure.FINE) and row.code in COLLECTING
    return len(CHAIN) if collects or row.effect in TAKES or row.code == "PENDING" else 0


def around(one: Table, found: tuple[Move, ...]) -> Iterator[str]:
    """Steps that could be taken without what must lie behind them."""
    for move in found:
        if move.before.chain < chain_before(one, move.row) or (move.row.code == "DECIDE" and not move.before.reviewed):
            yield "→".join([*(done.code for done in move.history), move.row.code])


def test_the_procedures_that_take_something_are_these() -> None:
    assert {one.procedure.name for one in HEARING} == {"DECISION", "TEKUN", "DEFAULT", "REFUND", "FINE"}
    others = [one for one in TABLES.values() if one not in HEARING]
    effects = {(one.procedure.name, row.code) for one in others for row in one.rows if row.effect in TAKES}
    assert effects == {("TRUST", "DECIDE")}  # in the person's favour


@pytest.mark.parametrize("one", [pytest.param(one, id=one.procedure.name) for one in HEARING])
def test_nothing_adverse_is_reached_around_the_hearing(one: Table) -> None:
    found = ways(one.procedure)
    reached = {move.row.code for move in found if chain_before(one, move.row)}
    assert reached == {row.code for row in one.rows if chain_before(one, row)}, "the search must get there at all"
    assert next(around(one, found), "") == ""


def without(one: Table, missing: str) -> tuple[Move, ...]:
    """The ways through a table that forgets a step: what may come after it may also come after what precedes it."""
    before = one.row(missing).after
    rows = [row._replace(after=(*row.after, *before)) if missing in row.after else row for row in one.rows]
    bare = [row._replace(needs=()) if row.code in ("SILENT", "POSTED", "DECIDE") else row for row in rows]
    known, opening = openings(one.procedure)[0]
    return tuple(moves(one._replace(rows=tuple(bare)), known, **opening))


@pytest.mark.parametrize("one", [pytest.param(one, id=one.procedure.name) for one in HEARING])
@pytest.mark.parametrize("missing", ["NOTICE", "NOTICE_SERVED"])
def test_a_table_that_lets_the_notice_be_skipped_is_found(one: Table, missing: str) -> None:
    assert next(around(one, without(one, missing)), "") != ""


@pytest.mark.parametrize("one", [pytest.param(one, id=one.procedure.name) for one in HEARING])
def test_the_red_lines_ask_for_hearing_and_review_even_where_the_table_forgets(one: Table) -> None:
    found = without(one, "REVIEW")
    assert next(around(one, found), "") == ""
    assert "DECIDE" in {move.row.code for move in found}


@pytest.mark.parametrize("outcome", ["减发", "渐退", "退出", "增发"])
def test_a_case_without_a_hearing_is_one_in_which_nobody_loses(outcome: str) -> None:
    """批准: only for a raise that takes nothing from any member, or when the whole household is dead."""
    dead = Favourable({**KNOWN, "nobody_left": True})
    for known, free in ((KNOWN, outcome == "增发"), (dead, True)):
        found = moves(table(Procedure.DECISION), known, outcome=outcome, reason_code="收入超过标准")
        assert ("APPROVE" in {move.row.code for move in found}) == free


@pytest.mark.parametrize("one", EVERY)
def test_every_step_can_be_reached(one: Table) -> None:
    reached = {move.row.code for move in ways(one.procedure)}
    if one.procedure is Procedure.DECISION:
        reached |= {move.row.code for move in moves(one, KNOWN, outcome="增发", reason_code="收入超过标准")}
    assert {row.code for row in one.rows} == reached


@pytest.mark.parametrize(("one", "row"), ROWS)
def test_a_step_is_sound(one: Table, row: Row) -> None:
    codes = {other.code for other in one.rows}
    assert row.law.strip()
    assert row.after
    assert set(row.after) <= codes | {START}
    assert set(row.apart) | set(row.serves.split()) <= codes
    assert row.by or row.code == "PENDING"
    assert (row.when is None) == (row.only == "")
    for served in row.serves.split():
        assert one.row(served).papers, f"{row.code} serves a step without papers"
    names = [ask.name for ask in row.asks]
    short = [ask.official.split("（")[0] for ask in row.asks]
    assert len(set(names)) == len(names)
    assert len(set(short)) == len(short), "two fields of one name could not be told apart"
    assert not set(names) & RESERVED
    for ask in row.asks:
        assert (ask.kind == "choice") == bool(ask.choices), ask.name


@pytest.mark.parametrize(("one", "clock"), CLOCKS)
def test_a_clock_is_sound(one: Table, clock: Clock) -> None:
    codes = {row.code for row in one.rows}
    assert clock.law.strip()
    assert clock.starts
    assert set(clock.starts) | set(clock.stops) <= codes
    assert clock.key in KEYS or (clock.key == "" and clock.dated_by)
    assert clock.of == "当事人" or set(clock.stops), "a time limit of the office that nothing ends"
    for code in clock.starts:
        row = one.row(code)
        assert not clock.dated_by or clock.dated_by in {ask.name for ask in row.asks} | (
            {"served_on"} & {clock.dated_by}
        )
        assert clock.dated_by != "served_on" or row.serves, "only a service has a day of service"
    if clock.told_by:
        assert any(clock.told_by in {ask.name for ask in row.asks} for row in one.rows)


@pytest.mark.parametrize("one", EVERY)
def test_names_and_codes_are_unique_and_sides_end_nothing(one: Table) -> None:
    for names in ([row.code for row in one.rows], [row.name for row in one.rows], [c.code for c in one.clocks]):
        assert len(set(names)) == len(names)
    assert len({row.name.split("（")[0] for row in one.rows}) == len(one.rows)
    assert not [row.code for row in one.rows if row.side and row.ends]
    assert not {row.code for row in one.rows} & {SUSPEND, EXTEND}


def test_every_need_is_used() -> None:
    made = {name: one for name, one in vars(procedure_needs).items() if isinstance(one, Need)}
    used = {id(need) for one in TABLES.values() for row in one.rows for need in row.needs}
    used |= {id(check.need) for line in RED_LINES for check in line.checks if check.need}
    assert [name for name, one in made.items() if id(one) not in used] == []


@pytest.mark.parametrize("one", EVERY)
def test_a_changed_time_limit_does_not_move_the_case(one: Table) -> None:
    first = one.rows[0].code
    history = (Done(1, first, ON, "jb01", {}), Done(2, SUSPEND, ON, "fh01", {}), Done(3, EXTEND, ON, "fh01", {}))
    assert one.stage(history) == first
    assert one.closed(history) == one.row(first).ends


def test_an_objection_is_marked_by_being_filed() -> None:
    one, length = table(Procedure.OBJECTION), {"mark": Period(1, "工作日")}
    history = (Done(1, "FILED", ON, "jb01", {}),)
    mark = clocks(one, history, length, Workdays(load_calendars()), date(2026, 12, 1))["mark"]
    assert (mark.stopped_on, mark.overdue) == (ON, False)


def test_a_step_is_known_by_its_code_and_its_name_only() -> None:
    found = table(Procedure.DECISION)
    assert found.row("NOTICE") is found.row("告知")
    with pytest.raises(Exception, match="没有“抵扣”这一步；各步骤为：提出意见、告知"):
        found.row("抵扣")


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: chengxin procedure --page > docs/procedures.zh-CN.md"


@pytest.mark.parametrize("one", EVERY)
def test_the_page_has_a_row_for_every_step_and_clock(one: Table) -> None:
    lines = [line for line in described(one).split("\n") if line.startswith("| ")]
    cells = [line.strip("| ").split(" | ") for line in lines]
    heads = [STEP_HEADS] + [CLOCK_HEADS] * bool(one.clocks)
    widths = [len(STEP_HEADS)] * (2 + len(one.rows)) + [len(CLOCK_HEADS)] * (2 + len(one.clocks)) * bool(one.clocks)
    assert [tuple(row) for row in cells if tuple(row) in heads] == heads
    assert [len(row) for row in cells] == widths
    told = "\n".join(plain(one))
    for row in one.rows:
        assert f"{row.name}" in told
        assert row.law in told
    assert all(clock.law in told and clock.name in told for clock in one.clocks)
