"""遮蔽姓名 (veiled names): whoever only watches (监督) sees a member's name in part, wherever a text names him."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup, escape

from integrity.case_openings import names_of
from integrity.rules.identity import mask_name
from integrity.terms import Role
from integrity.web.desk import Desk


def veil(desk: Desk, household_id: int) -> Callable[[str], str]:
    """What shows a text about a household, or a piece of a page, to the officer of the desk."""
    if desk.officer.role is not Role.INSPECTOR:
        return lambda text: text
    names = sorted((name for name in names_of(desk.work, household_id).values() if name), key=len, reverse=True)

    def shown(text: str) -> str:
        plain = str(text)
        for name in names:
            if isinstance(text, Markup):
                plain = plain.replace(str(escape(name)), str(escape(mask_name(name))))
            else:
                plain = plain.replace(name, mask_name(name))
        return Markup(plain) if isinstance(text, Markup) else plain

    return shown
