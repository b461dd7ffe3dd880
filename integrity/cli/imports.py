"""导入 (import): templates, dry run, import, undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import col, select

from integrity import exchange
from integrity.cli.console import By, actor, may, opened, progress, say, table
from integrity.errors import NotFound
from integrity.exchange_columns import SHEETS, TITLES, sheet_of
from integrity.records.office import ImportBatch
from integrity.work import Office

app = typer.Typer(help="导入：救助名册、承诺书、守信失信行为、核对结果", no_args_is_help=True)
_KINDS = "、".join(f"{kind}（{sheet.title}）" for kind, sheet in SHEETS.items())
Kind = Annotated[str, typer.Argument(help=_KINDS, metavar="种类")]


def _importer(kind: str) -> Callable[..., None]:
    """The command that imports one kind of sheet."""

    def command(
        path: Annotated[Path, typer.Argument(help="XLSX 或 CSV 文件", metavar="文件")],
        mode: Annotated[str, typer.Option(help="all 全部通过才导入；good 只导入无误的行")] = "all",
        dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查，不导入")] = False,
        errors: Annotated[Path | None, typer.Option("--errors", help="把加了“错误”列的原表写到这里")] = None,
        by: By = "",
    ) -> None:
        _import(kind, path, mode, dry_run, errors, by=by)

    return command


for _kind, _sheet in SHEETS.items():
    app.command(_kind, help=f"检查并导入{_sheet.title}。有误时列出错误，可另存带“错误”列的原表。")(_importer(_kind))


def _import(kind: str, path: Path, mode: str, dry_run: bool, errors: Path | None, *, by: str) -> None:
    """Check a file and, unless this is a dry run, import it."""
    who = actor(by)
    if not path.is_file():
        raise NotFound(f"没有文件 {path}")
    with opened() as office:
        may(office, who, "导入")
        wrong = _check(office, kind, path, who, errors)
        if dry_run:
            raise typer.Exit(2 if wrong else 0)
        with progress("导入") as told:
            batch = exchange.accept(office, kind, path, who, mode, progress=told)
    say(f"导入批次 {batch.id}：{batch.rows} 行，已导入 {batch.accepted} 行")


def _check(office: Office, kind: str, path: Path, who: str, errors: Path | None) -> bool:
    """Dry run; says what is wrong; True when something is."""
    report = exchange.check(office, kind, path, who)
    say(report)
    for column in report.ignored:
        say(f"不认识的列，不读取：{column}", style="yellow")
    for hint in report.hints[:20]:
        say(f"提示：第 {hint.row} 行 {hint}", style="yellow")
    for fault in report.errors[:20]:
        say(f"第 {fault.row} 行 {fault}", style="red")
    if len(report.errors) > 20:
        say(f"……共 {len(report.errors)} 处，请用 --errors 另存带“错误”列的原表", style="red")
    if errors is not None and report.error_file:
        errors.write_bytes(report.error_file)
        say(f"带“错误”列的原表：{errors}")
    return bool(report.errors)


@app.command("template")
def write_template(
    kind: Kind, out: Annotated[Path | None, typer.Argument(help="写到哪里", metavar="文件")] = None
) -> None:
    """写出一种导入的 XLSX 模板。"""
    path = out or Path(f"{sheet_of(kind).title}.xlsx")
    path.write_bytes(exchange.template(kind))
    say(f"模板：{path}")


@app.command("undo")
def undo(batch: Annotated[int, typer.Argument(help="导入批次号，见 import list", metavar="批次")], by: By = "") -> None:
    """撤销一次导入：用更正条目抵消，不删除；已有后续办理的家庭保留并说明原因。"""
    who = actor(by)
    with opened() as office:
        may(office, who, "撤销导入")
        with progress("撤销") as told:
            done = exchange.undo(office, batch, who, progress=told)
    say(f"已撤销 {done.undone} 户，保留 {len(done.kept)} 户，未成功 {len(done.failed)} 户")
    for number, reason in (*done.kept.items(), *done.failed.items()):
        say(f"  {number}：{reason}", style="yellow")
    if done.failed:
        raise typer.Exit(1)


@app.command("list")
def list_imports() -> None:
    """列出历次导入。"""
    with opened() as office, office.reading() as work:
        batches = work.session.exec(select(ImportBatch).order_by(col(ImportBatch.id))).all()
    rows = [
        (
            one.id, TITLES[one.kind], one.file_name, one.rows, one.accepted, one.recorded_by,
            f"{one.recorded_at:%Y-%m-%d %H:%M}", f"{one.undone_at:%Y-%m-%d %H:%M}" if one.undone_at else "",
        )
        for one in batches
    ]  # fmt: skip
    table(("批次", "种类", "文件", "行数", "已导入", "经办", "时间", "撤销"), rows)
