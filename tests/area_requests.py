"""越权请求 (requests across areas): any officer at any way in, about any household, and what the answer may say.

`Asker.ask` draws a request out of the application's own routes, sends it, sends its twin about what does not exist, and
tells every word that leaked. The random numbers come from a seed: a request that leaked can be made again.
"""

from __future__ import annotations

import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from itertools import zip_longest
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

import pypdfium2
from fastapi.routing import APIRoute
from httpx2 import Response
from starlette.routing import compile_path

from integrity import sessions, tokens
from integrity.permissions import RIGHTS
from integrity.rules.areas import code_range
from integrity.terms import Procedure, Role
from integrity.web.declared import OPEN, SAFE, Door, doors
from integrity.work import Office
from tests.desk_office import Desks, forms_of
from tests.two_counties import OFFICERS, PLACES, Marks

NOWHERE = "燚"
_HELD = {
    "POST /logout", "POST /settings/type", "POST /account/password",
    *(f"POST /accounts/{{code}}/{act}" for act in ("approve", "reset", "unlock", "close")),
}  # fmt: skip
"""What would end a session, or change what every page shows, in the middle of the questions."""
_GUESSED = {
    "no": ("1", "2"), "seq": ("1", "3", "5"), "year": ("2026",), "act": ("approve", "close"), "end": ("xlsx", "pdf"),
    "what": ("extend", "hang", "hung"), "day": ("2026-09-01",), "name": ("1.pdf",), "form": ("pdf", "xlsx"),
    "month": ("2026-08",), "quarter": ("2026Q2",), "edition": ("1",), "token": ("x" * 20,), "rest": ("x",),
    "batch_id": ("1",), "file_id": ("f" * 32,), "procedure": ("调整与终止",), "member_no": ("1",),
    "on": ("2026-09-01",), "since": ("2026-01-01",), "until": ("2026-09-01",), "period": ("2026-08", "2026Q2"),
    "from": ("2026-08-01",), "to": ("2026-09-01",), "length": ("5",), "unit": ("工作日",), "start": ("2026-09-01",),
    "reference": ("R1",), "intake_id": ("1", "2"), "before": ("", "999"), "after": ("", "1"), "page": ("1",),
}  # fmt: skip
_ODD = (
    "", " ", "0", "-1", "9" * 30, "1.5", "²", "٣", "2026-02-30", "0000-00-00", "9999-12-31", "2026-13", "2026Q9",
    "é" * 300, "\x00", "\u202e", "😀", "𠮷", "%", "'\"<>", "../../x", "null", "[]", "{}", "true", "a" * 5000,
    "一\n二", "\ufeff", "9999999-1", "999999999999999-1", "0-0", "9-9-9", "999999999999999-1-1-1", "9" * 20 + "-1-1"
)  # fmt: skip
"""What nobody types on purpose."""
_GROUPS = ("RESULT", "OPINION", "RECHECK_DUE", "RECHECK_OVER", "PRINT", "DELIVER", "CASE_DECISION", "POSTING")
_KINDS = ("roll", "comparison", "核对台账", "公示台账", "default", "DEFAULT", "hang")
_LINKED = {matter for matter, right in RIGHTS.items() if right.roles == (Role.LINKED,)}
_PRESSES = re.compile(r"pdf|dossier|copy|/registers|/reports/|report\.|lay-out|/make|/print$|sheets")
"""Where a paper or a workbook is set: seconds each; asked less often."""
_OWN = re.compile(
    r'name="(?:token|key|seen)" value="[^"]*"|data-draft="[^"]*"|/drafts\?[^"]*|所知截至 [-\d]+ [:\d]+|before=[\w%-]+'
    r'|<div class="alert alert-success said" role="status">[^<]*</div>\s*'
)
"""What differs from showing to showing, such as what the last act said; the moment up to which the books of the whole
office are closed; the place in the log of the whole office at which a list goes on."""


class Asked(NamedTuple):
    """一次请求 (a request): who, the way in, the address, what is sent, and about whom."""

    officer: str
    door: Door
    path: str
    params: dict[str, str]
    body: dict[str, Any]
    about: Marks
    personal: bool


def fake(word: str) -> str:
    """A word of the same shape that stands for nothing."""
    if re.fullmatch(r"[0-9a-f]{12,64}", word):
        return word[::-1]
    if "〔" in word or word.startswith("PC"):
        return word.replace("2026", "2016", 1)
    if word.isdigit():
        return f"9{word}"
    return f"Q9{word[2:]}" if word.startswith("Q") else NOWHERE + word[1:]


def said(answer: Response) -> str:
    """All words of an answer, also of a PDF or a workbook."""
    kind, content = answer.headers.get("content-type", ""), answer.content
    if content.startswith(b"%PDF"):
        return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as folder:
            return "".join(folder.read(one).decode("utf-8", "replace") for one in folder.namelist())
    assert "octet" not in kind or not content, kind
    return answer.text + "".join(f"{name}:{unquote(value)}" for name, value in answer.headers.items())


@dataclass
class Asker:
    """Sends requests and judges the answers."""

    office: Office
    desks: Desks
    marks: list[Marks]
    seed: int = 1
    press: float = 0.02
    """Share of the drawn requests for papers and workbooks that are really sent."""
    odd: float = 0.05
    """Share of the words that are sent that are none."""
    forms: bool = False
    """Are forms sent with the fields that the pages show? Much is entered then: what was typed is no leak any more, and
    the second answer to a form may tell of the first."""
    tally: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.doors = [one for one in doors(self.desks.client.app) if one.matter and _name(one) not in _HELD]
        self.queries = {(verb, one.path): _asked(one) for one in _routes(self.desks.client.app) for verb in one.methods}
        self.tokens: dict[str, str] = {}
        posts = sorted({one.path for one in self.doors if one.verb == "POST"}, key=lambda one: one.count("{"))
        self.patterns = {one: compile_path(one)[0] for one in posts}
        self.fields: dict[str, dict[str, list[str]]] = {}
        self.typed: set[str] = set()
        self.words = {word for one in self.marks for word in one.words}

    def draw(self) -> Asked:
        """Any officer, any way in, any household; half of the officers may go in."""
        door = self.dice.choice(self.doors)
        while _PRESSES.search(door.path) and self.dice.random() > self.press:
            door = self.dice.choice(self.doors)
        about = self.dice.choice(self.marks)
        officers = sorted(OFFICERS)
        if self.dice.random() < 0.7:
            officers = [one for one in officers if OFFICERS[one][0] in RIGHTS[door.matter].roles]
        if door.path.startswith("/api/"):
            officers = [one for one in officers if one[:2] not in ("ga", "aq", "sj")] or ["jb1"]
        else:  # a linked system has no account and no session
            officers = [one for one in officers if not one.startswith("dj")]
        path, personal = self.path(door.path, about)
        params = {
            one: self._query(one, about) for one in self.queries[door.verb, door.path] if self.dice.random() < 0.6
        }
        body = self._sent(about) if door.matter in _LINKED else self._body(about)
        body |= self._filled(door, about)
        body |= {name: self.dice.choice(_ODD) for name in list(body) if self.dice.random() < self.odd}
        return Asked(self.dice.choice(officers), door, path, params, body, about, personal)

    def path(self, path: str, about: Marks) -> tuple[str, bool]:
        """An address filled in with what stands about a household; does it say anything about it?"""
        found: list[str] = []
        personal = False
        for part in path.split("/"):
            if "{" not in part:
                found.append(part)
                continue
            begin, name, end = re.fullmatch(r"(.*)\{([^}:]+)[^}]*\}(.*)", part).groups()  # type: ignore[union-attr]
            word = self._own(path, name, about)
            personal |= bool(word)
            found.append(begin + (word or self._guess(path, name)) + end)
        return "/".join(found), personal

    def _filled(self, door: Door, about: Marks) -> dict[str, str]:
        """The fields of a form as some page showed it, each with what was in it, may be chosen or is typed."""
        known = self.fields.get(door.path, {}) if door.verb == "POST" and self.dice.random() < 0.7 else {}
        filled = {name: self.dice.choice(values) for name, values in known.items()}
        typed = [name for name, values in known.items() if len(values) == 1 and self.dice.random() < 0.4]
        return filled | {name: self._query(name, about) for name in typed}

    def _learn(self, answer: Response) -> None:
        """Which fields the forms of a page have."""
        for form in forms_of(answer):
            path = unquote(urlsplit(form["action"]).path)
            found = next((one for one, pattern in self.patterns.items() if pattern.match(path)), "")
            held = self.fields.setdefault(found, {})
            for name, values in form["values"].items():
                found_there = sorted(form["choices"].get(name, ())) or [*values, ""][:1]
                held[name] = [one for one in found_there if not any(mark in one for mark in self.words)] or [""]

    def _own(self, path: str, name: str, about: Marks) -> str:
        """What a part of an address says about a household; "" when it says nothing about any."""
        if name == "number":
            if "postings" in path:
                return about.more["posting"]
            if "print" in path and "/papers/{number}" not in path:
                return about.more["run"]
            return about.papers[-1] if path.startswith("/api/papers") else about.number
        return {"paper": about.papers[-1], "digest": about.digest, "export_id": about.more["export"]}.get(name, "")

    def _guess(self, path: str, name: str) -> str:
        if name == "code":
            if path.startswith("/work"):
                return self.dice.choice(_GROUPS)
            if path.startswith("/accounts"):
                return self.dice.choice(sorted(OFFICERS))
            return self.dice.choice(("NOTICE", "REVIEW", "DECIDED", Procedure.named("调整与终止").name))
        return self.dice.choice(_GUESSED.get(name, _KINDS))

    def _query(self, name: str, about: Marks) -> str:
        if self.dice.random() < self.odd:
            return self.dice.choice(_ODD)
        if name == "area":
            return self.dice.choice([*PLACES.values(), about.area])
        if name in _GUESSED:
            return self.dice.choice(_GUESSED[name])
        return self.dice.choice(sorted(one for one in about.words if ":" not in one and len(one) > 1))

    def _body(self, about: Marks) -> dict[str, Any]:
        """What a form or a program may name of a household: each takes what it asks for."""
        return {
            "number": about.number, "household": about.number, "numbers": about.papers[-1], "paper": about.papers[-1],
            "area": about.area, "code": about.papers[-1], "evidence": about.digest, "digest": about.digest,
            "place": about.area, "reason": "试验理由",
            "on": "2026-09-01", "way": "直接送达", "receiver": "本人",
            "procedure": "调整与终止", "step": "告知", "kind": "审核结果公示",
            "lines": [{"household": about.number, "case_no": 1}], "values": {}, "papers": [about.papers[-1]],
        }  # fmt: skip

    def _sent(self, about: Marks) -> dict[str, Any]:
        """What a linked system sends, or asks for."""
        if self.dice.random() < 0.5:
            return {"household": about.number, "purpose": "试验用途", "basis": "试验依据"}
        item = {"reference": f"R{self.dice.random()}", "id_number": "1", "detail": "试验"}
        days = {"on": "2026-08-01"} if self.dice.random() < 0.5 else {"happened_on": "2026-08-01", "kind": "死亡"}
        return {"items": [item | days]}

    def ask(self, one: Asked) -> list[str]:
        """Send a request and its twin; everything that is wrong with the answers."""
        role, area = OFFICERS[one.officer]
        answer = self._send(one, one.path, one.params, one.body)
        if self.forms and one.door.verb == "GET" and answer.headers.get("content-type", "").startswith("text/html"):
            self._learn(answer)
        if self.forms and one.door.verb == "POST":
            self.typed |= {word for word in self.words if word in str(one.body)}
        key = f"{one.door.verb} {answer.status_code}"
        self.tally[key] = self.tally.get(key, 0) + 1
        wrong = [f"{answer.status_code}"] if answer.status_code >= 500 else []
        wrong += [f"leaked {word}" for word in self._leaked(one, answer)]
        if role not in RIGHTS[one.door.matter].roles:
            return wrong + (
                [] if answer.status_code == 403 else [f"{answer.status_code} for a role without the matter"]
            )
        low, high = code_range(area)
        if (one.personal or one.door.verb == "POST") and not low <= one.about.area < high:
            wrong += self._differs(one, answer)
        return wrong

    def _leaked(self, one: Asked, answer: Response) -> Iterator[str]:
        role, area = OFFICERS[one.officer]
        low, high = code_range(area)
        text, given = said(answer), f"{one.path} {one.params} {one.body}"
        business = role in RIGHTS["查看户账"].roles
        for other in self.marks:
            if business and low <= other.area < high:
                continue
            for word in other.words:
                if role.value == "审计管理员" and one.door.path == "/audit":
                    continue  # sees every log: acts and the numbers of households, no names
                if word not in given and word not in self.typed and re.search(rf"{re.escape(word)}(?!\d)", text):
                    yield word

    def _differs(self, one: Asked, answer: Response) -> Iterator[str]:
        """Is a household elsewhere told otherwise than one that does not exist?"""
        words = sorted((word for word in one.about.words if len(word) > 1), key=len, reverse=True)
        words += [one.about.more["export"]] if "export" in one.path else []

        def twin(text: str) -> str:
            return next((fake(word) for word in words if text == word), text)

        path = "/".join(twin(part) for part in one.path.split("/"))
        body = {name: twin(text) if isinstance(text, str) else text for name, text in one.body.items()}
        lists = {"lines": [{"household": twin(one.about.number), "case_no": 1}], "papers": [twin(one.about.papers[-1])]}
        body |= {name: some for name, some in lists.items() if isinstance(body.get(name), list)}
        other = self._send(one, path, {name: twin(text) for name, text in one.params.items()}, body)
        if answer.status_code == 303 != other.status_code:  # of an act that is done once, the second time is the twin
            answer = self._send(one, one.path, one.params, one.body)
        if answer.status_code != other.status_code:
            yield f"{answer.status_code} for one elsewhere, {other.status_code} for none"
            return
        if self.forms and one.door.verb == "POST":
            return
        lines = zip_longest(plain(answer, words).splitlines(), plain(other, words).splitlines())
        for one_line, other_line in lines:
            if one_line != other_line:
                yield f"another text for one elsewhere than for none: {one_line!r:.300} / {other_line!r:.300}"
                return

    def _send(self, one: Asked, path: str, params: dict[str, str], body: dict[str, Any]) -> Response:
        client, address = self.desks.client, quote(path)
        if path.startswith("/api/"):
            headers = {
                "authorization": f"Bearer {self._token(one.officer)}",
                "idempotency-key": f"k{self.dice.random()}",
            }
            sent = {"json": body} if one.door.verb == "POST" else {}
            return client.request(one.door.verb, address, params=params, headers=headers, **sent)
        browser = self.desks(one.officer)
        if one.door.verb in SAFE:
            return browser.get(address, **params)
        form = {name: text for name, text in body.items() if isinstance(text, str)}
        form |= {"token": sessions.form_token(browser.secret), "key": f"k{self.dice.random()}"}
        return client.post(address, params=params, data=form, headers=browser.headers, follow_redirects=False)

    def _token(self, officer: str) -> str:
        if officer not in self.tokens:
            with self.office.work("spb" if OFFICERS[officer][1].startswith("370812") else "spa") as work:
                self.tokens[officer] = tokens.issue(work, officer).secret
        return self.tokens[officer]


def plain(answer: Response, words: list[str]) -> str:
    """The words of an answer, without what differs anyway and without these words and their twins."""
    text = _OWN.sub("", said(answer).partition("content-length")[0])
    for word in words:
        for shape in sorted((word, fake(word)), key=len, reverse=True):  # the number of an export is part of its twin's
            text = text.replace(shape, "·").replace(quote(shape), "·").replace(quote(shape, safe=""), "·")
    return text


def _name(door: Door) -> str:
    return f"{door.verb} {door.path}"


def _routes(app: Any) -> Iterator[APIRoute]:
    for one in app.routes:
        inner = getattr(one, "original_router", None)
        if inner is not None:
            yield from _routes(inner)
        elif isinstance(one, APIRoute) and one.path not in OPEN:
            yield one


def _asked(route: APIRoute) -> list[str]:
    """What may stand behind the question mark of an address."""
    return [one.alias for one in route.dependant.query_params]
