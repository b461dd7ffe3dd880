"""网页部件安装 (fetching what the pages borrow): other people's style sheet and script, fetched once and proven.

Run `python -m integrity.web.fetch` (`--tests` also fetches what only tests use); a second run only checks the hashes.
Each piece is one file, pinned by its SHA-256 whatever package it came in; of a package nothing else is used or run. It
is looked for through pip, as configured on the machine, then through npm. On a machine without either, copy one of the
packages named for each piece into a folder and run `python -m integrity.web.fetch FOLDER`.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from reports import fonts

LARGEST = 4 << 20
"""Bytes of a piece; what is larger is not the piece."""
PATIENCE = 180
"""Seconds for one package."""


class FetchFailed(Exception):
    """网页部件没有装好"""


@dataclass(frozen=True, slots=True)
class Source:
    """来源 (source): a package that carries the piece, the name of its file, and where the piece lies in it."""

    client: str
    package: str
    file: str
    inside: str


@dataclass(frozen=True, slots=True)
class Piece:
    """部件 (piece): one file of a page; `sha256` is of the file without blank lines at its end."""

    name: str
    origin: str
    licence: str
    sha256: str
    sources: tuple[Source, ...]
    tests_only: bool = False

    @property
    def path(self) -> Path:
        """Where it lies once it is there."""
        return folder() / self.name


PIECES = (
    Piece(
        "tabler.css", "Tabler 1.4.0", "MIT",
        "7ef750bd10546a695d0b12767ad8048bd8f3ec5de7daefb1067f9d0daa3d1c9a",
        (
            Source("pip", "django-jazzy-tabler==0.1.1", "django_jazzy_tabler-0.1.1-py3-none-any.whl",
                   "jazzy_tabler/static/vendor/tabler/css/tabler.min.css"),
            Source("npm", "@tabler/core@1.4.0", "tabler-core-1.4.0.tgz", "package/dist/css/tabler.min.css"),
        ),
    ),
    Piece(
        "htmx.js", "htmx 2.0.10", "0BSD",
        "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de",
        (
            Source("pip", "django-htmx==1.29.0", "django_htmx-1.29.0-py3-none-any.whl",
                   "django_htmx/static/django_htmx/htmx-2.min.js"),
            Source("npm", "htmx.org@2.0.10", "htmx.org-2.0.10.tgz", "package/dist/htmx.min.js"),
        ),
    ),
    Piece(
        "axe.js", "axe-core 4.12.1", "MPL-2.0",
        "66a8aaa95a8b044a7fd74a5435873bf04ff65a1ca75567c921b7509742085a14",
        (
            Source("pip", "axe-playwright-python==0.1.8", "axe_playwright_python-0.1.8-py3-none-any.whl",
                   "axe_playwright_python/axe.min.js"),
            Source("npm", "axe-core@4.12.1", "axe-core-4.12.1.tgz", "package/axe.min.js"),
        ),
        tests_only=True,
    ),
)  # fmt: skip


def folder() -> Path:
    """部件目录 (folder of the pieces)."""
    return fonts.assets() / "web"


def content(piece: Piece) -> bytes:
    """The piece; b"" when it is not there, or no longer what was pinned."""
    try:
        found = piece.path.read_bytes()
    except FileNotFoundError:
        return b""
    return found if _proven(piece, found) else b""


def install(packages: Path | None = None, *, tests: bool = False) -> bool:
    """安装 (install) what is not there yet; True when something was. Raises FetchFailed with what to do.

    `packages` is a folder that already holds, for each piece, one of its packages (a machine without network).
    """
    wanted = [piece for piece in PIECES if (tests or not piece.tests_only) and not content(piece)]
    for piece in wanted:
        _put(piece, _taken(piece, packages))
    return bool(wanted)


def _proven(piece: Piece, found: bytes) -> bool:
    return hashlib.sha256(found.rstrip()).hexdigest() == piece.sha256


def _taken(piece: Piece, packages: Path | None) -> bytes:
    """The piece out of the first source that has it as pinned. Raises FetchFailed with what each source said."""
    said = []
    for source in piece.sources:
        try:
            with tempfile.TemporaryDirectory(prefix="chengxin-web-") as scratch:
                found = _unpacked((packages or _fetched(source, Path(scratch))) / source.file, source)
            if _proven(piece, found):
                return found
            said.append(f"{source.file} 中的文件与登记的指纹不符，没有使用")
        except FetchFailed as fault:
            said.append(str(fault))
    files = " 或 ".join(source.file for source in piece.sources)
    raise FetchFailed(
        f"{piece.origin}：{'；'.join(said)}。没有网络时，请把 {files} 拷入一个文件夹，"
        "再运行 python -m integrity.web.fetch 文件夹"
    )


def _fetched(source: Source, into: Path) -> Path:
    """Let the package client put the package into a folder; nothing of it is built, installed or run."""
    pip = [sys.executable, "-m", "pip", "download", "-qq", "--no-input", "--no-deps", "--only-binary=:all:"]
    commands = {
        "pip": [*pip, "--disable-pip-version-check", "-d", ".", source.package],
        "npm": ["npm", "pack", "--silent", "--ignore-scripts", source.package],
    }
    command = commands[source.client]
    if shutil.which(command[0]) is None:
        raise FetchFailed(f"本机没有 {source.client}")
    try:
        subprocess.run(command, cwd=into, capture_output=True, check=True, timeout=PATIENCE)
    except (subprocess.SubprocessError, OSError):
        raise FetchFailed(f"{source.client} 没有取到 {source.package}，请检查网络和 {source.client} 的设置") from None
    return into


def _unpacked(package: Path, source: Source) -> bytes:
    """One file out of a package."""
    try:
        if package.suffix == ".whl":
            with zipfile.ZipFile(package) as wheel, wheel.open(source.inside) as inside:
                return inside.read(LARGEST)
        with tarfile.open(package, "r:gz") as tar:
            member = tar.extractfile(source.inside)
            return member.read(LARGEST) if member else b""
    except FileNotFoundError:
        raise FetchFailed(f"没有 {package.name}") from None
    except (zipfile.BadZipFile, tarfile.TarError, KeyError, OSError, EOFError):
        raise FetchFailed(f"{package.name} 已损坏，或者不是要的软件包") from None


def _put(piece: Piece, found: bytes) -> None:
    piece.path.parent.mkdir(parents=True, exist_ok=True)
    fresh = piece.path.with_suffix(".new")
    fresh.write_bytes(found)
    fresh.replace(piece.path)


def main(given: list[str]) -> int:
    """入口 (entry point): one clear line either way."""
    tests = "--tests" in given
    packages = [Path(one) for one in given if one != "--tests"]
    try:
        fetched = install(packages[0] if packages else None, tests=tests)
    except (FetchFailed, OSError) as failure:
        print(f"网页部件没有装好：{failure}", file=sys.stderr)
        return 1
    print(f"网页部件{'已安装' if fetched else '已就绪'}：{folder()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
