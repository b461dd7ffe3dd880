"""意外情况 (what nobody foresaw): written to a log of this machine, every frame of it and nothing personal."""

from __future__ import annotations

import re
import traceback
from pathlib import Path

from integrity.settings import settings
from integrity.work import wall_clock

_SECRETS = re.compile(r"(?<!\d)(?:\d{11}|\d{15,19}[\dXx]?)(?!\d)")
"""Telephone, identity and account numbers."""
_TELLING = (OSError, ImportError, AttributeError, TypeError)
"""Errors whose message speaks of the program or the machine, never of a person."""


def write_down(error: BaseException) -> Path:
    """Append an error and what led to it to the log; the log's path."""
    path = settings().home / "log" / "chengxin.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"\n==== {wall_clock().isoformat(timespec='seconds')}\n"]
    link: BaseException | None = error
    while link is not None:
        said = _SECRETS.sub("***", str(link)) if isinstance(link, _TELLING) else "（内容不记录）"
        lines += [f"{type(link).__name__}: {said}\n", *traceback.format_tb(link.__traceback__)]
        link = link.__cause__ or link.__context__
    with path.open("a", encoding="utf-8") as log:
        log.writelines(lines)
    return path
