"""核验码 (check code): a QR that tells which paper this is, without any personal data."""

from __future__ import annotations

from io import BytesIO

import segno

LARGEST = 504
"""Bytes that a 22 mm code still prints legibly at error level M."""


def qr(*parts: str) -> bytes:
    """二维码 (QR): a 1-bit PNG of the parts joined by 「|」, level M. `ValueError` when too long to print well."""
    payload = "|".join(parts)
    if len(payload.encode()) > LARGEST:
        raise ValueError("check code too long")
    out = BytesIO()
    segno.make_qr(payload, error="m").save(out, kind="png", scale=4, border=2)
    return out.getvalue()
