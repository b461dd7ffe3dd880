"""公文书写 (how things are written on paper): document numbers, dates and amounts of money.

Document numbers and dates follow GB/T 9704-2012 (7.2.5, 7.3.5.4). Amounts in capitals follow
正确填写票据和结算凭证的基本规定 (支付结算办法 附一). Amounts are integers in fen, so that no rounding can happen here.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

from integrity.errors import Invalid

_NUMBER = re.compile(r"([\u4e00-\u9fff]{1,20})〔([0-9]{4})〕([1-9][0-9]{0,5})号", re.ASCII)
_NUMBER_FAULTS = (
    (re.compile(r"\s"), "文号中不能有空格"),
    (re.compile(r"第"), "序号前不写“第”字"),
    (re.compile(r"[〕\]\]）)】〉>］]\s*第?\s*[0０]"), "序号不编虚位（写7，不写07）"),
    (re.compile(r"[\[\](){}<>【】（）［］〈〉「」]"), "年份要用六角括号〔〕"),
    (re.compile(r"〔(?![0-9]{4}〕)[^〕]*〕"), "年份要写四位阿拉伯数字"),
    (re.compile(r"[^号]$"), "文号要以“号”结尾"),
    (re.compile(r"[０-９]"), "数字要用半角阿拉伯数字"),
)
_DATE = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")
LARGEST_FEN = 10**14 - 1
"""The largest amount that can be written in capitals: 1 万亿元 less 1 fen."""


class DocumentNumber(NamedTuple):
    """发文字号 (document number): organ and kind, year, serial number."""

    prefix: str
    year: int
    n: int

    def __str__(self) -> str:
        return f"{self.prefix}〔{self.year}〕{self.n}号"


def read_document_number(text: str) -> DocumentNumber:
    """Read a 发文字号 such as 济民停〔2026〕7号. Raises Invalid with every reason why it is not one."""
    found = _NUMBER.fullmatch(text)
    reasons = [reason for fault, reason in _NUMBER_FAULTS if fault.search(text)]
    if reasons or found is None:
        raise Invalid(f"文号“{text}”不规范：" + "；".join(reasons or ["应写成“济民停〔2026〕7号”的样式"]))
    return DocumentNumber(found[1], int(found[2]), int(found[3]))


def document_number(prefix: str, year: int, n: int) -> str:
    """The 发文字号 of the n-th paper (n from 1) of a year. Raises Invalid."""
    return str(read_document_number(f"{prefix}〔{year:04d}〕{n}号"))


def paper_date(on: date) -> str:
    """成文日期 (date on paper): Arabic numerals, full year, no zero before month or day: 2026年9月7日."""
    return f"{on.year}年{on.month}月{on.day}日"


def paper_moment(at: datetime) -> str:
    """时刻 (moment on paper), to the minute as its own clock has it: 2026年9月7日14时05分."""
    return f"{paper_date(at)}{at.hour}时{at.minute:02}分"


def read_paper_date(text: str) -> date:
    """Read a date as it is written on paper. Raises Invalid for zero padding, other styles and impossible days."""
    found = _DATE.fullmatch(text)
    if found is None:
        raise Invalid(f"日期“{text}”不规范：应写成“2026年9月7日”，用阿拉伯数字，年份写全")
    if found[2][0] == "0" or found[3][0] == "0":
        raise Invalid(f"日期“{text}”不规范：月、日不编虚位（写9月7日，不写09月07日）")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError as error:
        raise Invalid(f"日期“{text}”不存在") from error


def yuan(fen: int, *, grouped: bool = False) -> str:
    """金额 (amount) in figures from fen: "1234.00元", or "1,234.00元" when grouped; a difference may be negative."""
    whole, rest = divmod(abs(_whole_fen(fen)), 100)
    return f"{'-' if fen < 0 else ''}{whole:{',' if grouped else ''}}.{rest:02d}元"


def capitals(fen: int) -> str:
    """大写金额 (amount in capitals) from fen, without the word 人民币: 10000507 → 壹拾万零伍元零柒分.

    Ends in 整 unless there are fen, so that nothing can be added. Raises Invalid when negative or too large.
    """
    if not 0 <= _whole_fen(fen) <= LARGEST_FEN:
        raise Invalid(f"金额{yuan(fen)}不能写成大写：应在0元至{yuan(LARGEST_FEN)}之间")
    whole, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    text = f"{_whole_capitals(whole)}元" if whole or not rest else ""
    if jiao:
        # 元位是零而角位不是零时，“零”可写可不写（附一 第5条）；不写，与万位的写法一致。
        text += f"{_DIGITS[jiao]}角"
    elif cents and text:
        text += "零"
    return text + (f"{_DIGITS[cents]}分" if cents else "整")


def _whole_capitals(whole: int) -> str:
    """Capitals of a whole number below 10^12, read in groups of four digits (亿, 万, none)."""
    if whole == 0:
        return _DIGITS[0]
    text, skipped = "", False
    for group in (2, 1, 0):
        part = whole // 10 ** (4 * group) % 10000
        if part:
            # After a higher group, places that were left out (a whole group or leading ones) are said as one 零.
            gap = text and (skipped or part < 1000)
            text += ("零" if gap else "") + _group_capitals(part) + _GROUPS[group]
        skipped = not part
    return text


def _group_capitals(part: int) -> str:
    """Capitals of 1–9999 without leading or trailing 零."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = part // 10**place % 10
        if digit:
            text += ("零" if gap and text else "") + _DIGITS[digit] + _PLACES[place]
        gap = not digit
    return text


def _whole_fen(fen: int) -> int:
    """Refuse floats and booleans: an amount that was a float may already be wrong."""
    if type(fen) is not int:
        raise Invalid(f"金额应以整数分表示，收到的是{fen!r}")
    return fen


_COUNTING = "零一二三四五六七八九"


def counted(number: int) -> str:
    """The number in Chinese, as articles are counted: 48 -> 四十八. For 1 to 999; raises ValueError."""
    if not 1 <= number <= 999:
        raise ValueError(f"{number} 不在 1 到 999 之间")
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    text = f"{_COUNTING[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _COUNTING[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_COUNTING[ones] if ones else "")
