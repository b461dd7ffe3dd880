"""核验码的内容 (what a check code says): the fields of a paper in as few bytes as can be, as digits and back.

Nothing that is not printed on the paper: number, organ, kind, date, and half of the SHA-256 of its frozen content,
then the Ed25519 signature. Digits, because a handheld scanner types them the same on every keyboard, and because a QR
code holds them without loss.

Body: form version, key (2 bytes), form number, days since 2000-01-01 (2), digest (16), then 文号 and 机关, each with
its length. Texts are GB 18030, one byte for each of `WORDS`. The page for browsers (`data/verify`) reads the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from integrity.errors import Invalid
from integrity.rules.writing import DocumentNumber, document_number, read_document_number

VERSION = 1
LENGTHS = {293: 121, 513: 213, 796: 330}
"""Digits of a printed code → bytes that they hold."""
DIGEST, SIGNATURE = 16, 64
WORDS = (
    "人民政府", "街道办事处", "民政局", "省", "市", "县", "区", "乡", "镇", "街道", "自治县", "自治区", "自治州",
    "民族乡", "开发区", "管理委员会", "社会救助", "社会事务", "办公室", "服务中心", "新区", "高新技术", "经济技术",
    "林区", "旗", "苏木", "农场", "盟", "维吾尔", "退役军人", "事务局",
)  # fmt: skip
"""Byte 1 stands for the first, and so on. Codes on paper hang on the order: it never changes."""
_FIRST = date(2000, 1, 1)
_PARTS = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))
_SPELT = {word: bytes([n]) for n, word in enumerate(WORDS, start=1)}
_RUNS = re.compile(rb"[\x01-\x1f]|[^\x01-\x1f]+", re.DOTALL)
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
BLANKS = r"\s\-\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2060\ufeff"
"""What a scanner, a hand or a copied text puts between the digits; of one meaning in Python and in a browser."""
_HEAD = 22


@dataclass(frozen=True, slots=True)
class Stated:
    """核验码所载 (what a code states); `form` is the form number (F13), `digest` 32 hexadecimal digits."""

    number: str
    organ: str
    form: str
    on: date
    digest: str
    key_id: str


def body(stated: Stated) -> bytes:
    """What is signed. Raises Invalid for a paper that no code can name."""
    number = read_document_number(stated.number)
    days = (stated.on - _FIRST).days
    if not 0 <= number.year - 2000 < 256 or not 0 <= days < 65536:
        raise Invalid(f"文书 {stated.number}（{stated.on}）的年份不能写入核验码")
    head = bytes([VERSION, *bytes.fromhex(stated.key_id), int(stated.form[1:])])
    texts = _spelt(number.prefix) + bytes([number.year - 2000]) + number.n.to_bytes(3, "big") + _spelt(stated.organ)
    return head + days.to_bytes(2, "big") + bytes.fromhex(stated.digest)[:DIGEST] + texts


def _spelt(text: str) -> bytes:
    """A text with its length before it."""
    if not text.isprintable():
        raise Invalid(f"“{text}”含有不能写入核验码的字符")
    made, at = b"", 0
    for found in _PARTS.finditer(text):
        made += text[at : found.start()].encode("gb18030") + _SPELT[found[0]]
        at = found.end()
    made += text[at:].encode("gb18030")
    if len(made) > 255:
        raise Invalid(f"“{text}”太长，不能写入核验码")
    return bytes([len(made)]) + made


def digits(signed: bytes, signature: bytes) -> str:
    """The digits to print: the shortest length that holds all. Raises Invalid when none does."""
    whole = signed + signature
    for length, size in LENGTHS.items():
        if len(whole) <= size:
            return f"{int.from_bytes(whole.ljust(size, bytes(1)), 'big'):0{length}}"
    raise Invalid("机关名称和代字太长，不能写入核验码")


def cleaned(text: str) -> str:
    """A code as typed or scanned, without blanks and in plain digits. Raises Invalid for what is no code."""
    plain = re.sub(f"[{BLANKS}]", "", text).translate(_WIDE)
    if not re.fullmatch("[0-9]+", plain):
        raise Invalid("读到的不是核验码：核验码全部是数字，请再读一次")
    if len(plain) not in LENGTHS:
        lengths = "、".join(map(str, LENGTHS))
        raise Invalid(f"核验码应为 {lengths} 位数字，现为 {len(plain)} 位，可能没有读全或者读了几遍，请再读一次")
    return plain


def opened(code: str) -> tuple[Stated, bytes, bytes]:
    """What a cleaned code states, what was signed, and the signature. Raises Invalid when it cannot be one of ours."""
    if not re.fullmatch("[0-9]+", code) or len(code) not in LENGTHS:
        raise Invalid("不是本程序的核验码")
    value, size = int(code), LENGTHS[len(code)]
    if value >> (8 * size):
        raise Invalid("核验码已改动，不能读出")
    raw = value.to_bytes(size, "big")
    if raw[0] != VERSION:
        raise Invalid("核验码已改动，或者不是本程序制作的")
    prefix, at = _read(raw, _HEAD)
    year, n = 2000 + raw[at], int.from_bytes(raw[at + 1 : at + 4], "big")
    organ, end = _read(raw, at + 4)
    if any(raw[end + SIGNATURE :]) or end + SIGNATURE > size:
        raise Invalid("核验码已改动，不能读出")
    on = _FIRST + timedelta(days=int.from_bytes(raw[4:6], "big"))
    stated = Stated(document_number(prefix, year, n), organ, f"F{raw[3]:02}", on, raw[6:22].hex(), raw[1:3].hex())
    if body(stated) != raw[:end]:  # one way only to write it
        raise Invalid("核验码已改动，不能读出")
    return stated, raw[:end], raw[end : end + SIGNATURE]


def _read(raw: bytes, at: int) -> tuple[str, int]:
    """A text and where it ends."""
    end = at + 1 + raw[at]
    if end > len(raw) - SIGNATURE:
        raise Invalid("核验码已改动，不能读出")
    try:
        return "".join(_words(raw[at + 1 : end])), end
    except (IndexError, UnicodeDecodeError):
        raise Invalid("核验码已改动，不能读出") from None


def _words(spelt: bytes) -> Iterator[str]:
    for run in _RUNS.findall(spelt):
        yield WORDS[run[0] - 1] if run[0] < 0x20 else run.decode("gb18030")


def number_of(text: str) -> DocumentNumber:
    """The 文号 as typed. Raises Invalid."""
    return read_document_number(re.sub(r"\s", "", text).translate(_WIDE))
