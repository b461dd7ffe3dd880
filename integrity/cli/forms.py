"""样式 (forms of papers): check a region's own template before it is used, make a proof of it, list what is there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from integrity import regional
from integrity.cli.console import By, acting, say, table
from integrity.errors import ChengxinError, Invalid, Refused
from integrity.files import write_file
from integrity.settings import settings
from integrity.work import wall_clock
from reports.faults import PressStopped, TemplateRefused
from reports.press import proof

app = typer.Typer(help="文书样式", no_args_is_help=True)
template_app = typer.Typer(help="地方样式：各地自己的文书样式，只有栏目，没有程序", no_args_is_help=True)
app.add_typer(template_app, name="template")


@template_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="样式文件，名为 表号-起用日期.html", metavar="文件")],
    pdf: Annotated[Path | None, typer.Option("--pdf", help="核对通过后印一份样张", metavar="文件")] = None,
) -> None:
    """核对一个地方样式，逐条列出毛病；没有毛病才可以启用。"""
    try:
        templates = regional.check_file(file)
        proofs = [proof(one) for one in templates]
    except PressStopped as refused:
        faults = refused.faults if isinstance(refused, TemplateRefused) else [str(refused)]
        say(f"{file} 不能使用，共 {len(faults)} 处：", style="red")
        for fault in faults:
            say(f"  {fault}")
        raise typer.Exit(1) from refused
    for one in templates:
        say(f"{one.name} 可以使用：{one.form.form}《{one.form.title}》，样式版本 {one.sha256[:12]}")
        if one.unplaced:
            say(f"  提示：没有以下选填内容的位置，文书填有这些内容时不印制：{'、'.join(one.unplaced)}")
    if pdf:
        write_file(pdf.absolute(), proofs[0].pdf)
        say(f"样张：{pdf}，共 {proofs[0].pages} 页")
    say(f"启用：chengxin paper template adopt {file} --region 地区代码 --by 工号")


@template_app.command("adopt")
def adopt(
    file: Annotated[Path, typer.Argument(help="样式文件，名为 表号-起用日期.html", metavar="文件")],
    region: Annotated[str, typer.Option("--region", help="适用的地区代码", metavar="代码")],
    by: By = "",
) -> None:
    """启用一个地方样式：核对没有毛病才放到位，自起用日期起用于这个地区新编号的文书。"""
    with acting(by, "启用政策版本") as work:
        try:
            made = regional.adopt(work, file, region)
        except PressStopped as refused:
            raise Refused(f"{file} 不能启用：{refused}") from refused
    say(f"已启用：{made.path}，自 {made.since} 起")


@template_app.command("list")
def list_forms() -> None:
    """列出现有的地方样式和它们的状态；有不能使用的，返回 1。"""
    rows = list(_states(wall_clock().date()))
    if not rows:
        say(f"{settings().regional_forms} 中没有地方样式，文书都用随附的样式")
        return
    table(("地区", "文件", "起用日期", "状态"), rows)
    if any(row[-1].startswith("不能使用") for row in rows):
        raise typer.Exit(1)


def _states(today: date) -> Iterator[tuple[str, str, str, str]]:
    """(region, file, first day, state) of every template, region by region."""
    folder = settings().regional_forms
    folders = sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []
    for one in folders:
        if one.name != regional.KEPT:
            for path in sorted(one.glob("*.htm*")):
                yield _state(path, today)


def _state(path: Path, today: date) -> tuple[str, str, str, str]:
    region, since = path.parent.name, ""
    try:
        found = regional.described(path)
        since = str(found.since)
        if fault := regional.region_fault(region):
            raise Invalid(fault)
        regional.check_file(path)
    except (ChengxinError, PressStopped) as fault:
        return region, path.name, since, f"不能使用：{fault}"
    if found.since > today:
        return region, path.name, since, "尚未启用"
    newer = [one for one in regional.candidates(region) if one.form == found.form and found.since < one.since <= today]
    return region, path.name, since, f"已由 {newer[-1].path.name} 代替" if newer else "在用"
