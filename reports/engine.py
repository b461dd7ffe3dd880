"""排版 (the layout engine): HTML of our own templates to PDF. The only module that knows WeasyPrint.

Closed on purpose: nothing is fetched but what the caller puts into `bundle`; a warning of the engine (a missing glyph,
an unknown property) stops the print; dates and identifiers come from the data, so the same data give the same bytes.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

import weasyprint
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reports import fonts, wording
from reports.faults import AssetRefused, PressStopped
from reports.justify import justify

TEMPLATES = fonts.ROOT / "templates"
_PRESS = threading.Lock()
"""Pango's font map is shared by all documents of the process, so one document is laid out at a time."""


class Bundled(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no type information
    """随件资料 (bundled assets): serves the given `asset:` ids and refuses every other address, whatever its scheme."""

    def __init__(self, bundle: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=(), allow_redirects=False, fail_on_errors=True)
        self._bundle = bundle

    def fetch(self, url: str, headers: object = None) -> URLFetcherResponse:
        """Bytes of a bundled PNG; `FatalURLFetchingError` stops the render."""
        if url not in self._bundle:
            raise FatalURLFetchingError(f"模板引用了随件资料以外的内容：{url}")
        return URLFetcherResponse(url, body=BytesIO(self._bundle[url]), headers={"Content-Type": "image/png"})


class _Complaints(logging.Handler):
    """Collects what the engine would only have logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


@contextmanager
def _strictly() -> Iterator[None]:
    """Warnings of the engine are errors; an asset that is not ours is `AssetRefused`."""
    logger, complaints = logging.getLogger("weasyprint"), _Complaints()
    with _PRESS:
        logger.addHandler(complaints)
        try:
            yield
        except FatalURLFetchingError as refused:
            raise AssetRefused(str(refused)) from refused
        finally:
            logger.removeHandler(complaints)
    if complaints.lines:
        raise PressStopped("排版程序报告：" + "；".join(dict.fromkeys(complaints.lines)))


@lru_cache(maxsize=1)
def _pages() -> Environment:
    """Templates: every undefined name is an error, every value is escaped."""
    pages = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # in every file, SVG too
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    formatters: dict[str, Callable[..., str]] = {
        "date": wording.cn_date, "month": wording.cn_month, "yuan": wording.yuan, "cn": wording.cn_count,
        "sentence": wording.sentence,
    }  # fmt: skip
    pages.filters |= formatters
    return pages


@lru_cache(maxsize=1)
def _configuration() -> FontConfiguration:
    fonts.manifest()
    return FontConfiguration()


@lru_cache
def _style(name: str) -> weasyprint.CSS:
    css = (TEMPLATES / "style" / name).read_text("utf-8")
    return weasyprint.CSS(string=css, font_config=_configuration(), url_fetcher=Bundled({}))


def version(*names: str) -> str:
    """样式指纹 (template fingerprint): SHA-256 over the named templates, the faces and the engine's version."""
    digest = hashlib.sha256(f"{weasyprint.__version__} {fonts.fingerprint()}".encode())
    for name in names:
        digest.update((TEMPLATES / name).read_bytes())
    return digest.hexdigest()


def fill(template: str, **values: object) -> str:
    """填写模板 (fill in): HTML of `template` (path below `templates`) with `values`; undefined names raise."""
    return _pages().get_template(template).render(**values)


def lay_out(html: str, style: str, bundle: Mapping[str, bytes] | None = None) -> Any:
    """排版 (lay out): a WeasyPrint document, lines justified. Raises `AssetRefused`, `PressStopped`, `FontsMissing`."""
    sheet = _style(style)
    with _strictly():
        page = weasyprint.HTML(string=html, url_fetcher=Bundled(bundle or {}))
        document = page.render(stylesheets=[sheet], font_config=_configuration())
        justify(document)
    return document


def write(documents: Sequence[Any], identifier: str) -> bytes:
    """成 PDF (write): the pages of all documents, in order, as one PDF whose fonts are embedded once.

    `identifier` is a hexadecimal digest of the data; it becomes the file identifier instead of a random one.
    """
    pages = [page for document in documents for page in document.pages]
    with _strictly():
        pdf: bytes = documents[0].copy(pages).write_pdf(pdf_identifier=bytes.fromhex(identifier[:32]))
    return pdf
