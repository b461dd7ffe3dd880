"""填好的页 (a filled page): the pieces in which a template was filled, so that papers of one form can be told alike."""

from __future__ import annotations

from typing import NamedTuple


class Filled(NamedTuple):
    """填好的页 (filled page): what stands in the template is `str` itself, a value is `Markup`, escaped."""

    pieces: tuple[str, ...]

    @property
    def html(self) -> str:
        """The whole page."""
        return "".join(self.pieces)
