"""证据材料 (evidence): keep scans and photographs of a household, list them, take one out; the digest of any file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from integrity import cases, evidence
from integrity.cli.console import By, Household, day, on_household, say, table
from integrity.cli.usage import Group
from integrity.errors import Invalid, NotFound
from integrity.evidence_kinds import KINDS
from integrity.files import write_file
from integrity.work import Work


class Fingerprints(Group):
    """`chengxin evidence 文件` without a verb gives the digest of the file."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word; a word that is none is a file."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["digest", *args]
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Fingerprints, help="证据材料：保存、目录、取出、指纹", no_args_is_help=True)
File = Annotated[Path, typer.Argument(help="扫描件、照片、笔录等文件", metavar="文件")]


@app.command("digest")
def digest(
    files: Annotated[list[Path], typer.Argument(help="扫描件、照片、录音等文件，可写多个", metavar="文件")],
) -> None:
    """证据的指纹（SHA-256）：登记时填在 --evidence。只算指纹，不保存；原文件自行保存，事后可以核对是不是这一份。"""
    for file in files:
        with _there(file).open("rb") as stream:
            say(f"{hashlib.file_digest(stream, 'sha256').hexdigest()}　{file.name}")


def _there(file: Path) -> Path:
    if not file.is_file():
        raise NotFound(f"没有文件 {file}")
    return file


@app.command("add")
def add(
    file: File,
    household: Annotated[str, typer.Option("--household", help="户编号（或 #内部号）", metavar="户编号")],
    name: Annotated[str, typer.Option("--name", help="名称，默认为文件名", metavar="名称")] = "",
    taken: Annotated[
        date | None, typer.Option("--taken", help="材料形成（拍摄、签名）的日期", parser=day, metavar="日期")
    ] = None,
    by: By = "",
) -> None:  # fmt: skip
    """保存一份证据：PDF、JPEG、PNG、WEBP、TIFF、纯文本；加密存放，给出指纹，登记时填在 --evidence。"""
    if _there(file).stat().st_size > evidence.limit():
        raise Invalid(f"{file} 过大：不超过 {evidence.limit() // 2**20} MB，请降低扫描的分辨率或者分开保存")
    content = file.read_bytes()
    with on_household(by, cases.MATTER, household) as (work, household_id):
        row = evidence.keep(work, content, name or file.name, household_id, taken_on=taken)
        kept_by, kept_at = row.recorded_by, row.recorded_at
    say(f"{row.sha256}　{KINDS[row.kind].official}，{row.size} 字节，{kept_by} {kept_at:%Y-%m-%d %H:%M} 保存")


@app.command("list")
def list_kept(household: Household, by: By = "") -> None:
    """证据目录：保存了哪些；户账写有指纹而没有保存的，也列出。查看记入操作日志。"""
    with on_household(by, "查看户账", household) as (work, household_id):
        rows = list(_lines(work, household_id))
    if rows:
        table(("指纹（SHA-256）", "状态", "种类", "字节", "名称", "形成日期", "保存", "户账条目"), rows)
    say(f"共 {len(rows)} 份，其中已存 {sum(row[1] == evidence.IN_STORE for row in rows)} 份")


def _lines(work: Work, household_id: int) -> Iterator[tuple[str, ...]]:
    named = evidence.named(work, household_id)
    for row in evidence.listed(work, household_id):
        yield (
            row.sha256, evidence.standing(work, household_id, row.sha256), KINDS[row.kind].official, str(row.size),
            evidence.name_of(work, row), str(row.taken_on or ""), f"{row.recorded_by} {row.recorded_at:%Y-%m-%d %H:%M}",
            _entries(named.pop(row.sha256, [])),
        )  # fmt: skip
    for one, seqs in named.items():
        yield one, evidence.NOT_IN_STORE, "", "", "", "", "", _entries(seqs)


def _entries(seqs: list[int]) -> str:
    return "、".join(f"第{seq}条" for seq in seqs)


@app.command("get")
def get(
    household: Household,
    digest: Annotated[str, typer.Argument(help="指纹，见 evidence list", metavar="指纹")],
    out: Annotated[Path, typer.Option("--out", help="写到这个文件；已有的文件不覆盖", metavar="文件")],
    by: By = "",
) -> None:
    """取出一份证据，核对指纹后写成文件；记入操作日志。"""
    if out.exists():
        raise Invalid(f"{out} 已存在，请写别的文件名")
    with on_household(by, "查看户账", household) as (work, household_id):
        found = evidence.fetch(work, household_id, digest)
    write_file(out.absolute(), found.content)
    say(f"已取出“{found.name}”（{found.kind.official}，{len(found.content)} 字节）：{out}；含个人信息，用后请删除")
