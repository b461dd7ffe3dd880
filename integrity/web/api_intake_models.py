"""来件接口的内容 (what linked systems send and are told): sums in 分, days as 2026-09-21, words the official ones."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from integrity.intake import MOST
from integrity.intake_content import EVENTS, LONGEST
from integrity.integrity_state import LONGEST as PURPOSE_LONGEST
from integrity.integrity_state import SHORTEST as PURPOSE_SHORTEST
from integrity.terms import Cause
from integrity.web.api_requests import Clean, Day, Fen, Name, Sent

Reference = Annotated[
    str,
    Field(
        pattern=r"^[0-9A-Za-z._:-]{1,60}$", examples=["HD-2026-000123"],
        description="来件方自己的编号，每一项各不相同；同一编号、同一内容重发，只算一件",
    ),
]  # fmt: skip
IdNumber = Annotated[str, Field(min_length=1, max_length=30, examples=["11011119800501001X"]), Clean]
Detail = Annotated[str, Field(max_length=LONGEST, description="说明；不要写身份证号"), Clean]
Yes = Annotated[bool | None, Field(strict=True)]


class _Person(Sent):
    """About whom it is."""

    reference: Reference
    id_number: IdNumber = Field(description="身份证号：户内的一名成员；写明收入变化原因的，是原因所在的成员")
    name: Name = Field(default="", description="姓名，供处理的人员比对")


class SentComparison(_Person):
    """核对结果一项 (one result of the check); what was not checked is left out."""

    on: Day = Field(description="核对日期：结果反映哪一天的情况", examples=["2026-09-01"])
    income: Fen | None = Field(default=None, description="全家一个月的收入（分）")
    cause: Name = Field(
        default="", description=f"收入变化原因：{'、'.join(one.value for one in Cause)}", examples=["养老金"]
    )
    stable: Yes = Field(default=None, description="收入是否稳定")
    property_over: Yes = Field(default=None, description="财产是否超过标准")
    detail: Detail = ""


class SentChange(_Person):
    """变化信息一项 (one message of a change)."""

    kind: Name = Field(description=f"种类：{'、'.join(one.value for one in EVENTS)}", examples=["数据比对预警"])
    happened_on: Day = Field(description="发生日期", examples=["2026-09-01"])
    detail: Detail = ""


class SendComparisons(Sent):
    """报送核对结果 (results of the check), all of them or none."""

    items: list[SentComparison] = Field(min_length=1, max_length=MOST)
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [{
        "reference": "HD-2026-000123", "id_number": "11011119800501001X", "on": "2026-09-01", "income": 215000,
        "cause": "养老金", "stable": True, "property_over": False, "detail": "自 2026 年 8 月起领取养老金",
    }]}]})  # fmt: skip


class SendChanges(Sent):
    """报送变化信息 (messages of changes), all of them or none."""

    items: list[SentChange] = Field(min_length=1, max_length=MOST)
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [{
        "reference": "BD-2026-000045", "id_number": "11011119800501001X", "kind": "数据比对预警",
        "happened_on": "2026-09-01", "detail": "名下新增小型普通客车一辆",
    }]}]})  # fmt: skip


class ReceivedItem(BaseModel):
    """收到的一项 (an item that was received)."""

    reference: str
    received_at: datetime


class Received(BaseModel):
    """收到 (receipt): that it came in, and no more: not whether anybody is known."""

    items: list[ReceivedItem] = Field(description="按报送的先后")


class IntakeStanding(BaseModel):
    """来件的状态 (where an item stands): the state and no more."""

    reference: str
    kind: str = Field(examples=["核对结果"])
    received_at: datetime
    state: str = Field(description="待处理、已登记、不采用、来件方撤回", examples=["待处理"])


class Recall(Sent):
    """撤回 (taking back): nothing more is said."""


Why = Annotated[str, Field(min_length=PURPOSE_SHORTEST, max_length=PURPOSE_LONGEST), Clean]


class AskState(Sent):
    """查询诚信状态 (question for the integrity state): of a household or of a person, one of the two."""

    household: Annotated[str, Field(max_length=60), Clean] = Field(default="", description="户编号")
    id_number: Annotated[str, Field(max_length=30), Clean] = Field(default="", description="身份证号")
    purpose: Why = Field(description="用途：为办什么事；当事人可以看到", examples=["办理教育救助审核"])
    basis: Why = Field(description="依据：法律、法规或者协议的名称和条款", examples=["任民字〔2026〕5号第三条"])
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{
        "household": "SF0000001", "purpose": "办理教育救助审核", "basis": "任民字〔2026〕5号第三条",
    }]})  # fmt: skip


class RecordInForce(BaseModel):
    """生效的认定 (a finding in force)."""

    member_no: int = Field(description="成员序号")
    kind: str = Field(description="守信或者失信", examples=["失信"])
    item: str = Field(description="认定的事项")
    level: str = Field(description="认定等级；守信记录没有等级", examples=["一般"])
    measures: str = Field(description="当地规定的措施；没有则为空")
    document: str = Field(description="认定文书的文号")
    document_on: date
    served_on: date | None = Field(description="送达日期；守信记录、由别处转入的可以没有")
    effective_on: date
    expires_on: date | None = Field(description="自这一天起不再使用；没有规定期限则为空")
    basis: str = Field(description="认定所依据的文书（文号）；没有则为空")
    law: str = Field(description="认定程序的依据；由别处转入的为空")


class SignedPromise(BaseModel):
    """签署的承诺 (a promise that was signed)."""

    member_no: int
    signed_on: date
    occasion: str


class IntegrityState(BaseModel):
    """诚信状态 (integrity state) today; no opinions, no open proceedings, no income, no score."""

    household: str = Field(description="户编号")
    member_no: int | None = Field(description="按身份证号查询的，是哪一名成员")
    as_of: date
    records: list[RecordInForce] = Field(description="现在生效的守信、失信认定")
    promises: list[SignedPromise] = Field(description="签署过的诚信承诺，后签的在前")
    caution: str = Field(description="使用的限制")
