"""遮蔽姓名 (veiled names): whoever only watches (监督) sees a member's name in part, wherever a text names him."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from markupsafe import Markup, escape
from pydantic import BaseModel

from integrity import organs
from integrity.case_openings import names_of
from integrity.rules.identity import mask_name
from integrity.terms import Role
from integrity.web.desk import Desk
from integrity.work import Work

Told = TypeVar("Told", bound=BaseModel)


def veil(desk: Desk, household_id: int) -> Callable[[str], str]:
    """What shows a text about a household, or a piece of a page, to the officer of the desk."""
    return _shown_to(desk.work, desk.officer.role, household_id)


def veiled(work: Work, household_id: int, told: Told) -> Told:
    """What the interface tells of a household, to whoever asks: every text in it as he may see it."""
    role = organs.officer(work, work.actor, work.today).role
    if role is not Role.INSPECTOR:
        return told
    shown = _shown_to(work, role, household_id)
    return type(told).model_validate(_each(told.model_dump(), shown))


def _each(value: Any, shown: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {name: _each(one, shown) for name, one in value.items()}
    return [_each(one, shown) for one in value] if isinstance(value, (list, tuple)) else value


def _shown_to(work: Work, role: Role, household_id: int) -> Callable[[str], str]:
    if role is not Role.INSPECTOR:
        return lambda text: text
    names = sorted((name for name in names_of(work, household_id).values() if name), key=len, reverse=True)

    def shown(text: str) -> str:
        plain = str(text)
        for name in names:
            if isinstance(text, Markup):
                plain = plain.replace(str(escape(name)), str(escape(mask_name(name))))
            else:
                plain = plain.replace(name, mask_name(name))
        return Markup(plain) if isinstance(text, Markup) else plain

    return shown
