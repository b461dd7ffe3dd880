"""样式版本 (editions of the templates): every file on which the pages of one form depend, and the press that read them.

An edition is named by the SHA-256 of its listing, which names each file by its own SHA-256: whoever keeps listing and
files can set the page again after the built-in templates were changed, and a changed file is noticed.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

from reports import fonts, writer
from reports.late import Late

_ENGINE, _FFI = Late("weasyprint"), Late("weasyprint.text.ffi")
_NAMES = MappingProxyType(
    {"writer": "写版程序", "engine": "WeasyPrint", "pango": "Pango", "zlib": "zlib", "fonts": "字体"}
)


def press() -> dict[str, str]:
    """印制程序 (the press here): what besides data and templates decides the bytes. Raises `FontsMissing`."""
    number = _FFI.pango.pango_version()
    return {
        "writer": str(writer.VERSION), "engine": _ENGINE.__version__,
        "pango": f"{number // 10000}.{number // 100 % 100}.{number % 100}", "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "fonts": fonts.fingerprint(),
    }  # fmt: skip


def differing(then: Mapping[str, str], now: Mapping[str, str]) -> str:
    """差别 (what differs) between the press of a print and another, in words; "" when nothing does."""
    return "；".join(
        f"{label}印制时为 {then.get(name, '不详')[:16]}，现在为 {now.get(name, '不详')[:16]}"
        for name, label in _NAMES.items() if then.get(name) != now.get(name)
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Edition:
    """样式版本 (edition) of one form: its page and cover, style sheets with layers, and the text of every file."""

    page: str
    cover: str
    style: str
    cover_style: str
    layers: Mapping[str, tuple[str, ...]]
    files: Mapping[str, str]
    press: Mapping[str, str]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Edition) and self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    @cached_property
    def listing(self) -> bytes:
        """清单 (listing): canonical JSON; its SHA-256 is the name of the edition."""
        said = {name: getattr(self, name) for name in ("page", "cover", "style", "cover_style")}
        said |= {"layers": dict(self.layers), "press": dict(self.press)}
        said["files"] = {name: kept_name(name, text) for name, text in self.files.items()}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, indent=1).encode()

    @cached_property
    def sha256(self) -> str:
        """指纹 (fingerprint), hexadecimal; the 样式版本 that the page itself states."""
        return sha256(self.listing).hexdigest()

    def contents(self) -> dict[str, bytes]:
        """留存的文件 (files to be kept) by file name, each name beginning with the SHA-256 of its content."""
        kept = {kept_name(name, text): text.encode() for name, text in self.files.items()}
        return kept | {f"{self.sha256}.json": self.listing}

    def css(self, style: str) -> str:
        """样式表 (style sheet) with those that it is laid over."""
        return "".join(self.files[one] for one in self.layers[style])

    def here(self) -> Edition:
        """The same templates, read by the press that is here now."""
        return replace(self, press=press())


def kept_name(name: str, text: str) -> str:
    """The file name under which one file of an edition is kept."""
    return f"{sha256(text.encode()).hexdigest()}{PurePosixPath(name).suffix}"


def read(listing: bytes, fetch: Callable[[str], bytes]) -> Edition:
    """读出 (an edition out of its listing); `fetch` gives a file by its kept name, verified. `ValueError` when bad."""
    try:
        said: dict[str, Any] = json.loads(listing)
        files = {str(name): fetch(str(kept)).decode() for name, kept in said["files"].items()}
        layers = {str(name): tuple(map(str, names)) for name, names in said["layers"].items()}
        named = {name: str(said[name]) for name in ("page", "cover", "style", "cover_style")}
        return Edition(**named, layers=layers, files=files, press=dict(said["press"]))
    except (KeyError, TypeError, AttributeError) as bad:
        raise ValueError(f"not the listing of an edition: {bad}") from bad
