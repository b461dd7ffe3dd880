"""核验码 (check codes): verify a paper, publish what others need for it, and look after the keys that sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from integrity import code_reading, notices, papers, seal_lists, seals, verify_page, verifying
from integrity.cli.console import By, acting, actor, day, opened, say, table
from integrity.code_reading import Source
from integrity.errors import Invalid
from integrity.files import write_file
from integrity.permissions import require
from integrity.rules.check_code import BLANKS, cleaned
from integrity.settings import settings
from integrity.verifying import Finding

app = typer.Typer()
code_app = typer.Typer(help="核验码：签名密钥、文书失效、公布核验资料", no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="文书编号", metavar="文号")]
Why = Annotated[str, typer.Option("--reason", help="理由", metavar="文字")]
Listed = Annotated[
    Path | None,
    typer.Option(
        "--list", help="本机关公布的核验资料；不写时按本机登记簿核验", metavar="文件", exists=True, dir_okay=False
    ),
]
_STYLES = {
    verifying.GENUINE: " green", verifying.CODE_ONLY: " yellow", verifying.ENDED: " yellow", verifying.FALSE: " red",
    verifying.UNDONE: "",
}  # fmt: skip
_UNDONE, _NOT_COMPARED = 2, 6
"""Exit codes: nothing could be read; the code is genuine and nobody has compared the content."""
_DIGITS = re.compile(f"[{BLANKS}0-9０-９]+")
_FILES = (".pdf", ".png", ".jpg", ".jpeg")


@app.command("verify-code")
def verify_code(
    source: Annotated[str, typer.Argument(help="核验码的数字，或者照片（PNG、JPEG）、PDF 文件", metavar="核验码")] = "",
    listed: Listed = None,
    signer: Annotated[str, typer.Option(help="核验资料的公钥指纹，与本机关公布的比对", metavar="指纹")] = "",
    data: Annotated[
        Path | None, typer.Option(help="文书的数据文件，一并核对内容", metavar="文件", exists=True, dir_okay=False)
    ] = None,
    number: Annotated[str, typer.Option(help="纸面上的文号", metavar="文号")] = "",
    organ: Annotated[str, typer.Option(help="纸面上的发文机关", metavar="机关")] = "",
    on: Annotated[str, typer.Option("--on", help="纸面上的成文日期", metavar="日期")] = "",
    digest: Annotated[str, typer.Option(help="纸面上核验码旁的 16 位字符", metavar="字符")] = "",
) -> None:
    """核验一份文书是不是本机关出具、有没有被改动、是否仍然有效。（核验账册用 verify）

    返回 0 真实有效、未被改动；1 不真实或者已失效；2 没有核验成，如数字没有读全；
    6 核验码真实，内容没有对照（只有数字、照片、扫描件时都是这样）。
    """
    given = {"文号": number, "机关": organ, "成文日期": on, "内容指纹": digest}
    typed = {name: text for name, text in given.items() if text}
    if not source and not typed:
        raise Invalid("请给出核验码的数字、照片或者 PDF，或者用 --number 等写明纸面所载")
    try:
        found = list(_findings(source, typed, listed, signer, data))
    except Invalid as fault:
        _tell(Finding(verifying.UNDONE, None, (str(fault),)))
        raise typer.Exit(_UNDONE) from fault
    for one in found:
        _tell(one)
    answers = {one.answer for one in found} - {verifying.GENUINE}
    if answers:
        raise typer.Exit(_NOT_COMPARED if answers == {verifying.CODE_ONLY} else 1)


def _findings(
    source: str, typed: dict[str, str], listed: Path | None, signer: str, data: Path | None
) -> Iterator[Finding]:
    """One finding for each code, everything compared that can be."""
    given = _read(source) if source else Source(())
    extra = [*given.data, *([data.read_bytes()] if data else [])]
    if listed is not None:
        known = seal_lists.read(listed.read_bytes(), signer=signer)
        say(f"核验资料制作于 {known.made_at}，公钥指纹 {known.signer}（请与本机关公布的比对）")
        if not given.codes:
            raise Invalid("只有文号不能脱离登记簿核验，请给出核验码")
        for code in given.codes:
            yield _beside(verifying.judge(code, known), typed, extra)
        return
    with opened() as office, office.reading() as work:
        if not given.codes:
            yield verifying.typed_only(work, typed)
            return
        known = seal_lists.known(work)
        for code in given.codes:
            found = _beside(verifying.against_register(work, verifying.judge(code, known), code), typed, extra)
            yield verifying.against_page(work, found, given)


def _read(source: str) -> Source:
    """A file by that name, or the digits themselves."""
    file = Path(source)
    try:
        named = file.exists() or file.suffix.lower() in _FILES
    except OSError:  # longer than the name of any file
        named = False
    if named:
        return code_reading.read(file)
    if not _DIGITS.fullmatch(source):
        raise Invalid("读到的不是核验码：核验码全部是数字，请再读一次；也没有叫这个名字的文件")
    return Source((cleaned(source),))


def _beside(found: Finding, typed: dict[str, str], data: list[bytes]) -> Finding:
    """With what the paper's reader has typed, and with attached data: all of it must be the paper's."""
    found = verifying.against_typed(found, typed)
    if not data:
        return found
    tried = [verifying.against_data(found, one) for one in data]
    return next((one for one in tried if one.answer != found.answer), tried[0])


def _tell(found: Finding) -> None:
    say(found.answer, style=f"bold{_STYLES[found.answer]}")
    for note in found.notes:
        say(f"  {note}")
    if found.stated is not None:
        for name, text in verifying.fields(found.stated).items():
            say(f"  {name}：{text}")
        if found.answer in (verifying.CODE_ONLY, verifying.ENDED):
            say(f"  {verifying.BY_EYE}")


@app.command("verify-page")
def write_page(file: Annotated[Path, typer.Argument(help="写到这个文件", metavar="文件")], by: By = "") -> None:
    """制作离线核验网页：一个文件，含公钥和失效名单，断网也能在浏览器里核验，可以发给其他单位。"""
    with acting(by, seals.MATTER) as work:
        made = verify_page.page(seal_lists.published(work))
        known = seal_lists.known(work)
        write_file(file, made.html)
        work.audit("制作核验网页", file.name, f"公钥指纹 {known.signer}")
    say(f"核验网页：{file}（公钥指纹 {known.signer}，请另行公布，供使用人比对）")
    if made.lacking:
        say(f"提示：{made.lacking}", style="yellow")


@code_app.command("publish")
def publish(
    file: Annotated[Path, typer.Argument(help="写到这个文件，通常叫 verification.json", metavar="文件")], by: By = ""
) -> None:
    """公布核验资料：公钥、已作废的密钥、已失效的文书（只有持有核验码的人查得到），由现用密钥签名。"""
    with acting(by, seals.MATTER) as work:
        content = seal_lists.published(work)
        known = seal_lists.known(work)
        write_file(file, content)
        work.audit("公布核验资料", file.name, f"公钥指纹 {known.signer}")
    say(f"核验资料：{file}（公钥 {len(known.keys)} 把，失效文书 {len(known.ended)} 份，公钥指纹 {known.signer}）")


@code_app.command("keys")
def list_keys() -> None:
    """列出签名密钥：何时起用、何时停用或者作废、签发过多少份文书。"""
    with opened() as office, office.reading() as work:
        rows = [
            (one.key.id, one.key.since, one.key.until or "", one.key.lost_on or "", one.papers,
             "现用" if one.current else one.key.reason, seal_lists.fingerprint(bytes.fromhex(one.key.public_key)))
            for one in seals.keys(work)
        ]  # fmt: skip
    table(("密钥", "起用", "停用", "作废", "签发份数", "说明", "公钥指纹"), rows)


@code_app.command("rotate")
def rotate(by: By = "") -> None:
    """更换签名密钥；旧密钥签发过的文书仍然有效。先停止 serve 和其他进程。"""
    with opened() as office:
        name = seals.rotate(office, settings().keys, actor(by))
    say(f"现用签名密钥 {name}；请立即另存密钥文件 {settings().keys}，并重新公布核验资料")


@code_app.command("revoke")
def revoke(
    key: Annotated[str, typer.Argument(help="密钥编号，见 chengxin code keys", metavar="密钥")], why: Why, by: By = ""
) -> None:
    """签名密钥遗失、泄露时作废：此前登记的文书仍能核验，其余一律不认。先停止 serve 和其他进程。"""
    with opened() as office:
        name = seals.lose(office, settings().keys, key, reason=why, actor=actor(by))
    say(f"签名密钥 {key} 已作废，现用 {name}；请立即另存密钥文件，并重新公布核验资料和核验网页")


@code_app.command("withdraw")
def withdraw(
    number: Number, why: Why,
    replaced_by: Annotated[str, typer.Option("--replaced-by", help="替换它的文书；不写为撤回", metavar="文号")] = "",
    on: Annotated[date | None, typer.Option("--on", help="失效日期；默认今天", parser=day, metavar="日期")] = None,
    by: By = "",
) -> None:  # fmt: skip
    """登记一份文书已撤回或者被替换；以后核验它的人会看到。不能取消。"""
    with acting(by, seals.MATTER) as work:
        row = seals.end(work, number, by_number=replaced_by, reason=why, on=on)
    say(f"已登记：{number} 自 {row.ended_on} 失效；请重新公布核验资料和核验网页")


@code_app.command("data")
def write_data(
    number: Number, file: Annotated[Path, typer.Argument(help="写到这个文件", metavar="文件")], by: By = ""
) -> None:
    """导出一份文书的数据文件，供持有文书的人核对内容；含个人信息，导出记入操作日志。"""
    with acting(by, "打印文书") as work:
        notice = notices.by_number(work, number)
        require(work, "打印文书", notice.area)
        write_file(file, papers.data_of(work, notice))
        work.audit("导出文书数据", number)
    say(f"数据文件：{file}（含个人信息，只能交给文书的当事人）")
