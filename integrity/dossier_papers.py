"""案卷·文书 (dossier: papers): what was issued, printed and delivered, until when it could be contested, and its text.

Each paper stands with its full text in the form in which it was printed; what was destroyed by law is said to be.
"""

from __future__ import annotations

from integrity import delivery, papers, regional, seals
from integrity.dossier_sight import DESTROYED, Sight
from integrity.errors import ChengxinError
from integrity.letters_family import Desk
from integrity.records.ledger import Notice, Printing, Service
from integrity.records.office import PaperData
from integrity.rules.policy import NotInForce
from integrity.rules.workdays import Term
from reports.dossier import Grid, Part, Prose, Sheet
from reports.faults import PressStopped
from reports.forms import Letter
from reports.regional import RegionalForm


def register(sight: Sight, desk: Desk) -> Part:
    """文书和送达: every paper with its printing, its proof of service, and the remedy periods that began by it."""
    notices = sight.of(Notice)
    rows = tuple(
        (
            str(one.seq), one.number, one.kind.value, one.happened_on.isoformat(), _printed(sight, one),
            _served(sight, one), one.data_sha256[:16],
        )
        for one in notices
    )  # fmt: skip
    listed = Grid(
        heads=("条目", "文号", "文书", "制发日期", "打印", "送达", "内容指纹"),
        widths=(6, 16, 19, 12, 13, 24, 10), rows=rows,
    )  # fmt: skip
    ends = tuple(row for one in notices if (row := _remedies(sight, one)) is not None)
    remedies = Grid(
        title="救济期限和计算", heads=("文号", "起算", "申请行政复议", "提起行政诉讼"), widths=(18, 22, 30, 30),
        rows=ends, empty="无（没有已经送达的载明救济途径的文书）。",
    )  # fmt: skip
    return Part(
        title="文书、送达和救济期限", author=desk.organ.name, on=sight.last(Notice, Service), blocks=(listed, remedies)
    )


def sheets(sight: Sight) -> list[Part]:
    """每份文书一件 (a part for each paper) with its full text."""
    return [_sheet(sight, one) for one in sight.of(Notice)]


def _printed(sight: Sight, notice: Notice) -> str:
    copies = [one for one in sight.of(Printing) if one.notice_seq == notice.seq]
    if not copies:
        return "没有打印"
    again = f"，补打{len(copies) - 1}份" if len(copies) > 1 else ""
    return f"{copies[0].happened_on}打印原件{again}"


def _served(sight: Sight, notice: Notice) -> str:
    """The standing proof of service."""
    proofs = [one for one in sight.of(Service) if one.notice_seq == notice.seq]
    if not proofs:
        return "没有登记送达"
    proof = proofs[-1]
    said = [f"{proof.happened_on}{proof.way.value}，签收：{sight.words(proof.receiver)}"]
    said += [f"见证：{sight.words(proof.witnesses)}"] if proof.witnesses else []
    said += [sight.words(proof.detail)] if proof.detail else []
    said += [f"证据{proof.evidence[:16]}"] if proof.evidence else []
    return "；".join(said)


def _remedies(sight: Sight, notice: Notice) -> tuple[str, ...] | None:
    """Until when a served paper with remedies could be contested, with the computation; None for another paper."""
    proof = delivery.service_of(sight.work, notice)
    if proof is None or _destroyed(sight, notice):
        return None
    try:
        if papers.content(sight.work, notice).remedies is None:
            return None
        ends = delivery.remedy_ends(sight.work, proof)
    except (ChengxinError, NotInForce) as fault:
        return notice.number, f"不能计算：{fault}", "", ""
    return notice.number, f"{ends.start}（{ends.because}）", _last_day(ends.reconsideration), _last_day(ends.litigation)


def _last_day(term: Term) -> str:
    mark = "（暂定）" if term.provisional else ""
    return f"截至{term.end}{mark}。{'；'.join(term.steps)}"


def _destroyed(sight: Sight, notice: Notice) -> bool:
    kept = sight.work.session.get(PaperData, notice.data_sha256)
    return kept is not None and not kept.cipher


def _sheet(sight: Sight, notice: Notice) -> Part:
    head = Part(title=notice.kind.value, author=notice.organ, on=notice.happened_on, number=notice.number)
    told = f"户账第{notice.seq}条。{_printed(sight, notice)}。{_served(sight, notice)}。"
    if _destroyed(sight, notice):
        return _noted(head, told, f"文书内容{DESTROYED}。", note=DESTROYED)
    try:
        letter = papers.content(sight.work, notice)
        form = _form(sight, notice, letter)
    except (ChengxinError, PressStopped) as fault:
        return _noted(head, told, f"文书内容不能印出：{fault}", note="内容有误")
    shown = sight.covered(letter)
    masked = shown != letter
    told += "下为全文，印章、签名见原件" + ("；其中的个人信息已遮蔽。" if masked else "。")
    code = seals.code_of(sight.work, notice.number)
    sheet = Sheet(letter=shown, data=notice.data_sha256, regional=form, code=code)
    return Part(
        title=head.title, author=head.author, on=head.on, number=head.number, note="有遮蔽" if masked else "",
        blocks=(Prose(lines=(told,)),), sheet=sheet,
    )  # fmt: skip


def _noted(head: Part, *lines: str, note: str) -> Part:
    """A paper of which only the record is left."""
    return Part(
        title=head.title, author=head.author, on=head.on, number=head.number, note=note, blocks=(Prose(lines=lines),)
    )  # fmt: skip


def _form(sight: Sight, notice: Notice, letter: Letter) -> RegionalForm | None:
    """The region's own form in which the original was printed; None for the built-in one."""
    first = next((one for one in sight.of(Printing) if one.notice_seq == notice.seq and one.copy_no == 0), None)
    return None if first is None else regional.kept(sight.work, letter, first.template_sha256)
