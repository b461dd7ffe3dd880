"""公示 (public notices): put a list up, take objections down, see what hangs and what must come off the board."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from integrity import areas, postings
from integrity.cli.console import Area, By, On, acting, code, day, fen, found, opened, say, table
from integrity.errors import Invalid, NotFound
from integrity.postings import Line, Posting
from integrity.rules import masking
from integrity.work import Work

app = typer.Typer(help="公示、公布：张贴、收到异议、现有的公示、撤下", no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="公示单文号", metavar="文号")]
Place = Annotated[str, typer.Option("--place", help="张贴的地点，如 村务公开栏")]
Written = Annotated[
    list[str] | None, typer.Option("--line", help="一户：户编号,案件号,金额,监护人；后三项不需要时不写，可写多次")
]
Listed = Annotated[
    Path | None, typer.Option("--file", help="名单（CSV）：户编号、案件号、保障金额、监护人", metavar="文件")
]
Proof = Annotated[str, typer.Option(help="照片等证据的指纹，见 chengxin evidence", metavar="指纹")]
_ORDER = ("户编号", "案件号", "保障金额", "监护人")


@app.command("post")
def post(
    kind: Annotated[
        str, typer.Option("--kind", help="审核结果公示、确认结果公布、特困人员认定公示、拟终止特困供养公示")
    ],
    area: Area,
    place: Place,
    line: Written = None,
    file: Listed = None,
    masked: Annotated[bool, typer.Option("--masked", help="当地规定隐去姓名中部分字的，加上这一项")] = False,
    months: Annotated[int | None, typer.Option(help="公布几个月；只在当地没有规定时填写")] = None,
    by: By = "",
) -> None:
    """制作并张贴公示单：姓名、人数、金额取自户账和案件，期限由程序计算。"""
    chosen = masking.kind_of(kind)
    rows = [*_written(line or ()), *(_read(file) if file else ())]
    with acting(by, postings.MATTER, area) as work:
        lines = [_line(work, row) for row in rows]
        made = postings.post(work, chosen, area, lines, on=work.today, place=place, masked=masked, months=months)
        path = postings.print_sheet(work, made)
    say(f"{made.number}：{made.kind.value}，{len(lines)} 户，自 {made.since} 起至 {made.until} 止")
    say(f"计算：{made.computed}")
    say(f"打印：{path}")


def _written(lines: Iterable[str]) -> Iterator[Mapping[str, str]]:
    for text in lines:
        parts = [part.strip() for part in text.replace("，", ",").split(",")]
        if len(parts) > len(_ORDER):
            masking.refuse_columns(parts[len(_ORDER) :])
        yield dict(zip(_ORDER, parts, strict=False))


def _read(path: Path) -> list[Mapping[str, str]]:
    """The rows of a list, as UTF-8 or as Excel writes CSV in China; its columns are looked at first."""
    if not path.is_file():
        raise NotFound(f"没有文件 {path}")
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="没有列名的内容", restval="")
    masking.refuse_columns(reader.fieldnames or ())
    rows = list(reader)
    for row in rows:
        masking.refuse_columns(row)
    return [{name.strip(): value.strip() for name, value in row.items()} for row in rows]


def _line(work: Work, row: Mapping[str, str]) -> Line:
    """One line as typed. Raises NotFound, Invalid."""
    number, case, amount = row.get("户编号", ""), row.get("案件号", ""), row.get("保障金额", "")
    if case and not case.isdecimal():
        raise Invalid(f"户 {number}：案件号“{case}”应为数字")
    return Line(
        found(work, number), int(case) if case else None, fen(amount) if amount else None, row.get("监护人", "")
    )


@app.command("object")
def object_to(
    number: Number,
    household: Annotated[str, typer.Argument(help="户编号（或 #内部号）", metavar="户编号")],
    text: Annotated[str, typer.Option("--text", help="异议的内容；加密保存")],
    on: On = None,
    evidence: Proof = "",
    by: By = "",
) -> None:
    """登记公示期内收到的异议。"""
    with acting(by, postings.MATTER) as work:
        posting = postings.by_number(work, number)
        postings.object_to(work, posting, found(work, household), text, on=on, evidence=evidence)
    say(f"已登记对 {number} 的异议，办结以前不能确认或者终止")


@app.command("list")
def list_standing(
    area: Annotated[
        str | None, typer.Option("--area", help="行政区划代码；不写为全部", parser=code, metavar="代码")
    ] = None,
    on: On = None,
) -> None:
    """现在应当张贴的公示和应当撤下的公示；不显示名单。"""
    with opened() as office, office.reading() as work:
        asked = on or work.today
        hanging = [(*_told(work, one), "张贴中") for one in postings.standing(work, asked, area or "")]
        due = [(*_told(work, one), "应撤下") for one in postings.due_down(work, asked)]
    if not hanging and not due:
        say("没有张贴中的公示，也没有应撤下的公示")
        return
    table(("文号", "种类", "村（社区）", "地点", "起", "止", "状态"), [*hanging, *due])


def _told(work: Work, one: Posting) -> tuple[str, ...]:
    try:
        village = areas.area(work, one.area, one.since).name
    except NotFound:
        village = one.area
    return one.number, one.kind.value, village, one.place, str(one.since), str(one.until)


@app.command("print")
def print_again(number: Number, by: By = "") -> None:
    """再打印一份张贴中的公示单；期满或者撤下以后不能打印。"""
    with acting(by, postings.MATTER) as work:
        path = postings.print_sheet(work, postings.by_number(work, number))
    say(f"打印：{path}")


@app.command("proof")
def proof(
    number: Number,
    on: Annotated[date, typer.Option("--on", help="张贴日期", parser=day, metavar="日期")],
    evidence: Proof,
    by: By = "",
) -> None:
    """登记张贴的证据（照片）。晚于起始日张贴的，不作为公示期满。"""
    with acting(by, postings.MATTER) as work:
        postings.hung(work, postings.by_number(work, number), on=on, evidence=evidence)
    say(f"已登记 {number} 的张贴证据")


@app.command("down")
def down(
    number: Number,
    on: On = None,
    reason: Annotated[str, typer.Option("--reason", help="提前撤下的理由")] = "",
    evidence: Proof = "",
    by: By = "",
) -> None:
    """登记公示单已从公开栏撤下。"""
    with acting(by, postings.MATTER) as work:
        note = postings.taken_down(work, postings.by_number(work, number), on=on, evidence=evidence, reason=reason)
    say(f"已登记撤下：{number}，{note.happened_on}")
