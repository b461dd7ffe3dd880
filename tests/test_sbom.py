"""软件成分清单 (the bill of materials): complete, out of the pins alone, and the same every time."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def made(folder: Path, name: str) -> bytes:
    """The bill, made by a process that can reach no network and knows no settings."""
    target = folder / name
    command = [sys.executable, str(ROOT / "scripts/sbom.py"), str(target)]
    surroundings = {"PATH": os.environ["PATH"], "ALL_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    subprocess.run(command, check=True, capture_output=True, cwd=folder, env=surroundings)
    return target.read_bytes()


def test_every_pin_is_in_the_bill_and_the_bill_is_the_same_again(tmp_path: Path) -> None:
    text = made(tmp_path, "one.json")
    assert text == made(tmp_path, "two.json")
    bill = json.loads(text)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", bill["serialNumber"])
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    parts = {one["bom-ref"]: one for one in bill["components"]}
    assert len(parts) == len(bill["components"]), "no reference twice"
    python = {one["name"]: one for one in parts.values() if one["bom-ref"].startswith("pkg:pypi/")}
    assert {(name, one["version"]) for name, one in python.items()} == set(re.findall(r"(?m)^(\S+)==(\S+)", lock))
    hashes = [one["value"] for each in python.values() for one in each["properties"]]
    assert sorted(hashes) == sorted(re.findall(r"sha256:([0-9a-f]{64})", lock))
    assert {name: python[name]["scope"] for name in ("fastapi", "starlette", "h11", "pytest", "mypy", "ruff")} == {
        "fastapi": "required", "starlette": "required", "h11": "required", "pytest": "excluded", "mypy": "excluded",
        "ruff": "excluded",
    }  # fmt: skip
    assert {"file:tabler.css", "file:htmx.js", "file:tweetnacl.js", "file:jsqr.js"} <= set(parts)
    (songs,) = [one for one in parts.values() if one["name"] == "fonts-noto-cjk"]
    assert all(re.fullmatch(r"[0-9a-f]{64}", one["hashes"][0]["content"]) for one in songs["components"])
