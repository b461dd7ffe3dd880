"""随机文书 (random papers): the sample papers with other words, numbers, days and lengths of lists. All invented."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from typing import Any

from reports.forms import Letter
from tests import press_samples_procedure
from tests.household_samples import SAMPLES
from tests.press_samples import LETTERS

KEPT = {
    "paid",
    "old_fen",
    "new_fen",
    "times",
    "stage",
    "variant",
    "change",
    "way",
    "form",
    "copy",
    "number",
    "role",
    "kind",
    "result",
    "outcome",
    "manner",
}
"""Fields on whose words a template decides, or that have a form of their own."""
HAN = (
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动"
    "同工也能下过子说产种面而方后多定行学法所民得经"
)
RARE = "䶮㛃𬭎𬱖𠅤𫍯𡥧㐂鿍々〇"
MARKS = "，。、；：！？“”‘’（）《》〈〉【】〔〕—…·％"
OTHER = (
    "2026年9月7日",
    "1066.67元",
    "370881********0017",
    "第3款",
    "ABC-12/7",
    "A.B",
    "50%",
    "（2026）",
    "12:30",
    "①",
    "×",
    "㎡",
    "～",
    "a",
    "—",
    "……",
)


def phrase(rng: random.Random, most: int) -> str:
    """Words as they might stand in a paper: mostly Chinese, with marks, numbers, Latin letters and rare characters."""
    made: list[str] = []
    for _ in range(rng.randint(1, most)):
        draw = rng.random()
        if draw < 0.80:
            made.append(rng.choice(HAN))
        elif draw < 0.91:
            made.append(rng.choice(MARKS))
        elif draw < 0.97:
            made.append(rng.choice(OTHER))
        else:
            made.append(rng.choice(RARE))
    return "".join(made)


def _other(rng: random.Random, name: str, value: Any) -> Any:
    if name in KEPT or isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return phrase(rng, max(2, rng.choice((len(value), len(value), 2 * len(value), 60)))) if value else value
    if isinstance(value, int):
        return rng.choice((value, rng.randint(1, 99), rng.randint(1, 5_000_000)))
    if isinstance(value, date):
        return value + timedelta(days=rng.randint(-400, 400))
    if isinstance(value, tuple) and value:
        return tuple(
            _other(rng, name, rng.choice(value)) for _ in range(rng.choice((1, len(value), rng.randint(1, 12))))
        )
    return varied(rng, value) if is_dataclass(value) else value


def varied(rng: random.Random, record: Any) -> Any:
    """The same kind of record with other contents."""
    return replace(record, **{one.name: _other(rng, one.name, getattr(record, one.name)) for one in fields(record)})


def samples() -> Iterator[tuple[str, Letter]]:
    """Every sample paper, by a name of its own."""
    for letter in LETTERS:
        yield letter.form, letter
    yield from SAMPLES.items()
    for name, value in vars(press_samples_procedure).items():
        if isinstance(value, Letter):
            yield name, value


def any_letter(rng: random.Random, letter: Letter) -> Letter:
    """A paper like a sample, with other contents; at times a copy (补打)."""
    return replace(varied(rng, letter), copy=rng.choice((0, 0, 0, 1, 12)))


__all__ = ["any_letter", "phrase", "samples", "varied"]
assert sys.version_info >= (3, 11)
