"""识读条码 (reading codes off pictures): check codes of a paper, bar codes of a proof of service."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import NamedTuple

import zxingcpp
from PIL import Image, ImageOps, UnidentifiedImageError

from integrity.errors import Invalid
from integrity.rules.check_code import LENGTHS
from reports.barcodes import beginning

PIXELS = 120_000_000
PLAIN = "CXJZ1|"
"""The beginning of a code of the time before codes were signed."""


class How(NamedTuple):
    """怎样读 (how to read): dots an inch of a page, the sizes that are tried, kinds of codes, bar codes as well?"""

    dpi: int
    sizes: tuple[float, ...]
    formats: zxingcpp.BarcodeFormats
    bars: bool


VERIFYING = How(200, (1.0, 2.0, 3.0, 0.5), zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode), False)
"""A small code is read better enlarged, a large photograph with noise reduced."""
PROOFS = How(
    300, (1.0, 2.0, 0.5), zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode]), True
)
"""A faint bar code wants more dots."""


def codes_in(grey: Image.Image, how: How) -> list[str]:
    """The codes of ours in a grey picture, each once, at the first size at which there are any."""
    for size in how.sizes:
        width, height = round(grey.width * size), round(grey.height * size)
        if min(width, height) < 8 or width * height > PIXELS:
            continue
        shown = grey if size == 1 else grey.resize((width, height), Image.Resampling.BICUBIC)
        texts = [one.text for one in zxingcpp.read_barcodes(shown, formats=how.formats)]
        found = [text for text in texts if _ours(text, how.bars)]
        if found:
            return list(dict.fromkeys(found))
    return []


def _ours(text: str, bars: bool) -> bool:
    if text.isascii() and text.isdigit() and len(text) in LENGTHS:
        return True
    return bool(beginning(text)) if bars else text.startswith(PLAIN)


def in_photograph(content: bytes, name: str, how: How) -> list[str]:
    """The codes of a PNG or JPEG, turned as it was taken. Raises Invalid for anything else, and when too large."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=("PNG", "JPEG")) as image:
                if image.width * image.height > PIXELS:
                    raise Invalid(f"{name} 太大，请缩小后再读")
                return codes_in(ImageOps.exif_transpose(image).convert("L"), how)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Invalid(f"{name} 不是 PNG、JPEG 图片或者 PDF 文件，或者已经损坏") from None
