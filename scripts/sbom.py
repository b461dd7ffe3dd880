"""软件成分清单 (bill of materials): what the program is made of, as CycloneDX 1.6, out of the pins in this repository.

Nothing is asked of the network or of what is installed: the locked Python packages with their hashes, the typefaces,
and the files that pages and the verification page borrow. The same repository gives the same bytes.

    python scripts/sbom.py FILE
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the pins of fonts and borrowed files stand in the program's own modules

from integrity.web.fetch import PIECES  # noqa: E402
from reports.parts import PARTS  # noqa: E402
from reports.setup import PACKAGES  # noqa: E402

_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^ +# +(?:via +)?([a-z0-9][a-z0-9._-]*)(?: \(|$)", re.MULTILINE)
_SPACE = uuid.UUID("8f6f6f0e-2b8e-5b0f-9a52-3f0c3a3d9d11")
Component = dict[str, Any]


def document() -> dict[str, Any]:
    """The whole bill; its serial number is of its content."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    parts = sorted([*python_packages(project), *fonts(), *borrowed()], key=_key)
    own = {
        "type": "application", "bom-ref": project["name"], "name": project["name"], "version": project["version"],
        "licenses": [{"license": {"id": project["license"]}}],
    }  # fmt: skip
    serial = uuid.uuid5(_SPACE, json.dumps([own, parts], sort_keys=True))
    return {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1,
        "metadata": {"component": own}, "components": parts,
    }  # fmt: skip


def _key(one: Component) -> str:
    return str(one["bom-ref"])


def python_packages(project: dict[str, Any]) -> Iterator[Component]:
    """The locked packages; those that only tests and tools need are told by their scope."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    starts = [*_PIN.finditer(lock)]
    ends = [*(one.start() for one in starts[1:]), len(lock)]
    blocks = {one[1]: (one[2], lock[one.end() : end]) for one, end in zip(starts, ends, strict=True)}
    needed = _needed({name: set(_VIA.findall(block)) for name, (_, block) in blocks.items()}, project["dependencies"])
    for name, (version, block) in blocks.items():
        purl = f"pkg:pypi/{name}@{version}"
        yield {
            "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl,
            "scope": "required" if name in needed else "excluded",
            "properties": [{"name": "archive:sha256", "value": one} for one in sorted(_HASH.findall(block))],
        }  # fmt: skip


def _needed(wanted_by: dict[str, set[str]], direct: list[str]) -> set[str]:
    """What the program itself asks for, and what that asks for."""
    found = {re.split(r"[\[<>=;\s]", one, maxsplit=1)[0].lower() for one in direct}
    while more := {name for name, via in wanted_by.items() if via & found} - found:
        found |= more
    return found


def fonts() -> Iterator[Component]:
    """The packages with the typefaces, and each file by its hash."""
    for one in PACKAGES:
        purl = f"pkg:deb/debian/{one.name}@{one.version}"
        yield {
            "type": "library", "bom-ref": purl, "name": one.name, "version": one.version, "purl": purl,
            "hashes": _sha256(one.sha256), "components": [
                {"type": "file", "bom-ref": f"{purl}#{name}", "name": name.rpartition("/")[2], "hashes": _sha256(seen)}
                for name, seen in sorted(one.files.items())
            ],
        }  # fmt: skip


def borrowed() -> Iterator[Component]:
    """Style sheets and scripts of others: of the pages, of the verification page."""
    for piece in PIECES:
        scope = "excluded" if piece.tests_only else "required"
        yield _file(piece.name, piece.origin, piece.licence, piece.sha256, scope)
    for part in PARTS:
        yield _file(f"{part.name}.js", part.licence, part.licence.partition(", ")[2], part.script_sha256, "required")


def _file(name: str, origin: str, licence: str, digest: str, scope: str) -> Component:
    version = re.search(r"\d+(?:\.\d+)+", origin)
    return {
        "type": "file", "bom-ref": f"file:{name}", "name": name, "version": version[0] if version else "",
        "description": origin, "licenses": [{"license": {"name": licence}}], "hashes": _sha256(digest), "scope": scope,
    }  # fmt: skip


def _sha256(digest: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": digest}]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    made = document()
    target.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"软件成分清单：{target}（{len(made['components'])} 项）")
