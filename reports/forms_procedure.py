"""核查、听取意见、调整和终止的文书 (procedure forms): F12, F14, F17, F18 and F29; F13, F15, F16 stand in `forms`.

As in `forms`, what is scheme knowledge comes from the caller as finished text. The words that choose a variant are the
words that are printed.
Sources: 社会救助法 47、48 条; 民发〔2021〕57号 31、32 条; 民发〔2021〕43号 24–27 条; 行政处罚法 45 条.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from reports.forms import Letter, may, said
from reports.plain import Plain
from reports.wording import cn_date, cn_month, is_number, sentence, yuan

UNCHANGED, CHANGED = "无明显变化", "有变化"
ADOPTED = ("采纳", "部分采纳", "不采纳")
JOINS, LEAVES = "增员", "减员"
POSTING, ENDING = "公示", "决定"
POSTED_CAUSE = "符合《特困人员认定办法》第二十四条规定的终止救助供养情形"
"""The only reason that is put up: which of the article's cases it is (death, prison, health) is nobody's affair."""
POSTED_DAYS = 7
"""公示期 of 民发〔2021〕43号 26 条."""


def one_of(official: str, word: str, allowed: tuple[str, ...]) -> Iterator[str]:
    """选项检查 (allowed words): the fault of a field whose word is not among those allowed."""
    if word not in allowed:
        yield f"{official}（「{word}」应为{'、'.join(allowed)}之一）"


def numbered(official: str, text: str) -> Iterator[str]:
    """所引文号检查 (number of another paper): the fault of a number that is none."""
    if not is_number(text):
        yield f"{official}（「{text}」应如「某民核〔2026〕7号」）"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckConclusion(Letter):
    """核查结论 (conclusion of a recheck, F12): before and after; 无明显变化, or what follows. 民发〔2021〕57号 31 条.

    Incomes are those of the household a month; `new_fen` is what the amount would be. Both are None where a change was
    found and the income has not been compared since. It changes nothing by itself: `follows` names the procedure that
    would.
    """

    form: ClassVar[str] = "F12"
    title: ClassVar[str] = "社会救助定期核查结论"
    template: ClassVar[str] = "conclusion.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    checked_on: date = said("核查日期")
    checked_by: tuple[str, ...] = said("核查人员")
    means: tuple[str, ...] = said("核查方式")
    old_persons: int = said("原人数")
    new_persons: int = said("现人数", least=0)
    old_income: int = said("原家庭月收入", least=0)
    new_income: int | None = may("现家庭月收入", None)
    old_fen: int = said("现发月救助金", least=0)
    new_fen: int | None = may("核查后测算月救助金", None)
    facts: tuple[str, ...] = said("核查情况")
    grounds: tuple[str, ...] = said("依据")
    conclusion: str = said("核查结论")
    follows: str = may("后续办理")
    next_due: date = said("下次核查日")

    def required(self) -> tuple[str, ...]:
        """后续办理, unless nothing has changed."""
        return () if self.conclusion == UNCHANGED else ("follows",)

    def contradictions(self) -> Iterator[str]:
        """The conclusion and the figures must agree, the days must follow one another."""
        yield from one_of("核查结论", self.conclusion, (UNCHANGED, CHANGED))
        if self.conclusion == UNCHANGED and self.old_fen != self.new_fen:
            yield "核查后测算月救助金（无明显变化的，不调整金额）"
        if (self.new_income is None) != (self.new_fen is None):
            yield "现家庭月收入、核查后测算月救助金（同时写明或者同时不写）"
        if self.checked_on > self.on:
            yield "核查日期（晚于成文日期）"
        if self.next_due <= self.checked_on:
            yield "下次核查日（不晚于核查日期）"

    def plain(self) -> Plain:
        """Nothing changes, or what was found and that it is no decision yet."""
        if self.conclusion == UNCHANGED:
            said = f"每月的救助金不变，还是{yuan(self.old_fen)}" if self.old_fen else "现在的救助不变"
            return self.told(f"定期核查办完了，您家{said}", f"下次核查在{cn_date(self.next_due)}")
        found = (
            f"每月的救助金现在是{yuan(self.old_fen)}，按新情况测算是{yuan(self.new_fen)}"
            if self.new_fen is not None and self.new_fen != self.old_fen else "情况有变化"
        )  # fmt: skip
        return self.told(
            f"定期核查办完了，您家{found}", "这还不是决定；决定作出并送达以前，救助金照常发放", self.follows,
            can_do=["核查到的情况不对的，请马上打电话告诉我们。"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRecord(Letter):
    """陈述申辩笔录 (record of a statement, F14): what the person said and handed over, and how it was reviewed.

    `about` is the number of the paper on which he is heard. `review`, `outcome` and `reviewer` come together; without
    them the paper has lines for them. `refused` tells how he refused to sign. 社会救助法 48; 行政处罚法 45 条.
    """

    form: ClassVar[str] = "F14"
    title: ClassVar[str] = "陈述申辩笔录"
    template: ClassVar[str] = "statement.html"

    household: str = said("户编号")
    about: str = said("所针对的告知书文号")
    matter: str = said("事由")
    held_on: date = said("日期")
    time: str = said("起止时间")
    place: str = said("地点")
    way: str = said("陈述方式")
    speaker: str = said("陈述人")
    capacity: str = said("陈述人身份")
    asker: str = said("询问人")
    recorder: str = said("记录人")
    statement: tuple[str, ...] = said("陈述和申辩内容")
    evidence: tuple[str, ...] = may("提交的证据", ())
    review: str = may("复核意见")
    outcome: str = may("采纳情况")
    why: str = may("不予采纳的理由")
    reviewer: str = may("复核人")
    refused: str = may("拒绝签名的情况")

    def required(self) -> tuple[str, ...]:
        """A review is told whole: by whom, with what outcome and, where not all is adopted, why not."""
        if not (self.review or self.outcome or self.why or self.reviewer):
            return ()
        return ("review", "outcome", "reviewer") if self.outcome == "采纳" else ("review", "outcome", "why", "reviewer")

    def contradictions(self) -> Iterator[str]:
        """Not heard after the record was made; on a paper that has a number."""
        yield from numbered("所针对的告知书文号", self.about)
        if self.held_on > self.on:
            yield "日期（晚于成文日期）"
        if self.outcome:
            yield from one_of("采纳情况", self.outcome, ADOPTED)
        if self.outcome == "采纳" and self.why:
            yield "不予采纳的理由（已全部采纳）"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberMove:
    """增减人员 (member who joins or leaves): why and since when."""

    name: str = said("姓名")
    identity: str = said("身份证号")
    relation: str = said("与户主关系")
    move: str = said("增减类别")
    reason: str = said("原因")
    happened_on: date = said("发生日期")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdjustment(Letter):
    """增减员调整表 (members joining and leaving, F17): from the office that checked to the organ that decides."""

    form: ClassVar[str] = "F17"
    title: ClassVar[str] = "保障对象增减员调整表"
    template: ClassVar[str] = "members.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    head: str = said("户主姓名")
    address: str = said("家庭住址")
    moves: tuple[MemberMove, ...] = said("增减人员")
    old_persons: int = said("原保障人数", least=0)
    new_persons: int = said("调整后保障人数", least=0)
    old_fen: int = said("原月救助金", least=0)
    new_fen: int = said("调整后月救助金", least=0)
    since: date = said("执行月份")
    grounds: tuple[str, ...] = said("依据")
    opinion: str = said("经办意见")
    clerk: str = said("经办人")

    def contradictions(self) -> Iterator[str]:
        """The persons must add up; nothing may have happened after the day of the paper."""
        for one in self.moves:
            yield from one_of("增减人员·增减类别", one.move, (JOINS, LEAVES))
            if one.happened_on > self.on:
                yield f"增减人员·发生日期（{one.name}：晚于成文日期）"
        change = sum({JOINS: 1, LEAVES: -1}.get(one.move, 0) for one in self.moves)
        if self.old_persons + change != self.new_persons:
            yield "调整后保障人数（与原保障人数和增减人员不符）"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reduction:
    """减少金额的家庭 (household whose amount is lowered): amounts a month in 分."""

    household: str = said("户编号")
    head: str = said("户主姓名")
    identity: str = said("身份证号")
    persons: int = said("保障人数", least=0)
    old_fen: int = said("原月救助金", least=0)
    new_fen: int = said("新月救助金", least=0)
    reason: str = said("减少原因")
    heard: str = said("听取意见情况")


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountReduction(Letter):
    """保障金减少表 (households whose amount is lowered, F18): each with its reason and how it was heard. 法 48 条."""

    form: ClassVar[str] = "F18"
    title: ClassVar[str] = "保障金减少表"
    template: ClassVar[str] = "reduction.html"

    category: str = said("救助类别")
    since: date = said("执行月份")
    rows: tuple[Reduction, ...] = said("减少保障金的家庭")
    grounds: tuple[str, ...] = said("依据")
    clerk: str = said("经办人")
    reviewer: str = said("复核人")

    def contradictions(self) -> Iterator[str]:
        """Every amount is lowered; whoever entered does not review."""
        for one in self.rows:
            if one.new_fen >= one.old_fen:
                yield f"新月救助金（户编号 {one.household}：没有低于原月救助金）"
        if self.clerk == self.reviewer:
            yield "复核人（与经办人是同一人）"


@dataclass(frozen=True, slots=True, kw_only=True)
class TekunEnd(Letter):
    """终止特困供养公示、决定书 (end of 特困供养, F29): `stage` is 公示 or 决定. 民发〔2021〕43号 24–27 条.

    A public notice carries the name and, as `cause`, only that the article is met; facts are for the decision.
    """

    form: ClassVar[str] = "F29"
    title: ClassVar[str] = "终止特困供养公示（决定）书"
    template: ClassVar[str] = "tekun_end.html"

    stage: str = said("文书阶段")
    person: str = said("特困人员姓名")
    cause: str = said("终止情形")
    posted_since: date = said("公示起始日")
    posted_until: date = said("公示截止日")
    posted_at: str = said("公示地点")
    object_how: str = may("提出异议的方式")
    facts: tuple[str, ...] = may("认定的事实", ())
    grounds: tuple[str, ...] = said("依据")
    heard: str = may("听取意见情况")
    posted: str = may("公示结果")
    since: date | None = may("终止月份", None)
    follow: str = may("后续救助")

    @property
    def heading(self) -> str:
        """标题 (heading) of this stage."""
        return "终止特困人员救助供养" + ("公示" if self.stage == POSTING else "决定书")

    def required(self) -> tuple[str, ...]:
        """A public notice says how to object; a decision says why, how he was heard, from when, and the remedies."""
        if self.stage == ENDING:
            return ("facts", "heard", "posted", "since", "remedies")
        return ("object_how",)

    def contradictions(self) -> Iterator[str]:
        """Seven days of public notice; no more about the person than the kind of reason; an end in the next month."""
        yield from one_of("文书阶段", self.stage, (POSTING, ENDING))
        if (self.posted_until - self.posted_since).days + 1 < POSTED_DAYS:
            yield f"公示截止日（公示期不足{POSTED_DAYS}天）"
        if self.stage == POSTING and (self.facts or self.heard or self.follow):
            yield "认定的事实（公示只写姓名和终止情形）"
        if self.stage == POSTING and self.cause != POSTED_CAUSE:
            yield f"终止情形（公示只写“{POSTED_CAUSE}”，不写是哪一种）"
        if self.stage == ENDING:
            yield from self._untimely()

    def _untimely(self) -> Iterator[str]:
        """A decision before the public notice has ended, or one that does not end the support from the next month."""
        if self.on <= self.posted_until:
            yield "成文日期（公示期未满）"
        following = (self.on.year + self.on.month // 12, self.on.month % 12 + 1)
        if self.since is not None and (self.since.year, self.since.month) != following:
            yield "终止月份（应为作出决定的下月）"

    def plain(self) -> Plain | None:
        """From which month it ends; a public notice is sent to nobody."""
        if self.stage == POSTING or self.since is None:
            return None
        return self.told(
            f"{self.person}的特困人员救助供养从{cn_month(self.since)}起终止", f"原因：{self.cause}",
            can_do=["符合最低生活保障、临时救助等条件的，可以申请。"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalEnd(Letter):
    """渐退期满告知书 (end of a gradual withdrawal, F16): when it ends, what is paid until then, what happens next.

    It takes nothing: what follows is checked, and decided only after the person was heard (法 48).
    """

    form: ClassVar[str] = "F16"
    title: ClassVar[str] = "社会救助渐退期满告知书"
    template: ClassVar[str] = "withdrawal_end.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    since: date = said("渐退起始日")
    until: date = said("渐退截止日")
    last_fen: int = said("最后一个月的救助金", least=0)
    recheck: date = said("渐退期复核日")
    next_steps: tuple[str, ...] = said("期满后的办理")
    rights: tuple[str, ...] = said("您可以做什么")
    grounds: tuple[str, ...] = said("依据")

    @property
    def late(self) -> bool:
        """复核日已过 (the day of the check has passed): no paper speaks of it as to come."""
        return self.recheck <= self.on

    def contradictions(self) -> Iterator[str]:
        """It ends after it begins."""
        if self.until <= self.since:
            yield "渐退截止日（应在起始日之后）"

    def plain(self) -> Plain:
        """The last month, its sum, and what is looked at before it ends."""
        reviewed = "近期对您家复核一次" if self.late else f"{cn_date(self.recheck)}前后对您家复核一次"
        return self.told(
            f"您家的渐退期到{cn_date(self.until)}为止，{cn_month(self.until)}的救助金{yuan(self.last_fen)}照常发放",
            reviewed, "现在还没有作出决定",
            can_do=[sentence(one) for one in self.rights],
        )  # fmt: skip


FORMS: tuple[type[Letter], ...] = (
    RecheckConclusion, StatementRecord, MemberAdjustment, AmountReduction, TekunEnd, WithdrawalEnd,
)  # fmt: skip
"""Every form of this file."""
