"""门牌顺序 (order of houses): the order in which a messenger walks through a village, read off the addresses."""

from __future__ import annotations

import re

_PLACES = "组队社排栋幢座号楼层单元室户巷弄里道街路"
_COUNTED = re.compile(rf"[零〇一二三四五六七八九十百两]+(?=[{_PLACES}])")
_DIGITS = {character: n for n, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
Order = tuple[tuple[int, int, str], ...]


def house_order(address: str) -> Order:
    """The place of an address among those of its village: numbers by their value, whichever way they are written.

    2组9号, 二组10号, 10组1号 come in this order.
    """
    plain = _COUNTED.sub(lambda found: str(_value(found[0])), address.translate(_WIDE).replace(" ", ""))
    parts = re.split(r"([0-9]+)", plain)
    return tuple((0, int(one), "") if one.isdecimal() else (1, 0, one) for one in parts if one)


def _value(words: str) -> int:
    """A number below a thousand in Chinese: 二十三, 十, 一百零五, 二三 (digit by digit)."""
    if not set(words) & set(_UNITS):
        return int("".join(str(_DIGITS[one]) for one in words))
    total = left = 0
    for one in words:
        if one in _UNITS:
            total, left = total + (left or 1) * _UNITS[one], 0
        else:
            left = _DIGITS[one]
    return total + left
