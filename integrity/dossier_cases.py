"""案卷·事实、认定和案件 (dossier: facts, findings, cases): each case step by step, with its clocks computed.

When it happened, when it became known, who did it, what was said, which evidence, on which article.
"""

from __future__ import annotations

from collections.abc import Mapping

from integrity import case_facts
from integrity.case_files import Case
from integrity.dossier_family import name_of
from integrity.dossier_sight import DESTROYED, Sight, computed, moment
from integrity.errors import ChengxinError
from integrity.letters_family import Desk
from integrity.records.ledger import Conduct, Finding, Step
from integrity.rules.policy import NotInForce
from integrity.rules.procedure import Done, Row
from integrity.rules.procedure_words import stated, step_name
from reports.dossier import Block, Grid, Part, Prose

_OWN_WORDS = ("said", "speaker")
"""What the person told the office himself is his to read."""


def facts(sight: Sight, desk: Desk) -> Part:
    """守信失信事实: a fact has no effect by itself."""
    return Part(title="守信失信事实", author=desk.organ.name, on=sight.last(Conduct), blocks=(_facts(sight),))


def findings(sight: Sight, desk: Desk) -> Part:
    """认定: every change of a finding is an entry of its own."""
    return Part(title="守信失信认定", author=desk.organ.name, on=sight.last(Finding), blocks=(_findings(sight),))


def _facts(sight: Sight) -> Grid:
    rows = tuple(
        (
            str(one.seq), f"{one.kind.value} {one.item}", name_of(sight, one.member_no),
            one.happened_on.isoformat() + (f"至{one.act_end}" if one.act_end != one.happened_on else ""),
            one.found_on.isoformat(), sight.told(one.source, one), sight.told(one.detail, one),
            sight.officer(one.recorded_by), one.evidence[:16],
        )
        for one in sight.of(Conduct)
    )  # fmt: skip
    return Grid(
        heads=("条目", "性质、事项", "成员", "行为日期", "发现日期", "来源", "说明", "登记人", "证据指纹"),
        widths=(6, 10, 10, 12, 12, 11, 18, 10, 11), rows=rows,
    )  # fmt: skip


def _findings(sight: Sight) -> Grid:
    rows = tuple(
        (
            str(one.seq), f"第{one.conduct_seq}条", one.state.value, one.happened_on.isoformat(), one.document,
            "" if one.effective_on is None else one.effective_on.isoformat(), sight.told(one.reason),
            f"{sight.officer(one.reviewed_by)}／{sight.officer(one.decided_by)}",
            f"第{one.case_no}号" if one.case_no else "",
        )
        for one in sight.of(Finding)
    )  # fmt: skip
    return Grid(
        heads=("条目", "事实", "状态", "日期", "文号", "生效日期", "理由", "复核／决定", "案件"),
        widths=(6, 8, 9, 12, 15, 12, 16, 15, 7), rows=rows,
    )  # fmt: skip


def cases(sight: Sight, desk: Desk) -> list[Part]:
    """每个案件一件 (a part for each case), in the order in which they were opened."""
    taken = {(one.case_no, one.step_no): one for one in sight.entries if isinstance(one, Step)}
    return [_case(sight, desk, one, taken) for one in sight.cases]


def _case(sight: Sight, desk: Desk, case: Case, taken: Mapping[tuple[int, int], Step]) -> Part:
    state = "已办结" if case.closed else f"办到“{step_name(case.table, case.stage)}”"
    about = [f"第{case.no}号案件，{case.procedure.value}，{case.history[0].on}立案，{state}。依据：{case.table.law}。"]
    about += [f"涉及成员：{name_of(sight, case.member_no)}。"] if case.member_no else []
    about += [f"涉及户账第{case.subject_seq}条。"] if case.subject_seq else []
    rows = tuple(_step(sight, case, one, taken[case.no, one.no]) for one in case.history)
    steps = Grid(
        title="经过", heads=("步骤", "办理", "发生日期", "登记时间", "办理人", "内容", "证据指纹", "依据"),
        widths=(5, 12, 12, 12, 11, 27, 9, 17), rows=rows,
    )  # fmt: skip
    return Part(
        title=f"第{case.no}号案件：{case.procedure.value}", author=desk.organ.name, on=case.history[-1].on,
        note=state if case.closed else "未办结", blocks=(Prose(lines=tuple(about)), steps, *_clocks(sight, case)),
    )  # fmt: skip


def _step(sight: Sight, case: Case, done: Done, entry: Step) -> tuple[str, ...]:
    row = _row(case, done)
    made = f"（登记为第{done.entry}条）" if done.entry else ""
    return (
        str(done.no), step_name(case.table, done.code), done.on.isoformat(), moment(entry.recorded_at),
        sight.officer(done.by), _stated(sight, case, done, entry) + made, done.evidence[:16],
        row.law if row else "",
    )  # fmt: skip


def _row(case: Case, done: Done) -> Row | None:
    """The row of the step; None for a clock that was suspended or extended."""
    return next((one for one in case.table.rows if one.code == done.code), None)


def _stated(sight: Sight, case: Case, done: Done, entry: Step) -> str:
    """What was said in a step, field by field."""
    if entry.data_sha256 and not done.data:
        return DESTROYED
    said = []
    for one in stated(case.table, done.code, done.data):
        told = sight.words(one.text) if one.name in _OWN_WORDS else sight.told(one.text)
        said.append(f"{one.official}：{told}")
    return "；".join(said)


def _clocks(sight: Sight, case: Case) -> tuple[Block, ...]:
    """Every clock of the case with its computation, as of the day of the dossier; nothing where there is none."""
    try:
        running = case_facts.clocks(sight.work, case, sight.on)
        lines = tuple(computed(one.as_text()) for one in running.values())
    except (ChengxinError, NotInForce) as fault:
        lines = (f"期限不能计算：{fault}",)
    return (Prose(title="期限和计算", lines=lines),) if lines else ()
