"""网页部件 (parts for pages): two small pieces of other people's JavaScript that go into the verification page.

tweetnacl (public domain) checks signatures where a browser cannot; jsQR (Apache-2.0) reads codes off photographs. They
are fetched once at set-up through npm, as it is configured on the machine, each pinned by SHA-256; nothing is fetched
when a page is made or used. Without npm, copy the two .tgz files into the folder that `reports.setup` is given.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from reports import fonts


class PartsFailed(Exception):
    """网页部件未装好"""


@dataclass(frozen=True, slots=True)
class Part:
    """部件 (part): one script out of a package, both pinned."""

    name: str
    version: str
    sha256: str
    inside: str
    script_sha256: str
    licence: str

    @property
    def package(self) -> str:
        """File name of the package."""
        return f"{self.name}-{self.version}.tgz"

    @property
    def path(self) -> Path:
        """Where the script lies once it is there."""
        return fonts.assets() / "parts" / f"{self.name}-{self.version}.js"


SIGNATURES = Part(
    "tweetnacl", "1.0.3", "5f8dc49cb4483e206ba3ebb22abbccfc0218c59b60fc78cce24197ced5b9e102",
    "package/nacl-fast.min.js", "3ec535c004aeeb225785d8e93fb33bf99f52e399bd7dfc01969b5629baea5131",
    "tweetnacl 1.0.3, public domain (Unlicense)",
)  # fmt: skip
PHOTOGRAPHS = Part(
    "jsqr", "1.4.0", "b5299b37917a1fe7a8cab9dd5cc6b8accf82663add80abe5bf7761a921cc6602",
    "package/dist/jsQR.js", "bc40c8a15196236b2314db0856f72ca0b49980cd5413b8c852a7349f5fee0859",
    "jsQR 1.4.0, Apache-2.0",
)  # fmt: skip
PARTS = (SIGNATURES, PHOTOGRAPHS)


def script(part: Part) -> str:
    """The script; "" when set-up could not fetch it, or when it is no longer what was pinned."""
    try:
        content = part.path.read_bytes()
    except FileNotFoundError:
        return ""
    return content.decode() if hashlib.sha256(content).hexdigest() == part.script_sha256 else ""


def install(packages: Path | None = None) -> None:
    """安装 (install) what is not there yet. Raises PartsFailed: pages are then made without that part."""
    for part in PARTS:
        if not script(part):
            _put(part, _found(part, packages) if packages else _fetched(part))


def _found(part: Part, packages: Path) -> bytes:
    try:
        return (packages / part.package).read_bytes()
    except FileNotFoundError:
        raise PartsFailed(f"文件夹 {packages} 中没有 {part.package}") from None


def _fetched(part: Part) -> bytes:
    """The package as npm gets it; nothing of it is installed or run."""
    if shutil.which("npm") is None:
        raise PartsFailed(f"本机没有 npm；可把 {'、'.join(one.package for one in PARTS)} 拷入一个文件夹后再安装")
    with tempfile.TemporaryDirectory(prefix="chengxin-parts-") as scratch:
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"{part.name}@{part.version}"]
        done = subprocess.run(command, cwd=scratch, capture_output=True, check=False, timeout=120)
        path = Path(scratch) / part.package
        if done.returncode or not path.is_file():
            raise PartsFailed(f"npm 没有取到 {part.name}，请检查网络和 npm 的设置")
        return path.read_bytes()


def _put(part: Part, package: bytes) -> None:
    """Take the one script out of a package. Raises PartsFailed when either is not what was pinned."""
    if hashlib.sha256(package).hexdigest() != part.sha256:
        raise PartsFailed(f"{part.package} 的指纹与登记不符，没有使用")
    with tarfile.open(fileobj=BytesIO(package), mode="r:gz") as tar:
        inside = tar.extractfile(part.inside)
        content = inside.read() if inside else b""
    if hashlib.sha256(content).hexdigest() != part.script_sha256:
        raise PartsFailed(f"{part.package} 中的 {part.inside} 与登记的指纹不符，没有使用")
    part.path.parent.mkdir(parents=True, exist_ok=True)
    fresh = part.path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(part.path)
