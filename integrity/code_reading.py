"""读取核验码 (reading check codes): off a photograph or a PDF; from a PDF its attached data and its lines too."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from integrity.errors import Invalid, NotFound
from integrity.rules.check_code import LENGTHS

LARGEST = 64 << 20
"""Bytes of a file that is read at all."""
PIXELS = 120_000_000
PAGES = 400
_DPI = 200
_SIZES = (1.0, 2.0, 3.0, 0.5)
"""A small code is read better enlarged, a large photograph with noise reduced."""
_PLAIN = "CXJZ1|"
_QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


@dataclass(frozen=True, slots=True)
class Source:
    """送验的材料 (what is to be verified): codes in the order of its pages, attached files, and lines of text."""

    codes: tuple[str, ...]
    data: tuple[bytes, ...] = ()
    lines: tuple[str, ...] = ()


def read(path: Path) -> Source:
    """Codes and what lies beside them in a file. Raises NotFound, and Invalid when there is no code to be read."""
    try:
        if path.stat().st_size > LARGEST:
            raise Invalid(f"{path.name} 超过 {LARGEST >> 20} MB，请只送验有核验码的那一页")
        content = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise NotFound(f"没有找到文件 {path}") from None
    found = _pdf(content) if content.startswith(b"%PDF") else Source(_distinct(_picture(path)))
    if not found.codes:
        raise Invalid(f"在 {path.name} 中没有读到核验码：请拍清楚整个方形码，不要反光，或者用扫码枪读出数字")
    plain = [one for one in found.codes if one.startswith(_PLAIN)]
    if plain:
        raise Invalid("这是启用签名之前印制的核验码，没有签名，不能据此核验；请凭文号到本机关查对")
    return found


def _picture(path: Path) -> list[str]:
    """All codes of a photograph, turned as it was taken."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            if image.width * image.height > PIXELS:
                raise Invalid(f"{path.name} 太大，请缩小后再核验")
            return codes_in(ImageOps.exif_transpose(image).convert("L"))
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError):
        raise Invalid(f"{path.name} 不是 PNG、JPEG 图片或者 PDF 文件，或者已经损坏") from None


def codes_in(grey: Image.Image) -> list[str]:
    """The codes of a grey picture, the first size at which there are any."""
    for size in _SIZES:
        width, height = round(grey.width * size), round(grey.height * size)
        if min(width, height) < 8 or width * height > PIXELS:
            continue
        shown = grey if size == 1 else grey.resize((width, height), Image.Resampling.BICUBIC)
        texts = [one.text for one in zxingcpp.read_barcodes(shown, formats=_QR)]
        found = [text for text in texts if text.startswith(_PLAIN) or (text.isdigit() and len(text) in LENGTHS)]
        if found:
            return found
    return []


def _distinct(codes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def _pdf(content: bytes) -> Source:
    """Codes, attachments and lines of a PDF."""
    codes: list[str] = []
    lines: list[str] = []
    try:
        with closing(pypdfium2.PdfDocument(content)) as pdf:
            if len(pdf) > PAGES:
                raise Invalid(f"PDF 超过 {PAGES} 页，请分开送验")
            for page in pdf:
                codes += codes_in(page.render(scale=_DPI / 72, grayscale=True).to_pil().convert("L"))
                lines += _lines(page)
            attached = [bytes(pdf.get_attachment(n).get_data()) for n in range(pdf.count_attachments())]
            data = tuple(one for one in attached if _of_a_letter(one))
    except pypdfium2.PdfiumError:
        raise Invalid("PDF 文件已损坏或者加了密码，不能读出") from None
    return Source(_distinct(codes), data, tuple(lines))


def _of_a_letter(data: bytes) -> bool:
    """Is it the data of a paper (its form and its fields), and not the list of a whole run?"""
    try:
        read = json.loads(data)
    except ValueError:
        return False
    return isinstance(read, list) and len(read) == 2 and isinstance(read[0], str) and isinstance(read[1], dict)


def _lines(page: pypdfium2.PdfPage) -> list[str]:
    text = page.get_textpage().get_text_range()
    return ["".join(line.split()) for line in text.splitlines() if line.strip()]


def lines_of(pdf: bytes) -> tuple[str, ...]:
    """The lines of a PDF of ours, without blanks."""
    with closing(pypdfium2.PdfDocument(pdf)) as opened:
        return tuple(line for page in opened for line in _lines(page))
