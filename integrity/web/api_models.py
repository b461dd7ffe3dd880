"""接口的答复 (what the API answers): names of fields English, what they say Chinese; sums in 分."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field


class Hindrance(BaseModel):
    """不能办理的原因 (why it is refused), with its article."""

    code: str = Field(description="原因的代码；R 加数字为红线")
    text: str
    law: str = Field(description="依据的条文；没有则为空")


class Problem(BaseModel):
    """出错 (error): what went wrong, in Chinese."""

    message: str
    obstacles: list[Hindrance] = Field(default=[], description="被拒绝时：每一项原因及其条文")
    asks: list[str] = Field(default=[], description="须先由人确定的事项（政策参数没有设定）")
    fields: list[str] = Field(default=[], description="填写有误的项目")


class AskRule(BaseModel):
    """填写项 (what a step asks for)."""

    name: str
    official: str
    kind: str = Field(
        description="text 文字，date 日期，fen 金额（分），count 整数，yes 是否，choice 选项，percents 百分比"
    )
    choices: list[str]
    optional: bool


class NeedRule(BaseModel):
    """条件 (what must be there)."""

    code: str
    missing: str = Field(description="不具备时的答复")
    law: str


class StepRule(BaseModel):
    """程序中的一步 (a step of a procedure)."""

    code: str
    name: str
    after: list[str] = Field(description="可在哪些步骤之后办理；空文字表示立案")
    by: list[str] = Field(description="由哪些岗位办理")
    organ: str = Field(description="township 乡镇或县，deciding 有决定权的机关，county 只能由县级")
    apart: list[str] = Field(description="办理过这些步骤的人不能办理")
    needs: list[NeedRule]
    asks: list[AskRule]
    papers: list[str] = Field(description="制发的文书")
    sheets: list[str] = Field(description="可以打印的记录")
    serves: list[str] = Field(description="送达哪些步骤的文书")
    effect: str = Field(description="效力；没有则为空")
    ends: bool = Field(description="是否办结")
    side: bool = Field(description="是否不改变案件的进度")
    only: str = Field(description="只适用于哪些案件")
    law: str


class ClockRule(BaseModel):
    """期限 (a clock of a procedure)."""

    code: str
    name: str
    starts: list[str]
    stops: list[str]
    of: str = Field(description="机关的期限还是当事人的期限")
    key: str = Field(description="规定长短的政策参数")
    law: str


class ProcedureRule(BaseModel):
    """程序 (a procedure): its steps in order and its clocks."""

    code: str
    name: str = Field(examples=["调整与终止"])
    law: str
    steps: list[StepRule]
    clocks: list[ClockRule]


class PaperName(BaseModel):
    """文书的名称 (a paper by number and kind)."""

    number: str = Field(examples=["任民听〔2026〕1号"])
    kind: str


class TakenStep(BaseModel):
    """办理结果 (a step that was taken): the same answer for the same Idempotency-Key, for ever."""

    household: str
    case_no: int
    procedure: str
    step_no: int
    code: str
    name: str
    on: date
    by: str = Field(description="办理人的工号")
    recorded_at: datetime
    entry: int | None = Field(description="这一步在户账中登记的条目号")
    papers: list[PaperName]
    pending: bool = Field(description="已送达，但程序未能执行，须由人补办")


class Served(BaseModel):
    """送达结果 (a paper that was delivered)."""

    paper: str
    entry: int = Field(description="送达回证的条目号")
    on: date
    taken: TakenStep | None = Field(description="文书属于案件时，由此办理的一步")


class Said(BaseModel):
    """填写的内容 (what was said)."""

    name: str
    official: str
    value: Any


class DoneStep(BaseModel):
    """已办步骤 (a step as it was taken)."""

    no: int
    code: str
    name: str
    on: date
    by: str
    said: list[Said]
    entry: int | None
    evidence: str
    papers: list[PaperName]


class RunningClock(BaseModel):
    """期限的现状 (a clock as it stands today)."""

    code: str
    name: str
    of: str
    since: date
    last_day: date | None = Field(description="最后一日；不能计算则为空")
    firm: bool = Field(description="最后一日是否确定")
    over: bool
    overdue: bool
    stopped_on: date | None
    text: str = Field(description="计算过程")


class NextStep(BaseModel):
    """可以办理的下一步 (a step that may come next)."""

    code: str
    name: str
    by: list[str]
    mine: bool = Field(description="本人的岗位可以办理")
    asks: list[AskRule]


class CaseLine(BaseModel):
    """案件一行 (a case in a list)."""

    no: int
    procedure: str
    stage: str
    closed: bool
    opened_on: date
    due: date | None = Field(description="机关各期限中最近的最后一日")


class CaseView(CaseLine):
    """案件 (a case with its steps, clocks and what may come next)."""

    household: str
    member_no: int | None
    subject_seq: int | None
    steps: list[DoneStep]
    clocks: list[RunningClock]
    next: list[NextStep]


class Obstacles(BaseModel):
    """障碍 (why a step could not be taken now); empty when it could."""

    code: str
    name: str
    obstacles: list[Hindrance]


class PaperView(PaperName):
    """文书的内容 (what a paper says)."""

    household: str
    organ: str
    on: date
    printed: bool
    served_on: date | None
    said: list[Said]


class ReadingNeeds(BaseModel):
    """阅读需要 (how a household gets its papers); without a day it never asked for anything."""

    large: bool
    cover: bool
    asked_by: str = ""
    asked_on: date | None = None
    recorded_by: str = ""


class PostingName(BaseModel):
    """公示单 (a public notice): without its list."""

    number: str
    kind: str
    area: str
    place: str
    since: date
    until: date
    computed: str = Field(description="最后一日的计算过程")


class PostingList(BaseModel):
    """现在的公示 (what hangs today, and what must come down)."""

    hanging: list[PostingName]
    due_down: list[PostingName]


class Noted(BaseModel):
    """公示记录 (what was written down about a notice)."""

    posting: str
    event: str
    on: date
    entry: int


class Told(BaseModel):
    """说明文字 (a text to read out)."""

    household: str
    on: date
    outcome: str = Field(description="处理建议；测算时为假设之后的")
    as_known: str = Field(description="按现在所知的处理建议")
    text: str


class Explanation(BaseModel):
    """处理建议说明 (explanation): no names and no identity numbers."""

    household: str
    on: date
    outcome: str
    summary: str
    hearing: bool = Field(description="作出决定前是否须听取意见")
    text: str
    known_until: str
    edition: str
    same: bool | None = Field(description="与当时任务保存的结果是否一致；当日没有评估则为空")
