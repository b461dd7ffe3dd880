"""晚装 (loaded late): a module that is read from disk when something of it is first asked for.

For what takes long to load and is seldom needed; `layout` names the parts of the press of which that is true.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Late:
    """晚装的模块 (a module loaded late), one of our own or of a library."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        """What the module has by that name."""
        return getattr(import_module(self._name), name)
