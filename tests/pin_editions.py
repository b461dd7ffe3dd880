"""留样 (pinned letters): writes `tests/editions`, which hold the writer to its bytes. `python -m tests.pin_editions`.

Run after `writer.VERSION` was raised. Templates and contents are frozen here, so that only the press can change bytes:
with `--fresh` they are taken anew from the samples of today.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from integrity.papers import freeze, thaw
from reports import editions
from reports.press import NORMAL, Item, Variant, render
from tests.random_letters import samples

FOLDER = Path(__file__).parent / "editions"
CODE = "3" * 293
CHOSEN = (("F11", NORMAL, 0, ""), ("F13", Variant(large=True, cover=True), 2, CODE), ("REDUCTION", NORMAL, 0, CODE))


def fresh() -> list[dict[str, Any]]:
    """Templates and contents of today, kept."""
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.iterdir():
        path.unlink()
    known, told = dict(samples()), []
    for name, variant, copy, code in CHOSEN:
        _, body = freeze(known[name])
        edition = Item(thaw(body), None, code, variant).edition
        for file, content in edition.contents().items():
            (FOLDER / file).write_bytes(content)
        told.append({
            "form": name, "edition": edition.sha256, "large": variant.large, "cover": variant.cover, "copy": copy,
            "code": code, "letter": json.loads(body),
        })  # fmt: skip
    return told


def pinned(told: dict[str, Any]) -> dict[str, Any]:
    """The digests of what the press prints now."""
    edition = editions.read(
        (FOLDER / f"{told['edition']}.json").read_bytes(), lambda name: (FOLDER / name).read_bytes()
    )
    letter = thaw(json.dumps(told["letter"]).encode(), copy=told["copy"])
    paper = render(Item(letter, None, told["code"], Variant(told["large"], told["cover"]), edition))
    return told | {"pdf": paper.sha256, "content": paper.content_sha256, "press": editions.press()}


if __name__ == "__main__":
    known = fresh() if "--fresh" in sys.argv else json.loads((FOLDER / "letters.json").read_text("utf-8"))
    said = json.dumps([pinned(one) for one in known], ensure_ascii=False, indent=1) + "\n"
    (FOLDER / "letters.json").write_text(said, encoding="utf-8")
