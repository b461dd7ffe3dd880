"""过期文件清理 (tidying): take away what was kept for a while only; nothing of the ledgers, and no evidence."""

from __future__ import annotations

from integrity import drafts, exports, uploads
from integrity.work import Work


def tidy(work: Work) -> str:
    """Old drafts, exports that are over, uploads that nobody confirmed; a line of what was taken away."""
    old, over, left = drafts.drop_old(work), exports.sweep(work), uploads.sweep(work.now)
    return f"清理两周没有改动的草稿 {old} 份、过期的导出 {over} 个、没有确认的上传文件 {left} 个"
