"""文书样式 (forms): what each paper must say before it may be printed. One frozen dataclass a form, data only.

Every field carries its official name; an empty one stops the print. What is scheme knowledge (grounds, duties,
conditions) comes from the caller as finished text; dates, amounts in 分 and counts are typed and worded by the press.
Sensitive data are printed as given: whoever builds the letter decides what is masked.
Sources: 社会救助法 45、47、48、62 条; 民发〔2021〕57 号; 个人信息保护法 17、30、35 条; 行政复议法; 行政诉讼法.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, ClassVar

from reports import contents
from reports.faults import Incomplete
from reports.plain import Plain, bare, speak
from reports.wording import cn_date, cn_month, is_number, months_later, sentence, yuan


def said(official: str, **options: Any) -> Any:
    """必填项 (a required field) with the name by which an officer knows it; counts must reach `least` (default 1)."""
    least = options.pop("least", 1)
    return field(metadata={"official": official, "least": least}, **options)


def may(official: str, default: Any = "") -> Any:
    """选填项 (a field that may stay empty)."""
    return field(default=default, metadata={"official": official, "optional": True, "least": 0})


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """救济途径 (remedies): where and until when the person can have the decision examined."""

    organ: str = said("行政复议机关")
    days: int = said("申请行政复议的期限（日）")
    court: str = said("管辖法院")
    months: int = said("提起行政诉讼的期限（月）")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """承诺人 (person bound): one member of the household; the identity number printed as given."""

    name: str = said("姓名")
    relation: str = said("与户主关系")
    identity: str = said("身份证号")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward(Person):
    """由监护人代签的成员 (ward): a minor or a person without full capacity; `guardian` "" leaves room for the pen."""

    guardian: str = may("监护人")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """逐月发放 (one month's payment): `month` is any day of the month, `fen` the amount in 分."""

    month: date = said("发放月份")
    fen: int = said("发放金额", least=0)
    note: str = may("说明")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """文书 (a paper to one person): what all forms share. `copy` 0 is the original, n the n-th reprint (补打)."""

    form: ClassVar[str] = ""
    title: ClassVar[str] = ""
    template: ClassVar[str] = ""
    requires_remedies: ClassVar[bool] = False

    number: str = said("文号")
    addressee: str = said("主送")
    organ: str = said("发文机关")
    on: date = said("成文日期")
    contact: str = said("联系人")
    phone: str = said("联系电话")
    remedies: Remedy | None = may("救济途径", None)
    service: str = may("送达回证编号")
    rules: str = may("规则版本")
    copy: int = may("补打份数", 0)

    @property
    def heading(self) -> str:
        """标题 (heading): what stands at the head of the page."""
        return self.title

    def required(self) -> tuple[str, ...]:
        """本情形的必填项 (required in this case): names of optional fields that what this paper says makes required."""
        return ()

    def contradictions(self) -> Iterator[str]:
        """不合之处 (what cannot be right), in the officer's words. Asked only when nothing required is empty."""
        yield from ()

    def plain(self) -> Plain | None:
        """明白话 (the letter in plain words), from its own data; None for a paper that is not sent to a person."""
        return None

    def told(self, *says: str, can_do: Iterable[str] = (), by_when: Iterable[str] = ()) -> Plain:
        """明白话 (plain words): with the remedies, where there are any, and with whom to call."""
        ways, days = list(can_do), list(by_when)
        if self.remedies is not None:
            ways.append(f"不服的，可以向{self.remedies.organ}申请行政复议，也可以向{self.remedies.court}起诉。")
            days.append(
                f"申请行政复议，收到之日起{self.remedies.days}日内；起诉，收到之日起{self.remedies.months}个月内。"
            )
        call = f"{self.organ}，联系人{self.contact}，电话{self.phone}"
        return Plain(says=tuple(sentence(one) for one in says), can_do=tuple(ways), by_when=tuple(days), call=call)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment(Letter):
    """诚信承诺书 (commitment, F02 with F03): both sides promise; places for signature, fingerprint, guardian and seal.

    `report_within` completes 「家庭人口、收入、财产状况发生变化的，…主动报告」: 「及时」, 「自变化之日起一个月内」.
    """

    form: ClassVar[str] = "F02"
    title: ClassVar[str] = "社会救助诚信承诺书"
    template: ClassVar[str] = "commitment.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    persons: tuple[Person, ...] = said("承诺人")
    report_within: str = said("变化报告期限")
    consequences: tuple[str, ...] = said("失信后果")
    clerk: str = said("经办人")
    time_limit: str = said("办理时限")
    complaints: str = said("监督电话")
    more: tuple[str, ...] = may("补充承诺", ())
    guardian: str = may("监护人")
    wards: tuple[Ward, ...] = may("由监护人代签的成员", ())


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyNotice(Letter):
    """政策与诚信告知书 (policy notice, F01): told before the promise. 个人信息保护法 17、30、35 条."""

    form: ClassVar[str] = "F01"
    title: ClassVar[str] = "社会救助政策与诚信告知书"
    template: ClassVar[str] = "policy.html"

    scheme: str = said("制度名称及依据")
    duties: tuple[str, ...] = said("应尽义务")
    consequences: tuple[str, ...] = said("失信后果")
    rights: tuple[str, ...] = said("享有权利")
    purpose: str = said("个人信息处理目的")
    manner: str = said("个人信息处理方式")
    kinds: tuple[str, ...] = said("个人信息种类")
    keep: str = said("个人信息保存期限")
    necessity: str = said("处理敏感个人信息的必要性及影响")
    exercise: str = said("行使个人信息权利的方式")

    def plain(self) -> Plain:
        """What the family must do, and that it has rights."""
        return self.told(
            "申请和领取社会救助要如实申报，这份告知书写明您的义务、权利和个人信息怎样使用",
            "家里的人口、收入、财产有变化，要告诉工作人员", "看不清、看不懂的，工作人员会逐项读给您听",
            can_do=["弄清楚以后再签名。", f"查阅、更正您的个人信息：{sentence(self.exercise)}"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RecheckNotice(Letter):
    """定期核查通知书 (recheck notice, F11): when, why and what to bring; not what checks can supply (法 62)."""

    form: ClassVar[str] = "F11"
    title: ClassVar[str] = "社会救助定期核查通知书"
    template: ClassVar[str] = "recheck.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    cycle: str = said("核查周期及依据")
    due: date = said("应核查日")
    place: str = said("办理地点")
    bring: tuple[str, ...] = may("携带材料", ())
    last: date | None = may("上次核查日", None)
    home_visit: str = may("上门服务")

    def plain(self) -> Plain:
        """By when and where, and that payment goes on."""
        return self.told(
            f"请在{cn_date(self.due)}前（含当日）到{bare(self.place)}办理定期核查",
            f"请带上：{'；'.join(map(bare, self.bring))}" if self.bring else "不用带材料，带上这份通知书就行",
            "核查期间，救助金照常发放",
            can_do=[sentence(self.home_visit)] if self.home_visit else [],
            by_when=[f"{cn_date(self.due)}前（含当日）。"],
        )  # fmt: skip


_PLANNED = {
    "拟终止": "拟终止社会救助听取意见告知书", "拟将": "拟减发社会救助金听取意见告知书",
    "拟给予": "拟给予渐退期听取意见告知书",
}  # fmt: skip
_DECIDED = {
    "增发": "增发社会救助金决定书", "减发": "减发社会救助金决定书", "停发": "终止社会救助决定书",
    "终止": "终止社会救助决定书", "恢复": "恢复社会救助决定书",
}  # fmt: skip
"""Headings by what is planned or decided: the person and the court read at once which of them it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingNotice(Letter):
    """听取意见告知书 (hearing notice, F13): what is planned, and how and within what time the person can speak (法 48).

    The time runs from service, which is not known when the paper is printed: `within` says so in words, for example
    「自收到本告知书之日起5个工作日内」.
    """

    form: ClassVar[str] = "F13"
    title: ClassVar[str] = "拟调减（终止）救助听取意见告知书"
    template: ClassVar[str] = "hearing.html"

    household: str = said("户编号")
    category: str = said("救助类别")
    facts: tuple[str, ...] = said("认定的事实")
    grounds: tuple[str, ...] = said("依据")
    planned: str = said("拟作处理")
    how: str = said("陈述申辩方式")
    place: str = said("陈述申辩地点")
    within: str = said("陈述申辩期限")
    help: str = said("可提供的帮助")

    @property
    def heading(self) -> str:
        """标题 (heading) by what is planned; the general one where the first words do not tell."""
        return next((name for words, name in _PLANNED.items() if self.planned.startswith(words)), self.title)

    def plain(self) -> Plain:
        """What is planned, that nothing is decided, and that the person is asked."""
        return self.told(
            f"现在还没有决定，先听取您的意见：{self.planned}",
            "决定作出并送达以前，救助金照常发放", "您提意见，不会因此处理得更重",
            can_do=[speak(self.how, self.place), sentence(self.help)], by_when=[sentence(self.within)],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionNotice(Letter):
    """增发、减发、停发决定书 (decision, F15): `change` is 增发, 减发 or 停发; amounts a month in 分. 法 47、48 条.

    `heard` tells how the person was heard; only an 增发 may do without.
    """

    form: ClassVar[str] = "F15"
    title: ClassVar[str] = "社会救助金调整（停发）决定书"
    template: ClassVar[str] = "decision.html"
    requires_remedies: ClassVar[bool] = True

    household: str = said("户编号")
    category: str = said("救助类别")
    facts: tuple[str, ...] = said("认定的事实")
    grounds: tuple[str, ...] = said("依据")
    heard: str = may("听取意见情况")
    change: str = said("决定事项")
    persons: tuple[str, ...] = said("涉及人员")
    old_fen: int = said("原月救助金", least=0)
    new_fen: int = said("新月救助金", least=0)
    since: date = said("执行月份")

    @property
    def heading(self) -> str:
        """标题 (heading) of what was decided."""
        return _DECIDED.get(self.change, self.title)

    def required(self) -> tuple[str, ...]:
        """听取意见情况, unless the decision gives more."""
        return () if self.change == "增发" else ("heard",)

    def contradictions(self) -> Iterator[str]:
        """The amounts must move the way that the decision says."""
        moves = {
            "增发": self.new_fen > self.old_fen, "减发": 0 < self.new_fen < self.old_fen,
            "停发": self.new_fen == 0 < self.old_fen, "终止": self.new_fen == self.old_fen == 0,
            "恢复": self.new_fen >= self.old_fen,
        }  # fmt: skip
        if self.change not in moves:
            yield f"决定事项（「{self.change}」应为增发、减发、停发、终止或者恢复）"
        elif not moves[self.change]:
            yield f"新月救助金（与「{self.change}」不一致）"

    def plain(self) -> Plain:
        """From which month how much."""
        old, new, month = yuan(self.old_fen), yuan(self.new_fen), cn_month(self.since)
        said = {
            "增发": f"您家每月的救助金从{month}起由{old}增加到{new}",
            "减发": f"您家每月的救助金从{month}起由{old}减为{new}",
            "停发": f"您家的{self.category}从{month}起终止，救助金停发，原来每月{old}",
            "恢复": f"您家的救助金从{month}起恢复发放，每月{new}",
        }.get(self.change, f"您家的{self.category}从{month}起终止")
        return self.told(said, "原因和依据写在后面", can_do=["对数字、原因有疑问的，可以打电话问。"])


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalNotice(Letter):
    """渐退告知书 (gradual withdrawal, F16): assistance goes on for some months. 民发〔2021〕57 号 33 条."""

    form: ClassVar[str] = "F16"
    title: ClassVar[str] = "社会救助渐退告知书"
    template: ClassVar[str] = "withdrawal.html"
    requires_remedies: ClassVar[bool] = True

    household: str = said("户编号")
    category: str = said("救助类别")
    head: str = said("户主姓名")
    sex: str = said("性别")
    identity: str = said("身份证号")
    age: int = said("年龄", least=0)
    persons: int = said("保障人数")
    address: str = said("家庭住址")
    household_phone: str = said("家庭电话")
    change: str = said("变化情况")
    grounds: tuple[str, ...] = said("依据")
    months: int = said("渐退期（月）")
    since: date = said("渐退起始日")
    until: date = said("渐退截止日")
    scope: str = said("渐退范围")
    exit: str = said("退出情形")
    approved: date = said("审批日期")
    schedule: tuple[Payment, ...] = said("逐月发放计划")
    ends: tuple[str, ...] = said("提前终止渐退的情形")
    recheck: date = said("渐退期复核日")
    heard: str = may("听取意见情况")

    @property
    def late(self) -> bool:
        """复核日已过 (the day of the check has passed): no paper speaks of it as to come."""
        return self.recheck <= self.on

    def contradictions(self) -> Iterator[str]:
        """Months, first and last day and the payments tell one story, and the check lies within it."""
        first = self.since.year * 12 + self.since.month
        if len(self.schedule) != self.months:
            yield "逐月发放计划（月数与渐退期不一致）"
        elif [one.month.year * 12 + one.month.month for one in self.schedule] != [*range(first, first + self.months)]:
            yield "逐月发放计划（月份与渐退起始日不符，或者不连续）"
        if self.until + timedelta(days=1) != months_later(self.since, len(self.schedule)):
            yield "渐退截止日（与渐退起始日和渐退期的月数不符）"
        if not self.since <= self.recheck <= self.until:
            yield "渐退期复核日（不在渐退期内）"

    def plain(self) -> Plain:
        """For how many months how much is still paid."""
        whole = yuan(sum(one.fen for one in self.schedule))
        first, last = self.schedule[0], self.schedule[-1]
        going = "继续发放" if self.since > self.on else "发放"
        return self.told(
            f"您家的救助金从{cn_month(self.since)}到{cn_month(self.until)}{going}{self.months}个月，一共{whole}",
            f"{cn_month(first.month)}发放{yuan(first.fen)}，{cn_month(last.month)}发放{yuan(last.fen)}，各月金额见后面的表",
            "近期对您家复核一次" if self.late else f"{cn_date(self.recheck)}对您家复核一次",
            can_do=["家里情况又有变化、符合条件的，可以随时再申请。"],
        )


def _contradictions(letter: Letter) -> Iterator[str]:
    """What this case lacks, and what is there but cannot be right."""
    if letter.number.strip() and not is_number(letter.number):
        yield f"文号（「{letter.number}」应如「某民核〔2026〕7号」）"
    if letter.requires_remedies and letter.remedies is None:
        yield "救济途径"
    lacking = [name for name in letter.required() if contents.blank(getattr(letter, name))]
    yield from (contents.names(type(letter))[name] for name in lacking)
    if not lacking and contents.complete(letter):
        yield from letter.contradictions()


def require(title: str, record: Any, contradictions: Iterable[str] = ()) -> None:
    """必填检查 (required fields): raise `Incomplete`, naming the paper and every field that is empty or malformed."""
    lacking = [] if contents.complete(record) else list(dict.fromkeys(contents.lacking(record)))
    lacking += contradictions
    if lacking:
        raise Incomplete(title, lacking)


def check(letter: Letter) -> None:
    """内容审核 (completeness) of a letter. Raises `Incomplete`."""
    require(letter.title, letter, _contradictions(letter))


def texts(record: Any) -> Iterator[tuple[str, str]]:
    """全部文字 (every text of a record): pairs of official field name and text, for the glyph gate."""
    return iter(contents.texts(record))


def canonical(record: Any) -> bytes:
    """规范数据 (canonical data): the form and its data as UTF-8 JSON, keys in order; what `fingerprint` is taken of."""
    return contents.canonical(record)


def fingerprint(record: Any) -> str:
    """内容指纹 (data fingerprint): SHA-256 of the form and its data; a reprint has the fingerprint of its original."""
    return hashlib.sha256(canonical(record)).hexdigest()
