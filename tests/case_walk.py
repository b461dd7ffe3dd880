"""案例的办理 (walking a case file): a household, its officers, and the steps that a file names in official words.

A paper must be printed before it is served. Where a case is not about the paper, the printing is entered with the
digest of the frozen content, as a press would after its work; with `打印 = "原件"` every paper is really printed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import select

from integrity import areas, assistance, editions, households, organs, persons, printing
from integrity.areas_file import AreaRow
from integrity.case_files import Case, cases_of, read_case
from integrity.cases import Taken, open_case, take
from integrity.errors import ChengxinError
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Conduct, Notice, Printing
from integrity.records.office import Officer, Organ
from integrity.rules.identity import make_id
from integrity.rules.policy import NotInForce, load_texts
from integrity.rules.procedure import Ask
from integrity.rules.procedure_tables import table
from integrity.rules.redlines import forbidden_request
from integrity.terms import Ability, Capacity, Procedure, Relation, Role, Scheme
from integrity.work import Office, Work
from reports.faults import PressStopped
from tests.conftest import SetClock
from tests.papers_office import shipped

FAULTS = (ChengxinError, NotInForce, PressStopped)
PROOF = "b" * 64
OFFICERS = {
    "jb01": ("经办", Role.HANDLER), "jb02": ("经办", Role.HANDLER), "fh01": ("复核", Role.REVIEWER),
    "fh02": ("复核", Role.REVIEWER), "sp01": ("审批", Role.APPROVER), "sp02": ("审批", Role.APPROVER),
    "xl01": ("协理员", Role.ASSISTANT), "zj01": ("乡镇经办", Role.HANDLER), "zj02": ("乡镇经办", Role.HANDLER),
    "zf01": ("乡镇复核", Role.REVIEWER), "zs01": ("乡镇审批", Role.APPROVER),
}  # fmt: skip
"""工号 → the post by which a step may name its officer instead, and the role; the last four are of the township."""
CASE_WORDS = {
    "id", "title", "ground", "file", "area", "policy", "adopted", "since", "household", "step", "expect", "打印",
    "机关",
}  # fmt: skip
STEP_WORDS = {
    "日期", "办理日期", "工号", "岗位", "程序", "步骤", "案件", "成员", "针对", "名为", "填写", "证据", "打印", "办理",
    "不予办理",
}  # fmt: skip
HOUSEHOLD_WORDS = {"救助类别", "标准", "月救助金额", "家庭月收入", "登记日期", "起始日期", "成员"}
MEMBER_WORDS = {"姓名", "出生日期", "关系", "行为能力", "劳动能力", "监护人", "在校"}
_SERVED = {"way": "直接送达", "receiver": "户主"}
"""What a service says where the case is not about it."""
_SHIFTED = {"期限": "clock", "自": "since", "至": "until", "延长为": "length", "理由": "reason", "依据": "basis"}


@dataclass(slots=True)
class Walk:
    """案例的现状 (a case file under way)."""

    office: Office
    clock: SetClock
    file: Mapping[str, Any]
    household: int = 0
    case_no: int = 0
    taken: Taken | None = None
    answer: str = ""
    """What the last act outside a case gave: the text of a sheet, an explanation."""
    posting: str = ""
    actor: str = ""
    named: dict[str, int] = field(default_factory=dict)

    @property
    def village(self) -> str:
        """The village in which the household lives."""
        return f"{self.file['area']}001001"

    def case(self, work: Work) -> Case:
        """The case that was last opened or named."""
        return read_case(work, self.household, self.case_no)


def furnish(walk: Walk) -> None:
    """The office of the case's region: policy, areas, organs, officers, and the household."""
    known = walk.file
    assert set(known) <= CASE_WORDS, f"不认识的词：{set(known) - CASE_WORDS}"
    packs = shipped()
    if "policy" in known:
        packs = load_texts(dict(packs.sources) | {"案例.toml": known["policy"]})
    area = known["area"]
    since = known.get("since", date(2026, 1, 1))
    with walk.office.work("系统任务", now=datetime(since.year, since.month, since.day, 8, tzinfo=SHANGHAI)) as work:
        editions.register(work, packs)
        names = {
            f"{area[:4]}00000000": "案例市", f"{area}000000": "案例县", f"{area}001000": "案例街道",
            walk.village: "案例社区",
        }  # fmt: skip
        areas.load(work, [AreaRow(code, name, None, None, "") for code, name in names.items()])
        told = known.get("机关", {})
        organs.enter_organ(work, _organ(f"{area}000000", "案例县民政局", "案民", told))
        organs.enter_organ(work, _organ(f"{area}001000", "案例街道办事处", "案街", told))
        for proposal in known.get("adopted", ()):
            organs.adopt(work, f"{area}000000", proposal, document="案民字〔2026〕1号", since=date(2026, 7, 1))
        for code, (post, role) in OFFICERS.items():
            own = f"{area}001000" if post.startswith("乡镇") else f"{area}000000"
            organs.enter_officer(work, Officer(code=code, name="案例", role=role, area=own, since=date(2020, 1, 1)))
    settle(walk, known.get("household", {}))


_REMEDY = {"复议机关": "review_organ", "管辖法院": "court"}


def _organ(area: str, name: str, prefix: str, words: Mapping[str, str]) -> Organ:
    """A complete organ, but for what the case says otherwise."""
    whole = {
        "address": f"案例路{int(area[6:9]) or 200}号", "phone": "0537-2345678", "contact": "李敏",
        "review_organ": "案例县人民政府", "court": "案例县人民法院",
    }  # fmt: skip
    told = whole | {_REMEDY[word]: value for word, value in words.items()}
    return Organ(area=area, since=date(2020, 1, 1), name=name, prefix=prefix, **told)


def settle(walk: Walk, words: Mapping[str, Any]) -> None:
    """The household, and what it is granted when the case begins with a grant."""
    assert set(words) <= HOUSEHOLD_WORDS, f"不认识的词：{set(words) - HOUSEHOLD_WORDS}"
    on = words.get("登记日期", date(2026, 1, 10))
    people = words.get("成员", [{}])
    with walk.office.work("jb01", now=datetime(on.year, on.month, on.day, 9, tzinfo=SHANGHAI)) as work:
        urban = words.get("标准", "农村") == "城市"
        walk.household = households.register(
            work, "AL000001", area=walk.village, address="案例路 1 号", urban=urban, since=on
        )
        for no, one in enumerate(people, start=1):
            _enter(walk, work, no, one, on)
        scheme = Scheme.named(words.get("救助类别", "不在救助"))
        if scheme is not Scheme.NONE:
            assistance.grant(
                work, walk.household, scheme, decided_on=on, decided_by="sp01", persons=len(people),
                effective_on=words.get("起始日期", on.replace(day=1)), amount=_fen(words.get("月救助金额")),
                income=_fen(words.get("家庭月收入")),
            )  # fmt: skip


def _enter(walk: Walk, work: Work, no: int, one: Mapping[str, Any], on: date) -> None:
    assert set(one) <= MEMBER_WORDS, f"不认识的词：{set(one) - MEMBER_WORDS}"
    born = one.get("出生日期", date(1980, 5, 1))
    number = make_id(walk.file["area"], born, 10 + no)
    person = persons.register(work, one.get("姓名", f"案例{'甲乙丙丁戊己'[no - 1]}"), id_number=number)
    households.enter_member(
        work, walk.household, person, no=no, since=on, area=walk.village,
        relation=Relation.named(one.get("关系", "户主" if no == 1 else "其他")),
        capacity=Capacity.named(one.get("行为能力", "完全民事行为能力")),
        ability=Ability.named(one.get("劳动能力", "无劳动能力")), guardian_no=one.get("监护人"),
        schooling=one.get("在校"),
    )  # fmt: skip


def _fen(yuan: Any) -> int | None:
    return None if yuan is None else round(float(yuan) * 100)


def begin(walk: Walk, words: Mapping[str, Any]) -> None:
    """The day of a step and its officer; both stay until another step says otherwise."""
    assert set(words) <= STEP_WORDS, f"不认识的词：{set(words) - STEP_WORDS}"
    if "日期" in words:
        walk.clock.on(words["日期"])
    if "岗位" in words:
        walk.actor = next(code for code, (post, _) in OFFICERS.items() if post == words["岗位"])
    walk.actor = words.get("工号", walk.actor)
    walk.case_no = words.get("案件", walk.case_no)
    if words["步骤"].startswith("送达") and words.get("打印") != "未打印":
        press(walk)


def proceed(walk: Walk, words: Mapping[str, Any]) -> None:
    """One step of a procedure, or the first one of a new case (`程序`)."""
    with walk.office.reading() as work:
        procedure = Procedure.named(words["程序"]) if "程序" in words else walk.case(work).procedure
    name = _whole(procedure, words["步骤"])
    given = _given(procedure, name, words.get("填写", {}))
    if _serves(procedure, name):
        given = _SERVED | given
    evidence = PROOF if words.get("证据") else ""
    with walk.office.work(walk.actor) as work:
        if "程序" in words:
            subject = walk.named[words["针对"]] if "针对" in words else None
            walk.taken = open_case(
                work, walk.household, procedure, name, member_no=words.get("成员"), subject_seq=subject,
                on=words.get("办理日期"), evidence=evidence, **given,
            )  # fmt: skip
        else:
            walk.taken = take(
                work, walk.household, walk.case_no, name, on=words.get("办理日期"), evidence=evidence, **given
            )
    walk.case_no = walk.taken.case.no
    if "名为" in words:
        walk.named[words["名为"]] = walk.taken.step.entry_seq or 0


def _serves(procedure: Procedure, name: str) -> bool:
    known = {row.name: row for row in table(procedure).rows}
    return name in known and known[name].serves != ""


def _whole(procedure: Procedure, name: str) -> str:
    """The official name of a step that a file names without what stands in brackets behind it."""
    return next((row.name for row in table(procedure).rows if row.name.split("（")[0] == name), name)


_SHIFTS = ("中止期限", "延长期限")


def _given(procedure: Procedure, name: str, words: Mapping[str, Any]) -> dict[str, Any]:
    """What a step states, from official field names. Raises KeyError for a name that the step does not ask for."""
    if name in _SHIFTS:
        return {_SHIFTED[word]: value for word, value in words.items()}
    if forbidden_request(name):
        return {}
    asks = {official: ask for ask in table(procedure).row(name).asks for official in _official(ask)}
    return {asks[word].name: _stated(asks[word], value) for word, value in words.items()}


def _official(ask: Ask) -> tuple[str, str]:
    """The official name of a field, with and without what stands in brackets behind it."""
    return ask.official, re.sub(r"（[^（）]*）$", "", ask.official)


def _stated(ask: Ask, value: Any) -> Any:
    if ask.kind == "fen":
        return _fen(value)
    return tuple(value) if ask.kind == "percents" else value


def press(walk: Walk) -> None:
    """Every paper of the household that has no original yet."""
    with walk.office.work("jb01") as work:
        done = set(work.session.exec(select(Printing.notice_seq).where(Printing.household_id == walk.household)))
        waiting = [one for one in papers(walk, work) if one.seq not in done]
        for notice in waiting:
            if walk.file.get("打印") == "原件":
                printing.original(work, notice)
            else:
                work.append(walk.household, Printing(
                    happened_on=work.today, area=notice.area, notice_seq=notice.seq, copy_no=0,
                    pdf_sha256=notice.data_sha256, template_sha256=notice.data_sha256, file=f"{notice.number}.pdf",
                    first_page=1, pages=1,
                ))  # fmt: skip


def papers(walk: Walk, work: Work) -> list[Notice]:
    """The papers of the household, in the order in which they were made out."""
    query = select(Notice).where(Notice.household_id == walk.household)
    return sorted(work.session.exec(query), key=lambda one: one.seq)


def facts(walk: Walk, work: Work) -> list[Conduct]:
    """The facts of trust and default of the household."""
    query = select(Conduct).where(Conduct.household_id == walk.household)
    return sorted(work.session.exec(query), key=lambda one: one.seq)


def written(walk: Walk) -> tuple[Any, ...]:
    """All that a step could have written: the ledger's head, the series of numbers, the public notices."""
    with walk.office.reading() as work:
        return tuple(
            tuple(tuple(row) for row in work.session.execute(text(query)))
            for query in (
                "SELECT household_id, seq, hash FROM ledger_head ORDER BY household_id",
                "SELECT prefix, year, last FROM number_series ORDER BY prefix, year",
                "SELECT count(*) FROM posting", "SELECT count(*) FROM paper_data",
            )
        )  # fmt: skip


def procedures(walk: Walk, work: Work) -> list[str]:
    """The official names of the procedures that the household went through."""
    return [one.procedure.value for one in cases_of(work, walk.household)]
