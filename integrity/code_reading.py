"""读取核验码 (reading check codes): off a photograph or a PDF; from a PDF its attached data and its text too."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

from integrity.code_pictures import PLAIN, VERIFYING, in_photograph
from integrity.errors import Invalid, NotFound
from integrity.pdf_reading import asked

LARGEST = 64 << 20
"""Bytes of a file that is read at all."""


@dataclass(frozen=True, slots=True)
class Source:
    """送验的材料 (what is to be verified): codes in the order of its pages, attached files, lines of text.

    `hidden` is text that stands in a PDF where nobody sees it; `pdf` the file itself, b"" for anything else.
    """

    codes: tuple[str, ...]
    data: tuple[bytes, ...] = ()
    lines: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    pdf: bytes = b""


def read(path: Path) -> Source:
    """Codes and what lies beside them in a file. Raises NotFound, and Invalid when there is no code to be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise Invalid(f"{path.name} 超过 {LARGEST >> 20} MB，请只送验有核验码的那一页")
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(f"没有找到文件 {path}") from None
    if content.startswith(b"%PDF"):
        found = sight(content, path.name)
    else:
        found = Source(tuple(in_photograph(content, path.name, VERIFYING)))
    if not found.codes:
        raise Invalid(f"在 {path.name} 中没有读到核验码：请拍清楚整个方形码，不要反光，或者用扫码枪读出数字")
    if any(one.startswith(PLAIN) for one in found.codes):
        raise Invalid("这是启用签名之前印制的核验码，没有签名，不能据此核验；请凭文号到本机关查对")
    return found


def sight(pdf: bytes, name: str) -> Source:
    """Codes, attachments and text of a PDF. Raises Invalid."""
    said = asked("look", name, pdf)
    attached = [base64.b64decode(one) for one in said["attached"]]
    return Source(
        tuple(dict.fromkeys(said["codes"])), tuple(one for one in attached if _of_a_letter(one)),
        tuple(said["lines"]), tuple(said["hidden"]), pdf,
    )  # fmt: skip


def _of_a_letter(data: bytes) -> bool:
    """Is it the data of a paper (its form and its fields), and not the list of a whole run?"""
    try:
        read = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(read, list) and len(read) == 2 and isinstance(read[0], str) and isinstance(read[1], dict)
