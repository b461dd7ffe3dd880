"""身份信息 (identity): can this ID number, name, telephone or bank card be right, and how is it masked?

ID numbers follow GB 11643-1999: 6 digits of the place of *first* registration, 8 of birth, 3 in sequence (odd: male),
one check digit (ISO 7064 MOD 11-2). The place may long have been abolished, so its code is never compared with today's
list and never tells where the household lives: an unusual one is a warning only. Nothing here says that it is in use.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from integrity.errors import Invalid
from integrity.terms import Sex

IdKind = Literal["居民身份证", "港澳台居民居住证", "外国人永久居留身份证"]

DOT = "·"
"""间隔号 U+00B7, as on the identity card."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_USUAL_AREA = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_PERMITS = ("810000", "820000", "830000")
_CENTENARIANS = ("996", "997", "998", "999")
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[Ee]\+?[0-9]{1,3}", re.ASCII)
_DAMAGED = "被存成数字，后几位已丢失，请将单元格设为文本后按证件重新填写"
_WRONG_DOTS = dict.fromkeys(map(ord, "•・･‧∙⋅"), DOT)
_HINTS = {"○": "请改用“〇”(U+3007)", "◯": "请改用“〇”(U+3007)", "?": "可能是转码时丢失的字", "�": "转码时丢失的字"}
# Two-character surnames, masked as one; a surname that is not listed shows one character less.
_PAIRS = (
    "欧阳太史端木上官司马东方独孤南宫万俟闻人夏侯诸葛尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良"
    "漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里呼延东郭南门羊舌微生公户公玉梁丘左丘东门西门南荣第五"
)
_SURNAMES = frozenset(_PAIRS[n : n + 2] for n in range(0, len(_PAIRS), 2))


class IdNumber(NamedTuple):
    """公民身份号码 (ID number) that is well formed."""

    number: str
    """18 characters, the last a digit or X."""
    born: date
    sex: Sex
    kind: IdKind
    warnings: tuple[str, ...] = ()
    """What a person should compare with the card, in Chinese."""


@dataclass(frozen=True, slots=True)
class BankCard:
    """银行账号 (bank card or passbook number) that can be one."""

    number: str
    warnings: tuple[str, ...] = ()


def check_digit(first17: str) -> str:
    """校验码 (check digit) of the first 17 digits: one of 0–9 or X."""
    return _CHECKS[sum(int(d) * w for d, w in zip(first17, _WEIGHTS, strict=True)) % 11]


def check_id(text: object) -> IdNumber:
    """Check an ID number as it was typed or read from a sheet; 15 digits become 18. Raises Invalid with the reason.

    Spaces, full-width digits and a small x are put right. A number that a spreadsheet stored as a figure is refused and
    never guessed: figures keep 15 digits only.
    """
    number = _characters(text, "身份证号").upper()
    if re.fullmatch(r"[0-9]{15}", number):
        return _checked(_lengthened(number), ("15位旧号码已换算为18位，请与现证件核对",))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise Invalid(_shape_fault(number))
    if number[-1] != check_digit(number[:17]):
        if number.endswith("000"):
            raise Invalid(f"身份证号{_DAMAGED}")
        raise Invalid("身份证号校验码不符，请核对是否有误")
    return _checked(number, ("末三位为000，可能被表格软件改写，请与证件核对",) if number.endswith("000") else ())


_IN_TEXT = re.compile(r"(?<![0-9A-Za-z])(?:[0-9]{17}[0-9Xx]|[0-9]{15})(?![0-9A-Za-z])", re.ASCII)


def refuse_id_numbers(field: str, text: str) -> None:
    """Raise Invalid when a free text holds a valid ID number, of 18 digits or the old 15: such text is stored as it is.

    Full-width digits and zero-width characters between the digits hide none. Fifteen digits have no check digit: only
    those of a usual place with a day of birth are one, for other numbers have that length as well.
    """
    plain = "".join(one for one in unicodedata.normalize("NFKC", text) if unicodedata.category(one) != "Cf")
    for found in _IN_TEXT.findall(plain):
        try:
            check_id(found)
        except Invalid:
            continue
        if len(found) == 18 or _USUAL_AREA.match(found):
            raise Invalid(f"“{field}”里写有身份证号，文字内容不加密，请删去号码（身份证号只登记在成员资料里）")


def make_id(area6: str, born: date, sequence: int) -> str:
    """A well-formed ID number from its parts, sequence 1–999 (odd: male), for demonstrations and tests."""
    if not re.fullmatch(r"[0-9]{6}", area6) or not 1 <= sequence <= 999:
        raise Invalid("地址码应为6位数字，顺序码应在1至999之间")
    first17 = f"{area6}{born:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)


def mask_id(number: str) -> str:
    """Masked number for copies and lists: 110101********1234; anything shorter than 15 is covered altogether."""
    if len(number) < 15:
        return "*" * len(number)
    return number[:6] + "*" * (len(number) - 10) + number[-4:]


def mask_name(name: str) -> str:
    """Masked name: 王*, 张*三, 欧阳*, 买**·**逊: surname and, of longer given names, the last character show."""
    letters = [n for n, character in enumerate(name) if character not in f"{DOT} -"]
    surname = 2 if len(letters) > 2 and name[:2] in _SURNAMES else 1
    shown = set(letters[:surname]) if len(letters) > 1 else set()
    if len(letters) - surname > 1:
        shown.add(letters[-1])
    return "".join("*" if n in letters and n not in shown else character for n, character in enumerate(name))


def normal_name(text: str) -> str:
    """姓名 (name) in its stored form. Raises Invalid for what cannot be a name, naming the character and code point.

    Outer spaces and invisible format characters are dropped, spaces inside a Chinese name too (王　五); the dots
    often typed for U+00B7 between two letters become U+00B7. Every Chinese character is kept as it is, rare ones
    included: no Unicode normalisation, which would replace some of them.
    """
    name = "".join(c for c in text if unicodedata.category(c) != "Cf").strip().translate(_WRONG_DOTS)
    name = re.sub(r"[.．]", lambda dot: DOT if _between_han(dot) else dot[0], name)
    name = re.sub(r"[^\S\n\r\t]+", lambda gap: "" if _between_han(gap) else " ", name)
    if not 1 <= len(name) <= 50:
        raise Invalid("姓名应为1至50个字")
    for character in name:
        _check_character(character)
    if not name[0].isalpha() and not _is_han(name[0]):
        raise Invalid(f"姓名不能以“{name[0]}”开头")
    if name.endswith(DOT) or DOT * 2 in name:
        raise Invalid(f"姓名中的间隔号“{DOT}”应在两个字之间，且不连写")
    return name


def check_phone(text: object) -> str:
    """联系电话 (telephone): a mobile number, or a landline with area code as 0537-2345678. Raises Invalid.

    A whole figure from a sheet is taken: eleven digits are intact, and a landline that lost its zero is refused below.
    """
    digits = _characters(str(text) if type(text) is int else text, "电话号码")
    digits = re.sub(r"[-()]", "", digits).removeprefix("+").removeprefix("86")
    if re.fullmatch(r"1[3-9][0-9]{9}", digits):
        return digits
    landline = re.fullmatch(r"(010|02[0-9]|0[3-9][0-9]{2})([2-8][0-9]{6,7})", digits)
    if landline is None:
        raise Invalid("电话号码应为11位手机号，或带区号的固定电话")
    return f"{landline[1]}-{landline[2]}"


def check_bank_card(text: object) -> BankCard:
    """银行账号 (bank card): 12–19 digits. A failed Luhn digit only warns: passbooks carry none. Raises Invalid."""
    number = _characters(text, "银行账号")
    if not re.fullmatch(r"[0-9]{12,19}", number):
        raise Invalid("银行账号应为12至19位数字")
    holds, beyond = _luhn(number), number[15:]
    warnings = [] if holds else ["银行账号校验位不符，请与存折或银行卡核对（存折账号可能没有校验位）"]
    if beyond and not beyond.strip("0") and (len(beyond) > 2 or not holds):
        warnings.append("第16位以后全为0，可能被表格软件改写，请核对")
    return BankCard(number, tuple(warnings))


def _characters(value: object, what: str) -> str:
    """The text of a number: figures and their traces refused, spaces dropped, full-width characters made plain."""
    if value is None:
        raise Invalid(f"{what}没有填写")
    if not isinstance(value, str):
        # A whole figure of at most 15 digits is still intact, but its leading zeros would be gone: refused as well.
        kept = isinstance(value, int) and abs(value) < 10**15
        raise Invalid(f"{what}被存成数字，请将单元格设为文本后重新填写" if kept else f"{what}{_DAMAGED}")
    text = "".join(unicodedata.normalize("NFKC", value).split()).lstrip("'\ufeff\u200b")
    if not text:
        raise Invalid(f"{what}没有填写")
    if _SCIENTIFIC.fullmatch(text) or re.fullmatch(r"[0-9]+\.[0-9]*", text):
        raise Invalid(f"{what}{_DAMAGED}")
    return text


def _shape_fault(number: str) -> str:
    if re.fullmatch(r"[0-9X]*", number):
        return f"身份证号应为18位，现为{len(number)}位" if len(number) != 18 else "身份证号只有末位可以是X"
    strange = next(c for c in number if c not in "0123456789X")
    return f"身份证号含有不能识别的字符“{strange}”"


def _lengthened(number: str) -> str:
    """15 → 18 digits: the century is 19, but 18 for the sequences that were kept for people over a hundred."""
    century = "18" if number[12:] in _CENTENARIANS else "19"
    first17 = f"{number[:6]}{century}{number[6:]}"
    return first17 + check_digit(first17)


def _checked(number: str, warnings: tuple[str, ...]) -> IdNumber:
    """Read birth, sex and kind of a number whose check digit holds."""
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise Invalid("身份证号中的出生日期不存在") from error
    if born.year < 1850:
        raise Invalid("身份证号中的出生日期不合理")
    kind: IdKind = "居民身份证"
    if number[:6] in _PERMITS:
        kind = "港澳台居民居住证"
    elif number[0] == "9":
        kind = "外国人永久居留身份证"
    elif not _USUAL_AREA.match(number):
        warnings = (*warnings, f"地址码{number[:6]}不常见，请与证件核对")
    sex = Sex.MALE if int(number[16]) % 2 else Sex.FEMALE
    return IdNumber(number, born, sex, kind, warnings)


def _is_han(character: str) -> bool:
    """A Chinese character, by range: the Unicode tables of Python 3.11 do not know Extensions H and I (GB 18030)."""
    point = ord(character)
    if point >= 0x20000:
        return point <= 0x3FFFD and point & 0xFFFE != 0xFFFE
    return point == 0x3007 or 0x3400 <= point <= 0x4DBF or 0x4E00 <= point <= 0x9FFF or 0xF900 <= point <= 0xFAFF


def _between_han(found: re.Match[str]) -> bool:
    """Do Chinese characters (or the dot of a Chinese name) stand on both sides?"""
    sides = found.string[found.start() - 1 : found.start()] + found.string[found.end() : found.end() + 1]
    return len(sides) == 2 and all(side == DOT or _is_han(side) for side in sides)


def _check_character(character: str) -> None:
    """Refuse what cannot stand in a name, with its code point, so that the officer can find and replace it."""
    category = unicodedata.category(character)
    if _is_han(character) or character in f"{DOT} -'’." or category in ("Lu", "Ll", "Lt", "Lo", "Lm", "Mn"):
        return
    point = f"U+{ord(character):04X}"
    if category == "Co":
        raise Invalid(f"姓名含有自造字（{point}），其他电脑上无法显示，请改用国家标准编码的字")
    if category in ("Cs", "Cn", "Cc"):
        raise Invalid(f"姓名含有无效字符（{point}）")
    hint = _HINTS.get(character, "请改正")
    raise Invalid(f"姓名含有不能使用的字符“{character}”（{point}），{hint}")


def _luhn(number: str) -> bool:
    doubled = (int(d) * (1 + n % 2) for n, d in enumerate(reversed(number)))
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0
