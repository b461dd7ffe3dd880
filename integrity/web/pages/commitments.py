"""诚信承诺页 (the pages of commitments): print the sheet, have it signed, write down who signed how; two steps.

A refusal is written down as well and keeps nobody from applying. The scan may come later.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from sqlmodel import col, select

from integrity import commitments, evidence, print_wishes
from integrity.case_desk import at_desk
from integrity.case_files import cases_of
from integrity.errors import NotFound
from integrity.households import members, standing
from integrity.letters_texts import Sentence, Wording, wording
from integrity.print_wishes import Asked
from integrity.records.ledger import Commitment, Member, Notice
from integrity.rules.procedure_tables import table
from integrity.terms import PaperKind, Presence, Procedure, SignedBy
from integrity.web.desk import Desk, acts, here, looks
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.daily import with_form
from integrity.web.pages.evidence import ACCEPT, keep_all
from integrity.web.pages.household_fields import typed
from integrity.web.pages.household_frame import Frame, frame, shown
from integrity.work import Work

router = APIRouter()
Looking = Annotated[Desk, looks("登记承诺")]
Printing = Annotated[Desk, acts("打印文书")]
Acting = Annotated[Desk, acts("登记承诺")]
SHEET = "诚信承诺书"
_CODE = 20
"""A longer name is asked for again: addresses are kept short."""
_LARGE = (("", "照本户登记的阅读需要"), ("yes", "大字版"), ("no", "普通版"))


def _occasion() -> Field:
    ask = table(Procedure.COMMITMENT).row("EXPLAINED").asks[0]
    return Field("occasion", ask.official, "radio", choices=tuple((one, one) for one in ask.choices))


def _first_fields(one: Frame) -> tuple[Field, ...]:
    people = tuple((str(no), _called(one, each)) for no, each in sorted(_living(one).items()))
    return (
        Field("member", "由哪一位成员承诺", "choice", choices=people), _occasion(),
        Field("explained_by", "讲解人", max_length=40, hint="先讲清政策和后果再签；写工号或者姓名"),
        Field("large", "版式", "radio", False, choices=_LARGE),
    )  # fmt: skip


def _called(one: Frame, member: Member) -> str:
    """A member by name; of one for whom the guardian signs, who that is."""
    name = one.view.name(member.no)
    if not commitments.needs_guardian(member, one.view.work.today):
        return name
    by = "监护人" if member.guardian_no is None else f"监护人{one.view.name(member.guardian_no)}"
    return f"{name}（由{by}代签）"


def _second_fields(one: Frame) -> tuple[Field, ...]:
    return (
        *_first_fields(one)[:3], Field("on", "签署日期", "date", hint="不晚于今天"),
        Field("signed_by", "签署方式", "radio", choices=chosen_from(SignedBy)),
        Field(
            "guardian", "代签的监护人", "choice", False,
            "未成年人、非完全民事行为能力人由监护人代签；成年人由本人签，他人不能代签", _guardians(one),
        ),
        Field("office", "经办人已同时签署经办人承诺", "tick", False, "承诺是双方的：您也在同一张上签名"),
        _SCAN,
    )  # fmt: skip


def _guardians(one: Frame) -> tuple[tuple[str, str], ...]:
    """Those who may sign for another: of age and of full capacity; and whoever does not live here."""
    grown = (no for no, each in _living(one).items() if not commitments.needs_guardian(each, one.view.work.today))
    outside = (str(commitments.OUTSIDE), f"{commitments.OUTSIDE_SAID}（须附上签好的承诺书，上面写明姓名和关系）")
    return (*((str(no), one.view.name(no)) for no in sorted(grown)), outside)


_SCAN = Field("files", "签好的承诺书", "files", False, "照片或者扫描件；可以以后再补", accept=ACCEPT, proof=True)


@router.get("/households/{number}/commitments/new")
def begin(desk: Looking, number: str) -> HTMLResponse:
    """第一步：讲解，打印承诺书。"""
    one = frame(desk, number)
    known = {"member": _head(one), "occasion": "申请", "explained_by": desk.officer.code}
    return _first(desk, one, desk.form(_first_fields(one), known, household_id=one.household_id))


def _living(one: Frame) -> dict[int, Member]:
    """The members who can promise something: those who are alive, by number."""
    found = members(one.view.work, one.household_id, one.view.work.today)
    return {no: each for no, each in found.items() if each.presence is not Presence.DEAD}


def _head(one: Frame) -> int | None:
    """The head, else the first of those who live here."""
    order = sorted(_living(one).values(), key=lambda each: (each.presence is not Presence.PRESENT, each.no))
    return order[0].no if order else None


@router.post("/households/{number}/commitments/new")
def print_sheet(desk: Printing, number: str) -> Response:
    """打印承诺书：当天只制发一份，再要的给出同一份。"""
    one = frame(desk, number)
    form = desk.read(_first_fields(one))

    def act(work: Work) -> str:
        asked = Asked({"yes": True, "no": False}.get(form.given.get("large", "")))
        at_desk(work, one.household_id, PaperKind.F02, asked)
        desk.tell(work, "承诺书已生成：请打开（F9）打印，交本人签名，再登记签署")
        return one.href("commitments", "new", "scan") + "?" + urlencode(_carried(work, one, form))

    return desk.submit(form, typed(act), lambda again: _first(desk, one, again), household_id=one.household_id)


def _carried(work: Work, one: Frame, form: Form) -> dict[str, object]:
    """What the first step hands on to the second: in an address, so short, and no name in it."""
    occasions, who = [code for code, _ in _occasion().choices], form.given["explained_by"]
    sheet = _sheet(work, one.household_id)
    return {
        "member": form.given["member"], "occasion": occasions.index(form.given["occasion"]),
        "by": who if who.isascii() and len(who) <= _CODE else "", "paper": sheet.seq if sheet is not None else "",
    }  # fmt: skip


def _sheet(work: Work, household_id: int) -> Notice | None:
    """The newest sheet of a household."""
    query = select(Notice).where(Notice.household_id == household_id, Notice.kind == PaperKind.F02)
    return work.session.exec(query.order_by(col(Notice.seq).desc())).first()


def _first(desk: Desk, one: Frame, form: Form) -> HTMLResponse:
    values = {"step": 1, "prints": desk.may("打印文书"), "paper": ""}
    return _page(desk, one, form, values)


def _page(desk: Desk, one: Frame, form: Form, values: dict[str, Any]) -> HTMLResponse:
    today = desk.work.today
    promise, office = wording("commitment", today), wording("promise_office", today)
    return desk.page(
        "commitment.html", **with_form(form), action=here(desk.request), signed=_signed(desk.work, one),
        outside=commitments.OUTSIDE_SAID,
        open_case=_open_case(desk.work, one), need=print_wishes.need_of(desk.work, one.household_id),
        texts=(
            (f"《{SHEET}》中后果、授权的条款", promise.version, _plain(promise)),
            (f"另一份文书《{PaperKind.F03.value}》的条款", office.version, _plain(office)),
        ),
        most=evidence.limit() // 2**20, **values, **shown(one, "?", "诚信承诺"),
    )  # fmt: skip


def _plain(text: Wording) -> list[Sentence]:
    """The sentences of a text that need no figures of the region."""
    return [one for slot in text.slots.values() for one in slot if "{" not in one.text]


def _signed(work: Work, one: Frame) -> list[Commitment]:
    """The promises of this household, the last first."""
    return standing(work, Commitment, one.household_id, work.today)[::-1]


def _open_case(work: Work, one: Frame) -> int | None:
    found = [case for case in cases_of(work, one.household_id, Procedure.COMMITMENT) if not case.closed]
    return next((case.no for case in found if case.stage == "EXPLAINED"), None)


@router.get("/households/{number}/commitments/new/scan")
def signing(
    desk: Looking, number: str, member: str = "", occasion: int = 0, by: str | None = None, paper: str = ""
) -> HTMLResponse:
    """第二步：登记签署，附上签好的承诺书。"""
    one = frame(desk, number)
    no = int(member) if member.isascii() and member.isdecimal() and len(member) < len("1000") else _head(one)
    found = _living(one).get(no or 0)
    minor = found is not None and commitments.needs_guardian(found, desk.work.today)
    known = {
        "member": no, "occasion": dict(enumerate(code for code, _ in _occasion().choices)).get(occasion, ""),
        "explained_by": desk.officer.code if by is None else by,
        "on": desk.work.today, "signed_by": SignedBy.GUARDIAN if minor else SignedBy.SIGNATURE, "office": "yes",
        "guardian": found.guardian_no if found is not None and minor else None,
    }  # fmt: skip
    return _second(desk, one, desk.form(_second_fields(one), known, household_id=one.household_id), paper)


def _second(desk: Desk, one: Frame, form: Form, paper: str) -> HTMLResponse:
    sheet = _sheet(desk.work, one.household_id) if paper else None
    printed = sheet.number if sheet is not None and str(sheet.seq) == paper else ""
    return _page(desk, one, form, {"step": 2, "prints": True, "paper": printed})


@router.post("/households/{number}/commitments/new/scan")
def sign(desk: Acting, number: str, paper: str = "") -> Response:
    """登记签署；拒绝签署也如实登记，不影响申请。"""
    one = frame(desk, number)
    form = desk.read(_second_fields(one))
    if form.given.get("signed_by") == SignedBy.GUARDIAN.name and "guardian" not in form.given:
        form.errors.setdefault("guardian", "监护人代签的，请选择监护人")

    def act(work: Work) -> str:
        done = _write(work, one, form)
        how = f"第 {done.member_no} 号成员{done.signed_by.value}"
        later = "" if done.evidence or done.signed_by is SignedBy.REFUSED else "；签好的承诺书可以以后补附"
        desk.tell(work, f"已登记诚信承诺：{how}{later}")
        return one.href()

    show = typed(act), lambda again: _second(desk, one, again, paper)
    return desk.submit(form, *show, household_id=one.household_id)


def _write(work: Work, one: Frame, form: Form) -> Commitment:
    """The promise as it was signed, with the texts of that day and the scan where there is one."""
    given, way = form.given, SignedBy[form.given["signed_by"]]
    text, office = wording("commitment", given["on"]), wording("promise_office", given["on"])
    rows = keep_all(work, one.household_id, form.proofs["files"], SHEET, given["on"], signed=True)
    return commitments.sign(
        work, one.household_id, member_no=int(given["member"]), on=given["on"], occasion=given["occasion"],
        signed_by=way, explained_by=given["explained_by"], text_version=text.version, text_sha256=text.sha256,
        office_text_version=office.version if given["office"] and way is not SignedBy.REFUSED else "",
        guardian_no=int(given["guardian"]) if "guardian" in given and way is SignedBy.GUARDIAN else None,
        evidence=rows[0].sha256 if rows else "",
    )  # fmt: skip


@router.get("/households/{number}/commitments/{seq}/scan")
def attaching(desk: Looking, number: str, seq: int) -> HTMLResponse:
    """补附签好的承诺书。"""
    one = frame(desk, number)
    return _attach(desk, one, _promise(desk, one, seq), desk.form((_LATER,), household_id=one.household_id))


_LATER = Field("files", "签好的承诺书", "files", True, "照片或者扫描件，可以几张", accept=ACCEPT, proof=True)


def _promise(desk: Desk, one: Frame, seq: int) -> Commitment:
    found = next((each for each in _signed(desk.work, one) if each.seq == seq), None)
    if found is None:
        raise NotFound(f"该户没有第 {seq} 条承诺，或者已经更正")
    return found


def _attach(desk: Desk, one: Frame, promise: Commitment, form: Form) -> HTMLResponse:
    return desk.page(
        "commitment_scan.html", **with_form(form), promise=promise, action=here(desk.request),
        most=evidence.limit() // 2**20, **shown(one, "?", "补附承诺书"),
    )  # fmt: skip


@router.post("/households/{number}/commitments/{seq}/scan")
def attach(desk: Acting, number: str, seq: int) -> Response:
    """补附：原来的条目保留，另记一条附有扫描件的。"""
    one = frame(desk, number)
    promise, form = _promise(desk, one, seq), desk.read((_LATER,))

    def act(work: Work) -> str:
        rows = keep_all(work, one.household_id, form.proofs["files"], SHEET, signed=True)
        commitments.attach(work, one.household_id, promise.seq, rows[0].sha256)
        desk.tell(work, "已补附签好的承诺书")
        return one.href("commitments", "new")

    return desk.submit(
        form, typed(act), lambda again: _attach(desk, one, promise, again), household_id=one.household_id
    )  # fmt: skip
