"""网页与命令同答 (the page and the command answer alike): every sort of code, every manner of typing, one judgement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from integrity import seal_lists, seals, verify_page, verifying
from integrity.__main__ import app
from integrity.rules import check_code
from integrity.vault import create_vault
from tests.browser.test_verify_page import CHROMIUM, Opened, browser
from tests.codes_office import Sealed, sealed, tampered
from tests.conftest import SetClock
from tests.papers_office import papers
from tests.test_seals import made_with

__all__ = ["browser", "papers", "sealed"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no browser on this machine: make test installs one")
EXITS = {
    verifying.GENUINE: 0, verifying.CODE_ONLY: 6, verifying.ENDED: 1, verifying.FALSE: 1, verifying.UNDONE: 2
}  # fmt: skip
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


def command(*words: object) -> tuple[str, list[str]]:
    """The answer of the command, and what it says beside it; its exit code is that of the answer."""
    done = CliRunner().invoke(app, ["verify-code", *map(str, words)])
    answer, *rest = [line for line in done.output.splitlines() if not line.startswith("核验资料制作于")]
    assert done.exit_code == EXITS[answer], f"{words}: {done.output} {done.exception!r}"
    fields = ("文号：", "机关：", "文书：", "成文日期：2", "内容指纹：", verifying.BY_EYE)
    notes = [line.strip().removesuffix("；也没有叫这个名字的文件") for line in rest]  # the page has no files
    return answer, [line for line in notes if "纸面为" in line or not line.startswith(fields)]


def page_says(page: Opened, code: str, **typed: str) -> tuple[str, list[str]]:
    """The same of the page."""
    return page.verify(code, **typed), page.notes().splitlines()


class Listed(NamedTuple):
    """What an office has published, with the page beside it, and the key that it no longer signs with."""

    list: Path
    page: Path
    old: bytes


@pytest.fixture(params=["replaced", "withdrawn, and the key lost"])
def listed(sealed: Sealed, clock: SetClock, tmp_path: Path, request: pytest.FixtureRequest) -> Listed:
    """A list and a page of an office: its second paper has ended, its first key was put away or lost."""
    if sealed.office.engine.dialect.name == "postgresql":
        pytest.skip("what a code says does not hang on the kind of database")
    replaced, old = request.param == "replaced", sealed.office.vault
    with sealed.office.work("sp01") as work:
        seals.end(work, sealed.numbers[1], by_number=sealed.numbers[0] if replaced else "", reason="更正")
    clock.on(date(2026, 9, 5))
    if replaced:
        seals.rotate(sealed.office, sealed.keys, "sp01")
    else:
        seals.lose(sealed.office, sealed.keys, old.signs, reason="遗失", actor="sp01")
    with sealed.office.work("sp01") as work:
        content = seal_lists.published(work)
    made = Listed(tmp_path / "list.json", tmp_path / "page.html", old.signing[old.signs])
    made.list.write_bytes(content)
    made.page.write_bytes(verify_page.page(content).html)
    return made


def every_code(sealed: Sealed, seed: bytes, foreign: tuple[str, bytes]) -> Iterator[tuple[str, str]]:
    """Codes of every sort, each with the answer that is due."""
    genuine, ended = sealed.codes
    stated = check_code.opened(genuine)[0]
    yield from ((one, verifying.CODE_ONLY) for one in written(genuine))
    yield from ((one, verifying.ENDED) for one in written(ended))
    yield made_with(foreign[1], replace(stated, key_id=foreign[0], organ="梁山县民政局")), verifying.FALSE
    yield made_with(foreign[1], stated), verifying.FALSE  # says it is of our key
    yield made_with(seed, replace(stated, number="试街核〔2026〕99号", on=date(2026, 9, 6))), verifying.FALSE
    yield from ((digit * 293, verifying.FALSE) for digit in "09")
    for misread in (
        "123456789", genuine[:-1], genuine[1:], genuine + "0", genuine * 2, f"{genuine}\n{ended}", ended[:200], " ",
        "https://example.invalid/" + genuine, "甲" * 9, genuine[:-1] + "O", genuine.replace("1", "l"), "-", "CXJZ1|F11",
    ):  # fmt: skip
        yield misread, verifying.UNDONE


def written(code: str) -> Iterator[str]:
    """One code, as it is typed, copied and scanned."""
    yield code
    yield " ".join(code[at : at + 5] for at in range(0, len(code), 5))
    yield "-".join(code[at : at + 8] for at in range(0, len(code), 8))
    yield code.translate(WIDE)
    yield f"\ufeff　{code[:99]}\r\n\t{code[99:]}\u200b\n"


def test_every_code_is_judged_alike(browser: object, sealed: Sealed, listed: Listed, tmp_path: Path) -> None:
    other = create_vault(tmp_path / "other.toml")
    page = Opened(browser, listed.page)
    for code, answer in every_code(sealed, listed.old, (other.signs, other.signing[other.signs])):
        assert page_says(page, code) == command("--list", listed.list, "--", code), code
        assert page.page.inner_text("#answer") == answer, code
        assert command("--", code)[0] == answer, f"with the register: {code}"
    for code in tampered(sealed.codes[0])[::40]:
        assert page.verify(code) == command("--list", listed.list, "--", code)[0] == verifying.FALSE, code
    page.close()


def test_half_a_code_says_nothing_of_the_paper(browser: object, sealed: Sealed, listed: Listed) -> None:
    page = Opened(browser, listed.page)
    for code in (sealed.codes[0][:-1], sealed.codes[0] * 2, "123456789"):
        answer, notes = page_says(page, code)
        assert (answer, len(notes)) == ("没有核验成", 1)
        assert notes[0].endswith(f"{len(code)} 位，可能没有读全或者读了几遍，请再读一次")
        assert page.page.is_hidden("#eye")
        assert not page.page.inner_text("#fields")
    page.close()


TYPED = (
    ("number", verifying.CODE_ONLY, (
        "试街核〔2026〕1号", "试街核[2026]1号", "试街核（２０２６）１ 号", "试街核【2026】1号",
    )),
    ("number", verifying.FALSE, ("试街核〔2026〕10号", "试街核2026 1号")),
    ("organ", verifying.CODE_ONLY, ("任城区试验街道办事处", " 任城区试验街道　办事处")),
    ("organ", verifying.FALSE, ("任城区试验街道办",)),
    ("on", verifying.CODE_ONLY, (
        "2026-09-02", "2026-9-2", "2026/9/2", "2026.09.02", "20260902", "2026年9月2日", "2026年09月02日",
        "２０２６年９月２日",
    )),
    ("on", verifying.FALSE, ("2026-9-20", "2026-13-02", "2026年9月", "昨天", "0")),
)  # fmt: skip
"""What a person types off the first paper, and the answer that is due."""


def test_what_is_typed_off_the_paper_is_compared_alike(browser: object, sealed: Sealed, listed: Listed) -> None:
    code = dict(zip(sealed.numbers, sealed.codes, strict=True))["试街核〔2026〕1号"]
    for field, answer, texts in TYPED:
        page = Opened(browser, listed.page)
        for typed in texts:
            told = command("--list", listed.list, f"--{field}", typed, "--", code)
            assert page_says(page, code, **{"day" if field == "on" else field: typed}) == told, typed
            assert told[0] == answer, typed
        page.close()
