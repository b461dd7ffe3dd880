"""户账 (household ledger): what happened to a household, entry by entry, each tied to the one before by a hash.

Every entry says when it happened, when it became known, who entered it and where. Entries are never changed or deleted
(the database refuses it, see `guards`); a correction is a new entry of the same kind whose `corrects` names the old
one, with `void` set when nothing takes its place. `seq` runs through all kinds of one household without a gap.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from ..terms import (
    Ability,
    Act,
    Capacity,
    Cause,
    ConductKind,
    Event,
    ExitReason,
    FindingState,
    Outcome,
    PaperKind,
    Presence,
    Procedure,
    RecheckResult,
    Relation,
    Scheme,
    ServiceWay,
    SignedBy,
    Verdict,
)
from .columns import Day, Moment, coded


def _entry_table(name: str, *more: Any) -> tuple[Any, ...]:
    """Constraints that every kind of entry has; clustered by household on SQLite."""
    return (
        ForeignKeyConstraint(["household_id"], ["household.id"], name=f"fk_{name}_household"),
        CheckConstraint("seq > 0", name=f"ck_{name}_seq"),
        CheckConstraint("corrects IS NULL OR corrects < seq", name=f"ck_{name}_corrects"),
        CheckConstraint("NOT void OR corrects IS NOT NULL", name=f"ck_{name}_void"),
        CheckConstraint("length(hash) = 32", name=f"ck_{name}_hash"),
        CheckConstraint("length(area) = 12", name=f"ck_{name}_area"),
        UniqueConstraint("household_id", "corrects", name=f"uq_{name}_corrects"),
        *more,
        {"sqlite_with_rowid": False},
    )


class Household(SQLModel, table=True):
    """救助家庭 (household): its number and nothing that may change; the root of its ledger."""

    __tablename__ = "household"
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=40, unique=True)
    opened_at: datetime = Field(sa_type=Moment)
    opened_by: str = Field(max_length=40)


class LedgerHead(SQLModel, table=True):
    """账尾 (head of a ledger): the last entry's number, hash and moment. It only moves forward."""

    __tablename__ = "ledger_head"
    household_id: int = Field(primary_key=True, foreign_key="household.id")
    seq: int
    hash: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    recorded_at: datetime = Field(sa_type=Moment, index=True)


class Entry(SQLModel):
    """户账条目 (entry): what every entry carries; the columns of a kind follow in its own class."""

    household_id: int = Field(default=0, primary_key=True, sa_column_kwargs={"autoincrement": False})
    seq: int = Field(default=0, primary_key=True, sa_column_kwargs={"autoincrement": False})
    happened_on: date = Field(sa_type=Day)
    recorded_at: datetime = Field(default=None, sa_type=Moment)
    recorded_by: str = Field(default="", max_length=40)
    area: str = Field(default="", max_length=12)
    corrects: int | None = None
    void: bool = False
    import_id: int | None = Field(default=None, index=True)
    hash: bytes = Field(default=b"", sa_type=LargeBinary)


class Residence(Entry, table=True):
    """户情 (residence): where the household lives from `happened_on` on, under which standard and regional label."""

    __tablename__ = "residence"
    __table_args__ = _entry_table("residence", Index("ix_residence_area", "area", "household_id"))
    address: str = Field(max_length=200)
    urban: bool
    label: str = Field(default="", max_length=20)


class Member(Entry, table=True):
    """共同生活家庭成员 (member): the state of one member from `happened_on` on. Who it is stands in `person`."""

    __tablename__ = "member"
    __table_args__ = _entry_table("member", CheckConstraint("no > 0", name="ck_member_no"))
    no: int
    person_id: int = Field(foreign_key="person.id", index=True)
    person_digest: str = Field(max_length=64)
    born_on: date | None = Field(default=None, sa_type=Day)
    relation: Relation = Field(sa_type=coded(Relation))
    presence: Presence = Field(default=Presence.PRESENT, sa_type=coded(Presence))
    capacity: Capacity = Field(default=Capacity.FULL, sa_type=coded(Capacity))
    ability: Ability = Field(default=Ability.UNABLE, sa_type=coded(Ability))
    schooling: bool | None = None
    guardian_no: int | None = None


class Assistance(Entry, table=True):
    """救助行为 (act of assistance): grant, raise, lower, gradual withdrawal, stop, revive; each an entry of its own."""

    __tablename__ = "assistance"
    __table_args__ = _entry_table(
        "assistance",
        CheckConstraint("amount IS NULL OR amount >= 0", name="ck_assistance_amount"),
        CheckConstraint("act != 'STOP' OR reason != 'NONE'", name="ck_assistance_reason"),
        # 社会救助法 第48条, in force from 2026-07-01 (epoch day 20635); what was decided before took effect by
        # 2026-07-31 (before day 20666); the dead cannot be heard
        CheckConstraint(
            "act NOT IN ('LOWER', 'WITHDRAW', 'STOP') OR hearing != '' "
            "OR (happened_on < 20635 AND effective_on < 20666) OR (act = 'STOP' AND reason = 'X01')",
            name="ck_assistance_hearing",
        ),
    )
    act: Act = Field(sa_type=coded(Act))
    scheme: Scheme = Field(sa_type=coded(Scheme))
    effective_on: date = Field(sa_type=Day)
    amount: int | None = Field(default=None, sa_type=BigInteger)
    income: int | None = Field(default=None, sa_type=BigInteger)
    persons: int | None = None
    months: int | None = None
    schedule: str = Field(default="", max_length=200)
    reason: ExitReason = Field(default=ExitReason.NONE, sa_type=coded(ExitReason))
    document: str = Field(default="", max_length=60)
    hearing: str = Field(default="", max_length=80, description="the record of the hearing: paper number or evidence")
    decided_by: str = Field(max_length=40)
    case_no: int | None = Field(default=None, description="the case in which it was decided")


class Verification(Entry, table=True):
    """经济状况核对 (verification): one result on income and property, as of `happened_on`."""

    __tablename__ = "verification"
    __table_args__ = _entry_table("verification")
    income: int | None = Field(default=None, sa_type=BigInteger)
    cause: Cause = Field(default=Cause.UNKNOWN, sa_type=coded(Cause))
    cause_member: int | None = None
    self_reported: bool | None = None
    stable: bool | None = None
    property_over: bool | None = None
    source: str = Field(max_length=60)
    detail: str = Field(default="", max_length=400)


class Change(Entry, table=True):
    """变化与预警 (change, warning, complaint, statement): what reached the office, and on which day."""

    __tablename__ = "change"
    __table_args__ = _entry_table("change", CheckConstraint("happened_on <= reported_on", name="ck_change_days"))
    kind: Event = Field(sa_type=coded(Event))
    reported_on: date = Field(sa_type=Day)
    member_no: int | None = None
    detail: str = Field(default="", max_length=400)
    evidence: str = Field(default="", max_length=64)


class Recheck(Entry, table=True):
    """核查 (completed check): a first confirmation or a 定期核查, by two persons, with its result."""

    __tablename__ = "recheck"
    __table_args__ = _entry_table("recheck", CheckConstraint("visitor_1 != visitor_2", name="ck_recheck_visitors"))
    result: RecheckResult = Field(sa_type=coded(RecheckResult))
    visitor_1: str = Field(max_length=40)
    visitor_2: str = Field(max_length=40)
    note: str = Field(default="", max_length=400)


class Commitment(Entry, table=True):
    """诚信承诺书 (commitment): which text, explained by whom, signed how, and the office's promise beside it."""

    __tablename__ = "commitment"
    __table_args__ = _entry_table(
        "commitment",
        CheckConstraint("signed_by != 'GUARDIAN' OR guardian_no IS NOT NULL", name="ck_commitment_guardian"),
        CheckConstraint("signed_by = 'REFUSED' OR explained_by != ''", name="ck_commitment_explained"),
    )
    occasion: str = Field(max_length=40)
    text_version: str = Field(max_length=40)
    text_sha256: str = Field(max_length=64)
    office_text_version: str = Field(default="", max_length=40)
    member_no: int
    signed_by: SignedBy = Field(sa_type=coded(SignedBy))
    guardian_no: int | None = None
    explained_by: str = Field(max_length=40)
    evidence: str = Field(default="", max_length=64)


class Conduct(Entry, table=True):
    """守信与失信事实 (fact of trust or default): what was found; it has no effect by itself."""

    __tablename__ = "conduct"
    __table_args__ = _entry_table(
        "conduct",
        CheckConstraint("act_end >= happened_on", name="ck_conduct_days"),
        CheckConstraint("found_on >= happened_on", name="ck_conduct_found"),
    )
    member_no: int
    kind: ConductKind = Field(sa_type=coded(ConductKind))
    item: str = Field(max_length=40)
    act_end: date = Field(sa_type=Day)
    found_on: date = Field(sa_type=Day)
    source: str = Field(max_length=60)
    detail: str = Field(default="", max_length=400)
    evidence: str = Field(default="", max_length=64)


class Finding(Entry, table=True):
    """认定 (finding): what was decided on a fact, by a document; each change of state is a new entry."""

    __tablename__ = "finding"
    __table_args__ = _entry_table(
        "finding",
        CheckConstraint("reviewed_by = '' OR reviewed_by != decided_by", name="ck_finding_four_eyes"),
        CheckConstraint("state != 'EFFECTIVE' OR effective_on IS NOT NULL", name="ck_finding_effective"),
        CheckConstraint("state != 'EFFECTIVE' OR reviewed_by != ''", name="ck_finding_reviewed"),
    )
    conduct_seq: int
    state: FindingState = Field(sa_type=coded(FindingState))
    document: str = Field(default="", max_length=60)
    document_on: date | None = Field(default=None, sa_type=Day)
    effective_on: date | None = Field(default=None, sa_type=Day)
    reviewed_by: str = Field(default="", max_length=40)
    decided_by: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=400)
    case_no: int | None = Field(default=None, description="the case in which it was decided")


class Decision(Entry, table=True):
    """审核意见 (what a named person said to a recommendation): accepted, changed or refused, with the reason."""

    __tablename__ = "decision"
    __table_args__ = _entry_table("decision", CheckConstraint("length(reason) > 1", name="ck_decision_reason"))
    recommended_on: date = Field(sa_type=Day)
    verdict: Verdict = Field(sa_type=coded(Verdict))
    outcome: Outcome = Field(sa_type=coded(Outcome))
    reason_code: ExitReason = Field(default=ExitReason.NONE, sa_type=coded(ExitReason))
    amount: int | None = Field(default=None, sa_type=BigInteger)
    months: int | None = None
    schedule: str = Field(default="", max_length=200)
    reason: str = Field(max_length=400)
    decided_by: str = Field(max_length=40)


class Notice(Entry, table=True):
    """文书 (notice): a numbered paper; its frozen content is kept encrypted under `data_sha256`."""

    __tablename__ = "notice"
    __table_args__ = _entry_table(
        "notice",
        UniqueConstraint("number", name="uq_notice_number"),
        UniqueConstraint("household_id", "kind", "subject", name="uq_notice_subject"),
    )
    kind: PaperKind = Field(sa_type=coded(PaperKind))
    number: str = Field(max_length=60)
    subject: str = Field(max_length=60)
    organ: str = Field(max_length=80)
    data_sha256: str = Field(max_length=64, index=True, description="looked up by the bar code")


class Printing(Entry, table=True):
    """打印 (printing): copy 0 is the original and exists once; every further copy is marked 补打."""

    __tablename__ = "printing"
    __table_args__ = _entry_table(
        "printing",
        UniqueConstraint("household_id", "notice_seq", "copy_no", name="uq_printing_copy"),
        CheckConstraint("copy_no >= 0", name="ck_printing_copy"),
    )
    notice_seq: int
    copy_no: int
    pdf_sha256: str = Field(max_length=64)
    template_sha256: str = Field(max_length=64)
    file: str = Field(max_length=200, description="the file in the papers' directory")
    first_page: int
    pages: int
    variant: str | None = Field(default=None, max_length=20, description="large, cover; None before it was written")
    edition_sha256: str | None = Field(default=None, max_length=64, description="the built-in templates, kept")
    content_sha256: str | None = Field(default=None, max_length=64, description="of what is on the pages")
    code_sha256: str | None = Field(default=None, max_length=64, description="of the check code; empty for none")


class Service(Entry, table=True):
    """送达 (service): how, when and to whom a paper was delivered, and the proof of it."""

    __tablename__ = "service"
    __table_args__ = _entry_table(
        "service",
        CheckConstraint("way != 'LEFT' OR length(witnesses) > 0", name="ck_service_witnesses"),
    )
    notice_seq: int
    way: ServiceWay = Field(sa_type=coded(ServiceWay))
    receiver: str = Field(max_length=60)
    witnesses: str = Field(default="", max_length=120)
    detail: str = Field(default="", max_length=400)
    evidence: str = Field(default="", max_length=64)


class Step(Entry, table=True):
    """程序步骤 (step of a case): who took which step of which procedure on which day, and the entry that it made.

    A case (案件) is the run of steps with one `case_no` in a household. What was said (reason, statement, figures) is
    kept encrypted under `data_sha256`, so that lawful destruction can take it away and leave the chain whole.
    """

    __tablename__ = "step"
    __table_args__ = _entry_table(
        "step",
        UniqueConstraint("household_id", "case_no", "step_no", name="uq_step_case"),
        CheckConstraint("case_no > 0 AND step_no > 0", name="ck_step_numbers"),
    )
    case_no: int
    step_no: int
    procedure: Procedure = Field(sa_type=coded(Procedure))
    step: str = Field(max_length=24)
    member_no: int | None = None
    subject_seq: int | None = Field(default=None, description="the entry that the case is about")
    entry_seq: int | None = Field(default=None, description="the entry that this step made")
    evidence: str = Field(default="", max_length=64)
    data_sha256: str = Field(default="", max_length=64)


ENTRIES: tuple[type[Entry], ...] = (
    Residence, Member, Assistance, Verification, Change, Recheck, Commitment, Conduct, Finding, Decision, Notice,
    Printing, Service, Step,
)  # fmt: skip
"""Every kind of entry, in the order in which a reader meets them. New kinds go last."""
