"""看 PDF (looking into a PDF): the child process that opens a stranger's PDF under limits of memory, time and size.

`python -m integrity.pdf_sight` is given one JSON line (task, sizes of the files, what else is asked) and the files
themselves; it answers with one JSON line, `{"fault": …}` in words of the officer when the PDF cannot be read. A file
that would fill the memory kills this process and nothing else.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from io import BytesIO
from typing import Any

import pypdfium2
from PIL import Image, ImageChops
from pypdfium2 import raw

from integrity import code_pictures
from integrity.errors import Invalid

try:
    import resource
except ImportError:  # no such limits on this system; pages and attachments are still capped
    resource = None  # type: ignore[assignment]

MEMORY = 1 << 30
SECONDS, PER_PAGE = 30, 5
PAGES = 400
ATTACHED = 16 << 20
"""Bytes of all attachments together."""
SPLIT = 256 << 20
"""Bytes of all pages of a scan, each as a file."""
_CHARACTERS = 200_000
"""Characters on one page."""
_HIDDEN = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
_EDGE = 2.0
"""Points by which a character may reach over the edge of the paper."""
_DPI = 150
_BLOCK, _SPOT, _GRAVE = 8, 64, 40
"""Side of a block in pixels; how far one pixel, and how far a block on the average, may be from ours (of 255)."""


def look(pdf: bytes) -> dict[str, Any]:
    """核验用 (for verifying): check codes, lines that can be seen, text that cannot, attached files in base64."""
    codes: list[str] = []
    lines: list[str] = []
    hidden: list[str] = []
    with closing(_opened(pdf)) as opened:
        for page in opened:
            codes += code_pictures.codes_in(_picture(page, code_pictures.VERIFYING), code_pictures.VERIFYING)
            seen, unseen = _texts(page)
            lines += seen
            hidden += unseen
        attached = [base64.b64encode(one).decode() for one in _attached(opened)]
    return {"codes": codes, "lines": lines, "hidden": hidden, "attached": attached}


def scan(pdf: bytes) -> list[list[str]]:
    """收回证用 (for proofs of service): bar codes and check codes of each page."""
    with closing(_opened(pdf)) as opened:
        return [code_pictures.codes_in(_picture(one, code_pictures.PROOFS), code_pictures.PROOFS) for one in opened]


def split(pdf: bytes) -> list[str]:
    """拆页 (split): each page as a PDF of its own, in base64; one page only stays as it is."""
    size, found = 0, []
    with closing(_opened(pdf)) as opened:
        for page in range(len(opened)) if len(opened) > 1 else ():
            with closing(pypdfium2.PdfDocument.new()) as made:
                made.import_pages(opened, [page])
                out = BytesIO()
                made.save(out)
            size += len(out.getvalue())
            if size > SPLIT:
                raise Invalid("PDF 拆开后太大，请分开扫描")
            found.append(base64.b64encode(out.getvalue()).decode())
    return found


def compare(shown: bytes, issued: bytes) -> dict[str, Any]:
    """比对图像 (compare pictures): pages that look otherwise, and pages that differ in traces only, from 1.

    Each is drawn as on a screen and as on paper: a layer may show on the one and not on the other.
    """
    with closing(_opened(shown)) as one, closing(_opened(issued)) as other:
        if len(one) != len(other):
            return {"pages": [len(one), len(other)], "other": [], "traces": []}
        degrees = [_differs(ours, theirs) for ours, theirs in zip(one, other, strict=True)]
    found = {"other": 2, "traces": 1}
    told = {name: [n for n, one in enumerate(degrees, 1) if one == degree] for name, degree in found.items()}
    return {"pages": [len(degrees), len(degrees)], **told}


TASKS: dict[str, Callable[..., Any]] = {"look": look, "scan": scan, "split": split, "compare": compare}


def _opened(pdf: bytes) -> pypdfium2.PdfDocument:
    """An opened PDF of a bearable number of pages, and time for each of them."""
    opened = pypdfium2.PdfDocument(pdf)
    if len(opened) > PAGES:
        raise Invalid(f"PDF 超过 {PAGES} 页，请分开")
    _allow(SECONDS + PER_PAGE * len(opened))
    return opened


def _allow(seconds: int) -> None:
    """Processor time of this process, no more than its own limit admits."""
    if resource:
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds if hard < 0 else min(seconds, hard), hard))


def _picture(page: pypdfium2.PdfPage, how: code_pictures.How) -> Image.Image:
    return _drawn(page, how.dpi)


def _drawn(page: pypdfium2.PdfPage, dpi: int, mode: str | None = None) -> Image.Image:
    """A page in grey. Raises Invalid for one that is larger than any paper."""
    if page.get_width() * page.get_height() * (dpi / 72) ** 2 > code_pictures.PIXELS:
        raise Invalid("PDF 的页面太大，请缩小到 A4 再读")
    made: Image.Image = page.render(scale=dpi / 72, grayscale=True, optimize_mode=mode).to_pil()
    return made.convert("L")


def _texts(page: pypdfium2.PdfPage) -> tuple[list[str], list[str]]:
    """Lines that can be seen, and those that cannot: set as invisible, or beside the paper; without blanks."""
    text = page.get_textpage()
    if text.count_chars() > _CHARACTERS:
        raise Invalid("PDF 一页上的文字太多，不是正常的文书")
    seen: list[str] = []
    unseen: list[str] = []
    box = page.get_cropbox()
    for at in range(text.count_chars()):
        one = chr(raw.FPDFText_GetUnicode(text, at) or 0x20)
        kept, other = (seen, unseen) if _shows(text, at, box) else (unseen, seen)
        kept.append(one)
        if one in "\r\n":
            other.append(one)
    return _lines(seen), _lines(unseen)


def _lines(text: list[str]) -> list[str]:
    return ["".join(line.split()) for line in "".join(text).splitlines() if line.strip()]


def _shows(text: pypdfium2.PdfTextPage, at: int, box: tuple[float, ...]) -> bool:
    if raw.FPDFText_IsGenerated(text, at) == 1:
        return True
    owner = raw.FPDFText_GetTextObject(text, at)
    if owner and raw.FPDFTextObj_GetTextRenderMode(owner) in _HIDDEN:
        return False
    left, low, right, high = text.get_charbox(at, loose=True)
    across = box[0] - _EDGE <= left and right <= box[2] + _EDGE
    return bool(across and box[1] - _EDGE <= low and high <= box[3] + _EDGE)


def _attached(opened: pypdfium2.PdfDocument) -> Iterator[bytes]:
    size = 0
    for n in range(opened.count_attachments()):
        one = bytes(opened.get_attachment(n).get_data())
        size += len(one)
        if size > ATTACHED:
            raise Invalid("PDF 的附件太大，不是正常的文书")
        yield one


def _differs(shown: pypdfium2.PdfPage, issued: pypdfium2.PdfPage) -> int:
    """How far a page is from ours: 0 the same, 1 in traces (another program saved it), 2 something else is there."""
    if [round(one) for one in shown.get_size()] != [round(one) for one in issued.get_size()]:
        return 1
    degree = int(raw.FPDFPage_GetAnnotCount(shown) != raw.FPDFPage_GetAnnotCount(issued))
    for mode in (None, "print"):
        gap = ImageChops.difference(_drawn(shown, _DPI, mode), _drawn(issued, _DPI, mode))
        spot, block = max(gap.tobytes()), max(gap.reduce(_BLOCK).tobytes())
        degree = max(degree, 2 if block > _GRAVE else int(spot > _SPOT))
    return degree


def main() -> None:
    """One task, from the standard input to the standard output."""
    if resource:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _allow(SECONDS)
    asked = json.loads(sys.stdin.buffer.readline())
    files = [sys.stdin.buffer.read(size) for size in asked["sizes"]]
    try:
        said = TASKS[asked["task"]](*files, **asked["more"])
    except Invalid as fault:
        said = {"fault": str(fault)}
    except pypdfium2.PdfiumError:
        said = {"fault": "PDF 文件已损坏或者加了密码，不能读出"}
    print(json.dumps(said))


if __name__ == "__main__":
    main()
