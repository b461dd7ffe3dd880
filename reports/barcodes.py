"""条码 (bar codes): Code 128 of digits, drawn as rules, so that they are sharp on any printer.

What a scanner types for a paper is `digits_of` its fingerprint: sixteen digits without any personal data, the last of
which tells a misread or mistyped number.
"""

from __future__ import annotations

import re

from markupsafe import Markup

DIGITS = 16
"""Digits of a paper's bar code."""
_DOTS, _DPI = 4, 300
MODULE = 25.4 * _DOTS / _DPI
"""Width of the narrowest bar in millimetres: four whole dots of a printer of 300 dpi."""
_SHAPES = (
    "212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221"
    "223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321"
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131"
    "311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114"
    "122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141"
    "214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232"
)
_STOP = "2331112"
"""Widths of the bars and spaces of each symbol, six digits a symbol, and of the stop; ISO/IEC 15417."""
_START_C = 105
QUIET = 10
"""Modules of bare paper before and after."""


def digits_of(fingerprint: str) -> str:
    """条码数字 (digits of a paper's bar code), from its hexadecimal fingerprint."""
    body = f"{int(fingerprint[:12], 16):0{DIGITS - 1}d}"
    return body + _check(body)


def beginning(digits: str) -> str:
    """指纹开头 (beginning of the fingerprint) of the paper with this bar code; "" for digits that cannot be one."""
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", digits) or _check(digits[:-1]) != digits[-1]:
        return ""
    body = int(digits[:-1])
    return f"{body:012x}" if body < 1 << 48 else ""


def _check(body: str) -> str:
    """Luhn: every single wrong digit shows, and nearly every exchange of two neighbours."""
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(reversed(body)))
    return str(-sum(one // 10 + one % 10 for one in doubled) % 10)


def widths(digits: str) -> tuple[int, ...]:
    """条空宽度 (widths of bars and spaces in turn), in modules. `ValueError` unless an even number of digits."""
    if not re.fullmatch(r"(?:[0-9]{2})+", digits):
        raise ValueError("code set C holds pairs of digits")
    values = [_START_C, *(int(digits[at : at + 2]) for at in range(0, len(digits), 2))]
    sum_ = values[0] + sum(at * value for at, value in enumerate(values))
    shapes = (_SHAPES[6 * value : 6 * value + 6] for value in (*values, sum_ % 103))
    return tuple(map(int, "".join(shapes) + _STOP))


def bars(fingerprint: str, height: float = 7) -> Markup:
    """条码 (the bar code) of a paper as rules in a line of text, `height` millimetres tall."""
    marks = []
    gap: float = QUIET
    drawn = widths(digits_of(fingerprint))
    for bar, space in zip(drawn[::2], (*drawn[1::2], 0), strict=True):
        style = f"display:inline-block;height:0;border-bottom:{height}mm solid #000;width:{bar * MODULE:.4f}mm"
        marks.append(f'<span style="{style};margin-left:{gap * MODULE:.4f}mm"></span>')
        gap = space
    return Markup("".join(marks))


def drawing(fingerprint: str, height: float = 7) -> Markup:
    """条码图 (the bar code) of a paper as a drawing, for tables."""
    rules, x = [], QUIET
    drawn = widths(digits_of(fingerprint))
    for bar, space in zip(drawn[::2], (*drawn[1::2], 0), strict=True):
        rules.append(f'<rect x="{x * MODULE:.4f}" y="0" width="{bar * MODULE:.4f}" height="{height}"/>')
        x += bar + space
    wide = f"{(x + QUIET) * MODULE:.4f}"
    return Markup(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}mm" height="{height}mm" '
        f'viewBox="0 0 {wide} {height}">{"".join(rules)}</svg>'
    )
