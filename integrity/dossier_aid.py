"""案卷·救助和核查 (dossier: assistance): acts, payments month by month, verifications, changes and rechecks."""

from __future__ import annotations

from integrity.dossier_family import name_of
from integrity.dossier_payments import monthly
from integrity.dossier_sight import Sight
from integrity.letters_family import Desk
from integrity.records.ledger import Assistance, Change, Recheck, Verification
from integrity.rules.writing import yuan
from integrity.terms import Act, ExitReason
from reports.dossier import Block, Grid, Part, Prose


def payments(sight: Sight, desk: Desk) -> Part:
    """救助决定和逐月发放: what was decided, and what it came to each month."""
    note = Prose(lines=("本表按已登记的决定逐月列出应发的金额，不是银行的发放凭证。",))
    blocks: tuple[Block, ...] = (_acts(sight), _months(sight))
    blocks += (note,) if sight.of(Assistance) else ()
    return Part(title="救助决定和逐月发放", author=desk.organ.name, on=sight.last(Assistance), blocks=blocks)


def checks(sight: Sight, desk: Desk) -> Part:
    """经济状况核对、家庭变化和核查: what became known, when, and what was found."""
    return Part(
        title="核对、变化和核查", author=desk.organ.name, on=sight.last(Verification, Change, Recheck),
        blocks=(_verifications(sight), _changes(sight), _rechecks(sight)),
    )  # fmt: skip


def _acts(sight: Sight) -> Grid:
    rows = tuple(
        (
            str(one.seq), one.happened_on.isoformat(), f"{one.act.value}（{one.scheme.value}）",
            one.effective_on.isoformat(), _terms(one), sight.words(_why(one)), one.document,
            sight.officer(one.decided_by),
        )
        for one in sight.of(Assistance)
    )  # fmt: skip
    return Grid(
        title="救助决定",
        heads=("条目", "决定日期", "决定", "自何时起", "金额、期数", "原因和听取意见", "文号", "决定人"),
        widths=(6, 12, 15, 12, 16, 16, 13, 11), rows=rows,
    )  # fmt: skip


def _terms(act: Assistance) -> str:
    """Sums, number of months and shares of one act."""
    said = [f"每月{yuan(act.amount)}"] if act.amount is not None else []
    said += [f"月收入{yuan(act.income)}"] if act.income is not None else []
    said += [f"{act.persons}人"] if act.persons else []
    if act.act is Act.WITHDRAW:
        said.append(f"{act.months}个月，各月{act.schedule.replace(',', '%、')}%")
    return "，".join(said)


def _why(act: Assistance) -> str:
    said = [f"{act.reason.name} {act.reason.value}"] if act.reason is not ExitReason.NONE else []
    said += [f"听取意见：{act.hearing}"] if act.hearing else []
    said += [f"第{act.case_no}号案件"] if act.case_no else []
    return "；".join(said)


def _months(sight: Sight) -> Grid:
    rows = tuple(
        (f"{one.month:%Y-%m}", "须由人工确定" if one.fen is None else yuan(one.fen), one.how, f"第{one.seq}条")
        for one in monthly(sight.of(Assistance), sight.on)
    )
    return Grid(
        title="逐月发放", heads=("月份", "应发金额", "计算", "依据的条目"), widths=(15, 22, 45, 18), rows=rows
    )  # fmt: skip


def _verifications(sight: Sight) -> Grid:
    rows = tuple(
        (
            str(one.seq), one.happened_on.isoformat(), "" if one.income is None else yuan(one.income),
            one.cause.value + (f"：{name_of(sight, one.cause_member)}" if one.cause_member else ""),
            _marks(one), sight.told(one.source), sight.told(one.detail),
        )
        for one in sight.of(Verification)
    )  # fmt: skip
    return Grid(
        title="经济状况核对", heads=("条目", "核对日期", "家庭月收入", "变化原因", "申报、稳定、财产", "来源", "说明"),
        widths=(6, 12, 14, 15, 17, 14, 22), rows=rows,
    )  # fmt: skip


def _marks(one: Verification) -> str:
    """What was found of three questions; an unanswered one says nothing."""
    asked = ((one.self_reported, "主动申报"), (one.stable, "收入稳定"), (one.property_over, "财产超标"))
    return "，".join(f"{name}：{'是' if said else '否'}" for said, name in asked if said is not None)


def _changes(sight: Sight) -> Grid:
    rows = tuple(
        (
            str(one.seq), one.happened_on.isoformat(), one.reported_on.isoformat(), one.kind.value,
            name_of(sight, one.member_no), sight.told(one.detail, one), one.evidence[:16],
        )
        for one in sight.of(Change)
    )  # fmt: skip
    return Grid(
        title="家庭变化和预警", heads=("条目", "发生日期", "得知日期", "种类", "成员", "说明", "证据指纹"),
        widths=(6, 12, 12, 16, 12, 28, 14), rows=rows,
    )  # fmt: skip


def _rechecks(sight: Sight) -> Grid:
    rows = tuple(
        (
            str(one.seq), one.happened_on.isoformat(), one.result.value,
            f"{sight.officer(one.visitor_1)}、{sight.officer(one.visitor_2)}", sight.told(one.note),
        )
        for one in sight.of(Recheck)
    )  # fmt: skip
    return Grid(
        title="核查", heads=("条目", "核查日期", "结果", "核查人员", "备注"), widths=(6, 13, 16, 30, 35), rows=rows
    )
