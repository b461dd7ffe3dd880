"""报表指标 (numbers of the reports): each named, defined in words and counted once.

A chapter is a table: its numbers are the columns, townships and villages the lines. Numbers add up, so that a line is
the sum of the lines below it. The words of a definition say what its function counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from integrity import editions, organs
from integrity import periodic_flows as f
from integrity import periodic_stocks as s
from integrity.books import Books
from integrity.periodic_stocks import Count
from integrity.records.columns import micros
from integrity.records.ledger import Commitment
from integrity.rules.areas import level_of
from integrity.terms import (
    Act,
    AreaLevel,
    ConductKind,
    ExitReason,
    FindingState,
    Outcome,
    Procedure,
    RecheckResult,
    Scheme,
    ServiceWay,
    SignedBy,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Number:
    """指标 (a number of the reports): code, name, unit (户、人、份、件、次、元), meaning, how it is counted."""

    code: str
    name: str
    unit: str
    meaning: str
    count: Count
    named: bool = True
    """May the households behind it be listed? Never those of a level (红线 6)."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """一章 (a table of numbers)."""

    title: str
    numbers: tuple[Number, ...]


_SHORT = dict(zip(Scheme, ("合计", "低保", "特困", "低保边缘", "刚性支出"), strict=True))
_FULL = {Scheme.NONE: "各类救助"}


def _aided() -> tuple[Number, ...]:
    found: list[Number] = []
    for scheme in Scheme:
        full = _FULL.get(scheme, scheme.value)
        meaning = f"期末最后一日正在享受{full}的家庭：按已作出的决定，执行日期已到且没有停发；住址按当日登记"
        found += [
            Number(f"ON_{scheme.name}", f"{_SHORT[scheme]}户数", "户", meaning, s.on_aid(scheme)),
            Number(
                f"PERSONS_{scheme.name}", f"{_SHORT[scheme]}人数", "人",
                f"上列{_SHORT[scheme]}家庭当日计入的成员（死亡、失踪、服刑、迁出的不计）", s.persons(scheme),
            ),
        ]  # fmt: skip
    return tuple(found)


def _act(act: Act, what: str = "") -> Number:
    return Number(f"ACT_{act.name}", what or act.value, "户", f"“{act.value}”决定的执行日期在本期内的次数", f.acts(act))


_MOVES = (
    _act(Act.GRANT, "新确认"), _act(Act.RAISE), _act(Act.LOWER),
    Number("LOWER_OVER", "减发终结", "户", "减发的下一个决定是增发、恢复或者停发，执行日期在本期内的次数",
           f.lowering_over),
    _act(Act.STOP),
    Number("STOP_DEAD", "其中死亡", "户", f"停发中原因为“{ExitReason.X01.value}”的", f.acts(Act.STOP, dead=True)),
    _act(Act.REVIVE), _act(Act.WITHDRAW, "渐退开始"),
    Number("WITHDRAW_OVER", "渐退期满", "户", "渐退的最后一日在本期内，此前没有停发、恢复或者重新确认的",
           f.withdrawal_over),
    Number("WITHDRAW_ENDED", "渐退提前结束", "户", "渐退期满以前，停发、恢复或者重新确认的执行日期在本期内的",
           f.withdrawal_ended),
    Number("AMEND", "变更", "次", "“变更”（金额的依据改变，金额不减少）的执行日期在本期内的次数",
           f.acts(Act.AMEND)),
)  # fmt: skip
_MONEY = (
    Number("PAID_BEFORE", "期前一月应发", "元", "期末在本地的家庭，报告期前一个月按决定应发的金额；没有写明金额的按0"
           "计，渐退按当月比例；不是银行实发数", s.PAID_BEFORE),
    Number("PAID_AFTER", "期末一月应发", "元", "同一些家庭，报告期最后一个月按决定应发的金额", s.PAID_AFTER),
    Number("PAID_MORE", "其中增加", "元", "期末一月应发多于期前一月的家庭，多出的金额之和", s.PAID_MORE),
    Number("PAID_LESS", "其中减少", "元", "期末一月应发少于期前一月的家庭，减少的金额之和；期前＋增加－减少＝期末",
           s.PAID_LESS),
    Number("UNSET", "没有写明金额", "户", "正在享受低保、特困供养而决定没有写明金额的家庭", s.UNSET),
)  # fmt: skip
_PROMISES = (
    Number("SIGNED", "首次签署", "份", "本期签署的诚信承诺，签署人此前没有签过", f.promises(again=False)),
    Number("RENEWED", "续签", "份", "本期签署的诚信承诺，签署人此前签过", f.promises(again=True)),
    Number("NOT_SIGNED", "拒绝签署", "份", "本期登记的拒绝签署；只作记录，不产生任何影响",
           f.entries(Commitment, lambda row: row.signed_by is SignedBy.REFUSED)),
    Number("LACKING", "期末没有承诺", "户", "期末正在享受救助、没有任何成员签过承诺的家庭", s.LACKING),
)  # fmt: skip
_CHECKS = (
    Number("DUE", "应核查", "户", "本期内某次评估得出的核查期限不晚于期末的家庭，每户一次；期前逾期没有办的在内，"
           "期前已经核查的不在内，期末仍在享受救助的计在期末的住址；应核查＝已核查＋退出＋改期＋逾期＋未到期", s.due()),
    Number("DUE_DONE", "已核查", "户", "应核查家庭中，本期内完成核查（首次确认、无明显变化、有变化）的",
           s.due(s.CHECKED)),
    Number("DUE_GONE", "退出", "户", "应核查家庭中，没有核查、期末已不享受救助的", s.due(s.GONE)),
    Number("DUE_MOVED", "改期", "户", "应核查家庭中，没有核查、后一次评估的期限已在期末以后的（紧急延期令等）",
           s.due(s.MOVED)),
    Number("DUE_OVER", "逾期", "户", "应核查家庭中，没有核查、期末仍在享受救助且期限没有变更的；本期还没有结束的，只计"
           "统计时已经过了期限的", s.due(s.OVERDUE)),
    Number("DUE_WAITS", "未到期", "户", "本期还没有结束的：应核查家庭中，没有核查、期限在统计当天或者以后的",
           s.due(s.WAITS)),
    *(Number(f"CHECK_{one.name}", one.value, "次", f"本期内结论为“{one.value}”的核查次数", f.checks(one))
      for one in RecheckResult),
)  # fmt: skip
_RECOMMENDED = tuple(
    Number(f"OUT_{one.name}", one.value, "户", f"期末以前最近一次评估，处理建议为“{one.value}”的家庭；建议不是决定",
           s.outcome(one))
    for one in Outcome if one is not Outcome.NOTHING
)  # fmt: skip
_OPINIONS = tuple(
    Number(f"SAID_{verdict.name}_{one.name}", f"{verdict.value}·{one.value}", "件",
           f"本期内对“{one.value}”的建议作出“{verdict.value}”审核意见的件数", f.opinions(verdict, one))
    for verdict in Verdict for one in Outcome if one is not Outcome.NOTHING
)  # fmt: skip


def _found(kind: ConductKind, state: FindingState, what: str, meaning: str) -> Number:
    code, said = f"{kind.name}_{state.name}", f"本期内{meaning}的{kind.value}认定"
    return Number(code, f"{kind.value}{what}", "件", said, f.findings(kind, state))


def _found_of(kind: ConductKind) -> tuple[Number, ...]:
    return (
        _found(kind, FindingState.EFFECTIVE, "生效", "第一次生效"),
        Number(f"{kind.name}_ENDED", f"{kind.value}到期", "件",
               "记录期限在本期内届满、从那一日起不再使用的（按当地采用的积分目录）", f.records_ended(kind)),
        _found(kind, FindingState.REVOKED, "撤销", "被撤销"),
        _found(kind, FindingState.WITHDRAWN, "不予认定", "办结为不予认定"),
    )  # fmt: skip


_FINDINGS = (
    *_found_of(ConductKind.TRUST), *_found_of(ConductKind.DEFAULT),
    _found(ConductKind.DEFAULT, FindingState.REPAIRED, "修复", "信用修复"),
    _found(ConductKind.DEFAULT, FindingState.CONTESTED, "标注异议", "标注异议"),
)  # fmt: skip
_HEARD = (
    Number("STATEMENT", "陈述申辩", "次", "各程序中本期登记的“陈述申辩”", f.steps("STATEMENT")),
    Number("WAIVED", "没有意见", "次", "本期登记的“表示没有意见”", f.steps("WAIVED")),
    Number("SILENT", "逾期没有提出", "次", "本期登记的“逾期没有提出”", f.steps("SILENT")),
    Number("HEARING", "听证会", "次", "行政处罚程序中本期举行的听证",
           f.steps("HEARING_HELD", procedure=Procedure.FINE)),
    Number("OBJECTED", "提出异议", "件", "对认定的异议，本期提出的", f.steps("FILED", procedure=Procedure.OBJECTION)),
    Number("UPHELD", "异议维持", "件", "本期答复的异议中，维持原认定的", f.objections(FindingState.EFFECTIVE)),
    Number("UPSET", "异议撤销或更正", "件", "本期答复的异议中，原认定被撤销（更正的先撤销）的",
           f.objections(FindingState.REVOKED)),
    Number("UNANSWERED", "期末未答复", "件", "期末以前提出、期末还没有答复的异议", f.objections_open),
    Number("POSTING_OBJECTED", "公示异议", "件", "本期收到的对公示的异议", f.posting_objections),
    Number("POSTING_SETTLED", "公示异议办结", "件", "本期登记的“异议办结”", f.steps("OBJECTION_SETTLED")),
)  # fmt: skip
_PAPERS = (
    Number("ISSUED", "制发", "份", "本期编号制发的文书", f.ISSUED),
    Number("PRINTED", "打印", "份", "本期打印的原件", f.printed(copies=False)),
    Number("COPIED", "补打", "份", "本期补打的份数", f.printed(copies=True)),
    Number("SERVED", "送达", "份", "送达日期在本期内的文书", f.SERVED),
    *(Number(f"SERVED_{one.name}", one.value, "份", f"其中{one.value}的", f.served(one)) for one in ServiceWay),
    Number("PROVED", "回证收回", "份", "送达日期在本期内、已登记回证等证据的", f.PROVED),
)  # fmt: skip
_FIXED = (
    Chapter("救助对象", _aided()),
    Chapter("救助的变动", _MOVES),
    Chapter("救助资金", _MONEY),
    Chapter("诚信承诺", _PROMISES),
    Chapter("定期核查", _CHECKS),
    Chapter("处理建议", _RECOMMENDED),
    Chapter("审核意见", _OPINIONS),
    Chapter("守信失信认定", _FINDINGS),
    Chapter("听取意见和异议", _HEARD),
    Chapter("文书和送达", _PAPERS),
)


def chapters(books: Books, counted: Mapping[str, Mapping[str, int]] | None = None) -> tuple[Chapter, ...]:
    """Every chapter, that of the levels by the catalogue which the county has adopted; without one there is none.

    Where everything was `counted` already, nothing is counted again to know how many levels there are.
    """
    names = _levels(books, counted)
    if not names:
        return _FIXED
    levels = tuple(_level(n, name) for n, name in enumerate(names))
    return (*_FIXED[:6], Chapter("评估等级", (*levels, _NO_LEVEL)), *_FIXED[6:])


def every_number(books: Books) -> Iterator[Number]:
    """Every number that any chapter may show: levels as far as any household has them."""
    yield from (number for chapter in _FIXED for number in chapter.numbers)
    yield from (_level(n, _nth(n)) for n in range(_most(books) + 1))
    yield _NO_LEVEL


_LEVEL = "LEVEL_"
_BY_LEVEL = "期末以前最近一次评估的等级；只用来排定核查先后，不影响救助，不对外提供"
_NO_LEVEL = Number(f"{_LEVEL}NONE", "没有等级", "户", "没有采用积分目录时评估的家庭", s.level(None), named=False)


def _level(n: int, name: str) -> Number:
    return Number(f"{_LEVEL}{n}", name, "户", _BY_LEVEL, s.level(n), named=False)


def _nth(n: int) -> str:
    return f"第{n + 1}级"


def _most(books: Books) -> int:
    return max((one.level for one in books.standing if one.level is not None), default=-1)


def _levels(books: Books, counted: Mapping[str, Mapping[str, int]] | None) -> tuple[str, ...]:
    """The names of the levels; above a county, where catalogues may differ, their numbers."""
    known = micros(books.until)
    if level_of(books.area) in (AreaLevel.NATION, AreaLevel.PROVINCE, AreaLevel.CITY):
        told = (code.removeprefix(_LEVEL) for code, sums in (counted or {}).items() if code[:6] == _LEVEL and sums)
        most = _most(books) if counted is None else max((int(n) for n in told if n.isdecimal()), default=-1)
        return tuple(_nth(n) for n in range(most + 1))
    adopted = organs.adopted(books.work, books.area[:6] + "000000", books.period.last, known)
    if not adopted:
        return ()
    return tuple(one.name for one in editions.in_force(books.work, known).catalogue(adopted[0]).levels)
