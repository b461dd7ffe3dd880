"""办事窗口 (the desk): one officer's request: who asks, what he may, the books to look into, and one way to write.

Deny by default: a page is reached only through `looks` or `acts`, which name the matter of the permission table.
Looking leaves the books alone; what was looked at is noted and written to the audit log before the answer goes out.
Writing goes through `submit`: once for each showing of a form, in one piece of work, and never over what another
officer entered meanwhile.
"""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote, urlsplit

from fastapi import Depends, Request, UploadFile
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.formparsers import MultiPartParser

from integrity import areas, drafts, households, repeats, sessions, timeline, virus_scan
from integrity.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Unset
from integrity.permissions import RIGHTS, may, require
from integrity.records.ledger import LedgerHead
from integrity.records.office import Officer
from integrity.refusals import Refusals
from integrity.rules.areas import code_range
from integrity.rules.policy import NotInForce
from integrity.settings import settings
from integrity.web import proofs, shell
from integrity.web.api_access import household_within, office_of
from integrity.web.forms import Field, Form, Sent, fresh, read
from integrity.web.wording import obstacles, on_page
from integrity.work import Office, Work

MultiPartParser.spool_max_size = 2**26
"""More than may be sent at all: what an officer sends is never written to the disk as it came."""
NOT_TAKEN = "表单没有收下"
_LOOKS = ("查看家庭", "查看案件", "查看文书")
SEE_OTHER, UNPROCESSABLE, CONFLICT = 303, 422, 409
MOST_FIELDS, MOST_FILES = 2000, 40
_LONGEST_NAME, _LONGEST_SEQ = 40, 18


class NotSignedIn(Exception):
    """未登录或者登录已过期 (nobody is signed in): the application answers with the way to the login page."""


class ProveFirst(Exception):
    """先核验身份 (to be proven again): the application leads to the password page and back."""


class Overtaken(Conflict):
    """他人已经登记 (somebody else entered something for this household since the form was shown)."""

    def __init__(self, seq: int) -> None:
        super().__init__("在您填写期间，他人对这一户作了登记")
        self.seq = seq


@dataclass(slots=True)
class Desk:
    """一次访问 (one request of an officer)."""

    request: Request
    office: Office
    held: sessions.Held
    secret: str
    matter: str
    work: Work
    """For looking; what writes opens its own through `submit`."""
    sent: Sent = field(default_factory=lambda: Sent({}))
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    doing: str = ""
    """What the request does, where that says more than the name of its page."""

    @property
    def officer(self) -> Officer:
        """Who asks."""
        return self.held.officer

    @property
    def scope(self) -> tuple[str, str]:
        """The officer's area and all below it, as a half-open range of codes."""
        return code_range(self.officer.area)

    @property
    def token(self) -> str:
        """The token that every form of this session carries."""
        return sessions.form_token(self.secret)

    def may(self, matter: str) -> bool:
        """Is it a matter of the officer's role?"""
        return may(self.officer.role, matter)

    def note(self, action: str, subject: str, detail: str = "") -> None:
        """Note what was looked at: it is in the audit log before the answer goes out."""
        self.notes.append((action, subject, detail))

    def household(self, number: str, action: str = "查看家庭") -> int:
        """The id of a household in the officer's area, noted. Raises NotFound alike for none and for one elsewhere."""
        household_id = household_within(self.work, number)
        self.note(action, f"household:{household_id}", page_name(self.request))
        return household_id

    def page(self, name: str, *, status: int = 200, **values: Any) -> HTMLResponse:
        """A page in the shell, with the officer's menu and what the last act said."""
        if status in (CONFLICT, UNPROCESSABLE) and self.request.method == "POST" and "form" in values:
            self._not_taken(values["form"])
        said = sessions.told(self.held)
        if said:
            self.let_go()
            with self.office.work(self.officer.code) as work:
                sessions.hear(work, self.held)
        return shell.rendered(
            name, status=status, desk=self, officer=self.officer, menu=shell.menu(self.officer, self.request.url.path),
            token=self.token, flash=said, large=self.held.session.large_type, now=self.work.now, today=self.work.today,
            area_name=areas.named(self.work, [self.officer.area], self.work.today)[self.officer.area], **values,
        )  # fmt: skip

    def form(
        self, fields: tuple[Field, ...], values: Mapping[str, object] | None = None, *, household_id: int | None = None
    ) -> Form:
        """A form to fill in: with what is known, or with the draft that the officer left here."""
        form = fresh(fields, values)
        form.token = self.token
        if household_id is not None:
            form.seen = str(self._head(household_id))
        kept = drafts.find(self.work, self.draft_name)
        if kept is not None:
            names = {one.name for one in fields if one.kind not in ("password", "file", "files", "hidden")}
            form.values |= {name: text for name, text in kept.values.items() if name in names}
            form.draft = shell.moment(kept.saved_at)
            proofs.restore(self.work, form, kept.values.get(proofs.WAITING, ""))
        return form

    def read(self, fields: tuple[Field, ...]) -> Form:
        """What was sent for these fields."""
        form = read(fields, self.sent)
        form.token = self.token
        proofs.collect(self.work, form, self.sent)
        return form

    @property
    def draft_name(self) -> str:
        """Under which name the draft of this form is kept: its own path."""
        return drafts.name_of(self.request.url.path, self.request.url.query)

    @property
    def draft_address(self) -> str:
        """Where the script of the page keeps what is typed into this form."""
        return f"/drafts?form={quote(self.draft_name, safe='')}"

    def _head(self, household_id: int) -> int:
        head = self.work.session.get(LedgerHead, household_id)
        return head.seq if head else 0

    def submit(
        self, form: Form, act: Callable[[Work], str], show: Callable[[Form], Response], *,
        household_id: int | None = None, area: str = "", matter: str = "",
    ) -> Response:  # fmt: skip
        """Do once what a form asks (`act` gives the path to go on to); what is refused is told on the form.

        Nothing that was typed is lost: `show` draws the page again with it. Somebody else's entry meanwhile is shown
        beside what was typed, and the officer decides.
        """
        if form.errors:
            return self.again(form, show)
        try:
            return RedirectResponse(self._once(form, act, household_id, area, matter or self.matter), SEE_OTHER)
        except Overtaken as other:
            return self._overtaken(form, other.seq, household_id or 0)
        except (Invalid, NotFound, Refused, Conflict, Unset, NotInForce) as fault:
            return self.again(form, show, fault)

    def again(self, form: Form, show: Callable[[Form], Response], fault: Exception | None = None) -> Response:
        """The page once more, with all that was typed and why it was not done."""
        if fault is not None:
            form.refused = on_page(str(fault))
            form.obstacles = obstacles(getattr(fault, "obstacles", ()))
        self._not_taken(form)
        proofs.keep(self.work, form)
        return _again(show(form), UNPROCESSABLE if fault is None or isinstance(fault, Invalid) else CONFLICT)

    def _not_taken(self, form: Form) -> None:
        """Note once that a form was not taken: which page and which fields, nothing of what stood in them."""
        if not (form.errors or form.refused) or any(action == NOT_TAKEN for action, *_ in self.notes):
            return
        refusals: Refusals = self.request.app.state.refusals
        many = refusals.many(self.officer.code, self.work.now, NOT_TAKEN)
        if many is None:
            return
        labels = {one.name: one.label for one in form.fields}
        wrong = "、".join(labels.get(name, "附件") for name in form.errors) or "没有办成"
        about = next((subject for _, subject, _ in self.notes if subject.startswith("household:")), "")
        self.note(NOT_TAKEN, about, f"{page_name(self.request)}：{wrong}{many}")

    def _once(self, form: Form, act: Callable[[Work], str], household_id: int | None, area: str, matter: str) -> str:
        if RIGHTS[matter].proven:
            self.must_be_proven(form)
        self.let_go()
        with self.office.work(self.officer.code) as work:
            require(work, matter, area)
            to = repeats.claim(work, form.key, form.asked(self.request.url.path))
            if to:
                return to
            if household_id is not None:
                require(work, matter, households.home(work, household_id, work.today).area)
                self._not_overtaken(work, form, household_id)
            to = act(work)
            self._note_act(work, matter)
            drafts.drop(work, self.draft_name)
            repeats.settle(work, form.key, to)
            return to

    def _note_act(self, work: Work, matter: str) -> None:
        """In the log the act stands in the place of the looks that led to it, written together with it."""
        looks = [note for note in self.notes if note[0] in _LOOKS]
        if looks:
            self.notes = [note for note in self.notes if note[0] not in _LOOKS]
            papers = (subject for _, subject, _ in looks[1:] if subject != looks[0][1])
            work.audit(matter, looks[0][1], "：".join((self.doing or page_name(self.request), *papers)))

    def _not_overtaken(self, work: Work, form: Form, household_id: int) -> None:
        work.lock(household_id)
        head = work.session.get_one(LedgerHead, household_id)
        if form.seen.isascii() and form.seen.isdigit() and int(form.seen[:_LONGEST_SEQ]) < head.seq:
            raise Overtaken(head.seq)

    def _overtaken(self, form: Form, seq: int, household_id: int) -> Response:
        """Both texts: what the other officer entered, and what was typed here; to be sent again knowingly."""
        before = int(form.seen)
        form.seen = str(seq)
        self._keep(form)
        return self.page(
            "overtaken.html", status=CONFLICT, form=form, action=here(self.request), household_id=household_id,
            entered=timeline.entered_since(self.work, household_id, before),
        )  # fmt: skip

    def let_go(self) -> None:
        """End the look before something is written: with the rollback journal a look holds up the writer."""
        self.work.session.rollback()

    def tell(self, work: Work, text: str) -> None:
        """What the next page says at its top."""
        sessions.tell(work, self.held, text)

    def must_be_proven(self, form: Form | None = None) -> None:
        """Raise ProveFirst when the password was not typed within the last minutes (再次核验身份).

        What was typed into the form waits as a draft, and stands there again afterwards.
        """
        if sessions.proven(self.held, self.work.now):
            return
        if form is not None:
            self._keep(form)
        raise ProveFirst

    def _keep(self, form: Form) -> None:
        """What was typed waits as a draft under the form's own address, and the evidence that was chosen with it."""
        self.let_go()
        with self.office.work(self.officer.code) as work:
            proofs.keep(work, form)
            drafts.save(work, self.draft_name, form.values | {proofs.WAITING: form.waiting})


def _again(shown: Response, status: int) -> Response:
    shown.status_code = status
    return shown


def _seated(request: Request) -> Iterator[tuple[Office, sessions.Held, str]]:
    """Who is signed in. Raises NotSignedIn."""
    office = office_of(request)
    secret = request.cookies.get(sessions.COOKIE, "")
    with office.reading() as work:
        held = sessions.holder(work, secret) if secret else None
    if held is None:
        raise NotSignedIn
    request.state.officer = held.officer.code
    if sessions.due_for_touch(held, office.clock()):
        with office.work(held.officer.code) as work:
            sessions.touch(work, held)
    yield office, held, secret


Seated = Annotated[tuple[Office, sessions.Held, str], Depends(_seated, scope="function")]


async def _sent(request: Request, seated: Seated) -> AsyncIterator[Sent]:
    """The body of a form, with this session's token. Raises Forbidden without it."""
    async with request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES) as form:
        values: dict[str, list[str]] = {}
        files: dict[str, list[UploadFile]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                values.setdefault(name, []).append(value)
            else:
                files.setdefault(name, []).append(value)  # type: ignore[arg-type]
        given = request.headers.get("x-form-token") or next(iter(values.get("token", [])), "")
        if not hmac.compare_digest(given.encode(), sessions.form_token(seated[2]).encode()):
            raise Forbidden("这一页已经过期，没有办理；请返回上一页，刷新以后再提交")
        await _scanned(one for several in files.values() for one in several if one.filename)
        sent = {name: tuple(one) for name, one in values.items()}
        yield Sent(sent, {name: tuple(one) for name, one in files.items()})


async def _scanned(uploads: Iterable[UploadFile]) -> None:
    """Have every file looked at by the unit's scanner, where it has one. Raises Invalid, Refused."""
    scanner = settings().virus_scanner
    for one in uploads if scanner else ():
        await run_in_threadpool(virus_scan.refuse_infected, scanner, str(one.filename), await one.read())
        await one.seek(0)


SentForm = Annotated[Sent, Depends(_sent, scope="function")]


def looks(matter: str) -> Any:
    """A request that looks: of a matter of the officer's role; what it noted is written down before the answer."""
    assert matter in RIGHTS

    def desk_of(request: Request, seated: Seated) -> Iterator[Desk]:
        office, held, secret = seated
        office = office.within(code_range(held.officer.area))
        with office.reading() as work:
            work.actor = held.officer.code
            require(work, matter)
            desk = Desk(request, office, held, secret, matter, work)
            yield desk
        _write_notes(desk)

    desk_of.matter = matter  # type: ignore[attr-defined]
    return Depends(desk_of, scope="function")


def acts(matter: str) -> Any:
    """A request that writes by a form: it carries the session's token; `Desk.submit` is its one piece of work."""
    assert matter in RIGHTS

    def desk_of(request: Request, seated: Seated, sent: SentForm) -> Iterator[Desk]:
        office, held, secret = seated
        office = office.within(code_range(held.officer.area))
        with office.reading() as work:
            work.actor = held.officer.code
            require(work, matter)
            desk = Desk(request, office, held, secret, matter, work, sent)
            yield desk
        _write_notes(desk)

    desk_of.matter = matter  # type: ignore[attr-defined]
    return Depends(desk_of, scope="function")


def _write_notes(desk: Desk) -> None:
    if desk.notes:
        with desk.office.work(desk.officer.code) as work:
            for action, subject, detail in desk.notes:
                work.audit(action, subject, detail)


def local(to: str) -> str:
    """A path on this site to go on to; the home page for anything else."""
    parts = urlsplit(to)
    plain = to.startswith("/") and not to.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return to if plain and to.isprintable() else "/"


def here(request: Request) -> str:
    """The path of a request with what stands behind the question mark."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def page_name(request: Request) -> str:
    """页面的名称 (official name of the page that was asked for): how its route says it, in one sentence."""
    said = (getattr(request.scope.get("endpoint"), "__doc__", None) or "").partition("。")[0].strip()
    return said if len(said) <= _LONGEST_NAME else said.partition("：")[0][:_LONGEST_NAME]


def login_path(request: Request) -> str:
    """The login page, and back here afterwards."""
    where = here(request)
    return "/login" + (f"?next={quote(where, safe='')}" if request.method == "GET" and where != "/" else "")
