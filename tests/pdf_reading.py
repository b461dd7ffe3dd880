"""读回 PDF (reading a PDF back), piece by piece, by the structure tree and the fonts' own tables only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import pikepdf

_PAIR = re.compile(rb"<([0-9a-f]{4})><([0-9a-f]+)>")


@dataclass(frozen=True)
class Element:
    """结构元素 (structure element) as read: its role, its text or its children, and what else it says."""

    role: str
    text: str
    children: tuple[Element, ...]
    entries: dict[str, str]

    def flat(self) -> Iterator[tuple[str, str]]:
        """Role and text of every element that holds content, in reading order."""
        if self.text or not self.children:
            yield self.role, self.text
        for child in self.children:
            yield from child.flat()


def opened(pdf: bytes) -> pikepdf.Pdf:
    """The PDF, its syntax checked."""
    found = pikepdf.Pdf.open(BytesIO(pdf))
    assert found.check_pdf_syntax() == []
    return found


def characters(font: pikepdf.Object) -> dict[int, str]:
    """Code → character, as the font tells a reader."""
    said = font.ToUnicode.read_bytes().partition(b"endcodespacerange")[2]
    return {int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in _PAIR.findall(said)}


def tagged(page: pikepdf.Page) -> tuple[dict[int, str], str, list[str]]:
    """Text by number of the content, text of the artifacts, and the fonts used, of one page."""
    meanings = {name: characters(font) for name, font in page.Resources.Font.items()}
    marks: list[int | None] = []
    found: dict[int, str] = {}
    outside, face, faces = "", "", []
    for operands, operator in pikepdf.parse_content_stream(page):
        said = str(operator)
        if said in ("BDC", "BMC"):
            number = operands[1].get("/MCID") if len(operands) > 1 else None
            marks.append(None if number is None else int(number))
            if number is not None:
                assert int(number) == len(found), "numbers of the content follow the page"
                found[int(number)] = ""
        elif said == "EMC":
            marks.pop()
        elif said == "Tf":
            face = str(operands[0])
            faces.append(face)
        elif said == "Tj":
            data = bytes(operands[0])
            text = "".join(meanings[face][data[at] << 8 | data[at + 1]] for at in range(0, len(data), 2))
            assert marks, "every text is tagged or an artifact"
            if marks[-1] is None:
                outside += text
            else:
                found[marks[-1]] += text
    return found, outside, faces


def tree(pdf: pikepdf.Pdf) -> Element:
    """结构树 (the structure tree), checked against the parent tree."""
    pages = {page.objgen: tagged(page)[0] for page in pdf.pages}
    keys = {page.objgen: int(page["/StructParents"]) for page in pdf.pages if "/StructParents" in page}
    owners: dict[int, list[pikepdf.Object]] = {}
    for node in pdf.Root.StructTreeRoot.ParentTree.Kids:
        numbers = list(node.Nums)
        owners |= {int(key): list(found) for key, found in zip(numbers[::2], numbers[1::2], strict=True)}
        assert [int(one) for one in node.Limits] == [int(numbers[0]), int(numbers[-2])]
    assert sorted(keys.values()) == sorted(owners)

    def element(node: pikepdf.Object, parent: pikepdf.Object) -> Element:
        assert node.P.objgen == parent.objgen
        kids = node.get("/K")
        text, children = "", []
        if isinstance(kids, int):
            text = pages[node.Pg.objgen].pop(kids)
            assert owners[keys[node.Pg.objgen]][kids].objgen == node.objgen
        elif kids is not None:
            children = [element(child, node) for child in kids]
        entries = {key: str(value) for key, value in node.items() if key in ("/Alt", "/T")}
        if "/A" in node:
            entries |= {key: str(value) for key, value in node.A.items()}
        return Element(str(node.S)[1:], text, tuple(children), entries)

    root = pdf.Root.StructTreeRoot
    found = element(root.K, root)
    assert not any(pages.values()), "every content belongs to an element"
    return found
