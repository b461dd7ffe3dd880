"""接口的身份与范围 (who asks, and how far he sees): a token before anything else, then role, then area.

A household outside the officer's area is answered in the very words of one that does not exist; so are its papers.
Every use of a token is a line in the audit log, whatever comes of it; it names the route, never what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Security
from fastapi.exceptions import HTTPException
from fastapi.responses import Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool

from integrity import households, organs, papers, postings, tokens
from integrity.errors import Forbidden, NotFound
from integrity.permissions import RIGHTS, require
from integrity.records.ledger import Notice
from integrity.records.office import Officer, Posting
from integrity.rules.areas import check, code_range
from integrity.rules.stated import seen, unfit
from integrity.web.api_requests import Checked
from integrity.work import Office, Work

BEARER = Security(
    HTTPBearer(auto_error=False, scheme_name="token", description="接口凭据，由 chengxin token issue 发放")
)
"""Tells the reader of the interface that a token is asked for; `Known` is what asks for it."""
_SCHEME = "bearer "


def office_of(request: Request) -> Office:
    """The office that this application serves."""
    office: Office = request.app.state.office
    return office


class Known(APIRoute):
    """须有凭据的接口 (a route for holders of a token): who asks is settled before a word of the request is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own answer, behind the question for the token."""
        inner = super().get_route_handler()

        async def asked(request: Request) -> Response:
            officer = await run_in_threadpool(_identify, request, self.path)
            request.state.officer, request.state.area = officer.code, officer.area
            return await inner(request)

        return asked


def _identify(request: Request, route: str) -> Officer:
    """The holder of the token; the use of the token is written down. Raises HTTPException 401."""
    office, given = office_of(request), request.headers.get("authorization", "")
    found = None
    if given[: len(_SCHEME)].lower() == _SCHEME:
        with office.reading() as work:
            found = tokens.holder(work, given[len(_SCHEME) :].strip())
    if found is None:
        raise HTTPException(401, "请出示有效的接口凭据", {"www-authenticate": "Bearer"})
    code = found.officer.code
    with office.work(code) as work:
        work.audit("接口调用", f"token:{found.token.id}", f"{request.method} {route}")
    return found.officer


def _office(request: Request) -> Office:
    """The office, narrowed to the area of who asks."""
    return office_of(request).within(code_range(request.state.area))


def acting(matter: str) -> Any:
    """A piece of work of the officer in a matter of his role: committed before the answer goes out."""

    def work_of(request: Request) -> Iterator[Work]:
        with _office(request).work(request.state.officer) as work:
            require(work, matter)
            yield work

    assert matter in RIGHTS
    work_of.matter = matter  # type: ignore[attr-defined]
    return Depends(work_of, scope="function")


def looking(matter: str) -> Any:
    """A look of the officer in a matter of his role, without writing: what must leave the books as they are."""

    def work_of(request: Request) -> Iterator[Work]:
        with _office(request).reading() as work:
            work.actor = request.state.officer
            require(work, matter)
            yield work

    assert matter in RIGHTS
    work_of.matter = matter  # type: ignore[attr-defined]
    return Depends(work_of, scope="function")


Here = Annotated[Office, Depends(office_of)]
Looking = Annotated[Work, looking("查看户账")]
"""Looks without writing: what this asks must leave the books as they are."""
Public = Annotated[Work, looking("查看政策参数")]
"""What is no personal data: the rules themselves."""
Reading = Annotated[Work, acting("查看户账")]
Layout = Annotated[Work, acting("查看文书版面")]
Taking = Annotated[Work, acting("办理程序")]
Serving = Annotated[Work, acting("登记送达")]
Printing = Annotated[Work, acting("打印文书")]
Publishing = Annotated[Work, acting("公示")]


def _number(key: str) -> str:
    """A key that says something: this is looked at before what is asked."""
    if not seen(key) or unfit(key):
        raise PydanticCustomError("text", "请写明这次请求的编号，不能是空白")
    return key


KEYS = r"^[\t -~\u00a0-\u00ff]*[!-~\u00a1-\u00ac\u00ae-\u00ff][\t -~\u00a0-\u00ff]*$"
"""A header with at least one character that is seen."""
Key = Annotated[
    str,
    Checked(_number, KEYS),
    Header(
        alias="Idempotency-Key", description="这次办理的编号，由调用方取，每次办理各不相同；重发时不变", max_length=200
    ),
]


def area_of(work: Work, wanted: str = "") -> str:
    """The area that the officer looks at: his own, or one within it. Raises Forbidden, Invalid."""
    own = organs.officer(work, work.actor, work.today).area
    if not wanted:
        return own
    (low, high), (first, last) = code_range(own), code_range(check(wanted))
    if not (first and low <= first and last <= high):
        raise Forbidden(f"工号 {work.actor} 的辖区是 {own}，不能查看 {wanted}")
    return check(wanted)


def _sees(work: Work, area: str) -> bool:
    low, high = code_range(organs.officer(work, work.actor, work.today).area)
    return low <= area < high


def _sees_household(work: Work, household_id: int) -> bool:
    """Also of none (0) everything is looked up: the time of an answer tells no more than its words."""
    try:
        home = households.home(work, household_id, work.today).area
    except NotFound:
        home = ""
    return _sees(work, home)


def household_within(work: Work, number: str) -> int:
    """The id of a household in the officer's area. Raises NotFound alike for none and for one elsewhere."""
    try:
        found = households.by_number(work, number)
    except NotFound:
        found = 0
    if not _sees_household(work, found):
        raise NotFound(f"没有户编号为 {number} 的家庭")
    return found


def paper_within(work: Work, number: str) -> Notice:
    """The paper of a 文号 to a household in the officer's area. Raises NotFound as `household_within`."""
    try:
        notice = papers.by_number(work, number)
    except NotFound:
        notice = None
    if not _sees_household(work, notice.household_id if notice else 0) or notice is None:
        raise NotFound(f"没有文号为 {number} 的文书")
    return notice


def posting_within(work: Work, number: str) -> Posting:
    """The public notice of a 文号 in the officer's area. Raises NotFound as `household_within`."""
    try:
        posting = postings.by_number(work, number)
    except NotFound:
        posting = None
    if not _sees(work, posting.area if posting else "") or posting is None:
        raise NotFound(f"没有文号为 {number} 的公示单")
    return posting
