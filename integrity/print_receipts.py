"""送达回证收回 (proofs of service that came back): what the scanner typed, or a page, to the service of the paper.

Each is looked up by its bar code, its check code or a 文号. Service begins the remedy period, so that nothing here is
guessed: day, way and receiver are told by the clerk, and a proof that does not fit changes nothing. A code that is not
that of a proof, as the manifest and the paper bear them, proves nothing: only what was signed does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlmodel import col, select

from integrity import cases, households, notices, print_progress, print_proofs, printing
from integrity.delivery import not_ended, service_of
from integrity.errors import ChengxinError, Conflict, Invalid, NotFound, Refused
from integrity.papers import by_number, content
from integrity.permissions import require
from integrity.print_places import item_of
from integrity.print_wishes import Asked
from integrity.receipt_reading import read
from integrity.records.ledger import Notice, Service
from integrity.rules import check_code
from integrity.rules.check_code import LENGTHS
from integrity.terms import PaperKind, ServiceWay
from integrity.work import Work
from reports.barcodes import DIGITS, beginning
from reports.forms_records import Receipt

MATTER = "登记送达"
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """送达情况 (what the clerk tells of a service): day, way and receiver, and what the way asks for."""

    on: date
    way: ServiceWay
    receiver: str
    witnesses: tuple[str, ...] = ()
    detail: str = ""
    evidence: str = ""

    def with_evidence(self, digest: str) -> Told:
        """The same, with its proof kept."""
        return replace(self, evidence=digest)


class Received(NamedTuple):
    """已登记的送达 (service that was entered): the paper, and which periods began."""

    notice: Notice
    told: list[str]


class Scanned(NamedTuple):
    """一页的回证 (what a page is): the proof's code, or why it is none."""

    page: int
    code: str
    fault: str = ""


def codes_in(typed: str) -> list[str]:
    """What a scanner typed, line by line, without blanks."""
    lines = ("".join(line.split()).translate(_WIDE) for line in typed.splitlines())
    return [line for line in lines if line]


def paper_of(work: Work, code: str) -> Notice:
    """The paper of a proof of service that was scanned, or whose 文号 (or that of the paper) was typed.

    Raises Refused for the code of anything else, Invalid, NotFound.
    """
    found = _notice(work, code)
    if code.isdigit() and found.kind is not PaperKind.F30:
        raise Refused(
            f"{code[:DIGITS]} 是文书 {found.number}（或者交接清单上这份文书）的条码，不是送达回证的，没有登记；"
            "请扫签好的回证下方的条码，回证扫不出的，输入文号"
        )
    return _served_by(work, found)


def in_hand(work: Work, code: str) -> Notice:
    """The paper of any code of ours (its own, on the manifest, of its proof) or 文号: for handing over and returns.

    Raises Invalid, NotFound.
    """
    return _served_by(work, _notice(work, code))


def _served_by(work: Work, found: Notice) -> Notice:
    """The paper itself, or the one that this proof is of."""
    if found.kind is not PaperKind.F30:
        return found
    proof = content(work, found)
    assert isinstance(proof, Receipt)
    return by_number(work, proof.paper_number)


def _notice(work: Work, code: str) -> Notice:
    if not code.isdigit():
        return _ours(work, code)
    if len(code) == DIGITS:
        digest = beginning(code)
        if not digest:
            raise Invalid(f"条码 {code} 读错或者输错了，请再扫一次")
    elif len(code) in LENGTHS:
        stated, _, _ = check_code.opened(code)
        digest = stated.digest
    else:
        raise Invalid(f"“{code[:40]}”不是送达回证的条码（{DIGITS} 位数字）、核验码或者文号")
    query = select(Notice).where(col(Notice.data_sha256) >= digest, col(Notice.data_sha256) < digest + "g")
    found = list(work.session.exec(query))
    if not found:
        raise NotFound(f"条码 {code[:DIGITS]} 不是本机关登记的文书，可能是其他机关的送达回证；没有登记，请转交该机关")
    if len(found) > 1:
        raise Conflict(f"条码 {code[:DIGITS]} 对应 {len(found)} 份文书，请改用文号登记")
    return found[0]


def _ours(work: Work, number: str) -> Notice:
    try:
        return by_number(work, number)
    except NotFound:
        raise NotFound(f"本机关没有文号为 {number} 的文书，可能是其他机关的；没有登记") from None


def receive(work: Work, code: str, told: Told) -> Received:
    """回证登记: enter the service that a proof tells of, also as the step of its case; from it the periods run.

    Raises Conflict for one that was entered before, Refused for a paper that was withdrawn, Forbidden for one of
    another area, Invalid, NotFound. Then nothing has changed.
    """
    notice = paper_of(work, code)
    require(work, MATTER, households.home(work, notice.household_id, work.today).area)
    work.lock(notice.household_id)
    _stands(work, notice)
    cases.serve_paper(
        work, notice.number, told.way, on=told.on, receiver=told.receiver, witnesses=told.witnesses, detail=told.detail,
        evidence=told.evidence,
    )  # fmt: skip
    work.audit("送达回证收回", notice.number, f"{told.on} {told.way.value}")
    return Received(notice, periods(work, notice))


def _stands(work: Work, notice: Notice) -> None:
    """Raise for a paper that was withdrawn, or served before."""
    not_ended(work, notice)
    service = service_of(work, notice)
    if service is not None:
        raise Conflict(
            f"文书 {notice.number} 已经登记送达（{service.happened_on} {service.way.value}，{service.receiver}签收），"
            "这次没有重复登记；登记有误的请更正"
        )


def blank(work: Work, notice: Notice) -> Path:
    """单印回证: the blank proof of service of a paper that was printed at the desk. Raises Refused, NotFound."""
    require(work, print_progress.MATTER, households.home(work, notice.household_id, work.today).area)
    work.lock(notice.household_id)
    _stands(work, notice)
    letter, placed = content(work, notice), item_of(work, notice)
    if letter.plain() is None:
        raise Refused(f"文书 {notice.number} 不送达当事人，没有送达回证")
    if placed is not None:
        raise Refused(
            f"文书 {notice.number} 的送达回证在打印批次 {placed.run} 第{placed.no}份，随批次印制；"
            "遗失的补打：chengxin print reprint 回证的文号"
        )
    return printing.original(work, print_proofs.issued(work, notice, letter), Asked(large=False, cover=False))


def periods(work: Work, notice: Notice) -> list[str]:
    """How a paper was served, which periods began by it, and when they end; empty before service."""
    served = service_of(work, notice)
    return [] if served is None else list(_periods(work, notice, served))


def _periods(work: Work, notice: Notice, served: Service) -> Iterator[str]:
    yield f"{notice.number}《{notice.kind.value}》：{served.happened_on} {served.way.value}，{served.receiver}签收"
    if notice.kind is PaperKind.F13:
        term = notices.hearing_ends(work, notice)
        yield f"听取意见的期限到 {term.end}" + ("（暂定）" if term.provisional else "")
    if content(work, notice).remedies is not None:
        terms = notices.remedy_ends(work, served)
        yield f"行政复议截至 {terms.reconsideration.end}，行政诉讼截至 {terms.litigation.end}"


def scanned(work: Work, file: bytes, name: str) -> Iterator[Scanned]:
    """The proofs on the pages of a scan, each once; pages that are no proof of service are named. Raises Invalid."""
    seen: set[int] = set()
    for page, codes in read(file, name):
        proofs, fault = [], "没有读到条码，请用扫码枪扫，或者输入下方的 16 位数字"
        for code in codes:
            try:
                found = _notice(work, code)
            except ChengxinError as error:
                fault = str(error)
                continue
            if found.kind is PaperKind.F30:
                proofs.append((found.household_id * 1_000_000 + found.seq, code))
            else:
                fault = f"是文书 {found.number}《{found.kind.value}》本身，不是送达回证，不能据此登记送达"
        new = {key: code for key, code in proofs if key not in seen}
        seen |= set(new)
        yield from (Scanned(page, code) for code in new.values())
        if not proofs:
            yield Scanned(page, "", fault)
