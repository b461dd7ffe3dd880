"""拼音 (pinyin): how a name is read, in full and by its initials, without tones; for finding people, never for papers.

A surname is read as a surname (曾 zeng, 单 shan), and as the character is read elsewhere too: whoever looks for the
household may know only one of them. `data/pinyin/readings.txt` is drawn from pypinyin (MIT); a test compares the two.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import NamedTuple

_DATA = Path(__file__).resolve().parent.parent / "data" / "pinyin"
_MOST = 8
"""Ways to read one name that are kept; nobody's name needs more."""
_DOTS = re.compile(r"[\s·•・‧．.']+")
_FOREIGN = str.maketrans({"ü": "v", "Ü": "v", "’": "'"})


class Reading(NamedTuple):
    """读音 (one way to read a name): all of it, and the first letters."""

    full: str
    initials: str


def plain(text: str) -> str:
    """A name or what was typed for one, without blanks, dots and capitals: 买买提·吐逊 and 买买提吐逊 are the same."""
    return _DOTS.sub("", text.translate(_FOREIGN)).lower()


def typed(text: str) -> str:
    """Letters as they are typed for pinyin, in the spelling of `readings`: lyu is lv."""
    return re.sub("(?<=[ln])yu", "v", plain(text))


def readings(name: str) -> tuple[Reading, ...]:
    """Every way to read a name, likeliest first; () for one without a character that can be read."""
    found = (Reading("".join(said), "".join(one[0] for one in said)) for said in islice(_ways(plain(name)), _MOST))
    return tuple(dict.fromkeys(one for one in found if one.full))


def _ways(name: str) -> Iterator[tuple[str, ...]]:
    """Syllables of the name: compound surname, else surname, then the rest character by character."""
    surnames, given, compounds = _exceptions()
    said = [given.get(one, ()) + _first(one) for one in name]
    for length in (2, 1):
        head = name[:length]
        if length == 2 and head in compounds:
            said[:2] = [(one,) for one in compounds[head]]
            break
        if length == 1 and head in surnames:
            said[0] = surnames[head] + _first(head)
    return product(*(tuple(dict.fromkeys(one)) for one in said if one))


def _first(character: str) -> tuple[str, ...]:
    if character.isascii():
        return (character,) if character.isalnum() else ()
    reading = _table().get(character)
    return () if reading is None else (reading,)


@cache
def _table() -> dict[str, str]:
    """Character → its usual reading."""
    lines = (_DATA / "readings.txt").read_text(encoding="utf-8").splitlines()
    return {one: said for said, characters in (line.split(" ") for line in lines) for one in characters}


@cache
def _exceptions() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """Surnames, given characters and compound surnames that are not read as the table says."""
    found: dict[str, dict[str, tuple[str, ...]]] = {"姓": {}, "名": {}, "复姓": {}}
    for line in (_DATA / "names.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            kind, characters, *said = line.split()
            found[kind][characters] = tuple(said)
    return found["姓"], found["名"], found["复姓"]
