"""读取送达回证 (reading proofs of service): bar codes and check codes off scanned or photographed pages."""

from __future__ import annotations

import base64
from functools import lru_cache

from integrity.code_pictures import PROOFS, in_photograph
from integrity.errors import Invalid
from integrity.pdf_reading import asked

LARGEST = 64 << 20


def read(content: bytes, name: str) -> list[tuple[int, tuple[str, ...]]]:
    """The codes of each page of a file, pages from 1. Raises Invalid when it cannot be read or holds no code."""
    if len(content) > LARGEST:
        raise Invalid(f"{name} 超过 {LARGEST >> 20} MB，请分开扫描")
    found = asked("scan", name, content) if _is_pdf(content) else [in_photograph(content, name, PROOFS)]
    pages = [(page, tuple(codes)) for page, codes in enumerate(found, start=1)]
    if not any(codes for _, codes in pages):
        raise Invalid(
            f"在 {name} 中没有读到送达回证的条码或者核验码：请拍清楚整页，不要反光、折叠；仍读不出的，"
            "用扫码枪扫，或者照回证下方的 16 位数字输入"
        )
    return pages


def page_alone(content: bytes, page: int) -> bytes:
    """One page of a scan as a file of its own: a family's evidence holds no other family's proof of service."""
    pages = _split(content) if _is_pdf(content) else ()
    return pages[page - 1] if pages else content


@lru_cache(maxsize=1)
def _split(content: bytes) -> tuple[bytes, ...]:
    return tuple(base64.b64decode(one) for one in asked("split", "扫描件", content))


def _is_pdf(content: bytes) -> bool:
    return content.startswith(b"%PDF")
