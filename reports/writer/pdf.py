"""成 PDF (PDF out of sheets): one letter as a file of its own, or the letters of a run in one file with common faces.

A page is the same operators in both, so a letter's content can be compared between them. Every file is a tagged
PDF/A-3a with the data it was made from, or the list of its letters, attached.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby

from reports.writer import archive, tags
from reports.writer.archive import About, Attachment
from reports.writer.drawing import Drawn, drawn, length, margin
from reports.writer.objects import Objects, name, reference, references
from reports.writer.patterns import Pattern
from reports.writer.program import fount
from reports.writer.sheet import Cast, Page, Sheets

QUICK, THOROUGH = 3, 4
"""Compression of one letter, which must be made at once, and of a run, in which most is compressed once for many."""
SHARED, TIMES = 200, 3
"""What stands on so many pages, in so many bytes at least, becomes a stream of its own, which those pages share."""
FOLDED = 4096
"""Texts kept before only their characters are."""
MANIFEST = "文书清单.json"


@dataclass(frozen=True, slots=True)
class Laid:
    """所在页 (where a letter is in a run): pages from 1; SHA-256 of what is on its pages, hexadecimal."""

    number: str
    first_page: int
    pages: int
    content_sha256: str


class _Book:
    """成册 (a PDF being made): pages and tags are added letter by letter, everything else at the end."""

    def __init__(self, level: int) -> None:
        self.objects = Objects(level)
        self._pages, self._resources, self._document = (self.objects.reserve() for _ in range(3))
        self.kids: list[int] = []
        self._sections: list[int] = []
        self._parents: list[int] = []
        self._keys = 0
        self._contents: list[list[bytes]] = []
        self._leaves: list[bytes] = []
        self._texts: set[tuple[str, str]] = set()
        self._characters: dict[str, set[str]] = {}
        self._casts: set[Cast] = set()

    def letter(self, sheets: Sheets, title: str) -> str:
        """Add the pages of a letter; SHA-256 of what is on them."""
        section, children = self.objects.reserve(), []
        owned: list[tuple[int, list[int]]] = []
        start = len(self._contents)
        for page in sheets.pages:
            tops, owners = self._page(page, sheets, section)
            children += tops
            if owners:
                owned.append((self._keys - 1, owners))
        self.objects.plain(tags.section(title, self._document, children), section)
        self._sections.append(section)
        if owned:
            self._parents.append(self.objects.plain(tags.parents(owned)))
        self._fold(FOLDED)
        return hashlib.sha256(b"".join([chunk for chunks in self._contents[start:] for chunk in chunks])).hexdigest()

    def _page(self, page: Page, sheets: Sheets, section: int) -> tuple[list[int], list[int]]:
        """Add one page; the elements that stand in the section, and the owners of its content."""
        pattern, own = _pattern(page, sheets)
        number, first, texts = self.objects.reserve(), self.objects.reserve(pattern.count), self._texts
        if page.cast is None or page.cast not in self._casts:
            texts.update(pattern.texts)
        if page.cast is not None:
            self._casts.add(page.cast)
        chunks = pattern.placed(page.leaves, own)
        for one in own:
            texts.update(one.texts)
        feet = margin(page.margin, sheets.height)
        chunks.append(feet.content)
        texts.update(feet.texts)
        self.objects.plains(pattern.elements(section, number, first), first)
        self._leaf(number, chunks, (sheets.width, sheets.height), tagged=bool(pattern.owners))
        return [first + one for one in pattern.tops], [first + one for one in pattern.owners]

    def _leaf(self, number: int, chunks: list[bytes], size: tuple[float, float], *, tagged: bool) -> None:
        """The page object, as far as it is known before all pages are, and what is on the page."""
        said = b"<</Type/Page/Parent %d 0 R/Resources %d 0 R/MediaBox[0 0 %g %g]" % (
            self._pages, self._resources, length(size[0]), length(size[1])
        )  # fmt: skip
        if tagged:
            said += b"/Tabs/S/StructParents %d" % self._keys
            self._keys += 1
        self._leaves.append(said)
        self._contents.append(chunks)
        self.kids.append(number)

    def blank(self, size: tuple[float, float]) -> None:
        """An empty page."""
        self._leaf(self.objects.reserve(), [], size, tagged=False)

    def _fold(self, least: int) -> None:
        """Keep of the texts so far only which characters they need."""
        if len(self._texts) < least:
            return
        by_face: dict[str, list[str]] = {}
        for face, text in self._texts:
            by_face.setdefault(face, []).append(text)
        for face, texts in by_face.items():
            self._characters.setdefault(face, set()).update("".join(texts))
        self._texts.clear()

    def _write_contents(self) -> None:
        """The pages and their operators; what stands on several pages is written once. ISO 32000-1, 7.7.3.3."""
        objects, shared = self.objects, _Shared(self._contents)
        written: dict[bytes, bytes] = {}
        for number, said, chunks in zip(self.kids, self._leaves, self._contents, strict=True):
            streams = []
            for data, common in shared.parts(chunks):
                found = written.get(data)
                if found is None:
                    found = reference(objects.deflated(b"", data))
                    if common:
                        written[data] = found
                streams.append(found)
            content = b"/Contents[%s]>>" % b" ".join(streams) if streams else b">>"
            objects.plain(said + content, number)

    def finish(self, about: About, attachment: Attachment, identifier: str, extra: bytes = b"") -> bytes:
        """The whole file; `extra` are more entries of the catalogue."""
        objects = self.objects
        self._write_contents()
        self._fold(0)
        faces = sorted(self._characters, key=lambda face: fount(face).resource)
        fonts = b"".join([fount(face).embed(self._characters[face], objects) for face in faces])
        objects.plain(b"<</Font<<%s>>>>" % fonts, self._resources)
        objects.plain(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.kids), references(self.kids)), self._pages)
        root = objects.plain(
            b"<</Type/Catalog/Version/1.7/Pages %d 0 R/Lang(zh-CN)/MarkInfo<</Marked true>>/StructTreeRoot %d 0 R"
            b"/ViewerPreferences<</DisplayDocTitle true>>/Metadata %d 0 R/OutputIntents%s%s%s>>"
            % (
                self._pages, self._tree(), archive.metadata(about, objects), archive.intent(objects),
                archive.attach(attachment, about.day, objects), extra,
            )
        )  # fmt: skip
        key = b"<%s>" % identifier[:32].lower().encode("ascii")
        return objects.finish(b"/Root %d 0 R/Info %d 0 R/ID[%s%s]" % (root, archive.info(about, objects), key, key))

    def outline(self, places: Sequence[tuple[str, int]]) -> int:
        """Bookmarks: the name of each letter, leading to its first page, counted from 0."""
        objects, count = self.objects, len(places)
        root, first = objects.reserve(), objects.reserve(count)
        items = []
        for place, (title, page) in enumerate(places):
            before = b"/Prev %d 0 R" % (first + place - 1) if place else b""
            after = b"/Next %d 0 R" % (first + place + 1) if place + 1 < count else b""
            said = b"<</Title%s/Parent %d 0 R%s%s/Dest[%d 0 R/Fit]>>"
            items.append(said % (name(title), root, before, after, self.kids[page]))
        objects.plains(items, first)
        said = b"<</Type/Outlines/First %d 0 R/Last %d 0 R/Count %d>>"
        return objects.plain(said % (first, first + count - 1, count), root)

    def _tree(self) -> int:
        """The structure tree's root, its only child and the parent tree."""
        objects, tree = self.objects, self.objects.reserve()
        sections, nodes = references(self._sections), references(self._parents)
        objects.plain(b"<</S/Document/P %d 0 R/K[%s]>>" % (tree, sections), self._document)
        parents = objects.plain(b"<</Kids[%s]>>" % nodes)
        said = b"<</Type/StructTreeRoot/K %d 0 R/ParentTree %d 0 R/ParentTreeNextKey %d>>"
        return objects.plain(said % (self._document, parents, self._keys), tree)


def _pattern(page: Page, sheets: Sheets) -> tuple[Pattern, list[Drawn]]:
    """The pattern of a page, and its own leaves, drawn; a page of no cast is a pattern of its own."""
    cast, leaves, images = page.cast, page.leaves, sheets.images
    places = () if cast is None else cast.own
    own = [drawn(leaves[place].leaf, images) for place in places]
    if cast is not None and isinstance(cast.made, Pattern) and cast.made.fits(own):
        return cast.made, own
    pattern = Pattern(leaves, [drawn(placed.leaf, images) for placed in leaves], places, sheets.height)
    if cast is not None:
        cast.made = pattern
    return pattern, own


class _Shared:
    """共用内容 (what pages have in common): which neighbouring leaves of a page stand so on other pages too."""

    def __init__(self, contents: Sequence[Sequence[bytes]]) -> None:
        times: Counter[bytes] = Counter()
        for chunks in contents:
            times.update(chunks)
        self._chunks = {chunk for chunk, count in times.items() if count >= TIMES}
        self._runs = Counter(b"".join(run) for chunks in contents for run, common in self._split(chunks) if common)

    def _split(self, chunks: Sequence[bytes]) -> Iterable[tuple[list[bytes], bool]]:
        return ((list(run), common) for common, run in groupby(chunks, self._chunks.__contains__))

    def parts(self, chunks: Sequence[bytes]) -> list[tuple[bytes, bool]]:
        """The page in parts, and of each whether other pages have it too."""
        found: list[tuple[bytes, bool]] = []
        for run, common in self._split(chunks):
            data = b"".join(run)
            common = common and len(data) >= SHARED and self._runs[data] >= TIMES
            if found and not common and not found[-1][1]:
                found[-1] = (found[-1][0] + data, False)
            else:
                found.append((data, common))
        return found


def one(sheets: Sheets, data: bytes, data_name: str, identifier: str) -> bytes:
    """单件 (one letter): a PDF of its own with its data attached; `identifier` is a hexadecimal digest of the data."""
    return told(sheets, data, data_name, identifier)[0]


def told(sheets: Sheets, data: bytes, data_name: str, identifier: str) -> tuple[bytes, str]:
    """单件与内容校验值 (the same, and SHA-256 of what is on its pages, which is as in a run)."""
    book = _Book(QUICK)
    digest = book.letter(sheets, sheets.title)
    about = About(sheets.title, sheets.author, sheets.day)
    return book.finish(about, Attachment(data_name, data, "本文书所依据的数据"), identifier), digest


def bound(parts: Sequence[tuple[str, Sheets]], about: About, attachment: Attachment, identifier: str) -> bytes:
    """成册 (one file) of several parts with the data of the whole attached; bookmarks, if there are several."""
    book = _Book(QUICK)
    places: list[tuple[str, int]] = []
    for title, sheets in parts:
        places.append((title, len(book.kids)))
        book.letter(sheets, title)
    extra = b"/PageMode/UseOutlines/Outlines %d 0 R" % book.outline(places) if len(parts) > 1 else b""
    return book.finish(about, attachment, identifier, extra)


class Run:
    """批量 (a run): letters one after the other in one PDF, with a bookmark for each and a list of all attached."""

    def __init__(self, title: str, identifier: str) -> None:
        self._title, self._identifier = title, identifier
        self._book = _Book(QUICK)
        self._laid: list[Laid] = []
        self._data: list[str] = []
        self._authors: dict[str, None] = {}
        self._day = ""
        self._size = (0.0, 0.0)

    def add(self, sheets: Sheets, data: bytes, number: str) -> Laid:
        """加一份 (add a letter): its pages come after those before."""
        first = len(self._book.kids) + 1
        digest = self._book.letter(sheets, number)
        laid = Laid(number, first, len(sheets.pages), digest)
        self._laid.append(laid)
        self._data.append(hashlib.sha256(data).hexdigest())
        self._authors[sheets.author] = None
        self._day = max(self._day, sheets.day)
        self._size = sheets.width, sheets.height
        return laid

    def blank(self) -> None:
        """加一空页 (add an empty page), so that the next letter begins on a right-hand page."""
        self._book.blank(self._size)

    def write(self) -> bytes:
        """成文件 (the whole file). Raises `ValueError` for an empty run."""
        if not self._laid:
            raise ValueError("empty run")
        about = About(self._title, "、".join(self._authors), self._day)
        places = [(laid.number, laid.first_page - 1) for laid in self._laid]
        extra = b"/PageMode/UseOutlines/Outlines %d 0 R" % self._book.outline(places)
        attachment = Attachment(MANIFEST, self._manifest(), "本批文书的编号、所在页和校验值")
        return self._book.finish(about, attachment, self._identifier, extra)

    def _manifest(self) -> bytes:
        letters = [
            {**asdict(laid), "data_sha256": data} for laid, data in zip(self._laid, self._data, strict=True)
        ]  # fmt: skip
        said = {"title": self._title, "identifier": self._identifier, "letters": letters}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
