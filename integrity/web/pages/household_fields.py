"""家庭登记的栏目 (fields with which things are entered for a household), and how a person's numbers are checked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from fastapi.responses import HTMLResponse
from sqlmodel import col, select

from integrity import areas, evidence, households
from integrity.errors import Invalid, NotFound
from integrity.household_members import Newcomer
from integrity.household_views import Eyes
from integrity.records.evidence import Evidence
from integrity.rules.areas import level_of
from integrity.rules.identity import check_bank_card, check_id, check_phone, normal_name
from integrity.terms import Ability, AreaLevel, Capacity, Presence, Relation, Term
from integrity.web.desk import Desk, here
from integrity.web.forms import Field, Form, chosen_from
from integrity.web.pages.household_frame import Frame, shown
from integrity.web.shell import crumbs
from integrity.work import Work

T = TypeVar("T", bound=Term)
SINCE = Field("since", "自何日起", "date", hint="如 2026-09-21")
ADDRESS = Field("address", "住址", max_length=200, hint="门牌号或者自然村、组")
URBAN = Field("urban", "适用标准", "radio", choices=(("no", "农村标准"), ("yes", "城镇标准")))
LABEL = Field("label", "当地的分类", required=False, max_length=20, hint="如 A类；没有分类的不写")
WHY = Field("why", "理由", "area", max_length=400)
Section = tuple[str, str, tuple[str, ...]]
"""A part of a form: its heading, what is said under it, the names of its fields."""


def place_field(desk: Desk) -> Field:
    """村（居）: chosen from those of a township, typed in a larger area."""
    area = desk.officer.area
    if level_of(area) is AreaLevel.TOWNSHIP:
        rows = areas.children(desk.work, area, desk.work.today, AreaLevel.VILLAGE)
        return Field("place", "村（居）", "choice", choices=tuple((one.code, one.name) for one in rows))
    return Field("place", "村（居）", max_length=60, hint="填写村（居）的全名；有重名的填写 12 位区划代码")


def person_fields(view: Eyes | None = None) -> tuple[Field, ...]:
    """Who a person is, and his state; members of the household may be chosen as his guardian."""
    head = view is None
    people = member_choices(view) if view else ()
    relations = (Relation.HEAD,) if head else tuple(one for one in Relation if not _taken(view, one))
    who = (
        Field("name", "姓名", max_length=50, hint="与身份证一致；间隔号写作“·”"),
        Field("id_number", "身份证号", max_length=30, hint="18 位；保存时加密，页面上遮盖"),
        Field("relation", "与户主关系", "choice", choices=chosen_from(Relation, relations)),
        Field("ability", "劳动能力", "radio", choices=chosen_from(Ability)),
        Field("capacity", "民事行为能力", "radio", choices=chosen_from(Capacity), hint="未成年人按年龄另行判断"),
        Field("schooling", "是否在校", "yes", required=False),
        Field("phone", "联系电话", required=False, max_length=30, hint="手机号，或者带区号的固定电话"),
        Field("account", "银行账号", required=False, max_length=40, hint="发放救助金的账号"),
    )
    guardian = Field("guardian", "监护人", "choice", required=False, choices=people, hint="未成年人等，已登记的成员")
    return who if head else (*who, guardian)


def _taken(view: Eyes | None, relation: Relation) -> bool:
    """A household has one head."""
    if view is None or relation is not Relation.HEAD:
        return False
    found = households.members(view.work, view.household_id, view.work.today)
    return any(one.relation is Relation.HEAD for one in found.values())


def member_choices(view: Eyes, *, living: bool = False) -> tuple[tuple[str, str], ...]:
    """The members of a household, to choose from; `living`: without those who died."""
    found = households.members(view.work, view.household_id, view.work.today)
    chosen = (no for no, one in sorted(found.items()) if not living or one.presence is not Presence.DEAD)
    return tuple((str(no), view.name(no)) for no in chosen)


def member_field(
    view: Eyes, *, label: str = "成员", required: bool = False, hint: str = "", living: bool = False
) -> Field:  # fmt: skip
    """One of the members."""
    return Field("member", label, "choice", required, hint, member_choices(view, living=living))


def evidence_field(desk: Desk, household_id: int) -> Field:
    """One of the pieces of evidence that are kept of the household."""
    query = select(Evidence).where(Evidence.household_id == household_id).order_by(col(Evidence.id).desc())
    rows = [one for one in desk.work.session.exec(query) if one.file_key]
    named = ((one.sha256, evidence.name_of(desk.work, one), one.recorded_at) for one in rows)
    listed = tuple((digest, f"{name}（{at:%Y-%m-%d} 保存）") for digest, name, at in named)
    return Field("evidence", "证据", "choice", False, "先在“证据”中上传；没有的不选", listed)


def one_of(kind: type[T], form: Form, name: str) -> T | None:
    """A word of a closed list as it was chosen; None where nothing was."""
    return kind[form.given[name]] if name in form.given else None


def check_person(form: Form) -> tuple[str, ...]:
    """Check name and numbers as the rules have them; faults stand beside the fields. What is to be compared, if any."""
    warned: list[str] = []
    for name, read in _READ.items():
        if name in form.given:
            try:
                form.given[name], more = read(form.given[name])
                warned += more
            except Invalid as fault:
                form.errors[name] = str(fault)
    return tuple(warned)


def _id(text: str) -> tuple[str, tuple[str, ...]]:
    known = check_id(text)
    return known.number, known.warnings


def _card(text: str) -> tuple[str, tuple[str, ...]]:
    known = check_bank_card(text)
    return known.number, known.warnings


_READ: dict[str, Callable[[str], tuple[str, tuple[str, ...]]]] = {
    "name": lambda text: (normal_name(text), ()), "id_number": _id, "phone": lambda text: (check_phone(text), ()),
    "account": _card,
}  # fmt: skip


def person_of(form: Form) -> Newcomer:
    """Whom a form that is right names."""
    given = form.given
    return Newcomer(
        name=given["name"], id_number=given["id_number"], relation=Relation[given["relation"]],
        ability=Ability[given["ability"]], capacity=Capacity[given["capacity"]], schooling=given.get("schooling"),
        guardian_no=int(given["guardian"]) if "guardian" in given else None, phone=given.get("phone", ""),
        account=given.get("account", ""),
    )  # fmt: skip


def typed(act: Callable[[Work], str]) -> Callable[[Work], str]:
    """An act in which "not found" is a day or a number that was typed: told on the form, and nothing typed is lost."""

    def done(work: Work) -> str:
        try:
            return act(work)
        except NotFound as fault:
            raise Invalid(str(fault)) from fault

    return done


def form_page(
    desk: Desk, form: Form, one: Frame | None, title: str, sections: Iterable[Section], *, button: str = "登记",
    **more: Any,
) -> HTMLResponse:  # fmt: skip
    """A page with one form: in parts, sent to its own address, its draft kept."""
    values: dict[str, Any] = {"intro": "", "notes": (), "danger": False} | more
    bare = {"house": None, "tabs": [], "heading": title, "crumbs": list(crumbs((title, "")))}
    about = bare if one is None else shown(one, "?", title)
    return desk.page(
        "household_form.html", form=form, sections=list(sections), button=button, action=here(desk.request),
        back=one.href() if one else "/", **about, **values,
    )  # fmt: skip


def renamed(one: Field, label: str = "", hint: str = "") -> Field:
    """The same field under another name for the reader."""
    return replace(one, label=label or one.label, hint=hint or one.hint)
