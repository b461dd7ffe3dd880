"""接口收到的内容 (what is sent to the API): sums are integers in 分, days are 2026-09-21, words are the official ones.

A field that is not known is refused.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from integrity.rules.stated import EARLIEST, LARGEST, LATEST, LONGEST, unfit


def _day(value: Any) -> Any:
    """A day is written as a text: a bare number would be read as seconds."""
    if not isinstance(value, date) and not (isinstance(value, str) and len(value) == len("2026-09-21")):
        raise PydanticCustomError("day", "日期应写作 2026-09-21")
    return value


def _near(value: date) -> date:
    """A day with which one can reckon."""
    if not EARLIEST <= value <= LATEST:
        raise PydanticCustomError("day", "日期应在 1900 年至 2100 年之间")
    return value


def _clean(value: str) -> str:
    if unfit(value):
        raise PydanticCustomError("text", "文字中有不能使用的字符")
    return value


Day = Annotated[date, BeforeValidator(_day), AfterValidator(_near)]
Clean = AfterValidator(_clean)
Text = Annotated[str, Field(max_length=LONGEST), Clean]
Short = Annotated[str, Field(max_length=120), Clean]
Name = Annotated[str, Field(max_length=60), Clean]
Proof = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$", description="证据的指纹（SHA-256），没有则为空")]
Number = Annotated[int, Field(ge=1, le=LARGEST)]
Fen = Annotated[int, Field(ge=0, le=10**12, strict=True, description="金额，以分为单位")]


class Sent(BaseModel):
    """发来的内容 (what is sent)."""

    model_config = ConfigDict(extra="forbid")


class OpenCase(Sent):
    """立案 (to open a case)."""

    procedure: Short = Field(description="程序的名称或代码", examples=["调整与终止"])
    step: Short = Field(default="", description="从哪一步开始；只有一种开始时可以不写", examples=["提出意见"])
    member_no: Number | None = Field(default=None, description="涉及的成员序号；全户的事不写")
    subject_seq: Number | None = Field(default=None, description="案件所针对的条目号")
    on: Day | None = Field(default=None, description="办理日期，默认今天")
    evidence: Proof = ""
    values: dict[str, Any] = Field(
        default={}, description="这一步的填写项：名称（或官方名称）→ 内容，见程序一览的 asks",
        examples=[{"outcome": "退出", "reason": "养老金使收入超过标准", "effective_on": "2026-11-01"}],
    )  # fmt: skip


class TakeStep(Sent):
    """办理一步 (to take a step)."""

    step: Short = Field(description="步骤的名称或代码；中止期限、延长期限也在此办理", examples=["复核意见"])
    on: Day | None = Field(default=None, description="办理日期，默认今天；制发文书的步骤只能是今天")
    evidence: Proof = ""
    values: dict[str, Any] = Field(
        default={}, description="这一步的填写项：名称（或官方名称）→ 内容",
        examples=[{"adopted": "不采纳", "reason": "银行流水显示按月发放"}],
    )  # fmt: skip


class PrintAs(Sent):
    """版式 (how a paper is to be printed): what is left open is as the household needs it."""

    large: bool | None = Field(default=None, description="大字版")
    cover: bool | None = Field(default=None, description="附明白纸")


class Needs(PrintAs):
    """阅读需要 (what a household needs from now on), and in what capacity somebody asked for it."""

    asked_by: Short = Field(description="由谁提出：本人、共同生活的家庭成员、监护人、代理人、经办人员")


class ServePaper(Sent):
    """送达 (to deliver a paper)."""

    way: Short = Field(description="送达方式", examples=["直接送达"])
    on: Day = Field(description="送达日期")
    receiver: Name = Field(description="签收人", examples=["户主"])
    witnesses: list[Annotated[str, Field(max_length=30), Clean]] = Field(
        default=[], max_length=3, description="见证人；留置送达须有两名"
    )
    detail: Annotated[str, Field(max_length=400), Clean] = Field(
        default="", description="拒收事由、同意的内容、公告原因或者受托单位"
    )
    evidence: Proof = ""


class PostedHousehold(BaseModel):
    """公示的一户 (a line): name and number of persons come from the ledger; anything else is refused."""

    model_config = ConfigDict(extra="allow")

    household: Short = Field(description="户编号", examples=["SF0000001"])
    case_no: Number | None = None
    amount: Fen | None = Field(default=None, description="金额（分）；户账和案件中都没有时才写")
    guardian: Short = ""


class PostList(Sent):
    """张贴公示 (to put a list up)."""

    kind: Short = Field(description="公示种类", examples=["审核结果公示"])
    area: Annotated[str, Field(pattern=r"^\d{12}$")] = Field(description="村（居）代码", examples=["370811001001"])
    place: Short = Field(description="张贴的地点", examples=["村务公开栏"])
    lines: list[PostedHousehold] = Field(max_length=500)
    masked: bool = False
    months: Annotated[int, Field(ge=1, le=12)] | None = None
    evidence: Proof = ""


class Objection(Sent):
    """公示异议 (an objection to one household of a notice)."""

    household: Short = Field(description="户编号")
    text: Text = Field(description="异议的内容；加密保存")
    on: Day | None = None
    evidence: Proof = ""


class AskRight(Sent):
    """个人信息权利请求 (a request about one's own data)."""

    member_no: Number = Field(description="提出请求的成员序号")
    kind: Short = Field(description="请求事项", examples=["查阅复制"])
    capacity: Short = Field(default="本人", description="提出人身份：本人、监护人、代理人、死者近亲属；后三种须附证明")
    speaker: Short = Field(description="提出人的姓名，本人提出的可写本人", examples=["本人"])
    said: Text = Field(description="请求内容")
    subject_seq: Number | None = Field(default=None, description="请求所针对的条目号")
    on: Day | None = None
    evidence: Proof = ""


class SupposedMember(Sent):
    """成员的假设 (a supposition about one member)."""

    no: Number
    presence: Short | None = None
    ability: Short | None = None
    schooling: bool | None = None
    job_accepted: bool = False


class SupposedRepair(Sent):
    """修复的假设 (a finding supposed to be repaired)."""

    finding: Number
    on: Day | None = None


class Suppose(Sent):
    """测算的假设 (a supposition); nothing is written."""

    on: Day | None = None
    income: Fen | None = Field(default=None, description="家庭月收入（分）")
    cause: Short | None = Field(default=None, description="收入变化原因", examples=["就业"])
    self_reported: bool | None = None
    stable: bool | None = None
    property_over: bool | None = None
    joined: Annotated[int, Field(ge=0, le=20)] = 0
    members: list[SupposedMember] = Field(default=[], max_length=20)
    repaired: list[SupposedRepair] = Field(default=[], max_length=50)
