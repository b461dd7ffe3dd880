"""核查名单 (recheck lists): send the visitors, take in what they filled in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from integrity import recheck_results
from integrity.cli.console import By, actor, opened, progress, say
from integrity.errors import NotFound
from integrity.files import write_file
from integrity.recheck_results import Report
from integrity.work import Office

app = typer.Typer(help="核查名单：按名单指派入户人员，收回填好的名单", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="程序制作、已填写的核查名单（.xlsx）", metavar="文件")]
Dry = Annotated[bool, typer.Option("--dry-run", help="只检查，不登记")]
Errors = Annotated[Path | None, typer.Option("--errors", help="把加了“错误”列的原表写到这里")]
_SHOWN = 20
Errand = Callable[..., Report]


@app.command("assign")
def assign(path: File, dry_run: Dry = False, errors: Errors = None, by: By = "") -> None:
    """指派：填了两名入户人员的每一户，没有立案的立案，再指派这两人；由复核人员办理。"""
    verb = recheck_results.check_assigned if dry_run else recheck_results.assign_all
    _run(verb, path, errors, by)


@app.command("import")
def take_in(path: File, dry_run: Dry = False, errors: Errors = None, by: By = "") -> None:
    """登记核查结果：每一行办成案件的入户和核查结论，或者未能入户；有误的行写明原因，不影响其他行。"""
    verb = recheck_results.check if dry_run else recheck_results.accept
    _run(verb, path, errors, by)


def _run(verb: Errand, path: Path, errors: Path | None, by: str) -> None:
    """Send a list through a use case; exit code 2 when a row is wrong."""
    who = actor(by)
    if not path.is_file():
        raise NotFound(f"没有文件 {path}")
    with opened() as office:
        report = _done(office, verb, path, who)
    say(report)
    for fault in report.errors[:_SHOWN]:
        say(f"第 {fault.row} 行 {fault}", style="red")
    if len(report.errors) > _SHOWN:
        say(f"……共 {len(report.errors)} 处，请用 --errors 另存带“错误”列的原表", style="red")
    if errors is not None and report.error_file:
        write_file(errors, report.error_file)
        say(f"带“错误”列的原表：{errors}")
    if report.papers:
        say(f"已制发核查结论 {len(report.papers)} 份（{report.papers[0]} 起），打印：chengxin print make --kind F12")
    if report.batch is not None:
        say(f"导入批次 {report.batch}")
    if report.errors:
        raise typer.Exit(2)


def _done(office: Office, verb: Errand, path: Path, who: str) -> Report:
    with progress("核查名单") as told:
        return verb(office, path, who, progress=told)
