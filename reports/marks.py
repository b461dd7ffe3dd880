"""核验码 (check code): a QR on paper, without any personal data. What its digits mean only the caller knows."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import segno

from reports.codes import modules
from reports.faults import PressStopped
from reports.forms import Letter

LARGEST = 504
"""Bytes that a 22 mm code still prints legibly at error level M."""
SCALE, BORDER = 8, 1
"""Pixels a module, and light modules around the code; the paper is light beyond them."""
_WIDER = [int("".join(bit * SCALE for bit in f"{byte:08b}"), 2).to_bytes(SCALE, "big") for byte in range(256)]
_NAME = struct.Struct(">I4s")


def picture(digits: str) -> bytes:
    """码图 (picture): a 1-bit PNG of a finished code. `ValueError` when it is none; see `codes.modules`."""
    code = modules(digits)
    pixels = (code.side + 2 * BORDER) * SCALE
    width = (pixels + 7) // 8
    blank = b"\0" + b"\xff" * width
    lines = [blank] * (BORDER * SCALE)
    for at in range(0, len(code.rows), code.stride):
        wide = b"".join(_WIDER[byte ^ 0xFF] for byte in code.rows[at : at + code.stride])
        lines += [(b"\0" + b"\xff" * (BORDER * SCALE // 8) + wide).ljust(width + 1, b"\xff")[: width + 1]] * SCALE
    lines += [blank] * (BORDER * SCALE)
    head = struct.pack(">IIBBBBB", pixels, pixels, 1, 0, 0, 0, 0)
    body = zlib.compress(b"".join(lines), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", body) + _chunk(b"IEND", b"")


def _chunk(name: bytes, data: bytes) -> bytes:
    return _NAME.pack(len(data), name) + data + struct.pack(">I", zlib.crc32(name + data))


def bare(letter: Letter, data: str, code: str) -> bytes:
    """文书上的码元 (the same for our own PDF writer): `QR`, modules on a side, rows; a plain code stays a PNG."""
    if not code:
        return of(letter, data, code)
    made = modules(code)
    return b"QR" + bytes((made.side,)) + made.rows


def of(letter: Letter, data: str, code: str) -> bytes:
    """文书上的码图 (picture on a paper): of its sealed code, else a plain one of its fingerprint `data`."""
    if code:
        return picture(code)
    return qr("CXJZ1", letter.form, letter.number, letter.on.isoformat(), letter.organ, data)


def qr(*parts: str) -> bytes:
    """明文码 (plain code) of a paper without a sealed one: a 1-bit PNG of the parts joined by 「|」, level M.

    Raises `PressStopped` when too long to print well.
    """
    payload = "|".join(parts)
    if len(payload.encode()) > LARGEST:
        raise PressStopped("机关名称太长，核验码印不下，请核对登记的机关名称")
    out = BytesIO()
    segno.make_qr(payload, error="m").save(out, kind="png", scale=SCALE, border=BORDER)
    return out.getvalue()
