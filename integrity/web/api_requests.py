"""接口收到的内容 (what is sent to the API): sums are integers in 分, days are 2026-09-21, words are the official ones.

A field that is not known is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from integrity.rules.stated import EARLIEST, LARGEST, LATEST, LONGEST, unfit

_LAST = "".join(f"{chr(n * 2**16 - 2)}{chr(n * 2**16 - 1)}" for n in range(2, 16))
"""The last two places of each plane stand for no character."""
FIT = (
    r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff\ufffe\uffff"
    f"{_LAST}\U000f0000-\U0010ffff]*$"
)
"""What `unfit` finds nothing in, as a pattern: the description says what is taken."""
DAYS = "^(19[0-9]{2}|20[0-9]{2}|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
"""`EARLIEST` to `LATEST`, as a pattern."""


class Checked:
    """我们的核对 (a check of our own): the description tells it as a pattern, the answer in our words."""

    def __init__(self, check: Callable[[Any], Any], pattern: str) -> None:
        self.check, self.pattern = check, pattern

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema) | {"pattern": self.pattern}


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


def _whole(value: Any) -> Any:
    """A whole number is written as one: neither a text nor yes or no stands for it."""
    if isinstance(value, str | bool):
        raise PydanticCustomError("int_type", "应为整数")
    return value


Day = Annotated[date, BeforeValidator(_day), Checked(_near, DAYS)]
Clean = Checked(_clean, FIT)
Whole = BeforeValidator(_whole)
Text = Annotated[str, Field(max_length=LONGEST), Clean]
Short = Annotated[str, Field(max_length=120), Clean]
Name = Annotated[str, Field(max_length=60), Clean]
Proof = Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$", description="证据的指纹（SHA-256），没有则为空")]
Number = Annotated[int, Field(ge=1, le=LARGEST), Whole]
Flag = Annotated[bool, Field(strict=True)]
"""Yes or no; a number or a word that merely looks like one is refused, as the description says."""
Fen = Annotated[int, Field(ge=0, le=10**12, description="金额，以分为单位"), Whole]


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

    large: Flag | None = Field(default=None, description="大字版")
    cover: Flag | None = Field(default=None, description="附明白纸")


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
    masked: Flag = False
    months: Annotated[int, Field(ge=1, le=12), Whole] | None = None
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
    schooling: Flag | None = None
    job_accepted: Flag = False


class SupposedRepair(Sent):
    """修复的假设 (a finding supposed to be repaired)."""

    finding: Number
    on: Day | None = None


class Suppose(Sent):
    """测算的假设 (a supposition); nothing is written."""

    on: Day | None = None
    income: Fen | None = Field(default=None, description="家庭月收入（分）")
    cause: Short | None = Field(default=None, description="收入变化原因", examples=["就业"])
    self_reported: Flag | None = None
    stable: Flag | None = None
    property_over: Flag | None = None
    joined: Annotated[int, Field(ge=0, le=20), Whole] = 0
    members: list[SupposedMember] = Field(default=[], max_length=20)
    repaired: list[SupposedRepair] = Field(default=[], max_length=50)
