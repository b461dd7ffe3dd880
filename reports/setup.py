"""字体安装 (font set-up): fetch the faces once, prove what they are, and make them ready for the press.

Run `python -m reports.setup`; a second run only checks the hashes. On a machine without the Debian archive, copy the
four .deb files into a folder and run `python -m reports.setup FOLDER`.
Every .deb and every font file is pinned by SHA-256. When the archive has moved on to another package version, the
newer package is taken, but the font files inside must still be the pinned ones.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from ctypes import util
from dataclasses import dataclass
from pathlib import Path

from fontTools.ttLib import TTFont

from reports import codes, fonts, parts
from reports.faces import Face, cut

RECIPE = "4"
"""Raise it whenever `faces` makes other bytes out of the same sources."""


class SetupFailed(Exception):
    """字体安装未完成"""


@dataclass(frozen=True, slots=True)
class Package:
    """软件包 (package): one .deb of the Debian archive; `files` maps a path inside it to the file's SHA-256."""

    name: str
    version: str
    sha256: str
    files: dict[str, str]


_OPEN = "./usr/share/fonts/opentype/noto/"
_TRUE = "./usr/share/fonts/truetype/"
_FANDOL = "./usr/share/texlive/texmf-dist/fonts/opentype/public/fandol/"

PACKAGES = (
    Package(
        "texlive-lang-chinese",
        "2022.20230122-1",
        "9cfa07bd44e7b9098e26f0ecac1b5ad210d2249d474c8074d53de92d650b0ec0",
        {
            _FANDOL + "FandolFang-Regular.otf": "d838ad32ce2244d8144f408c37fe71065aba6fbbc80759a4d2aa2033948d5bc9",
            _FANDOL + "FandolKai-Regular.otf": "ea7e7fb4f9b3ac694a68d43946e04d21deed6e8c29a7c2d3081e1a4138f2f827",
        },
    ),
    Package(
        "fonts-noto-cjk",
        "1:20220127+repack1-1",
        "4a2515eb6db3978b897fef9709ed0d2b1f4c6c4df4d83d6c4ef65f71f1b1f502",
        {
            _OPEN + "NotoSerifCJK-Regular.ttc": "a04178ec485dffdff7cc0c0c20e1fce9202d7e2160d805e8e44a4c8841c58481",
            _OPEN + "NotoSerifCJK-Bold.ttc": "a5d4b046c127da3d7c72f98b46c41489cd29bf52abfdf18aba920903e920d4ac",
            _OPEN + "NotoSansCJK-Regular.ttc": "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
            _OPEN + "NotoSansCJK-Bold.ttc": "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb",
        },
    ),
    Package(
        "fonts-hanazono",
        "20170904-2.1",
        "a6943366b4f5a6cec34221f8b4eb22555a628f0ee6ef4e3d3401cabe9363aeae",
        {
            _TRUE + "hanazono/HanaMinA.ttf": "7ca87559414474848fc513a8d8eb42d5b0f8194c30c2abdfbfedff5398ec88d7",
            _TRUE + "hanazono/HanaMinB.ttf": "829543436cdf7b4c6730e2af5806fa406f8ddf0d4b656e0cd49c58d4db1c8d3c",
        },
    ),
    Package(
        "fonts-babelstone-han",
        "15.0.5-2",
        "c7b7f9b5b78ad14c94d7e6d2b103307a7a643844c7db856fb97611d9d8a80589",
        {
            _TRUE + "babelstone/BabelStoneHan.ttf": "a2027ca3606907f6a628e9cd869605e3879beaaa38b37c7fec95b372130628c8",
        },
    ),
)

FACES = (
    Face("PressFang.ttf", "FandolFang-Regular.otf", "Press Fang", 400, "no ascii", "NotoSerifCJK-Regular.ttc"),
    Face("PressKai.ttf", "FandolKai-Regular.otf", "Press Kai", 400, "no ascii", "NotoSerifCJK-Regular.ttc"),
    Face("PressSong.ttf", "NotoSerifCJK-Regular.ttc", "Press Song", 400, "han"),
    Face("PressSong-Bold.ttf", "NotoSerifCJK-Bold.ttc", "Press Song", 700, "gb2312"),
    Face("PressHei.ttf", "NotoSansCJK-Regular.ttc", "Press Hei", 400, "gb2312"),
    Face("PressHei-Bold.ttf", "NotoSansCJK-Bold.ttc", "Press Hei", 700, "gb2312"),
    Face("PressRareA.ttf", "HanaMinA.ttf", "Press Rare A", 400, "as it is"),
    Face("PressRareB.ttf", "HanaMinB.ttf", "Press Rare B", 400, "as it is"),
    Face("PressRareC.ttf", "BabelStoneHan.ttf", "Press Rare C", 400, "as it is"),
)

FONTCONFIG = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{folder}/cache</cachedir><config><rescan><int>0</int></rescan></config></fontconfig>
"""


def sha256(path: Path) -> str:
    """文件指纹 (file fingerprint): hexadecimal SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ready(folder: Path) -> bool:
    """已安装 (ready): are the faces of this recipe there, each with the hash noted when it was made?"""
    try:
        noted = json.loads((folder / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return False
    files: dict[str, str] = noted.get("files", {})
    return (
        noted.get("recipe") == RECIPE
        and (folder / "fonts.conf").is_file()
        and set(files) == {face.file for face in FACES}
        and all((folder / name).is_file() and sha256(folder / name) == seen for name, seen in files.items())
    )


def fetch(package: Package, into: Path) -> Path:
    """取包 (fetch): download one .deb without installing it; the pinned version first, else the archive's candidate."""
    if shutil.which("apt-get") is None:
        raise SetupFailed(
            "本机没有 apt-get，请在能上网的 Debian 12 机器上下载 "
            + "、".join(p.name for p in PACKAGES)
            + " 四个 .deb 包，拷入一个文件夹后运行：python -m reports.setup 文件夹"
        )
    if _download(f"{package.name}={package.version}", into):
        deb = _found(package, into)
        if sha256(deb) != package.sha256:
            raise SetupFailed(f"{deb.name} 的指纹与登记不符，已停止安装 (SHA-256 of the package differs)")
        return deb
    if _download(package.name, into):
        return _found(package, into)
    raise SetupFailed(f"下载 {package.name} 失败，请检查网络和 apt 源后重试 (apt-get download failed)")


def _download(what: str, into: Path) -> bool:
    """Try, refresh the package index (needs root, harmless otherwise), try once more."""
    for command in (["download", what], ["update"], ["download", what]):
        done = subprocess.run(["apt-get", "-qq", *command], cwd=into, capture_output=True, check=False)
        if command[0] == "download" and done.returncode == 0:
            return True
    return False


def _found(package: Package, within: Path) -> Path:
    debs = sorted(within.glob(f"{package.name}_*.deb"))
    if not debs:
        raise SetupFailed(f"没有找到 {package.name} 的 .deb 文件 (package file not found in {within})")
    return debs[-1]


def unpack(deb: Path, package: Package, into: Path) -> None:
    """拆包 (unpack): take only the named font files out of the .deb, and check the SHA-256 of each."""
    command = ["dpkg-deb", "--fsys-tarfile", str(deb)]
    try:
        with (
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
            tarfile.open(fileobj=process.stdout, mode="r|") as tar,
        ):
            for member in tar:
                if member.name in package.files and (content := tar.extractfile(member)) is not None:
                    with (into / Path(member.name).name).open("wb") as file:
                        shutil.copyfileobj(content, file)
    except tarfile.TarError as torn:
        raise SetupFailed(f"{deb.name} 已损坏，请重新下载 (damaged package)") from torn
    for name, expected in package.files.items():
        font = into / Path(name).name
        if not font.is_file() or sha256(font) != expected:
            raise SetupFailed(f"{package.name} 中的 {font.name} 与登记的指纹不符，已停止安装 (font file differs)")


def coverage(paths: Iterable[Path]) -> list[list[int]]:
    """覆盖范围 (coverage): ranges `[first, last]` of the code points that at least one face can draw."""
    points: set[int] = set()
    for path in paths:
        with TTFont(path, lazy=True) as font:
            points |= set(font.getBestCmap())
    ranges: list[list[int]] = []
    for point in sorted(points):
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return ranges


def make(sources: Path, folder: Path) -> None:
    """制备 (make): write the faces, the private fontconfig file and, last of all, the manifest that says it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    with ProcessPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
        list(pool.map(cut, FACES, [sources] * len(FACES), [folder] * len(FACES)))
    (folder / "fonts.conf").write_text(FONTCONFIG.format(folder=folder), "utf-8")
    files = {face.file: sha256(folder / face.file) for face in FACES}
    noted = {
        "recipe": RECIPE,
        "fingerprint": hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest(),
        "files": files,
        "ranges": coverage(folder / name for name in files),
    }
    fresh = folder / "manifest.json.new"
    fresh.write_text(json.dumps(noted), "utf-8")
    fresh.replace(folder / "manifest.json")


def install(folder: Path, debs: Path | None = None) -> bool:
    """安装 (install): True when faces were made now, False when they were there already. May raise `SetupFailed`.

    `debs` is a folder that already holds the four .deb files (a machine without network).
    """
    if ready(folder):
        return False
    if shutil.which("dpkg-deb") is None:
        raise SetupFailed("本机没有 dpkg-deb，无法拆开字体包 (dpkg-deb is needed to unpack the fonts)")
    with tempfile.TemporaryDirectory(prefix="chengxin-fonts-") as scratch:
        sources = Path(scratch)
        for package in PACKAGES:
            unpack(_found(package, debs) if debs else fetch(package, sources), package, sources)
        make(sources, folder)
    return True


def main() -> int:
    """入口 (entry point): one clear line either way."""
    try:
        made = install(fonts.folder(), Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except (SetupFailed, OSError, subprocess.SubprocessError) as failure:
        print(f"字体安装未完成：{failure}", file=sys.stderr)
        return 1
    print(f"字体{'已安装' if made else '已就绪'}：{fonts.folder()}")
    codes.prepare()
    try:
        parts.install(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
    except (parts.PartsFailed, OSError, subprocess.SubprocessError) as lacking:
        print(f"提示：核验网页将少一些功能：{lacking}")
    if util.find_library("harfbuzz-subset") is None:
        print("提示：没有找到 libharfbuzz-subset0，印制会慢几十倍，请安装：apt-get install libharfbuzz-subset0")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
