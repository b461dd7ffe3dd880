"""离线核验网页 (verification page): one file with keys, lists and scripts in it, for offices that have no network.

The browser is forbidden everything that the page does not need: no address can be reached, and only the scripts that
were put in here run, each named by its hash.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from html import escape
from pathlib import Path

from integrity import seal_lists, verifying
from integrity.rules import check_code
from integrity.rules.writing import paper_date
from integrity.terms import PaperKind
from reports import parts

SOURCES = Path(__file__).resolve().parent / "data" / "verify"


@dataclass(frozen=True, slots=True)
class Page:
    """网页 (page): the file, and in words what it cannot do for lack of a part; "" when all is there."""

    html: bytes
    lacking: str


def page(published: bytes, *, bundled_only: bool = False) -> Page:
    """The page for a published list. `bundled_only` passes the browser's own check of signatures by."""
    listed = seal_lists.read(published)
    style = (SOURCES / "page.css").read_text("utf-8")
    scripts = {part.name: parts.script(part) for part in parts.PARTS}
    own = (SOURCES / "verify.js").read_text("utf-8")
    chosen = [one for one in (*scripts.values(), own) if one]
    lacking = _lacking(scripts)
    values = {
        "POLICY": policy(chosen, style), "STYLE": style,
        "MADE": paper_date(date.fromisoformat(listed.made_at[:10])), "SIGNER": escape(listed.signer),
        "BYEYE": verifying.BY_EYE, "LACKING": escape("；".join((lacking, *_licences(scripts))).strip("；")),
        "TOLD": _told(published, bundled_only), "SCRIPTS": "\n".join(f"<script>{one}</script>" for one in chosen),
    }  # fmt: skip
    html = (SOURCES / "page.html").read_text("utf-8")
    head, *rest = html.split("@")
    filled = head + "".join(values.get(one, one) if n % 2 == 0 else one for n, one in enumerate(rest))
    return Page(filled.encode(), lacking)


def policy(scripts: list[str], style: str) -> str:
    """内容安全策略 (content security policy): nothing but these scripts and this style."""
    allowed = " ".join(_hashed(one) for one in scripts)
    return f"default-src 'none'; script-src {allowed}; style-src {_hashed(style)}; base-uri 'none'; form-action 'none'"


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def _told(published: bytes, bundled_only: bool) -> str:
    """What the script is told, in a block that no text in it can close."""
    told = {
        "list": json.loads(published), "words": check_code.WORDS, "lengths": check_code.LENGTHS,
        "blanks": check_code.BLANKS, "kinds": {one.name: one.value for one in PaperKind}, "bundledOnly": bundled_only,
        "dataCompared": verifying.DATA_COMPARED,
        "answers": {
            "CODE_ONLY": verifying.CODE_ONLY, "ENDED": verifying.ENDED, "FALSE": verifying.FALSE,
            "UNDONE": verifying.UNDONE,
        },
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")


def _lacking(scripts: dict[str, str]) -> str:
    said = []
    if not scripts[parts.PHOTOGRAPHS.name]:
        said.append("本网页不能识读照片，请用扫码枪或者粘贴数字")
    if not scripts[parts.SIGNATURES.name]:
        said.append("只能用支持 Ed25519 的新浏览器")
    return "；".join(said)


def _licences(scripts: dict[str, str]) -> list[str]:
    return [f"含 {one.licence}" for one in parts.PARTS if scripts[one.name]]
