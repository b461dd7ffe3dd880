"""出错 (errors): the few ways in which a piece of work can fail; a docstring is the default message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class ChengxinError(Exception):
    """操作未完成"""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (type(self).__doc__ or "").strip().splitlines()[0])


class NotFound(ChengxinError):
    """没有找到这条记录"""


class Refused(ChengxinError):
    """按规定不能这样办理"""

    def __init__(self, message: str = "", obstacles: Sequence[Any] = ()) -> None:
        """`obstacles` are the reasons one by one, each with its article, where a step of a procedure was refused."""
        super().__init__(message)
        self.obstacles = tuple(obstacles)


class Forbidden(ChengxinError):
    """您没有办理这件事的权限"""


class Invalid(ChengxinError):
    """填写的内容有误"""


class Conflict(ChengxinError):
    """这条记录已被他人更新，请刷新后再办"""


class Unset(ChengxinError, LookupError):
    """所需的政策参数没有设定，请人工确定"""
