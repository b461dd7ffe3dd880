"""程序的说明 (procedures in words): every procedure as a table in Chinese, for a reader who knows the law.

Made from the tables themselves, red lines included, so that nothing can be said here that the program does not do.
`docs/procedures.zh-CN.md` is what `page` gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

from integrity.rules.policy_keys import KEYS
from integrity.rules.procedure import EXTEND, START, SUSPEND, Ask, Clock, Need, Row, Table
from integrity.rules.procedure_tables import TABLES
from integrity.rules.redline_steps import NAMED
from integrity.rules.redlines import RED_LINES
from integrity.rules.writing import yuan

ORGANS = {"township": "乡镇（街道）或者县级", "deciding": "有决定权的一级", "county": "县级"}
"""At which level of government a step is taken."""
WORKED_OUT = {
    "served_on": "送达之日", "within": "期限", "reason_code": "原因", "arrears": "补发", "arrears_total": "补发合计",
    "overpaid": "多发", "overpaid_total": "多发合计", "give_back": "应退还", "clock": "期限", "length": "延长为",
    "since": "自", "until": "至", "basis": "依据", "reason": "理由",
}  # fmt: skip
"""What the program itself adds to a step, and what a changed clock says."""
_SUMS = ("amount", "gained", "arrears_total", "overpaid_total", "give_back")
STEP_HEADS = ("步骤", "可在其后", "由谁", "哪一级", "回避", "有下列情形之一的不办理", "填写", "文书", "效力", "依据")
CLOCK_HEADS = ("期限", "从何时起", "到何时止", "谁的时间", "长度", "延长", "依据")
_HEAD = """\
# 办理程序

每一种程序一张表：哪一步在哪一步之后，由谁、在哪一级办理，谁应当回避，什么情形下不办理，填写什么，出什么文书，有什么效力，依据是什么；\
下面是它的期限。本页由程序所用的表生成（`integrity/rules/procedure_words.py`），测试核对两者一致；\
某一种也可用 `chengxin procedure` 查看。

共同的规则：

1. 每一步由具名的工作人员在自己的辖区内办理；近亲属一律回避（民发〔2021〕57号第11条；行政处罚法第43条）。
2. “回避”一栏写的是：办理过这些步骤的人不能办理本步骤。
3. 日期不得早于上一步，不得晚于当天；制发文书的步骤只能办在当天（红线第16条）。
4. 期限的长度取自当地的参数；当地没有规定的，程序不推定，由人确定。中止、延长由复核、审批人员写明理由和依据。
5. 程序能自动办理的，只有标明“可由任务办理”的步骤，即印制已有具名的人决定要发的文书。
6. “效力”一栏空白的步骤，只作登记。"""


def page() -> str:
    """办理程序一览 (all procedures on one page), as Markdown."""
    return "\n\n".join([_HEAD, *(described(one) for one in TABLES.values())]) + "\n"


def described(table: Table) -> str:
    """One procedure: its steps, and below them its clocks, as Markdown."""
    parts = [f"## {table.procedure.value}", f"依据：{table.law}。"]
    parts.append(_drawn(STEP_HEADS, (step_cells(table, row) for row in table.rows)))
    if table.clocks:
        parts.append(_drawn(CLOCK_HEADS, (clock_cells(table, clock) for clock in table.clocks)))
    return "\n\n".join(parts)


def _drawn(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    heads = tuple(heads)
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "｜") or "—" for cell in line) + " |" for line in lines)


def step_cells(table: Table, row: Row) -> tuple[str, ...]:
    """One step, in the order of STEP_HEADS; a cell with nothing to say is empty."""
    return (
        row.name + (f"（适用于{row.only}）" if row.only else ""), _named(table, row.after), _by(row),
        ORGANS[row.organ], _named(table, row.apart), _list(f"{one.missing}（{one.law}）" for one in needs(table, row)),
        _list(asked(one) for one in row.asks), _papers(row), _effect(table, row), row.law,
    )  # fmt: skip


def _named(table: Table, codes: Iterable[str]) -> str:
    return "、".join("立案" if code == START else table.row(code).name for code in codes)


def _by(row: Row) -> str:
    who = "、".join(role.value for role in row.by)
    return "；".join(one for one in (who, "可由任务办理" if row.job else "") if one) or "程序登记"


def _list(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(texts))


def needs(table: Table, row: Row) -> tuple[Need, ...]:
    """What must be there: the conditions of the table and of the red lines, without the one that every step has."""
    lines = [check for line in RED_LINES for check in line.checks if check.need is not NAMED]
    every = [*row.needs, *(one.need for one in lines if one.need and one.at and one.at(table, row))]
    return tuple({(one.missing, one.law): one for one in every}.values())


def asked(ask: Ask) -> str:
    """One field: its official name, what may be chosen, whether it may be left."""
    chosen = f"：{'、'.join(ask.choices)}" if ask.choices else ""
    return f"{ask.official}{chosen}{'（可不填）' if ask.optional else ''}"


def _papers(row: Row) -> str:
    made = [f"《{one.value}》" for one in row.papers]
    sheets = [f"《{one.value}》（可打印）" for one in row.sheets if one not in row.papers]
    return "、".join([*made, *sheets])


def _effect(table: Table, row: Row) -> str:
    said = [f"送达“{_named(table, row.serves.split())}”的文书"] if row.serves else []
    said += [row.effect.value] if row.effect else []
    said += ["办结"] if row.ends else []
    return "；".join([*said, "不影响其他步骤的先后"] if row.side else said)


def clock_cells(table: Table, clock: Clock) -> tuple[str, ...]:
    """One clock, in the order of CLOCK_HEADS."""
    return (
        clock.name, _since(table, clock), _named(table, clock.stops), clock.of, _length(clock),
        "经批准可以" if clock.extendable else "不可以", clock.law,
    )  # fmt: skip


def _since(table: Table, clock: Clock) -> str:
    """The step from which it runs, and which of its days where it is not the day of the step itself."""
    asks = (ask for code in clock.starts for ask in table.row(code).asks)
    dated = next((ask.official for ask in asks if ask.name == clock.dated_by), "送达之日" if clock.dated_by else "")
    return _named(table, clock.starts) + (f"（{dated}）" if dated else "之日")


def _length(clock: Clock) -> str:
    if not clock.key:
        return "即登记的日期"
    told = "文书告知的期限，未写明的按" if clock.told_by else ""
    return f"{told}参数 `{clock.key}`：{KEYS[clock.key].question.rstrip('？')}" + _blocks(clock)


def _blocks(clock: Clock) -> str:
    return "；不能确定时不作不利决定" if clock.blocks else ""


def plain(table: Table) -> Iterator[str]:
    """One procedure as lines for a terminal: a step with what is to be said of it below it."""
    yield f"{table.procedure.value}（{table.law}）"
    for row in table.rows:
        name, *cells = step_cells(table, row)
        yield name
        yield from (f"    {head}：{cell}" for head, cell in zip(STEP_HEADS[1:], cells, strict=True) if cell)
    for clock in table.clocks:
        name, *cells = clock_cells(table, clock)
        yield f"期限：{name}"
        yield from (f"    {head}：{cell}" for head, cell in zip(CLOCK_HEADS[1:], cells, strict=True) if cell)


def plain_name(ask: Ask) -> str:
    """The official name of a field without what stands in brackets."""
    return ask.official.split("（")[0]


_SHIFTS = {SUSPEND: "中止期限", EXTEND: "延长期限"}


def step_name(table: Table, code: str) -> str:
    """The official name of a step."""
    return _SHIFTS.get(code) or table.row(code).name


class Stated(NamedTuple):
    """一项填写 (what one field of a step said): its code, its official name, and the value in words."""

    name: str
    official: str
    text: str


def stated(table: Table, code: str, data: Mapping[str, Any]) -> Iterator[Stated]:
    """What a step said: its own fields in their order, then what the program added; nothing for an empty one."""
    row = next((one for one in table.rows if one.code == code), None)
    own = {one.name: plain_name(one) for one in row.asks} if row else {}
    names = own | {name: word for name, word in WORKED_OUT.items() if name not in own}
    clocks = {one.code: one.name for one in table.clocks}
    for name in (*(name for name in names if name in data), *(name for name in data if name not in names)):
        value = clocks.get(data[name], data[name]) if name == "clock" else data[name]
        if value not in ("", None, (), []):
            yield Stated(name, names.get(name, name), _shown(name, value))


def shown(table: Table, code: str, data: Mapping[str, Any]) -> str:
    """The same in one line."""
    return "；".join(f"{one.official}：{one.text}" for one in stated(table, code, data))


def _shown(name: str, value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if name in _SUMS and isinstance(value, int):
        return yuan(value)
    if isinstance(value, tuple | list):
        return "、".join(f"{one}%" if name == "schedule" else str(one) for one in value)
    if isinstance(value, bool):
        return "是" if value else "否"
    return str(value)
