"""行政区划代码 (area codes): arithmetic on the 12-digit code; no list of areas, no database.

Shape: 2 digits province, 2 city, 2 county, 3 township, 3 village, zeros to the right (统计用区划代码编制规则).
Shorter forms of 2, 4, 6 or 9 digits are filled up with zeros. Three kinds of city are special:
a city without counties (中山 442000, 东莞 441900) has its streets directly under the city's code; 省直辖县级行政区划
(429004 under "4290") and the 市辖区 and 县 rows of 直辖市 ("1101") are no governments, so that the parent of their
counties is the province.
"""

from __future__ import annotations

from functools import lru_cache

from integrity.errors import Invalid
from integrity.terms import AreaLevel

NATION = "CN"
"""The code of the whole country in packs and scopes."""

_WIDTHS = (2, 4, 6, 9, 12)
_LEVEL_OF_WIDTH = {
    2: AreaLevel.PROVINCE, 4: AreaLevel.CITY, 6: AreaLevel.COUNTY, 9: AreaLevel.TOWNSHIP, 12: AreaLevel.VILLAGE,
}  # fmt: skip
_PROVINCES = (11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
              61, 62, 63, 64, 65, 71, 81, 82)  # fmt: skip
_MUNICIPALITIES = ("11", "12", "31", "50")


def check(code: str) -> str:
    """行政区划代码 (area code) in its 12-digit form, or NATION. Raises Invalid with the reason."""
    if code == NATION:
        return code
    if code and not (code.isascii() and code.isdigit()):
        raise Invalid(f"行政区划代码“{code}”含有数字以外的字符")
    if len(code) not in _WIDTHS:
        raise Invalid(f"行政区划代码“{code}”是{len(code)}位，应为12位（或2、4、6、9位）")
    if int(code[:2]) not in _PROVINCES:
        raise Invalid(f"行政区划代码“{code}”的前两位{code[:2]}不是省级代码")
    full = code.ljust(12, "0")
    if full[2:4] == "00" and full[4:] != "0" * 8:
        raise Invalid(f"行政区划代码“{code}”缺少地级代码（第3、4位为00）")
    if full[6:9] == "000" and full[9:] != "000":
        raise Invalid(f"行政区划代码“{code}”缺少乡级代码（第7至9位为000）")
    return full


def significant(code: str) -> str:
    """The code without the zeros that stand for "all": "370800000000" -> "3708", "442000001000" -> "442000001".

    Raises Invalid for a malformed code; NATION gives "".
    """
    full = check(code)
    if full == NATION:
        return ""
    if full[9:] != "000":
        return full
    if full[6:9] != "000":
        return full[:9]
    if full[4:6] != "00":
        return full[:6]
    return full[:4] if full[2:4] != "00" else full[:2]


def level_of(code: str) -> AreaLevel:
    """行政区划层级 (level) of a code; a city without counties is a city. Raises Invalid."""
    prefix = significant(code)
    return _LEVEL_OF_WIDTH[len(prefix)] if prefix else AreaLevel.NATION


def is_government(code: str) -> bool:
    """False for rows that only group counties: 省直辖县级行政区划, the 市辖区 and 县 of 直辖市. Raises Invalid."""
    prefix = significant(code)
    return not (len(prefix) == 4 and _groups_only(prefix))


def _groups_only(city: str) -> bool:
    return city[2:] == "90" or (city[:2] in _MUNICIPALITIES and city[2:] in ("01", "02"))


def parent_of(code: str) -> str:
    """上级 (area above), 12 digits; NATION above a province and "" above the nation. Raises Invalid."""
    full = check(code)
    level = level_of(full)
    if level is AreaLevel.NATION:
        return ""
    if level is AreaLevel.PROVINCE:
        return NATION
    if level is AreaLevel.CITY or (level is AreaLevel.COUNTY and _groups_only(full[:4])):
        return full[:2].ljust(12, "0")
    width = {AreaLevel.COUNTY: 4, AreaLevel.TOWNSHIP: 6, AreaLevel.VILLAGE: 9}[level]
    return full[:width].ljust(12, "0")


def ancestors(code: str) -> list[str]:
    """各上级 (areas above), nearest first, ending with NATION. Raises Invalid."""
    above = []
    parent = parent_of(code)
    while parent:
        above.append(parent)
        parent = parent_of(parent)
    return above


def code_range(code: str) -> tuple[str, str]:
    """管辖范围 (scope) as (lo, hi): 12-digit codes with lo <= code < hi belong to it. Raises Invalid.

    The empty scope "" gives ("", ""), which holds no code: an officer without an area sees nothing.
    """
    if code == "":
        return "", ""
    prefix = significant(code)
    if not prefix:
        return "0" * 12, "9" * 12
    # Numeric carry keeps the upper end a 12-digit code, so that the order is the same in every collation.
    return prefix.ljust(12, "0"), str(int(prefix) + 1).ljust(12, "0")


@lru_cache(maxsize=8192)
def policy_regions(code: str) -> tuple[str, ...]:
    """政策查找顺序 (regions whose packs apply), nearest first, in the form of a pack header; villages have none.

    "370811001001" -> ("370811001000", "370811", "370800", "370000", "CN"). Raises Invalid.
    """
    full = check(code)
    chain = [full, *ancestors(full)]
    return tuple(pack_region(area) for area in chain if level_of(area) is not AreaLevel.VILLAGE)


def pack_region(code: str) -> str:
    """The code as a pack header writes it: CN, 6 digits down to the county, 12 for a township. Raises Invalid."""
    full = check(code)
    return full if full == NATION or full[6:] != "0" * 6 else full[:6]
