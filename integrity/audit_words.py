"""操作日志的用语 (words of the audit log): what a line is about and what it says, without the codes of the program.

The log keeps short names of the program; here they are put into words, and numbers of areas into names of places.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from sqlmodel import col, select

from integrity import areas
from integrity.audit_reading import Line
from integrity.records.accounts import Account
from integrity.records.office import Officer
from integrity.work import Work

ABOUT = {
    "export": "导出", "import": "导入批次", "account": "账户", "token": "接口凭据", "household": "户（内部编号）",
    "officer": "人员", "person": "人员（内部编号）", "intake": "来件", "subscription": "推送登记", "list": "核查名单",
    "recheck": "核查名单文件", "person_index": "身份证号（检索码）", "evidence": "证据",
}  # fmt: skip
"""What the log names by a code → how it reads."""
COLUMNS = {"id_number": "身份证号", "phone": "联系电话", "account": "银行账号"}
"""Fields of a person that may be seen in full → how they read."""
JOBS = {
    "recheck_list": "核查名单", "deadlines": "到期提醒", "endings": "渐退与记录到期", "postings": "公示到期",
    "withdrawals": "渐退办理", "cases": "案件期限提醒", "monthly_report": "月报", "roll_evaluation": "全员评估",
    "comparison_intake": "核对结果接收检查", "notices": "文书生成", "standards_reminder": "标准与日历提醒",
    "places": "户况索引更新", "counting": "月报季报统计", "tidying": "过期文件清理",
}  # fmt: skip
"""Jobs of the timetable → how they read."""
WORDS = {"proposal": "建议稿"}
FIELDS = {
    "root": "校验值", "household_id": "户（内部编号）", "number": "户编号", "on": "日期", "list_number": "清单号",
    "appraised_by": "鉴定人", "approved_by": "批准人", "persons": "人员（内部编号）", "papers": "文书（摘要）",
    "evidence": "证据（摘要）", "files": "文件", "households": "户数", "seed": "种子", "until": "截至",
}  # fmt: skip
"""Names in what the log keeps as a record → how they read."""
VERBS = {"GET": "打开", "POST": "提交", "PUT": "提交", "DELETE": "删除"}
_AREA = re.compile(r"(?<!\d)\d{12}(?!\d)")
_CODED = re.compile(r"(?<![\w/])(" + "|".join((*COLUMNS, *JOBS, *WORDS)) + r")(?:@|(?=[： ]|$))")
_VERB = re.compile(rf"\b({'|'.join(VERBS)}) (?=/)")
_HOUSEHOLD = re.compile(r"(?<!\w)household:(\d+)")
_ACCOUNT = re.compile(r"account:(\d+)$")
_OTHER = re.compile(r"([a-z_]+):([0-9a-f]{12})$")


class Worded:
    """日志各行的用语 (the words for some lines): names of areas and of officers are looked up once for all of them."""

    def __init__(self, work: Work, lines: Iterable[Line]) -> None:
        told = list(lines)
        codes = {code for one in told for code in _AREA.findall(f"{one.row.subject} {one.row.detail}")}
        self._areas = areas.named(work, codes, work.today)
        actors = {one.row.actor for one in told}
        query = select(Officer.code, Officer.name).where(col(Officer.code).in_(actors))
        self._names = dict(iter(work.session.exec(query)))
        opened = {int(found[1]) for one in told if (found := _ACCOUNT.match(one.row.subject))}
        whose = select(Account.id, Account.officer).where(col(Account.id).in_(opened))
        self._accounts = {f"{account}": officer for account, officer in work.session.exec(whose)}

    def actor(self, line: Line) -> str:
        """The name of who did it; a job by what it is."""
        return self._names.get(line.row.actor, line.row.actor)

    def who(self, line: Line) -> str:
        """Name and 工号."""
        name, code = self.actor(line), line.row.actor
        return name if name == code else f"{name}（{code}）"

    def subject(self, line: Line) -> str:
        """What a line is about."""
        if line.household:
            return f"户 {line.household}"
        kind, _, rest = line.row.subject.partition(":")
        if kind == "account":
            rest = self._accounts.get(rest, rest)
        if kind in ABOUT and rest:
            return f"{ABOUT[kind]} {rest}"
        other = _OTHER.match(line.row.subject)
        return f"导入文件 {other[2]}" if other else self._plain(line.row.subject)

    def detail(self, line: Line) -> str:
        """What a line says of it."""
        return self._plain(line.row.detail)

    def _plain(self, text: str) -> str:
        placed = _AREA.sub(lambda found: self._areas[found[0]], text)
        named = _HOUSEHOLD.sub(r"户（内部编号）\1", placed)
        asked = _VERB.sub(lambda found: f"{VERBS[found[1]]} ", _record(named))
        return _CODED.sub(_in_words, asked)


def _in_words(found: re.Match[str]) -> str:
    """A code of the program; a job is followed by the moment for which it ran."""
    return (COLUMNS | JOBS | WORDS)[found[1]] + " " * found[0].endswith("@")


def _record(text: str) -> str:
    """A record as the log keeps it (JSON), field by field; any other text as it is, and one that was cut short too."""
    try:
        kept = json.loads(text) if text.startswith("{") else None
    except ValueError:
        return text
    if not isinstance(kept, dict):
        return text
    said = ((name, "、".join(map(str, one)) if isinstance(one, list) else one) for name, one in kept.items())
    return "；".join(f"{FIELDS.get(name, name)}：{one}" for name, one in said)
