"""样式留存 (kept editions): the built-in templates in which a paper was printed, kept so that it can be printed again.

`styles/` in the data folder, each file named by its SHA-256, the listing of an edition by the edition's own. The ledger
names the edition, so a changed file is refused. What is printed again is compared with what the ledger says of the
print: the same bytes, or a plain word on why not.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlmodel import select

from integrity.errors import Invalid, NotFound, Refused
from integrity.files import write_file
from integrity.print_wishes import coded
from integrity.records.ledger import Notice, Printing
from integrity.records.print_runs import PrintFile
from integrity.settings import settings
from integrity.work import Work
from reports import editions
from reports.editions import Edition
from reports.press import Item, Paper

NAME = re.compile(r"[0-9a-f]{64}\.(json|html|css)")
LARGEST = 1 << 20


def keep(edition: Edition) -> None:
    """Keep an edition before the ledger names it: files first, the listing last, never over another. Raises Invalid."""
    if (settings().styles / f"{edition.sha256}.json").exists():
        kept(edition.sha256)
        return
    for name, content in edition.contents().items():
        path = settings().styles / name
        if path.exists():
            _verified(path)
        else:
            write_file(path, content)


def kept(digest: str) -> Edition:
    """The edition of a fingerprint. Raises NotFound when a file is gone, Invalid when one was altered."""
    try:
        return editions.read(_content(f"{digest}.json"), _content)
    except ValueError as bad:
        raise Invalid(f"留存的样式 {digest[:12]} 不能读出：{bad}") from bad


def _content(name: str) -> bytes:
    if not NAME.fullmatch(name):
        raise Invalid(f"留存样式的文件名“{name}”不是 SHA-256")
    return _verified(settings().styles / name)


def _verified(path: Path) -> bytes:
    """The content of a plain file that is what its name says."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        raise NotFound(f"这份文书用过的样式 {path} 已不在，请从备份找回后再办") from None
    except OSError as error:
        raise Invalid(f"留存的样式 {path} 不能读取（不能是链接）：{error.strerror}") from error
    with os.fdopen(handle, "rb") as file:
        content = file.read(LARGEST + 1)
    if sha256(content).hexdigest() != path.name[:64]:
        raise Invalid(f"留存的样式 {path} 已被改动，请从备份找回")
    return content


def set_as(item: Item, digest: str | None) -> Item:
    """The item in the edition of an earlier print; as it is when that is today's, or none was written down."""
    if not digest or digest == item.edition.sha256:
        return item
    return replace(item, kept=kept(digest))


def set_like(item: Item, digest: str | None) -> Item:
    """The item in the templates of an earlier print, for a new copy: what reads them is the press of today."""
    old = set_as(item, digest)
    if old.kept is None:
        return item
    now = old.kept.here()
    return item if now == item.edition else replace(item, kept=now)


def detail(item: Item, content_sha256: str) -> dict[str, Any]:
    """What the ledger says of a print besides its bytes, so that the page can be printed again."""
    return {
        "variant": coded(item.variant), "edition_sha256": item.edition.sha256, "content_sha256": content_sha256,
        "code_sha256": mark(item.code),
    }  # fmt: skip


def mark(code: str) -> str:
    """The digest of a check code; "" for none."""
    return sha256(code.encode()).hexdigest() if code else ""


def same_code(notice: Notice, entry: Printing, code: str) -> None:
    """Raise Refused when the check code is another than that of the print."""
    if entry.code_sha256 is not None and entry.code_sha256 != mark(code):
        raise Refused(f"文书 {notice.number} 登记的核验码与打印时的不同，不能原样重印")


def compare(work: Work, notice: Notice, entry: Printing, item: Item, paper: Paper) -> None:
    """Is this what was printed? A single print by its bytes, one of a run by the content of its pages. Raises Refused.

    What was printed in a run before contents were written down cannot be compared.
    """
    if paper.sha256 == entry.pdf_sha256:
        return
    if _in_run(work, entry) and entry.content_sha256 in (None, paper.content_sha256):
        return
    why = editions.differing(item.edition.press, editions.press())
    if entry.edition_sha256 is None and entry.template_sha256 != item.version:
        why = f"当时的样式 {entry.template_sha256[:12]} 没有留存，现在的是 {item.version[:12]}"
    elif not why:
        same = paper.content_sha256 == entry.content_sha256
        why = "压缩的写法不同" if same else "印制程序的用语或者写法在那以后改动过"
    raise Refused(
        f"文书 {notice.number} 于 {entry.happened_on} 印制，现在不能印得与原件逐字节相同：{why}。"
        "请用印制时的程序版本重印，或者用原文件；只要一份纸的，可以补打"
    )


def _in_run(work: Work, entry: Printing) -> bool:
    return work.session.exec(select(PrintFile.no).where(PrintFile.file == entry.file)).first() is not None
