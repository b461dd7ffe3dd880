"""字体与缺字检查 (typefaces and the glyph gate): which faces are there, and can they draw every character of a text?

Source: GB 18030-2022 implementation level 3 is the repertoire that names on file can hold; 仿宋、楷、宋、黑 are
the faces of official papers (GB/T 9704-2012, 5.2.2). The faces are fetched at set-up
(`python -m reports.setup`), not committed.
"""

from __future__ import annotations

import json
import os
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from reports.faults import FontsMissing, Missing

ROOT = Path(__file__).resolve().parents[1]


def assets() -> Path:
    """资料目录 (asset folder): `$CHENGXIN_ASSETS`, else `.assets` beside the packages."""
    return Path(os.environ.get("CHENGXIN_ASSETS") or ROOT / ".assets").resolve()


def folder() -> Path:
    """字体目录 (font folder)."""
    return assets() / "fonts"


# Pango reads this when it first starts and never again, so it is set here, before any module of ours can load Pango.
os.environ["FONTCONFIG_FILE"] = str(folder() / "fonts.conf")


@lru_cache(maxsize=1)
def manifest() -> Mapping[str, object]:
    """字体清单 (font manifest): `{"recipe", "fingerprint", "files": {name: sha256}, "ranges": [[first, last], …]}`.

    Raises `FontsMissing` when set-up has not been run.
    """
    try:
        loaded: Mapping[str, object] = json.loads((folder() / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise FontsMissing from None
    return loaded


def fingerprint() -> str:
    """字体指纹 (font fingerprint): hexadecimal SHA-256 over all faces; part of what a printed page depends on."""
    return str(manifest()["fingerprint"])


@lru_cache(maxsize=1)
def _ranges() -> tuple[list[int], list[int]]:
    pairs = manifest()["ranges"]
    assert isinstance(pairs, list)
    return [first for first, _ in pairs], [last for _, last in pairs]


def printable(character: str) -> bool:
    """能否印出 (printable): is there a face for it, and is it a character with one agreed meaning?

    Private-use characters are refused although some faces hold glyphs for them: what they show depends on the machine.
    Control and format characters (including those that turn the direction of text round) are refused as invisible.
    """
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or _unseen(ord(character)):
        return False
    starts, ends = _ranges()
    place = bisect_right(starts, ord(character)) - 1
    return place >= 0 and ord(character) <= ends[place]


_UNSEEN = ((0x115F, 0x1160), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xFFFC, 0xFFFC),
           (0xE0100, 0xE01EF))  # fmt: skip
"""Fillers, variation selectors and stand-ins: printed as a blank or not at all."""


def _unseen(point: int) -> bool:
    return any(first <= point <= last for first, last in _UNSEEN)


_DRAWN: set[str] = set()
"""Characters that were found printable: one look at a whole text instead of one at each character."""


def drawable(text: str) -> bool:
    """可印 (drawable): can every character of a text be printed?"""
    unknown = set(text) - _DRAWN
    _DRAWN.update(found := [character for character in unknown if printable(character)])
    return len(found) == len(unknown)


def missing_glyphs(texts: Mapping[str, str]) -> list[Missing]:
    """缺字检查 (glyph gate): every character of `texts` (field → text) that cannot be printed, once per field."""
    return [
        Missing(field, character, f"U+{ord(character):04X}")
        for field, text in texts.items()
        for character in dict.fromkeys(text)
        if not printable(character)
    ]
