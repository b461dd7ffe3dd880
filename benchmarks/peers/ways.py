"""The ways to print that are measured: each takes notices and gives PDFs.

Every way is opened once (`with way.open(...)`): what can be kept between notices is made there, outside the time.
"""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path

from PIL import Image

from peers.notices import notices, words
from reports import codes, engine, forms, press
from reports.forms import Letter

DIGITS = 293
"""Digits of the check code of most papers."""
QUIET = 2
"""Light modules around a code."""


@dataclass(frozen=True, slots=True)
class Given:
    """A notice as it comes to the printer. The peers are given its fingerprint and the picture of its check code."""

    letter: Letter
    code: str
    data: str = ""
    picture: bytes = b""
    version: str = ""


def given(form: str, first: int, count: int, *, ready: bool) -> list[Given]:
    """`count` notices from the `first`-th on; `ready` with what the peers need not make themselves."""
    made = []
    for serial, letter in enumerate(notices(form, first, count), first):
        code = str(random.Random(-serial - 1).randrange(10**DIGITS)).zfill(DIGITS)
        if not ready:
            made.append(Given(letter, code))
            continue
        version = press.version_of(letter)[:12]
        made.append(Given(letter, code, forms.fingerprint(letter), small(code), version))
    return made


def small(code: str) -> bytes:
    """The picture of a check code for the peers: one point a module, as small as a PNG can be."""
    made = codes.modules(code)
    dark = Image.frombytes("1", (made.side, made.side), made.rows, "raw", "1;I")
    whole = Image.new("1", (made.side + 2 * QUIET, made.side + 2 * QUIET), 1)
    whole.paste(dark, (QUIET, QUIET))
    out = BytesIO()
    whole.save(out, "png", optimize=True)
    return out.getvalue()


Printer = Callable[[Iterable[Given]], list[bytes]]
Opened = AbstractContextManager[Printer]


def _ours(most: int) -> Callable[[Path], Opened]:
    """A run of the press, every paper checked first, in files of at most `most` papers."""

    @contextmanager
    def opened(_: Path) -> Iterator[Printer]:
        def printed(some: Iterable[Given]) -> list[bytes]:
            left, files = iter(some), []
            with engine.uncollected():
                while part := list(islice(left, most)):
                    bundle = press.Bundle("批量", hashlib.sha256(part[0].code.encode()).hexdigest())
                    for one in part:
                        item = press.Item(one.letter, code=one.code)
                        item.check()
                        bundle.letter(item)
                    files.append(bundle.write())
            return files

        yield printed

    return opened


@contextmanager
def our_each(_: Path) -> Iterator[Printer]:
    """One PDF each."""
    yield lambda some: [press.render_letter(one.letter, code=one.code).pdf for one in some]


def _weasyprint(kind: str) -> Callable[[Path], Opened]:
    @contextmanager
    def opened(packaged: Path) -> Iterator[Printer]:
        from peers import with_weasyprint as peer

        if kind == "packaged":
            os.environ["FONTCONFIG_FILE"] = str(peer.installed(packaged))
        css = peer.css(packaged=kind == "packaged") + (peer.APART if kind == "merged" else "")
        printer = peer.naive(css) if kind in ("packaged", "naive") else peer.reused(css)

        def printed(some: Iterable[Given]) -> list[bytes]:
            pages = (peer.page(one.letter, one.picture, one.data, one.version) for one in some)
            if kind != "merged":
                return [printer(page) for page in pages]
            with engine.uncollected():
                return [printer(peer.merged(list(pages)))]

        yield printed

    return opened


def _typst(*, merged: bool) -> Callable[[Path], Opened]:
    @contextmanager
    def opened(_: Path) -> Iterator[Printer]:
        from peers import with_typst as peer

        printer = peer.printer()

        def printed(some: Iterable[Given]) -> list[bytes]:
            told = [peer.notice(words(one.letter, one.version), one.data, one.picture) for one in some]
            return [printer(told)] if merged else [printer([one]) for one in told]

        yield printed

    return opened


def _reportlab(*, merged: bool) -> Callable[[Path], Opened]:
    @contextmanager
    def opened(_: Path) -> Iterator[Printer]:
        from peers import with_reportlab as peer

        def printed(some: Iterable[Given]) -> list[bytes]:
            told = [(words(one.letter, one.version), one.data, one.picture) for one in some]
            return [peer.print_all(told)] if merged else [peer.print_all([one]) for one in told]

        yield printed

    return opened


def _chromium(*, merged: bool) -> Callable[[Path], Opened]:
    @contextmanager
    def opened(_: Path) -> Iterator[Printer]:
        from peers import with_chromium as peer
        from peers import with_weasyprint as pages

        with peer.printer() as printer:

            def printed(some: Iterable[Given]) -> list[bytes]:
                told = [pages.page(one.letter, one.picture, one.data, one.version) for one in some]
                texts = [pages.merged(told)] if merged else told
                return [printer(peer.styled(text)) for text in texts]

            yield printed

    return opened


@dataclass(frozen=True, slots=True)
class Way:
    """A way to print `count` notices; a `slow` one is measured in the first round only."""

    said: str
    open: Callable[[Path], Opened]
    count: int
    slow: bool = False

    @property
    def ours(self) -> bool:
        """Is it our press?"""
        return self.said.startswith("this press")


WAYS = {
    "run": Way("this press, a run of 1,000 in files of 200", _ours(press.PART), 1000),
    "run10": Way("this press, a run of 10,000 in files of 200", _ours(press.PART), 10_000, slow=True),
    "single": Way("this press, a run of 1,000 in one file", _ours(1000), 1000),
    "each": Way("this press, one PDF each", our_each, 200),
    "packaged": Way("WeasyPrint, one HTML → one PDF, fonts as packaged", _weasyprint("packaged"), 10),
    "naive": Way("the same, our faces", _weasyprint("naive"), 10),
    "reused": Way("the same, style sheet and font configuration kept", _weasyprint("reused"), 10),
    "merged": Way("WeasyPrint, 100 in one document", _weasyprint("merged"), 100),
    "merged10": Way("WeasyPrint, 1,000 in one document", _weasyprint("merged"), 1000, slow=True),
    "typst": Way("typst, one PDF each", _typst(merged=False), 100),
    "typst2": Way("typst, 200 in one document", _typst(merged=True), 200),
    "typst10": Way("typst, 1,000 in one document", _typst(merged=True), 1000, slow=True),
    "reportlab": Way("reportlab, one PDF each", _reportlab(merged=False), 50),
    "reportlab10": Way("reportlab, 1,000 in one document", _reportlab(merged=True), 1000, slow=True),
    "chromium": Way("Chromium, one PDF each", _chromium(merged=False), 30),
    "chromium10": Way("Chromium, 1,000 in one document", _chromium(merged=True), 1000, slow=True),
}
