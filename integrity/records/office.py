"""机关 (office records): areas, organs, officers, persons, policy editions, orders, jobs, imports, audit.

What lies outside the households' ledgers. Documents and log lines are append-only as well; what is working state (job
runs, number series) moves forward only.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint, event
from sqlmodel import Field, SQLModel

from ..office_terms import JobState
from ..terms import PostingEvent, PostingKind, Role
from .columns import Day, Moment, coded


class Area(SQLModel, table=True):
    """行政区划 (area): a 12-digit code with its name, validity and successor; a code may return under another name."""

    __tablename__ = "area"
    __table_args__ = (CheckConstraint("length(code) = 12", name="ck_area_code"),)
    code: str = Field(primary_key=True, max_length=12)
    since: date = Field(primary_key=True, sa_type=Day)
    until: date | None = Field(default=None, sa_type=Day)
    name: str = Field(max_length=60)
    successor: str = Field(default="", max_length=12)


class Organ(SQLModel, table=True):
    """机关 (organ): who signs papers for an area from a day on, with all that a paper must name."""

    __tablename__ = "organ"
    area: str = Field(primary_key=True, max_length=12)
    since: date = Field(primary_key=True, sa_type=Day)
    name: str = Field(max_length=80)
    prefix: str = Field(max_length=20, description="机关代字, the part of a document number before 〔year〕")
    address: str = Field(default="", max_length=120)
    phone: str = Field(default="", max_length=40)
    contact: str = Field(default="", max_length=40)
    review_organ: str = Field(default="", max_length=80, description="复议机关")
    court: str = Field(default="", max_length=80)


class Officer(SQLModel, table=True):
    """经办人员 (officer): 工号, name, role and area; every act names one."""

    __tablename__ = "officer"
    code: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=60)
    role: Role = Field(sa_type=coded(Role))
    area: str = Field(max_length=12)
    since: date = Field(sa_type=Day)
    until: date | None = Field(default=None, sa_type=Day)


@event.listens_for(Officer, "load")
def _at_hand(officer: Officer, context: Any) -> None:
    """A session that has read an officer keeps him: every check of a right asks for the same one again."""
    context.session.info.setdefault("officers", []).append(officer)


class Person(SQLModel, table=True):
    """自然人 (person): the one place of personal data. Numbers are encrypted; the ledger holds only a salted digest.

    A changed name or number is a new row. The columns can be emptied once, by the lawful destruction, never otherwise.
    """

    __tablename__ = "person"
    id: int | None = Field(default=None, primary_key=True)
    salt: str = Field(max_length=32)
    name: str = Field(max_length=60, index=True)
    sex: str = Field(default="", max_length=8)
    born_on: date | None = Field(default=None, sa_type=Day)
    key_id: str = Field(max_length=20)
    id_number: str = Field(default="", max_length=200, description="ciphertext")
    id_index: str = Field(default="", max_length=64, index=True, description="blind index")
    phone: str = Field(default="", max_length=200, description="ciphertext")
    account: str = Field(default="", max_length=200, description="ciphertext of the bank account")
    digest: str = Field(max_length=64)
    destroyed_on: date | None = Field(default=None, sa_type=Day)


class PaperData(SQLModel, table=True):
    """文书内容 (content of a paper): frozen and encrypted; the notice in the ledger names it by its digest."""

    __tablename__ = "paper_data"
    sha256: str = Field(primary_key=True, max_length=64)
    key_id: str = Field(max_length=20)
    cipher: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PolicyEdition(SQLModel, table=True):
    """政策版本 (edition of the policy packs): the whole text, so that a past decision can be computed again."""

    __tablename__ = "policy_edition"
    edition: str = Field(primary_key=True, max_length=64)
    registered_at: datetime = Field(primary_key=True, sa_type=Moment)
    registered_by: str = Field(max_length=40)
    sources: bytes = Field(sa_column=Column(LargeBinary, nullable=False), description="zlib of JSON {file: text}")


class Adoption(SQLModel, table=True):
    """采用文件 (adoption): the document by which a county takes a proposed catalogue into use, or ends it."""

    __tablename__ = "adoption"
    id: int | None = Field(default=None, primary_key=True)
    area: str = Field(max_length=12)
    proposal: str = Field(max_length=40)
    document: str = Field(max_length=80)
    since: date = Field(sa_type=Day)
    until: date | None = Field(default=None, sa_type=Day)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


class EmergencyOrder(SQLModel, table=True):
    """紧急延期令 (emergency order): the only thing that pushes a recheck date back (民发〔2021〕57号 第31条)."""

    __tablename__ = "emergency_order"
    __table_args__ = (
        CheckConstraint("months > 0", name="ck_emergency_order_months"),
        CheckConstraint("due_from <= due_to", name="ck_emergency_order_range"),
    )
    number: str = Field(primary_key=True, max_length=60)
    area: str = Field(max_length=12)
    signed_on: date = Field(sa_type=Day)
    signed_by: str = Field(max_length=60)
    due_from: date = Field(sa_type=Day)
    due_to: date = Field(sa_type=Day)
    months: int
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


class CalendarYear(SQLModel, table=True):
    """放假安排 (calendar): a year's rest days and working weekends, loaded with the notice's number."""

    __tablename__ = "calendar_year"
    year: int = Field(primary_key=True)
    loaded_at: datetime = Field(primary_key=True, sa_type=Moment)
    loaded_by: str = Field(max_length=40)
    text: str


class Closing(SQLModel, table=True):
    """截止时刻 (closing): up to here the books are closed; nothing can be entered as known before it any more.

    One row. An evaluation closes the books at its due moment, so that what it saw can be read again, exactly, for ever.
    """

    __tablename__ = "closing"
    id: int = Field(default=1, primary_key=True)
    until: datetime = Field(sa_type=Moment)


class Recommendation(SQLModel, table=True):
    """处理建议 (recommendation): what the evaluation of a day found; stored when it differs from the one before.

    `decided_at` is the moment up to which the books were closed, of the roll or of this household alone. `on_day` stays
    that of what an opinion was given on while only dates and figures move. Integers as `rules` gives them, UNKNOWN is
    NULL. Each can be computed again from the ledger at any time (`explain`).
    """

    __tablename__ = "recommendation"
    __table_args__ = ({"sqlite_with_rowid": False},)
    household_id: int = Field(primary_key=True, foreign_key="household.id", sa_column_kwargs={"autoincrement": False})
    decided_at: datetime = Field(primary_key=True, sa_type=Moment)
    on_day: date = Field(sa_type=Day)
    area: str = Field(max_length=12)
    scheme: int
    outcome: int
    reason_code: int
    member_no: int
    months_min: int | None
    months_max: int | None
    amount_now: int | None = Field(sa_type=BigInteger)
    amount_min: int | None = Field(sa_type=BigInteger)
    amount_max: int | None = Field(sa_type=BigInteger)
    met: int = Field(sa_type=BigInteger)
    unmet: int = Field(sa_type=BigInteger)
    ask: int = Field(sa_type=BigInteger)
    follow: int
    hearing: int
    points: int | None
    level: int | None
    due_on: int | None
    listed_on: int | None
    finish_on: int | None
    due_grounds: int = Field(sa_type=BigInteger)
    due_ask: int = Field(sa_type=BigInteger)


class EvaluationRun(SQLModel, table=True):
    """评估批次 (evaluation): for which day, with what was known when, and under which edition of the policy."""

    __tablename__ = "evaluation_run"
    known_until: datetime = Field(primary_key=True, sa_type=Moment)
    on_day: date = Field(sa_type=Day, index=True)
    edition: str = Field(max_length=64)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)


class JobRun(SQLModel, table=True):
    """任务运行 (run of a job) for one due time, exactly once by its key."""

    __tablename__ = "job_run"
    job: str = Field(primary_key=True, max_length=40)
    due_at: datetime = Field(primary_key=True, sa_type=Moment)
    state: JobState = Field(default=JobState.DUE, sa_type=coded(JobState))
    catch_up: bool = False
    owner: str = Field(default="", max_length=80)
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    attempts: int = 0
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    summary: str = Field(default="", max_length=2000)
    error: str = Field(default="", max_length=2000)


class JobItem(SQLModel, table=True):
    """任务分段 (part of a run): its effect and this mark are one transaction, so that a resumed run starts after it."""

    __tablename__ = "job_item"
    job: str = Field(primary_key=True, max_length=40)
    due_at: datetime = Field(primary_key=True, sa_type=Moment)
    item: str = Field(primary_key=True, max_length=80)
    done_at: datetime = Field(sa_type=Moment)
    summary: str = Field(default="", max_length=2000)


class ImportBatch(SQLModel, table=True):
    """导入批次 (import): one file, once; its entries carry its id."""

    __tablename__ = "import_batch"
    __table_args__ = (UniqueConstraint("kind", "sha256", "attempt", name="uq_import_batch_file"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str = Field(max_length=40)
    sha256: str = Field(max_length=64)
    attempt: int = Field(default=1, description="2 and more when the same file is loaded again after an undo")
    file_name: str = Field(max_length=200)
    rows: int
    accepted: int = 0
    state: str = Field(default="loading", max_length=20)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)
    undone_at: datetime | None = Field(default=None, sa_type=Moment)
    undone_by: str = Field(default="", max_length=40)


class ImportRow(SQLModel, table=True):
    """导入行 (imported row): where a row of a file went, known by the digest of its content."""

    __tablename__ = "import_row"
    import_id: int = Field(primary_key=True, foreign_key="import_batch.id")
    row: int = Field(primary_key=True)
    digest: str = Field(max_length=64, index=True)
    household_id: int
    first_seq: int
    last_seq: int


class NumberSeries(SQLModel, table=True):
    """文号序列 (series of document numbers): the last number issued by an organ in a year; it only grows."""

    __tablename__ = "number_series"
    prefix: str = Field(primary_key=True, max_length=40)
    year: int = Field(primary_key=True)
    last: int


class Kinship(SQLModel, table=True):
    """近亲属备案 (kinship on record): an officer and a household that he must not handle (民发〔2021〕57号 第11条)."""

    __tablename__ = "kinship"
    id: int | None = Field(default=None, primary_key=True)
    officer: str = Field(max_length=40, index=True)
    household_id: int = Field(foreign_key="household.id", index=True)
    relation: str = Field(max_length=40)
    ended: bool = False
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


class Posting(SQLModel, table=True):
    """公示 (public notice): one list put up in one place, from a day to a day; its content frozen like a paper's."""

    __tablename__ = "posting"
    __table_args__ = (CheckConstraint("since <= until", name="ck_posting_days"),)
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=60, unique=True)
    kind: PostingKind = Field(sa_type=coded(PostingKind))
    area: str = Field(max_length=12, index=True)
    since: date = Field(sa_type=Day)
    until: date = Field(sa_type=Day)
    computed: str = Field(max_length=1000, description="how the last day was found")
    place: str = Field(max_length=120)
    data_sha256: str = Field(max_length=64)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


class PostingLine(SQLModel, table=True):
    """公示的一户 (line of a public notice): which household, and the case for which it is posted."""

    __tablename__ = "posting_line"
    posting_id: int = Field(primary_key=True, foreign_key="posting.id", sa_column_kwargs={"autoincrement": False})
    line_no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    household_id: int = Field(foreign_key="household.id", index=True)
    case_no: int | None = None


class PostingNote(SQLModel, table=True):
    """公示记录 (what happened to a public notice): put up, objected to, taken down; each with its proof."""

    __tablename__ = "posting_note"
    id: int | None = Field(default=None, primary_key=True)
    posting_id: int = Field(foreign_key="posting.id", index=True)
    event: PostingEvent = Field(sa_type=coded(PostingEvent))
    happened_on: date = Field(sa_type=Day)
    household_id: int | None = None
    evidence: str = Field(default="", max_length=64)
    data_sha256: str = Field(default="", max_length=64)
    recorded_at: datetime = Field(sa_type=Moment)
    recorded_by: str = Field(max_length=40)


class Destruction(SQLModel, table=True):
    """依法销毁 (destruction) of a household's personal data: on which list, by whom; the seal over what is left."""

    __tablename__ = "destruction"
    __table_args__ = (
        CheckConstraint("appraised_by != approved_by", name="ck_destruction_hands"),
        CheckConstraint("length(seal) = 32", name="ck_destruction_seal"),
    )
    household_id: int = Field(primary_key=True, foreign_key="household.id", sa_column_kwargs={"autoincrement": False})
    list_number: str = Field(max_length=60)
    appraised_by: str = Field(max_length=40)
    approved_by: str = Field(max_length=40)
    destroyed_at: datetime = Field(sa_type=Moment)
    destroyed_by: str = Field(max_length=40)
    last_seq: int = Field(description="the last entry whose texts were taken out")
    seal: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))


class Audit(SQLModel, table=True):
    """操作日志 (audit): who did or read what, when; append-only."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_at", "at"), Index("ix_audit_subject", "subject", "action"))
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Moment)
    actor: str = Field(max_length=40)
    action: str = Field(max_length=60)
    subject: str = Field(default="", max_length=120)
    detail: str = Field(default="", max_length=2000)
