"""Check codes by the thousand: made as fast as it is said, and every one read by somebody else's decoder off the page.

    python -m benchmarks.codes [--codes 1000] [--dots 100]

Prints microseconds per code (signature, modules by look-up, by segno), how many of the codes on printed pages zxing-cpp
reads at so many dots an inch, and how many codes with one changed digit are found; rc 1 unless all are.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pypdfium2

from integrity import seal_lists, seals, verifying
from integrity.code_pictures import VERIFYING, codes_in
from integrity.rules import check_code
from integrity.rules.check_code import Stated
from integrity.seal_lists import ListedKey, SealList
from integrity.vault import public_key, signing_id
from reports import codes, marks, press
from tests.press_samples import RECHECK

SEED = bytes(range(32))


def stated(n: int) -> Stated:
    """The n-th made-up paper."""
    digest = f"{n * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128:032x}"
    on = date(2026, 1, 1) + timedelta(days=n % 365)
    return Stated(f"清河民核〔2026〕{n + 1}号", RECHECK.organ, "F11", on, digest, signing_id(SEED))


def sealed(one: Stated) -> str:
    """Its code."""
    signed = check_code.body(one)
    key = seals.Ed25519PrivateKey.from_private_bytes(SEED)
    return check_code.digits(signed, key.sign(seals.PURPOSE + signed))


def timed(name: str, act: Callable[[], object], count: int) -> None:
    """Microseconds for each of `count`."""
    began = time.perf_counter()
    act()
    print(f"{name}：{(time.perf_counter() - began) / count * 1e6:.1f} µs")


def read(made: list[str], dots: int) -> int:
    """How many codes are read off their pages, in runs as an office prints them."""
    letters = [replace(RECHECK, number=stated(n).number) for n in range(len(made))]
    right = 0
    for part, first in zip(press.render_run(letters, codes=made).parts, range(0, len(made), press.PART), strict=True):
        pages = (page.render(scale=dots / 72).to_pil().convert("L") for page in pypdfium2.PdfDocument(part))
        seen = [text for page in pages for text in codes_in(page, VERIFYING)]
        wanted = made[first : first + press.PART]
        right += len(wanted) if seen == wanted else len(set(seen) & set(wanted))
    return right


def found(made: list[str]) -> int:
    """How many codes with one changed digit are said to be false; the place moves on from code to code."""
    key = ListedKey(public_key(SEED), "2026-01-01", "", "", None)
    known = SealList("2026-01-01", {signing_id(SEED): key}, {}, seal_lists.fingerprint(key.public))
    assert all(verifying.judge(one, known).answer == verifying.CODE_ONLY for one in made)
    changed = (f"{one[: n % 293]}{(int(one[n % 293]) + 1) % 10}{one[n % 293 + 1 :]}" for n, one in enumerate(made))
    return sum(verifying.judge(one, known).answer == verifying.FALSE for one in changed)


def main() -> int:
    """Measure and check."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--codes", type=int, default=1000)
    given.add_argument("--dots", type=int, default=100)
    chosen = given.parse_args()
    count = chosen.codes
    made = [sealed(stated(n)) for n in range(count)]
    codes.modules(made[0])
    timed("签名成码", lambda: [sealed(stated(n)) for n in range(count)], count)
    timed("查表成图", lambda: [codes.modules(one) for one in made], count)
    timed("成图为 PNG", lambda: [marks.picture(one) for one in made], count)
    timed("segno 成图", lambda: [codes.asked(one, codes.FAST) for one in made[:20]], 20)
    seen, caught = read(made, chosen.dots), found(made)
    print(f"印在页上、按 {chosen.dots} dpi 由 zxing-cpp 读出：{seen}/{count}")
    print(f"改动一位数字被发现：{caught}/{count}")
    return 0 if seen == caught == count else 1


if __name__ == "__main__":
    sys.exit(main())
