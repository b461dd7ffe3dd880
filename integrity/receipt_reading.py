"""读取送达回证 (reading proofs of service): bar codes and check codes off scanned or photographed pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from integrity.errors import Invalid
from integrity.rules.check_code import LENGTHS
from reports.barcodes import beginning

LARGEST = 64 << 20
PIXELS = 120_000_000
PAGES = 400
_DPI = 300
_SIZES = (1.0, 2.0, 0.5)
"""A faint code is read better enlarged, a large photograph with its noise reduced."""
_FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode])


def read(content: bytes, name: str) -> list[tuple[int, tuple[str, ...]]]:
    """The codes of each page of a file, pages from 1. Raises Invalid when it cannot be read or holds no code."""
    if len(content) > LARGEST:
        raise Invalid(f"{name} 超过 {LARGEST >> 20} MB，请分开扫描")
    pages = list(enumerate(_pages(content, name), start=1))
    if not any(codes for _, codes in pages):
        raise Invalid(
            f"在 {name} 中没有读到送达回证的条码或者核验码：请拍清楚整页，不要反光、折叠；仍读不出的，"
            "用扫码枪扫，或者照回证下方的 16 位数字输入"
        )
    return pages


def page_alone(content: bytes, page: int) -> bytes:
    """One page of a scan as a file of its own: a family's evidence holds no other family's proof of service."""
    if not content.startswith(b"%PDF"):
        return content
    with closing(pypdfium2.PdfDocument(content)) as pdf, closing(pypdfium2.PdfDocument.new()) as alone:
        if len(pdf) == 1:
            return content
        alone.import_pages(pdf, [page - 1])
        made = BytesIO()
        alone.save(made)
        return made.getvalue()


def _pages(content: bytes, name: str) -> Iterator[tuple[str, ...]]:
    if not content.startswith(b"%PDF"):
        yield _picture(content, name)
        return
    try:
        with closing(pypdfium2.PdfDocument(content)) as pdf:
            if len(pdf) > PAGES:
                raise Invalid(f"{name} 超过 {PAGES} 页，请分开扫描")
            for page in pdf:
                yield _codes(page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L"))
    except pypdfium2.PdfiumError:
        raise Invalid(f"{name} 已损坏或者加了密码，不能读出") from None


def _picture(content: bytes, name: str) -> tuple[str, ...]:
    try:
        with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > PIXELS:
                raise Invalid(f"{name} 太大，请缩小后再读")
            return _codes(ImageOps.exif_transpose(image).convert("L"))
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise Invalid(f"{name} 不是 PNG、JPEG 图片或者 PDF 文件，或者已经损坏") from None


def _codes(grey: Image.Image) -> tuple[str, ...]:
    """Every code of ours on a page, however it lies."""
    for size in _SIZES:
        width, height = round(grey.width * size), round(grey.height * size)
        if min(width, height) < 8 or width * height > PIXELS:
            continue
        shown = grey if size == 1 else grey.resize((width, height), Image.Resampling.BICUBIC)
        texts = [one.text for one in zxingcpp.read_barcodes(shown, formats=_FORMATS)]
        found = [text for text in texts if beginning(text) or (text.isdigit() and len(text) in LENGTHS)]
        if found:
            return tuple(dict.fromkeys(found))
    return ()
