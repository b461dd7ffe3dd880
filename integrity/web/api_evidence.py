"""证据材料的接口 (the API of evidence): send a file as the body, list what is kept, take one out.

The body is read, and measured while it comes in, before the piece of work begins: a slow sender holds up nobody.
"""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from pydantic import BaseModel, Field

from integrity import evidence, virus_scan
from integrity.evidence_kinds import KINDS
from integrity.records.evidence import Evidence
from integrity.settings import settings
from integrity.web.api import Household, once
from integrity.web.api import router as cases
from integrity.web.api_access import BEARER, Key, Known, Reading, Taking, household_within
from integrity.web.api_requests import Clean, Day, Sent
from integrity.web.api_views import number_of
from integrity.web.veils import veiled
from integrity.work import Work

router = APIRouter(
    prefix="/api", route_class=Known, dependencies=[BEARER], tags=["证据材料"], responses=cases.responses
)
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_MEDIA = [one.media.partition(";")[0] for one in KINDS.values()]
_BODY = {"requestBody": {
    "required": True, "description": "文件的全部内容；种类按内容识别，不看 Content-Type",
    "content": {media: _BINARY for media in (*_MEDIA, "application/octet-stream")},
}}  # fmt: skip
_FILE: dict[int | str, dict[str, Any]] = {200: {"content": {media: _BINARY for media in _MEDIA}, "description": "文件"}}


class Kept(BaseModel):
    """证据材料 (a piece of evidence that is kept); the same answer for the same bytes."""

    household: str
    sha256: str = Field(description="指纹，登记时填在 evidence")
    kind: str = Field(examples=["PDF"])
    size: int = Field(description="字节数")
    name: str = Field(description="文件名；已销毁的为空")
    taken_on: date | None = Field(description="形成日期")
    kept_at: datetime
    kept_by: str = Field(description="保存人的工号")
    state: str = Field(description="已存、已销毁，或者文件缺失")


class _Sent(Sent):
    """What a request stands for under its key: the bytes by their digest."""

    name: str
    taken_on: date | None
    sha256: str


async def _body(request: Request) -> bytes:
    """The whole body; `app` stops it at the limit. Raises Invalid, Refused for what the unit's scanner stops."""
    content = await request.body()
    name = request.query_params.get("name", "")[: evidence.LONGEST_NAME] or "证据"
    await run_in_threadpool(virus_scan.refuse_infected, settings().virus_scanner, name, content)
    return content


Content = Annotated[bytes, Depends(_body)]
Digest = Annotated[str, Path(description="指纹（SHA-256）", pattern=r"^[0-9a-f]{64}$")]


def _told(work: Work, row: Evidence) -> Kept:
    return Kept(
        household=number_of(work, row.household_id), sha256=row.sha256, kind=KINDS[row.kind].official, size=row.size,
        name=evidence.name_of(work, row), taken_on=row.taken_on, kept_at=row.recorded_at, kept_by=row.recorded_by,
        state=evidence.standing(work, row.household_id, row.sha256),
    )  # fmt: skip


@router.post("/households/{number}/evidence", summary="保存证据", openapi_extra=_BODY)
def keep_evidence(
    number: Household, content: Content, work: Taking, request: Request, key: Key,
    name: Annotated[str, Query(description="文件名", max_length=evidence.LONGEST_NAME), Clean] = "",
    taken_on: Annotated[Day | None, Query(description="形成（拍摄、签名）的日期")] = None,
) -> Kept:  # fmt: skip
    """保存一份证据（PDF、JPEG、PNG、WEBP、TIFF、纯文本），加密存放；同一份文件只存一次。指纹填在各步骤的 evidence。"""
    household_id = household_within(work, number)
    asked = _Sent(name=name, taken_on=taken_on, sha256=sha256(content).hexdigest())

    def kept() -> str:
        return f"evidence:{evidence.keep(work, content, name, household_id, taken_on=taken_on).id}"

    (made,) = once(work, key, request, asked, kept)
    return _told(work, work.session.get_one(Evidence, made))


@router.get("/households/{number}/evidence", summary="证据目录")
def list_evidence(number: Household, work: Reading) -> list[Kept]:
    """某户保存的证据，按保存先后。查看会记入操作日志。"""
    household_id = household_within(work, number)
    return [veiled(work, household_id, _told(work, row)) for row in evidence.listed(work, household_id)]


@router.get(
    "/households/{number}/evidence/{digest}", summary="取出证据", response_class=Response, responses=_FILE
)  # fmt: skip
def fetch_evidence(number: Household, digest: Digest, work: Reading) -> Response:
    """一份证据的原样内容，已经核对指纹；只作附件下载。取出会记入操作日志。"""
    found = evidence.fetch(work, household_within(work, number), digest)
    named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"}
    return Response(found.content, media_type=found.kind.media, headers=named)
