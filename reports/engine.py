"""排版 (the layout engine): HTML of our own templates to PDF. The only module that knows WeasyPrint.

Closed on purpose: nothing is fetched but what the caller puts into `bundle`; a warning of the engine (a missing glyph,
an unknown property) stops the print; dates and identifiers come from the data, so the same data give the same bytes.
"""

from __future__ import annotations

import gc
import hashlib
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from typing import Any

import weasyprint
from jinja2 import BaseLoader, DictLoader, Environment, FileSystemLoader, StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from reports import barcodes, editions, fonts, fragments, wording
from reports.editions import Edition
from reports.faults import AssetRefused, PressStopped
from reports.filled import Filled
from reports.justify import justify

TEMPLATES = fonts.ROOT / "templates"
LAYERS = {
    "letter-large.css": ("letter.css", "letter-large.css"),
    "letter-signed.css": ("letter.css", "letter-signed.css"),
    "letter-large-signed.css": ("letter.css", "letter-large.css", "letter-signed.css"),
    "plain.css": ("letter.css", "letter-large.css", "plain.css"),
}
"""样式叠放 (layers): style sheets that are laid over others; any other stands alone."""
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
def uncollected() -> Iterator[None]:
    """不找垃圾 (no garbage collection meanwhile), for a long piece of work of bounded size.

    The engine makes boxes by the hundred thousand and keeps them to the end, so that each search for garbage walks over
    all of them, finds nothing, and costs a quarter of the time. Of several at a time the first in turns it on again.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


@contextmanager
def strictly() -> Iterator[None]:
    """独用 (alone with the engine): its warnings are errors, `PressStopped`; a foreign asset is `AssetRefused`."""
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


def _environment(kind: type[Environment], loader: BaseLoader) -> Environment:
    """Templates: every undefined name is an error, every value is escaped."""
    pages = kind(
        loader=loader,
        autoescape=True,  # in every file, SVG too
        undefined=StrictUndefined,
        auto_reload=False,  # a template changed on the disk is another edition: the program is started again
        trim_blocks=True,
        lstrip_blocks=True,
    )
    formatters: dict[str, Callable[..., str]] = {
        "date": wording.cn_date, "month": wording.cn_month, "yuan": wording.yuan, "capital": wording.capital,
        "cn": wording.cn_count, "sentence": wording.sentence, "bars": barcodes.bars, "drawing": barcodes.drawing,
        "digits": barcodes.digits_of,
    }  # fmt: skip
    pages.filters |= formatters
    pages.globals |= {"fragments": fragments}
    return pages


@lru_cache(maxsize=1)
def _pages() -> Environment:
    """The templates of this program."""
    return _environment(Environment, FileSystemLoader(TEMPLATES))


@lru_cache(maxsize=64)
def _pages_of(edition: Edition) -> Environment:
    """The templates of a kept edition: out of a folder that others can write to, so they may do less."""
    return _environment(ImmutableSandboxedEnvironment, DictLoader(dict(edition.files)))


@lru_cache(maxsize=1)
def configuration() -> FontConfiguration:
    """字体配置 (font configuration), made once. Raises `FontsMissing`."""
    fonts.manifest()
    return FontConfiguration()


def sheet_files(name: str) -> tuple[str, ...]:
    """样式文件 (files of a style sheet) below `templates`, in the order in which they are laid over each other."""
    return tuple(f"style/{one}" for one in LAYERS.get(name, (name,)))


_KEPT_SHEETS: dict[str, str] = {}
"""Style sheets of kept editions by the name that `sheet_of` gave them, which holds the digest of the text."""


@lru_cache
def _css(name: str) -> str:
    kept = _KEPT_SHEETS.get(name)
    return kept if kept is not None else "".join((TEMPLATES / one).read_text("utf-8") for one in sheet_files(name))


@lru_cache
def sheet(name: str) -> weasyprint.CSS:
    """样式表 (style sheet) below `templates/style`, or one named by `sheet_of`, with its lower layers; read once."""
    return weasyprint.CSS(string=_css(name), font_config=configuration(), url_fetcher=Bundled({}))


def sheet_of(edition: Edition, name: str) -> str:
    """样式表名 (name of a style sheet) of a kept edition, for whatever takes the name of one.

    Today's own name when the text is the same; else it is told apart by its digest, and so is all that was learnt of
    it.
    """
    css = edition.css(name)
    if all((TEMPLATES / one).is_file() for one in sheet_files(name)) and css == _css(name):
        return name
    own = f"{name}@{hashlib.sha256(css.encode()).hexdigest()}"
    _KEPT_SHEETS[own] = css
    return own


def _needed(page: str) -> Iterator[str]:
    """A template and those that it extends or takes parts from."""
    yield page
    source = (TEMPLATES / page).read_text("utf-8")
    for one in sorted(filter(None, meta.find_referenced_templates(_pages().parse(source)))):
        yield from _needed(one)


def edition(page: str, style: str, cover: str = "", cover_style: str = "") -> Edition:
    """样式版本 (today's edition) of a page: its templates, those of the cover, the style sheets with their layers."""
    layers = {name: sheet_files(name) for name in (style, cover_style) if name}
    names = [name for one in (page, cover) if one for name in _needed(one)]
    names += [name for files in layers.values() for name in files]
    files = {name: (TEMPLATES / name).read_text("utf-8") for name in dict.fromkeys(names)}
    return Edition(page, cover, style, cover_style, layers, files, editions.press())


def version(*names: str) -> str:
    """样式指纹 (template fingerprint): SHA-256 over the named templates and the press: faces, engine, writer."""
    digest = hashlib.sha256(" ".join(editions.press().values()).encode())
    for name in names:
        digest.update((TEMPLATES / name).read_bytes())
    return digest.hexdigest()


def fill(template: str, **values: object) -> str:
    """填写模板 (fill in): HTML of `template` (path below `templates`) with `values`; undefined names raise."""
    return _pages().get_template(template).render(**values)


def pieces(template: str, **values: object) -> Filled:
    """填写模板 (the same, in pieces): what the template says told from the values."""
    return Filled(tuple(_pages().get_template(template).generate(**values)))


def fill_from(edition: Edition, template: str, **values: object) -> Filled:
    """按留存的样式填写 (fill in a template of a kept edition). Raises `PressStopped` when it asks for what is gone."""
    try:
        return Filled(tuple(_pages_of(edition).get_template(template).generate(**values)))
    except TemplateError as fault:
        raise PressStopped(f"留存的样式 {edition.sha256[:12]} 不能用现在的程序填写：{fault}") from fault


def lay_out(html: str, style: str, bundle: Mapping[str, bytes] | None = None) -> Any:
    """排版 (lay out): a WeasyPrint document, lines justified. Raises `AssetRefused`, `PressStopped`, `FontsMissing`."""
    rules = sheet(style)
    with strictly():
        page = weasyprint.HTML(string=html, url_fetcher=Bundled(bundle or {}))
        document = page.render(stylesheets=[rules], font_config=configuration())
        justify(document)
    return document


def write(documents: Sequence[Any], identifier: str) -> bytes:
    """参照件 (reference): the pages of all documents, in order, as the engine itself writes them.

    What leaves the press is written by `reports.writer.pdf` and compared with this. `identifier` is a hexadecimal
    digest of the data; it becomes the file identifier instead of a random one.
    """
    pages = [page for document in documents for page in document.pages]
    with strictly():
        pdf: bytes = documents[0].copy(pages).write_pdf(pdf_identifier=bytes.fromhex(identifier[:32]))
    return pdf
