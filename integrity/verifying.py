"""核验文书 (verifying a paper): is this code ours, does the paper still hold, is what lies beside it what was issued?

Four answers, in plain words, and a fifth for what could not be read: 没有核验成 says nothing of the paper. Only a code
that is whole and does not hold is 不是本机关出具; half a code is nobody's forgery.

A code proves what it states and nothing else of the page. 未被改动 is said of a PDF only, when its text and its picture
are those of the paper printed again from the register of the office; wherever the content was not compared that far,
the answer says so.
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
from integrity.code_reading import Source, sight
from integrity.errors import ChengxinError, Invalid, NotFound
from integrity.papers import content
from integrity.pdf_reading import asked
from integrity.records.ledger import Notice, Printing
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
CODE_ONLY = "核验码真实，内容没有对照"
ENDED = "真实，但已被替换或者撤回"
FALSE = "不是本机关出具，或者内容已被改动"
UNDONE = "没有核验成"
BY_EYE = "核验码只证明以上各项；请与纸面逐项对照"
COMPARED = "内容与签发时一致"
DATA_COMPARED = "数据文件与签发时一致；它不说明纸面，请把纸面与数据文件逐项对照"
LOST = "签发密钥已作废，签名不再算数；这份文书不在作废前的登记之中"

_COPY = re.compile(r"补打第([0-9]+)份")
_DAY = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?|([0-9]{2})([0-9]{2}))")
_BLANKS = "[" + check_code.BLANKS.replace(r"\-", "") + "]"
"""The same, but for the hyphen of a day."""
_WIDE = {one: one - 0xFEE0 for one in range(0xFF01, 0xFF5F)}
_BRACKETS = str.maketrans(dict.fromkeys("[({<【〈《「", "〔") | dict.fromkeys("])}>】〉》」", "〕"))


@dataclass(frozen=True, slots=True)
class Finding:
    """核验结果 (finding): one of the answers, what the code states (None when unreadable), and why."""

    answer: str
    stated: Stated | None = None
    notes: tuple[str, ...] = ()

    def wrong(self, why: str) -> Finding:
        """The same, found false for a further reason."""
        return replace(self, answer=FALSE, notes=(*self.notes, why))

    def noted(self, note: str) -> Finding:
        """The same with a further remark."""
        return replace(self, notes=(*self.notes, note))

    def whole(self, how: str) -> Finding:
        """The content was compared and is the same: an ended paper stays ended."""
        return replace(self, answer=GENUINE if self.answer == CODE_ONLY else self.answer).noted(f"{COMPARED}（{how}）")


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
    """The answer on a code by a list of keys and ended papers. Raises Invalid for what is not the whole of a code."""
    whole = check_code.cleaned(code)
    try:
        stated, signed, signature = check_code.opened(whole)
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
    return Finding(CODE_ONLY, stated)


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
    """As a person types it or as it is printed, in one manner: no blanks, half width, one kind of brackets and of days.

    `plain` of the page for browsers does the same.
    """
    narrow = re.sub(_BLANKS, "", text).translate(_WIDE).lower().translate(_BRACKETS)
    if found := _DAY.fullmatch(narrow):
        year, month, day = (int(one) for one in found.groups() if one)
        return f"{year}年{month}月{day}日"
    return narrow


def against_data(found: Finding, data: bytes) -> Finding:
    """The data of a paper, as attached to its PDF or handed out, against the digest in its code."""
    if found.stated is None:
        return found
    if sha256(data).hexdigest()[:32] != found.stated.digest:
        return found.wrong("数据文件与签发时的内容不一致")
    return found.noted(DATA_COMPARED)


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


def against_page(work: Work, found: Finding, given: Source) -> Finding:
    """A PDF, against the paper as it was printed: by its bytes, else by text and picture of each page.

    It is printed again from the register in each variant. What differs is named. Nothing is compared when there is no
    PDF, when it is the picture of a sheet (a scan), or when there is no content to print from.
    """
    if found.stated is None or found.answer == FALSE or not given.pdf:
        return found
    notice = work.session.exec(select(Notice).where(Notice.number == found.stated.number)).first()
    if notice is None:
        return found
    if _printed_so(work, notice, given.pdf):
        return found.whole("与登记打印的文件逐字节相同")
    if len(given.codes) > 1:
        return found.noted("文件里有几份文书，没有逐页对照；请把这一份单独送验")
    if not given.lines:
        return found.noted("是扫描件或者照片，只读出了核验码；请与纸面逐项对照，或者送验原来的 PDF")
    if given.hidden:
        return found.wrong(f"PDF 中有看不见的或者在纸面以外的文字：{_listed(given.hidden)}")
    try:
        return _against_issued(work, found, notice, given)
    except ChengxinError as fault:
        return found.noted(f"不能重新印出对照：{fault}")


def _printed_so(work: Work, notice: Notice, pdf: bytes) -> bool:
    """Is this the very file of one of its printings, or of the run in which it was printed?"""
    query = select(Printing).where(
        Printing.household_id == notice.household_id, Printing.notice_seq == notice.seq,
        Printing.pdf_sha256 == sha256(pdf).hexdigest(),
    )  # fmt: skip
    return work.session.exec(query).first() is not None


def _against_issued(work: Work, found: Finding, notice: Notice, given: Source) -> Finding:
    """Text and picture against the paper printed again. Raises what `printing.every_variant` raises."""
    copy = next((int(mark[1]) for line in given.lines if (mark := _COPY.search(line))), 0)
    other_press = printing.other_press(work, notice, copy)
    best: tuple[list[str], list[str]] = (list(given.lines), [])
    for issued in printing.every_variant(work, notice, copy):
        lines = sight(issued.pdf, found.stated.number if found.stated else "").lines
        best = min(best, _differing(given.lines, lines), key=lambda two: len(two[0]) + len(two[1]))
        if not any(best):
            return _pictured(found, given.pdf, issued.pdf, other_press)
    if 2 * len(best[0]) > len(given.lines):
        return found.noted("文字层与登记簿重新印出的出入很大，可能是扫描识别的文字，没有逐行对照")
    if other_press and Counter("".join(best[0])) == Counter("".join(best[1])):
        return found.noted(f"文字相同，换行不同，没有逐页对照：{other_press}")
    return found.wrong(f"纸面与登记簿不符：{_listed(best[0]) or f'缺少 {len(best[1])} 行'}")


def _pictured(found: Finding, shown: bytes, issued: bytes, other_press: str) -> Finding:
    """The lines are the same: is what one sees the same as well?"""
    told = asked("compare", found.stated.number if found.stated else "", shown, issued)
    if told["pages"][0] != told["pages"][1]:
        return found.wrong(f"页数不符：应为 {told['pages'][1]} 页，现为 {told['pages'][0]} 页")
    pages = "、".join(map(str, told["other"] or told["traces"]))
    if not pages:
        return found.whole("与登记簿重新印出的逐行相同，图像相同")
    if told["other"] and not other_press:
        return found.wrong(f"第 {pages} 页的图像与登记簿重新印出的不符：纸面上看到的与文字层不是一回事")
    why = other_press or "可能是另一个程序存过、打印过的文件"
    return found.noted(f"文字逐行相同，第 {pages} 页的图像略有出入（{why}），请与纸面逐项对照")


def _listed(lines: Sequence[str]) -> str:
    return "、".join(f"“{one[:40]}”" for one in lines[:5])


def _differing(shown: Sequence[str], issued: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines that only the one has, and lines that only the other has, each as often as there are too many."""
    return list((Counter(shown) - Counter(issued)).elements()), list((Counter(issued) - Counter(shown)).elements())
