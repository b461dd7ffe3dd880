"""核验台 (the desk of verification): a code that was typed or scanned, a photograph or PDF, a paper's own particulars.

The answers are those of `verifying`. By its number alone a paper is looked up in one's own area only, and a number of
elsewhere is answered like one that nobody knows: that is no forgery, it was just not found here.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlmodel import and_, col, or_, select

from integrity import code_reading, households, seal_lists, verifying
from integrity.code_reading import Source
from integrity.errors import ChengxinError, Invalid, NotFound
from integrity.places import Scope
from integrity.records.ledger import Notice
from integrity.records.office import Posting
from integrity.records.seals import PaperEnd
from integrity.rules import check_code
from integrity.rules.check_code import BLANKS, cleaned
from integrity.verifying import Finding
from integrity.work import Work

TYPED = ("文号", "机关", "成文日期", "内容指纹")
"""What stands on a paper beside its code."""
_DIGITS = re.compile(f"[{BLANKS}0-9０-９]+")
_PRINT = re.compile("[0-9a-fA-F]{16}")
"""What is printed below the code of a paper."""
_ENDINGS = {b"%PDF": ".pdf", b"\x89PNG": ".png"}


class Ended(NamedTuple):
    """失效的文书 (a paper that ended): how, of which kind, and its household, where it is of the area."""

    end: PaperEnd
    kind: str
    household_id: int | None


def undone(why: str) -> Finding:
    """Nothing could be verified, and that says nothing of the paper."""
    return Finding(verifying.UNDONE, None, (why,))


def of_text(work: Work, code: str, typed: Mapping[str, str], scope: Scope) -> list[Finding]:
    """The findings on a code that was typed or scanned, or on the particulars alone."""
    known = {name: typed[name] for name in TYPED if typed.get(name)}
    try:
        if not code.strip():
            return [_by_number(work, known, scope)]
        if _PRINT.fullmatch(code.strip()):
            known = {**known, TYPED[-1]: code.strip().lower()}
            if TYPED[0] not in known:
                raise Invalid("这是二维码下面的核验码（16 位）：请扫二维码，或者在下面写上文号，连同这 16 位一并核对")
            return [_by_number(work, known, scope)]
        if not _DIGITS.fullmatch(code):
            raise Invalid("读到的不是二维码的内容：二维码里全部是数字，请再扫一次")
        return [_judged(work, cleaned(code), known, Source(()))]
    except Invalid as fault:
        return [undone(str(fault))]


def _by_number(work: Work, typed: Mapping[str, str], scope: Scope) -> Finding:
    if "文号" not in typed:
        raise Invalid("请读入核验码，或者至少写明文号")
    number = str(check_code.number_of(typed["文号"]))
    if not _on_record(work, number, scope):
        return undone(f"本辖区的登记簿中没有文号为 {number} 的文书；请核对文号，或者扫核验码，或者向签发机关查对")
    try:
        return verifying.typed_only(work, typed)
    except NotFound:
        return undone(f"文书 {number} 没有签名核验码（启用之前制发），请到文书页查对原件")


def _on_record(work: Work, number: str, scope: Scope) -> bool:
    notice = work.session.exec(select(Notice).where(Notice.number == number)).first()
    if notice is not None:
        return scope[0] <= households.home(work, notice.household_id, work.today).area < scope[1]
    posting = work.session.exec(select(Posting).where(Posting.number == number)).first()
    return posting is not None and scope[0] <= posting.area < scope[1]


def of_file(work: Work, content: bytes, typed: Mapping[str, str]) -> list[Finding]:
    """The findings on a photograph or a PDF, one for each code in it."""
    known = {name: typed[name] for name in TYPED if typed.get(name)}
    try:
        given = _read(content)
        return [_judged(work, code, known, given) for code in given.codes]
    except Invalid as fault:
        return [undone(str(fault))]


def _read(content: bytes) -> Source:
    """What is in a file; under a name of our own, whatever it was called."""
    ending = next((end for start, end in _ENDINGS.items() if content.startswith(start)), ".jpg")
    with tempfile.TemporaryDirectory(prefix="chengxin-verify-") as folder:
        path = Path(folder) / f"送验的文件{ending}"
        path.write_bytes(content)
        return code_reading.read(path)


def _judged(work: Work, code: str, typed: Mapping[str, str], given: Source) -> Finding:
    """Everything compared that can be: the list of keys, the register, what was typed, the data, the page."""
    found = verifying.against_register(work, verifying.judge(code, seal_lists.known(work)), code)
    found = verifying.against_typed(found, typed)
    if given.data:
        tried = [verifying.against_data(found, one) for one in given.data]
        found = next((one for one in tried if one.answer != found.answer), tried[0])
    try:
        return verifying.against_page(work, found, given)
    except ChengxinError as fault:
        return found.noted(f"没有逐页对照：{fault}")


def ended(work: Work, scope: Scope, *, before: str = "", limit: int = 20) -> tuple[list[Ended], str]:
    """Papers and public notices of an area that were withdrawn or replaced, the last first, a page at a time."""
    low, high = scope
    query = (
        select(PaperEnd, Notice, Posting)
        .join(Notice, col(Notice.number) == PaperEnd.number, isouter=True)
        .join(Posting, col(Posting.number) == PaperEnd.number, isouter=True)
        .where(or_(and_(Notice.area >= low, Notice.area < high), and_(Posting.area >= low, Posting.area < high)))
    )
    day, _, number = before.partition("|")
    if number and (since := _day(day)) is not None:
        query = query.where(or_(PaperEnd.ended_on < since, and_(PaperEnd.ended_on == since, PaperEnd.number > number)))
    query = query.order_by(col(PaperEnd.ended_on).desc(), col(PaperEnd.number)).limit(limit + 1)
    found = list(work.session.exec(query))
    rows = [
        Ended(end, (notice or posting).kind.value, notice.household_id if notice else None)
        for end, notice, posting in found[:limit]
    ]
    last = rows[-1].end if len(found) > limit else None
    return rows, f"{last.ended_on}|{last.number}" if last else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
