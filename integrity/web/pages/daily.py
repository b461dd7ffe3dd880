"""各份名单共有的 (what the lists of daily work share): the area to which a list is narrowed, and addresses with it."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi.responses import HTMLResponse

from integrity.area_choice import narrower, within
from integrity.web.desk import Desk
from integrity.web.forms import Form
from integrity.web.wording import obstacles, on_page
from integrity.worklists import Desk as Seat


class Where(NamedTuple):
    """名单的范围 (what a list is of): its own path, the area chosen, what else is asked, areas to choose from."""

    path: str
    area: str
    whole: str
    asked: dict[str, str]
    choices: list[tuple[str, str]]
    after: str

    def href(self, **changed: str) -> str:
        """The list with something else asked of it; from its beginning unless a place in it is named."""
        said = {"area": self.area if self.area != self.whole else ""} | self.asked | changed
        kept = {name: value for name, value in said.items() if value}
        return self.path + (f"?{urlencode(kept)}" if kept else "")


def where(desk: Desk, path: str, area: str, after: str = "", **asked: str) -> Where:
    """Of which area, within the officer's own, a list is asked for."""
    own = desk.officer.area
    chosen = within(own, area)
    return Where(path, chosen, own, asked, narrower(desk.work, own, chosen), after)


def seat(desk: Desk, at: Where) -> Seat:
    """The officer as the work lists know him, looking at the area that he chose."""
    return Seat(desk.officer.role, at.area)


def list_page(desk: Desk, template: str, at: Where, following: str, **values: Any) -> HTMLResponse:
    """A page of a list, with the way on and back."""
    return desk.page(
        template, at=at, following=at.href(after=following) if following else "",
        first=at.href() if at.after else "", **values,
    )  # fmt: skip


def with_form(form: Form | None) -> dict[str, Any]:
    """A form for a page on which there may be none; its refusal in the words of the pages."""
    if form is None:
        return {}
    form.refused, form.obstacles = on_page(form.refused), obstacles(form.obstacles)
    form.at_their_fields()
    return {"form": form}
