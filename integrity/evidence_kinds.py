"""材料的种类 (kinds of evidence): what may be kept, recognised by the first bytes, never by the name of the file.

Nothing is decoded: a picture that is a bomb stays closed here, and opens at whoever looks at it.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

from integrity.errors import Invalid


@dataclass(frozen=True, slots=True)
class Kind:
    """种类 (kind): its official name, the media type and the ending of the file's name."""

    code: str
    official: str
    media: str
    suffix: str


KINDS = MappingProxyType({
    one.code: one
    for one in (
        Kind("pdf", "PDF", "application/pdf", ".pdf"),
        Kind("jpeg", "JPEG 图像", "image/jpeg", ".jpg"),
        Kind("png", "PNG 图像", "image/png", ".png"),
        Kind("webp", "WEBP 图像", "image/webp", ".webp"),
        Kind("tiff", "TIFF 图像", "image/tiff", ".tif"),
        Kind("text", "纯文本", "text/plain; charset=utf-8", ".txt"),
    )
})  # fmt: skip
"""Code → kind."""
_BEGINNINGS = (
    (b"%PDF-", "pdf"), (b"\xff\xd8\xff", "jpeg"), (b"\x89PNG\r\n\x1a\n", "png"),
    (b"II*\x00", "tiff"), (b"MM\x00*", "tiff"),
)  # fmt: skip
_BLANKS = "\t\n\r\f"


def kind_of(content: bytes) -> Kind:
    """The kind of these bytes. Raises Invalid for every other, telling what may be kept."""
    if not content:
        raise Invalid("文件是空的，请重新扫描或者拍照")
    for beginning, code in _BEGINNINGS:
        if content.startswith(beginning):
            return KINDS[code]
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return KINDS["webp"]
    if _is_text(content):
        return KINDS["text"]
    raise Invalid(
        "不能保存这种文件：只收 PDF、JPEG、PNG、WEBP、TIFF 和纯文本（UTF-8）。其他文档请另存为 PDF；"
        "录音、录像请保存文字记录，原件自行保管，登记时写原件的指纹（用 chengxin evidence digest 文件 取得）"
    )


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return all(one >= " " or one in _BLANKS for one in set(text)) and bool(text.strip())
