"""内容与缺字检查的快路 (quick checks of contents and glyphs): the same answers as the plain way, on random papers."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import asdict, fields, is_dataclass, replace
from typing import Any

import pytest

from reports import contents, fonts, forms
from reports.faults import Incomplete, MissingGlyphs
from reports.forms import Letter
from reports.press import check_glyphs
from tests.press_samples import DECISION, roll
from tests.random_letters import any_letter, samples

SAMPLES = list(samples())
STRANGE = "\ue000\u202e\x07\U0003134f\ufdd0"
"""Characters that no paper can show: private use, direction, control, unassigned."""


def plain_canonical(record: Any) -> bytes:
    data = asdict(record)
    data.pop("copy", None)
    said = json.dumps([type(record).__name__, data], ensure_ascii=False, sort_keys=True, default=str)
    return said.encode()


def plain_texts(record: Any, path: str = "") -> Iterator[tuple[str, str]]:
    for one in fields(record):
        value, official = getattr(record, one.name), path + one.metadata["official"]
        for item in value if isinstance(value, tuple) else (value,):
            if is_dataclass(item):
                yield from plain_texts(item, official + "·")
            elif isinstance(item, str):
                yield official, item


def spoiled(rng: random.Random, record: Any) -> Any:
    """The record with a field emptied, blanked or made negative, at times inside a nested record or a list."""
    one = rng.choice(fields(record))
    value = getattr(record, one.name)
    if isinstance(value, str):
        return replace(record, **{one.name: rng.choice(("", " ", "\u3000\n", value))})
    if isinstance(value, int):
        return replace(record, **{one.name: rng.choice((-1, 0, value))})
    if isinstance(value, tuple) and value:
        place = rng.randrange(len(value))
        item = spoiled(rng, value[place]) if is_dataclass(value[place]) else rng.choice(("", " ", value[place]))
        return replace(record, **{one.name: rng.choice(((), (*value[:place], item, *value[place + 1 :])))})
    if is_dataclass(value) and not isinstance(value, type):
        return replace(record, **{one.name: rng.choice((None, spoiled(rng, value)))})
    return replace(record, **{one.name: rng.choice((None, value))})


def papers(seed: int, count: int) -> Iterator[Letter]:
    rng = random.Random(seed)
    for _ in range(count):
        yield any_letter(rng, rng.choice(SAMPLES)[1])


def test_canonical_data_are_those_of_every_paper_printed_before() -> None:
    for letter in (*(one for _, one in SAMPLES), *papers(1, 300)):
        assert forms.canonical(letter) == plain_canonical(letter)
    register = roll(7)
    assert forms.canonical(register) == plain_canonical(register)


def test_a_reprint_has_the_fingerprint_of_its_original() -> None:
    assert forms.fingerprint(replace(DECISION, copy=3)) == forms.fingerprint(DECISION)
    assert forms.fingerprint(replace(DECISION, new_fen=80051)) != forms.fingerprint(DECISION)


def test_texts_are_found_in_the_same_order_under_the_same_names() -> None:
    for letter in (*(one for _, one in SAMPLES), *papers(2, 300)):
        assert list(forms.texts(letter)) == list(plain_texts(letter))


def test_what_is_complete_lacks_nothing_and_the_other_way_round() -> None:
    rng = random.Random(3)
    seen = {True: 0, False: 0}
    for letter in papers(4, 1500):
        one = letter
        for _ in range(rng.choice((0, 1, 1, 4))):
            one = spoiled(rng, one)
        lacking = list(contents.lacking(one))
        assert contents.complete(one) == (not lacking), (one, lacking)
        seen[not lacking] += 1
    assert min(seen.values()) > 100, "both kinds must occur"


def test_each_lacking_field_is_named_with_its_place() -> None:
    letter = replace(DECISION, addressee="  ", facts=("事实", " "), remedies=replace(DECISION.remedies, court=""))
    with pytest.raises(Incomplete) as refused:
        forms.check(letter)
    assert str(refused.value).count("管辖法院") == 1
    assert list(contents.lacking(letter)) == ["主送", "救济途径·管辖法院", "认定的事实"]


def test_a_text_is_drawable_when_each_of_its_characters_is() -> None:
    rng = random.Random(5)
    for _ in range(300):
        text = "".join(chr(rng.choice((rng.randrange(0x20, 0x3000), rng.randrange(0x4E00, 0x9FFF)))) for _ in range(9))
        assert fonts.drawable(text) == all(map(fonts.printable, text))
    for character in STRANGE:
        for _ in range(2):  # a second time it is not taken for known
            assert not fonts.drawable(f"欧阳{character}")
            with pytest.raises(MissingGlyphs):
                check_glyphs([("主送", "欧阳"), ("住址", f"河西村{character}")])
    check_glyphs([("主送", "欧阳䶮𬭎")])
