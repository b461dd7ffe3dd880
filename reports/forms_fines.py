"""听证和撤销的文书 (hearing before a fine, F34; undoing a fine or an order to pay back, F35).

As in `forms`, grounds and the way to ask for another presider come from the caller as finished text; money is in 分.
Sources: 行政处罚法 63、64、85 条; 行政复议法 64 条; 行政诉讼法 70 条.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.forms import Letter, may, said
from reports.forms_procedure import numbered, one_of
from reports.plain import Plain, bare
from reports.wording import cn_date, sentence, yuan

OPEN, CLOSED = "公开", "不公开"


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyHearing(Letter):
    """行政处罚听证通知书 (notice of a hearing, F34): when and where, who presides, how to ask for another, with whom
    the person may come. `earliest` is the first day on which it may be held if the notice is served today.
    """

    form: ClassVar[str] = "F34"
    title: ClassVar[str] = "行政处罚听证通知书"
    template: ClassVar[str] = "penalty_hearing.html"

    household: str = said("户编号")
    person: str = said("当事人")
    notice_number: str = said("事先告知书文号")
    asked_on: date = said("要求听证日期")
    fine: int = said("拟罚款金额")
    held_on: date = said("听证日期")
    earliest: date = said("最早可以举行听证的日期")
    time: str = said("听证开始时间")
    place: str = said("听证地点")
    open: str = said("是否公开举行")
    presider: str = said("听证主持人")
    challenge: str = said("申请回避的方式")
    agents: str = said("委托代理人")
    bring: tuple[str, ...] = said("参加听证的事项")
    absent: str = said("不出席听证的后果")
    help: str = said("可提供的帮助")
    grounds: tuple[str, ...] = said("依据")

    def contradictions(self) -> Iterator[str]:
        """Asked for, told, held in this order, and held no sooner than the law lets it be."""
        yield from numbered("事先告知书文号", self.notice_number)
        yield from one_of("是否公开举行", self.open, (OPEN, CLOSED))
        if self.asked_on > self.on:
            yield "要求听证日期（晚于成文日期）"
        if self.earliest <= self.on:
            yield "最早可以举行听证的日期（不晚于成文日期）"
        if self.held_on < self.earliest:
            yield "听证日期（通知后不足七个工作日）"

    def plain(self) -> Plain:
        """When and where; that it costs nothing."""
        return self.told(
            f"罚款{yuan(self.fine)}一事的听证，定在{cn_date(self.held_on)}{self.time}，地点是{bare(self.place)}",
            "听证不收费，也不会因此罚得更重", self.absent,
            can_do=[sentence(self.agents), sentence(self.challenge)],
            by_when=[f"{cn_date(self.held_on)}{self.time}到场。"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation(Letter):
    """撤销决定通知书 (a fine or an order to pay back is undone, F35): what, why, what is given back and by when.

    `paid` is what came in. Nothing was paid: nothing is given back, and the paper says so.
    """

    form: ClassVar[str] = "F35"
    title: ClassVar[str] = "撤销决定通知书"
    template: ClassVar[str] = "revocation.html"

    household: str = said("户编号")
    person: str = said("当事人")
    decision: str = said("原决定名称")
    decision_number: str = said("原决定文号")
    decision_on: date = said("原决定日期")
    amount: int = said("原决定金额")
    basis: str = said("撤销的依据")
    reason: str = said("撤销的理由")
    paid: int = said("已收金额", least=0)
    back: int = said("退还金额", least=0)
    back_way: str = may("退还方式")
    back_by: date | None = may("退还的最后日期", None)
    effects: tuple[str, ...] = said("撤销的效果")
    grounds: tuple[str, ...] = said("依据")

    def required(self) -> tuple[str, ...]:
        """How and by when, where money came in."""
        return ("back_way", "back_by") if self.paid else ()

    def contradictions(self) -> Iterator[str]:
        """All that came in is given back, by a day that is still to come."""
        yield from numbered("原决定文号", self.decision_number)
        if self.decision_on > self.on:
            yield "原决定日期（晚于成文日期）"
        if self.back != self.paid:
            yield "退还金额（与已收金额不符）"
        if self.paid > self.amount:
            yield "已收金额（超过原决定金额）"
        if self.back_by is not None and self.back_by < self.on:
            yield "退还的最后日期（早于成文日期）"
        if not self.paid and (self.back_way or self.back_by):
            yield "退还方式和日期（没有收到款项）"

    def plain(self) -> Plain:
        """What is undone, what comes back and by when."""
        undone = f"{cn_date(self.decision_on)}的《{self.decision}》（{yuan(self.amount)}）已经撤销"
        if not self.paid or self.back_by is None:
            return self.told(f"{undone}，您没有缴过钱，不需要退还", f"撤销的理由：{self.reason}")
        return self.told(
            f"{undone}，您缴过的{yuan(self.paid)}全部退还，最迟{cn_date(self.back_by)}退",
            f"退还方式：{self.back_way}", f"撤销的理由：{self.reason}",
        )  # fmt: skip


FORMS: tuple[type[Letter], ...] = (PenaltyHearing, Revocation)
"""Every form of this file."""
