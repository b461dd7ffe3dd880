"""填好的页 (a filled page): the pieces in which a template was filled, so that papers of one form can be told alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Filled(NamedTuple):
    """填好的页 (filled page): what stands in the template is `str` itself, a value is `Markup`, escaped."""

    pieces: tuple[str, ...]

    @property
    def html(self) -> str:
        """The whole page."""
        return "".join(self.pieces)


def filled(pieces: Iterable[str]) -> Filled:
    """填好的页 (a filled page) out of the pieces that a template yields."""
    return Filled(tuple(pieces))
