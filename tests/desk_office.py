"""办事窗口试验 (the pages in tests): an officer's browser, signed in by a real session; it sends forms as they stand.

`desks("jb01")` is the browser of that officer: `get` looks, `post_form` looks at a page first and sends its form with
all that stands in it, changed as the test says; a field that the form has not, or a choice that is not offered, fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlmodel import select
from starlette.testclient import TestClient

from integrity import organs, passwords, sessions
from integrity.records.accounts import Account
from integrity.records.office import Officer
from integrity.terms import Cause, Role
from integrity.web.app import create_app
from integrity.work import Office
from tests.conftest import SetClock
from tests.papers_office import COUNTY, TOWNSHIP, evaluate, furnish, granted, papers, richer

__all__ = ["Browser", "Desks", "desks", "papers", "post_form", "recommended"]

ADDRESS = "http://127.0.0.1:8000"
ELSEWHERE = "370812001000"
PASSWORD = "Shi-Yan 7 Hao Chuang Kou"
PEOPLE = {
    "jb02": (Role.HANDLER, COUNTY), "fh02": (Role.REVIEWER, COUNTY), "sp02": (Role.APPROVER, COUNTY),
    "xl01": (Role.ASSISTANT, TOWNSHIP), "xz01": (Role.HANDLER, TOWNSHIP), "xf01": (Role.REVIEWER, TOWNSHIP),
    "xs01": (Role.APPROVER, TOWNSHIP), "jd01": (Role.INSPECTOR, COUNTY), "xl09": (Role.ASSISTANT, ELSEWHERE),
    "jb09": (Role.HANDLER, ELSEWHERE), "fh09": (Role.REVIEWER, ELSEWHERE), "sp09": (Role.APPROVER, ELSEWHERE),
    "jd09": (Role.INSPECTOR, ELSEWHERE), "ga01": (Role.SYSTEM_ADMIN, COUNTY), "aq01": (Role.SECURITY_ADMIN, COUNTY),
    "sj01": (Role.AUDIT_ADMIN, COUNTY),
}  # fmt: skip
"""Beside jb01, fh01 and sp01: every role, here (county and township) and in a township of another county."""
LASTS = timedelta(minutes=25)


class _Forms(HTMLParser):
    """The forms of a page: where each goes, what stands in its fields, and what may be chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._open = False
        self._area, self._list = "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A form begins, or one of its fields."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = True
            self.forms.append({
                "action": given.get("action", ""), "method": given.get("method", "get"), "values": {}, "choices": {},
                "files": set(), "ways": set(), "id": given.get("id", ""),
            })  # fmt: skip
        name = given.get("name", "")
        if given.get("form"):  # belongs to a form without standing in it
            mine = next((one for one in self.forms if one["id"] == given["form"]), {"files": set(), "ways": set()})
            mine["files"] |= {name} if given.get("type") == "file" else set()
            mine["ways"] |= {given["formaction"]} if "formaction" in given else set()
            return
        if not self._open:
            return
        if tag == "button" and "formaction" in given:
            self.forms[-1]["ways"].add(given["formaction"])
        elif tag == "input" and name:
            self._input(name, given, "checked" in given)
        elif tag == "textarea" and name:
            self._area = name
            self.forms[-1]["values"][name] = [""]
        elif tag == "select" and name:
            self._list = name
            self.forms[-1]["values"][name] = []
        elif tag == "option" and self._list:
            self._option(given)

    def _input(self, name: str, given: Mapping[str, str], checked: bool) -> None:
        form, kind, value = self.forms[-1], given.get("type", "text"), given.get("value", "")
        if kind == "file":
            form["files"].add(name)
        elif kind in ("radio", "checkbox"):
            form["choices"].setdefault(name, set()).add(value)
            form["values"].setdefault(name, []).extend([value] if checked else [])
        else:
            form["values"][name] = [value]

    def _option(self, given: Mapping[str, str]) -> None:
        form = self.forms[-1]
        form["choices"].setdefault(self._list, set()).add(given.get("value", ""))
        if "selected" in given or not form["values"][self._list]:
            form["values"][self._list] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        """What stands in a text field of several lines; the first line break belongs to the tag."""
        if self._area:
            held = self.forms[-1]["values"][self._area]
            held[0] = held[0] + data if held[0] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        """The end of a form or of a field."""
        if tag == "form":
            self._open = False
        elif tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._list = ""


def forms_of(page: Response) -> list[dict[str, Any]]:
    """Every form on a page that writes."""
    reader = _Forms()
    reader.feed(page.text)
    return [one for one in reader.forms if one["method"] == "post"]


Files = Mapping[str, list[tuple[str, bytes, str]] | tuple[str, bytes, str]]


class Browser:
    """One officer at the pages, without JavaScript."""

    def __init__(self, client: TestClient, secret: str) -> None:
        self.client, self.secret = client, secret
        self.headers = {"cookie": f"{sessions.COOKIE}={secret}"}

    def get(self, path: str, **params: Any) -> Response:
        """A look."""
        return self.client.get(path, params=params or None, headers=self.headers, follow_redirects=False)

    def page(self, path: str, **params: Any) -> str:
        """A look that has to come well; the text of the page."""
        answer = self.get(path, **params)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:2000]}"
        return answer.text

    def post_form(
        self, path: str, values: Mapping[str, str | list[str]] | None = None, *, files: Files | None = None,
        action: str = "",
    ) -> Response:  # fmt: skip
        """Look at a page and send the form on it that goes to `action` (the page's own address unless named)."""
        shown = self.get(path)
        assert shown.status_code == 200, f"{path}: {shown.status_code} {shown.text[:2000]}"
        return self.send(shown, values, to=action or path, files=files)

    def send(
        self, shown: Response, values: Mapping[str, str | list[str]] | None = None, *, to: str,
        files: Files | None = None, by: str = "",
    ) -> Response:  # fmt: skip
        """Send the form of a page that was shown: what stands in it, and what is typed now.

        `by` is the address of another button of the form (formaction) that is pressed instead of its own.
        """
        wanted = {to, quote(to, safe="/?&=%#")}
        form = next((one for one in forms_of(shown) if one["action"] in wanted), None)
        assert form is not None, f"{to}: no form; there are {[one['action'] for one in forms_of(shown)]}"
        sent: dict[str, Any] = {name: list(one) for name, one in form["values"].items()}
        for name, typed in (values or {}).items():
            texts = [typed] if isinstance(typed, str) else list(typed)
            assert name in sent, f"{to}: no field {name}; there are {sorted(sent)}"
            offered = form["choices"].get(name)
            assert offered is None or set(texts) <= offered, f"{to}: {name} offers {offered}, not {texts}"
            sent[name] = texts
        several = [(name, one) for name, some in (files or {}).items() for one in _each(some)]
        assert {name for name, _ in several} <= form["files"], f"{to}: no field for files {several}"
        assert not by or by in form["ways"], f"{to}: no button {by}; there are {form['ways']}"
        return self.client.post(
            by or form["action"], data=sent, files=several or None, headers=self.headers, follow_redirects=False
        )  # fmt: skip

    def done(self, path: str, values: Mapping[str, str | list[str]] | None = None, **more: Any) -> str:
        """Send a form that has to be taken; the path on which it goes on."""
        answer = self.post_form(path, values, **more)
        assert answer.status_code == 303, f"{path}: {answer.status_code} {readable(answer)}"
        return str(answer.headers["location"])


def _each(some: list[tuple[str, bytes, str]] | tuple[str, bytes, str]) -> list[tuple[str, bytes, str]]:
    return some if isinstance(some, list) else [some]


def readable(answer: Response) -> str:
    """What the main part of a page says, for the message of a test that fails."""
    _, _, main = answer.text.partition("<main")
    return " ".join(main.split())[:3000]


def post_form(
    client: Browser, url: str, values: Mapping[str, str | list[str]] | None = None, **more: Any
) -> Response:  # fmt: skip
    """The same as `Browser.post_form`."""
    return client.post_form(url, values, **more)


@lru_cache(maxsize=1)
def _hashed() -> str:
    return passwords.hashed(PASSWORD)


class Desks:
    """The pages of one office: `desks("jb01")` is that officer's browser; idle ones sign in anew."""

    def __init__(self, office: Office, client: TestClient) -> None:
        self.office, self.client = office, client
        self._known: dict[str, tuple[Any, Browser]] = {}

    def __call__(self, officer: str) -> Browser:
        """The browser of an officer, signed in (and proven) the first time and whenever the clock went on."""
        now = self.office.clock()
        begun, browser = self._known.get(officer, (None, None))
        if browser is None or now - begun >= LASTS:
            browser = self.sign_in(officer)
            self._known[officer] = now, browser
        return browser

    def sign_in(self, officer: str) -> Browser:
        """A new session of an officer; the one before ends."""
        with self.office.work(officer) as work:
            _account(work.session, officer, work.now)
            secret = sessions.enter(work, officer, address="127.0.0.1")
        return Browser(self.client, secret)

    def nobody(self) -> Browser:
        """A browser without a session."""
        return Browser(self.client, "")


def _account(session: Any, officer: str, now: Any) -> None:
    """An account in force, opened and approved by two others, unless there is one."""
    if session.exec(select(Account).where(Account.officer == officer)).first() is None:
        session.add(Account(
            officer=officer, opened_at=now, opened_by="ga00", approved_at=now, approved_by="aq00",
            password=_hashed(), password_at=now,
        ))  # fmt: skip
        session.flush()


@pytest.fixture
def desks(office: Office, papers: Path) -> Iterator[Desks]:
    """The pages of a furnished office with officers of every role, here and elsewhere."""
    furnish(office)
    with office.work("sp01") as work:
        for code, (role, area) in PEOPLE.items():
            organs.enter_officer(work, Officer(code=code, name="试验", role=role, area=area, since=date(2020, 1, 1)))
    with TestClient(create_app(office), base_url=ADDRESS, raise_server_exceptions=False) as client:
        yield Desks(office, client)


@pytest.fixture
def recommended(desks: Desks, office: Office, family: Callable[..., int], clock: SetClock) -> str:
    """户编号 of a household above the line by a pension, evaluated on 2026-09-01: the program recommends to end."""
    (household,) = granted(office, family)
    clock.on(date(2026, 8, 20))
    richer(office, household, Cause.PENSION, on=date(2026, 8, 10))
    clock.on(date(2026, 9, 1))
    evaluate(office, date(2026, 9, 1))
    return "JN000001"
