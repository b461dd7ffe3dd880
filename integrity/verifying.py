"""核验文书 (verifying a paper): is this code ours, does the paper still hold, is what lies beside it what was issued?

Three answers, in plain words. A code proves what it states and nothing else of the page, so the content is compared as
well wherever there is something to compare it with: the data of the paper, its PDF, or the register of the office.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlmodel import select

from integrity import printing, seal_lists
from integrity.code_reading import lines_of
from integrity.errors import ChengxinError, Invalid, NotFound
from integrity.papers import content
from integrity.records.ledger import Notice
from integrity.records.office import Posting
from integrity.records.seals import PaperCode
from integrity.rules import check_code
from integrity.rules.check_code import Stated
from integrity.rules.writing import paper_date
from integrity.seal_lists import SealList
from integrity.seals import PURPOSE
from integrity.terms import PaperKind
from integrity.work import Work

GENUINE = "真实有效，未被改动"
ENDED = "真实，但已被替换或者撤回"
FALSE = "不是本机关出具，或者内容已被改动"
BY_EYE = "核验码只证明以上各项；请与纸面逐项对照"
COMPARED = "内容与签发时一致"
LOST = "签发密钥已作废，签名不再算数；这份文书不在作废前的登记之中"

_COPY = re.compile(r"补打第([0-9]+)份")


@dataclass(frozen=True, slots=True)
class Finding:
    """核验结果 (finding): one of three answers, what the code states (None when unreadable), and why."""

    answer: str
    stated: Stated | None = None
    notes: tuple[str, ...] = ()

    def wrong(self, why: str) -> Finding:
        """The same, found false for a further reason."""
        return replace(self, answer=FALSE, notes=(*self.notes, why))

    def noted(self, note: str) -> Finding:
        """The same with a further remark."""
        return replace(self, notes=(*self.notes, note))


def fields(stated: Stated) -> dict[str, str]:
    """What is printed on the paper, by the names that stand there."""
    return {
        "文号": stated.number, "机关": stated.organ, "文书": kind_name(stated.form), "成文日期": paper_date(stated.on),
        "内容指纹": stated.digest[:16],
    }  # fmt: skip


def kind_name(form: str) -> str:
    """The official name of a form number; the number itself for one that we do not know."""
    return PaperKind[form].value if form in PaperKind.__members__ else form


def judge(code: str, listed: SealList) -> Finding:
    """The answer on a code by a list of keys and ended papers."""
    try:
        stated, signed, signature = check_code.opened(check_code.cleaned(code))
    except Invalid as fault:
        return Finding(FALSE, None, (str(fault),))
    key = listed.keys.get(stated.key_id)
    if key is None:
        return Finding(FALSE, stated, ("签名不是本机关的任何一把密钥作出的",))
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, PURPOSE + signed)
    except InvalidSignature:
        return Finding(FALSE, stated, ("签名与所载内容不符",))
    mark = seal_lists.mark(signature)
    if key.genuine is not None and mark not in key.genuine:
        return Finding(FALSE, stated, (LOST,))
    if key.until and stated.on > date.fromisoformat(key.until):
        return Finding(FALSE, stated, (f"签发密钥已于 {key.until} 停止使用，文书日期在其后",))
    covered = listed.ended.get(mark.hex())
    if covered is not None:
        return Finding(ENDED, stated, (ending(seal_lists.told(signature, covered)),))
    return Finding(GENUINE, stated)


def ending(ended: seal_lists.Ended) -> str:
    """How a paper ended, in words."""
    day = paper_date(date.fromisoformat(ended.on))
    return f"{day}{f'由 {ended.by} 替换' if ended.by else '撤回'}（{ended.reason}）"


def against_typed(found: Finding, typed: Mapping[str, str]) -> Finding:
    """What somebody reads on the paper, against what its code states; each difference by name."""
    if found.stated is None:
        return found
    states = fields(found.stated)
    for name, text in typed.items():
        if _plain(text) != _plain(states[name]):
            found = found.wrong(f"{name}：纸面为“{text}”，核验码所载为“{states[name]}”")
    return found


def _plain(text: str) -> str:
    """Without blanks, a day in one manner."""
    plain = "".join(text.split()).lower()
    try:
        return paper_date(date.fromisoformat(plain))
    except ValueError:
        return plain


def against_data(found: Finding, data: bytes) -> Finding:
    """The data of a paper, as attached to its PDF or handed out, against the digest in its code."""
    if found.stated is None:
        return found
    if sha256(data).hexdigest()[:32] != found.stated.digest:
        return found.wrong("数据文件与签发时的内容不一致")
    return found.noted(f"{COMPARED}（按数据文件）")


def against_register(work: Work, found: Finding, code: str) -> Finding:
    """The code and the content on record in this office, against what the code states."""
    if found.stated is None or found.answer == FALSE:
        return found
    stated = found.stated
    kept = work.session.get(PaperCode, stated.number)
    if kept is None:
        return found.noted("本机的登记簿中没有这个文号，签名真实；请向签发机关查对")
    if kept.code != check_code.cleaned(code):
        return found.wrong("登记簿中这个文号的核验码是另一个")
    notice = work.session.exec(select(Notice).where(Notice.number == stated.number)).first()
    if notice is None:
        return found.noted("登记簿中有这份公示单")
    if not notice.data_sha256.startswith(stated.digest):
        return found.wrong("登记簿中这份文书的内容指纹是另一个")
    try:
        content(work, notice)
    except NotFound as gone:
        return found.noted(str(gone))
    except ChengxinError as fault:
        return found.noted(f"登记簿中的内容有误：{fault}")
    return found.noted("登记簿中有这份文书")


def typed_only(work: Work, typed: Mapping[str, str]) -> Finding:
    """A paper of which only the fields are at hand, against the register. Raises Invalid, NotFound."""
    if "文号" not in typed:
        raise Invalid("没有核验码时，至少要写明文号（--number）")
    number = str(check_code.number_of(typed["文号"]))
    code = work.session.get(PaperCode, number)
    if code is not None:
        found = against_register(work, judge(code.code, seal_lists.known(work)), code.code)
        return against_typed(found, {**typed, "文号": number})
    if _on_record(work, number):
        raise NotFound(f"文书 {number} 没有签名核验码（启用之前制发），请用 chengxin print 查对原件")
    return Finding(FALSE, None, (f"登记簿中没有文号为 {number} 的文书",))


def _on_record(work: Work, number: str) -> bool:
    notice = work.session.exec(select(Notice.seq).where(Notice.number == number)).first()
    posting = work.session.exec(select(Posting.id).where(Posting.number == number)).first()
    return notice is not None or posting is not None


def against_page(work: Work, found: Finding, shown: Sequence[str]) -> Finding:
    """The lines that a PDF shows, against those of the paper printed again from the register, in each variant.

    A line that differs is named as shown. Nothing is compared when there is no text, or no content to print from.
    """
    if found.stated is None or found.answer == FALSE or not shown:
        return found
    notice = work.session.exec(select(Notice).where(Notice.number == found.stated.number)).first()
    if notice is None:
        return found
    copy = next((int(mark[1]) for line in shown if (mark := _COPY.search(line))), 0)
    best: tuple[list[str], list[str]] = (list(shown), [])
    try:
        for issued in printing.every_variant(work, notice, copy):
            best = min(best, _differing(shown, lines_of(issued.pdf)), key=lambda two: len(two[0]) + len(two[1]))
            if not any(best):
                return found.noted(f"{COMPARED}（与登记簿重新印出的逐行相同）")
    except ChengxinError as fault:
        return found.noted(f"不能重新印出对照：{fault}")
    if 2 * len(best[0]) > len(shown):
        return found.noted("文字层与登记簿重新印出的出入很大，可能是扫描识别的文字，没有逐行对照")
    named = "、".join(f"“{one[:40]}”" for one in best[0][:5]) or f"缺少 {len(best[1])} 行"
    return found.wrong(f"纸面与登记簿不符：{named}")


def _differing(shown: Sequence[str], issued: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines that only the one has, and lines that only the other has, each as often as there are too many."""
    return list((Counter(shown) - Counter(issued)).elements()), list((Counter(issued) - Counter(shown)).elements())
