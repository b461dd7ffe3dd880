"""文书样式 (forms): what each paper must say before it may be printed. One frozen dataclass a form, data only.

Every field carries its official name; an empty one stops the print. What is scheme knowledge (grounds, duties,
conditions) comes from the caller as finished text; dates, amounts in 分 and counts are typed and worded by the press.
Sensitive data are printed as given: whoever builds the letter decides what is masked.
Sources: 社会救助法 45、47、48、62 条; 民发〔2021〕57 号; 个人信息保护法 17、30、35 条; 行政复议法; 行政诉讼法.
"""

# ruff: noqa: RUF009  # said() and may() are dataclasses.field with an official name
from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import date
from typing import Any, ClassVar

from reports.faults import Incomplete
from reports.wording import is_number


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

    def required(self) -> tuple[str, ...]:
        """本情形的必填项 (required in this case): names of optional fields that what this paper says makes required."""
        return ()

    def contradictions(self) -> Iterator[str]:
        """不合之处 (what cannot be right), in the officer's words. Asked only when nothing required is empty."""
        yield from ()


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

    def contradictions(self) -> Iterator[str]:
        """One payment a month."""
        if len(self.schedule) != self.months:
            yield "逐月发放计划（月数与渐退期不一致）"


def _blank(value: object, least: int) -> bool:
    if isinstance(value, int):
        return value < least
    return not value or (isinstance(value, str) and not value.strip())


def _lacking(record: Any, path: str = "") -> Iterator[str]:
    """Official names of required fields that are empty, also inside nested records and lists."""
    for one in fields(record):
        value, official = getattr(record, one.name), path + one.metadata["official"]
        if _blank(value, one.metadata["least"]):
            if not one.metadata.get("optional") or isinstance(value, int):
                yield official
            continue
        for item in value if isinstance(value, tuple) else ():
            if isinstance(item, str) and not item.strip():
                yield official
        for item in value if isinstance(value, tuple) else (value,):
            if is_dataclass(item):
                yield from _lacking(item, official + "·")


def _contradictions(letter: Letter) -> Iterator[str]:
    """What this case lacks, and what is there but cannot be right."""
    if letter.number.strip() and not is_number(letter.number):
        yield f"文号（「{letter.number}」应如「某民核〔2026〕7号」）"
    if letter.requires_remedies and letter.remedies is None:
        yield "救济途径"
    named = {one.name: one.metadata["official"] for one in fields(letter)}
    lacking = [named[name] for name in letter.required() if _blank(getattr(letter, name), 1)]
    yield from lacking
    if not lacking and next(_lacking(letter), None) is None:
        yield from letter.contradictions()


def require(title: str, record: Any, contradictions: Iterable[str] = ()) -> None:
    """必填检查 (required fields): raise `Incomplete`, naming the paper and every field that is empty or malformed."""
    lacking = [*dict.fromkeys(_lacking(record)), *contradictions]
    if lacking:
        raise Incomplete(title, lacking)


def check(letter: Letter) -> None:
    """内容审核 (completeness) of a letter. Raises `Incomplete`."""
    require(letter.title, letter, _contradictions(letter))


def texts(record: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """全部文字 (every text of a record): pairs of official field name and text, for the glyph gate."""
    for one in fields(record):
        value, official = getattr(record, one.name), path + one.metadata["official"]
        for item in value if isinstance(value, tuple) else (value,):
            if is_dataclass(item):
                yield from texts(item, official + "·")
            elif isinstance(item, str):
                yield official, item


def fingerprint(record: Any) -> str:
    """内容指纹 (data fingerprint): SHA-256 of the form and its data; a reprint has the fingerprint of its original."""
    data = asdict(record)
    data.pop("copy", None)
    canonical = json.dumps([type(record).__name__, data], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
