"""案卷·经办和核验 (dossier: trace): every entry and who made it, who read the file, and the proof of the chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from sqlmodel import col, select

from integrity import bookcheck, evidence
from integrity.dossier_family import name_of
from integrity.dossier_sight import Sight, moment
from integrity.letters_family import Desk
from integrity.records.ledger import (
    Assistance,
    Change,
    Commitment,
    Conduct,
    Decision,
    Entry,
    Finding,
    Member,
    Notice,
    Printing,
    Recheck,
    Residence,
    Service,
    Step,
    Verification,
)
from integrity.records.office import Audit
from integrity.rules.procedure_tables import table
from integrity.rules.procedure_words import step_name
from reports.dossier import Block, Grid, Pairs, Part, Prose

LINES = 300
"""Log lines told one by one, the newest; what is older is counted by officer and matter."""
_WHOLE = "通过：逐条重算一致，没有缺失、插入、改动；人员资料和文书内容与登记时一致"


def ledger(sight: Sight, desk: Desk) -> Part:
    """经办记录: the ledger line by line; what is another member's is counted, with its place in the chain."""
    rows = tuple(
        (
            str(one.seq), moment(one.recorded_at), sight.officer(one.recorded_by), one.happened_on.isoformat(),
            _title(one), _told(sight, one), one.hash.hex()[:12],
        )
        for one in sight.entries
    )  # fmt: skip
    left = len(sight.known) - len(sight.entries)
    lines = [f"户账共{len(sight.known)}条，本卷列出{len(rows)}条。"]
    lines += [f"另有{left}条不属于本卷范围（其他案件或者其他成员的），没有列出，仍在哈希链中。"] if left else []
    grid = Grid(
        heads=("条目", "登记时间", "登记人", "发生日期", "种类", "内容", "哈希"),
        widths=(5, 17, 13, 12, 13, 26, 14),
        rows=rows,
    )
    return Part(title="经办记录（户账）", author=desk.organ.name, on=sight.on, blocks=(Prose(lines=tuple(lines)), grid))


def _title(entry: Entry) -> str:
    """What kind of entry it is."""
    return (type(entry).__doc__ or "").split("(")[0].strip()


def _told(sight: Sight, entry: Entry) -> str:
    """What it says, in short, and whether it corrects another."""
    said = _gist(sight, entry)
    if entry.void or entry.corrects:
        said += f"（{'作废' if entry.void else '更正'}第{entry.corrects}条）"
    return said


def _gist(sight: Sight, entry: Entry) -> str:
    match entry:
        case Step():
            row = step_name(table(entry.procedure), entry.step)
            return f"第{entry.case_no}号案件第{entry.step_no}步：{row}"
        case Notice():
            return f"{entry.number}《{entry.kind.value}》"
        case Printing():
            copy = f"补打第{entry.copy_no}份" if entry.copy_no else "原件"
            return f"第{entry.notice_seq}条文书，{copy}，{entry.pages}页"
        case Service():
            return f"第{entry.notice_seq}条文书，{entry.way.value}"
        case Finding():
            return f"第{entry.conduct_seq}条事实：{entry.state.value}"
        case Assistance():
            return f"{entry.act.value}，自{entry.effective_on}起"
    return _of_family(sight, entry)


def _of_family(sight: Sight, entry: Entry) -> str:
    match entry:
        case Member():
            return f"{name_of(sight, entry.no)}：{entry.presence.value}"
        case Residence():
            return sight.words(entry.address)
        case Verification():
            return f"来源：{sight.told(entry.source)}"
        case Change():
            return entry.kind.value
        case Recheck():
            return entry.result.value
        case Commitment():
            return f"{name_of(sight, entry.member_no)}：{entry.signed_by.value}"
        case Conduct():
            return f"{entry.kind.value} {entry.item}：{name_of(sight, entry.member_no)}"
        case Decision():
            return f"{entry.verdict.value}：{entry.outcome.value}"
    return ""


class _Logged(NamedTuple):
    """One line of the log as this reader may see it."""

    at: str
    who: str
    what: str
    why: str


def log(sight: Sight, desk: Desk) -> Part:
    """查阅和操作记录: who read or used the household's data, when and why; in a person's copy, also his own."""
    lines = list(_logged(sight))
    old, new = lines[:-LINES], lines[-LINES:]
    blocks = [Grid(heads=("时间", "何人", "何事", "事由"), widths=(17, 20, 20, 43), rows=tuple(map(tuple, new)))]
    if old:
        counted = Counter((one.who, one.what) for one in old)
        spans = {(one.who, one.what): one.at for one in old}
        rows = tuple((who, what, str(many), spans[who, what]) for (who, what), many in sorted(counted.items()))
        blocks.insert(
            0,
            Grid(
                title=f"较早的{len(old)}条",
                heads=("何人", "何事", "次数", "最近一次"),
                widths=(30, 30, 15, 25),
                rows=rows,
            ),
        )
    return Part(title="查阅和操作记录", author=desk.organ.name, on=sight.on, blocks=tuple(blocks))


def _logged(sight: Sight) -> Iterator[_Logged]:
    """The lines about the household, its papers and its people, in order."""
    people = [one for no, rows in sight.people.items() if sight.member_no in (None, no) for one in rows]
    subjects = {
        f"household:{sight.household_id}", *(one.number for one in sight.entries if isinstance(one, Notice)),
        *(f"person:{one.id}" for one in people),
        *(f"person_index:{one.id_index[:12]}" for one in people if one.id_index),
    }  # fmt: skip
    query = select(Audit).where(col(Audit.subject).in_(sorted(subjects))).order_by(col(Audit.id))
    for line in sight.work.session.exec(query):
        why = sight.told(line.detail) or "未写明"
        yield _Logged(moment(line.at), sight.officer(line.actor), line.action, why)


def proof(sight: Sight, desk: Desk) -> Part:
    """账册核验: the end of the chain as of the moment, and what the check of this household's books found."""
    last = sight.known[-1]
    found = tuple(bookcheck.faults(sight.work, sight.household_id))
    rows = (
        ("户编号", sight.household.number),
        ("开户", f"{moment(sight.household.opened_at)}，{sight.officer(sight.household.opened_by)}"),
        ("条目数", f"{last.seq}条"), ("末条登记时间", moment(last.recorded_at)),
        ("账尾指纹（末条哈希）", last.hash.hex()),
        ("算法", "BLAKE2b，带密钥；每条的哈希由前一条的哈希和本条全部内容算出，首条由开户登记算出。密钥在数据库以外"),
        ("核验结果", f"发现{len(found)}处问题" if found else _WHOLE),
    )  # fmt: skip
    blocks: list[Block] = [Pairs(rows=rows)]
    if found:
        blocks.append(Prose(title="核验发现的问题", lines=tuple(map(sight.words, found))))
    blocks.append(_evidence(sight))
    return Part(title="账册核验", author=desk.organ.name, on=sight.on, blocks=tuple(blocks))


def _evidence(sight: Sight) -> Grid:
    """The whole digest of each piece of evidence, the entries that name it, and whether the file itself is kept."""
    named: dict[str, list[int]] = {}
    for one in sight.entries:
        if digest := getattr(one, "evidence", ""):
            named.setdefault(digest, []).append(one.seq)
    rows = tuple(
        (digest, "、".join(map(str, seqs)), evidence.standing(sight.work, sight.household_id, digest))
        for digest, seqs in named.items()
    )
    return Grid(title="证据", heads=("指纹（SHA-256）", "所在条目", "文件"), widths=(66, 20, 14), rows=rows)
