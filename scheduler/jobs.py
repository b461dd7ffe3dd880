"""任务表 (timetable): everything that the program does by itself, and when. Times are Asia/Shanghai.

No job decides on anybody's assistance: they find, list, remind and prepare papers; a named person decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time

from integrity import (
    case_reminders,
    counting,
    deadlines,
    notices,
    periodic,
    places,
    postings,
    recheck_lists,
    recommendations,
    tidying,
    withdrawals,
)
from integrity.work import Work
from scheduler import runs
from scheduler.runner import Job, added_up
from scheduler.schedules import Daily, Monthly, Yearly

_MADE = re.compile(r"打印批次 (PC\S+?)：")
_NAMED = 8


def totals(code: str, *, of: str = "") -> Callable[[Work], str]:
    """The summary of a run whose parts say counts: their totals; `of` begins the names of the parts that count.

    What waits for a person is taken from every part, and the print runs that were made.
    """

    def finish(work: Work) -> str:
        items = runs.done_parts(work, runs.Key(code, work.due))
        said = added_up(
            [item.summary for item in items if item.item.startswith(of)],
            [item.summary for item in items if not item.item.startswith(of)],
        )
        made = [found[1] for item in items if (found := _MADE.match(item.summary))]
        waiting = "、".join(made[:_NAMED]) + (f"等 {len(made)} 批" if len(made) > _NAMED else "")
        return f"待打印：{waiting}（chengxin print start）；{said}" if made else said

    return finish


def undivided(verb: Callable[[Work], str]) -> Callable[[Work, str], str]:
    """A use case that is done in one piece, as the run of a job."""

    def run(work: Work, _part: str) -> str:
        return verb(work)

    return run


ROLL_EVALUATION = Job(
    "roll_evaluation", "全员评估", Monthly(time(1), 1), recommendations.evaluate_part,
    parts=recommendations.evaluation_parts, finish=recommendations.finish_evaluation,
)  # fmt: skip
RECHECK_LIST = Job(
    "recheck_list", "核查名单", Daily(time(6)), recheck_lists.make_list, parts=recheck_lists.list_parts,
    finish=totals("recheck_list"),
    after=("roll_evaluation",), in_order=False,
)  # fmt: skip
NOTICES = Job(
    "notices", "文书生成", Monthly(time(2), 2), notices.issue_part, parts=notices.notice_parts,
    finish=totals("notices", of=notices.ISSUE),
    after=("roll_evaluation",),
)  # fmt: skip
COMPARISON_INTAKE = Job(
    "comparison_intake", "核对结果接收检查", Monthly(time(3), 1), undivided(deadlines.intake_check), in_order=False
)
DEADLINES = Job(
    "deadlines", "到期提醒", Daily(time(6, 10)), undivided(deadlines.remind), after=("roll_evaluation",),
    in_order=False,
)  # fmt: skip
ENDINGS = Job("endings", "渐退与记录到期", Daily(time(6, 20)), undivided(deadlines.endings), in_order=False)
POSTINGS = Job("postings", "公示到期", Daily(time(6, 30)), undivided(postings.remind), in_order=False)
WITHDRAWALS = Job(
    "withdrawals", "渐退办理", Daily(time(6, 40)), withdrawals.part, parts=withdrawals.parts,
    finish=totals("withdrawals", of=withdrawals.SEE_TO), in_order=False,
)  # fmt: skip
PLACES = Job(
    "places", "户况索引更新", Daily(time(0, 20)), places.night_part, parts=places.night_parts, finish=totals("places"),
    in_order=False,
)  # fmt: skip
COUNTING = Job(
    "counting", "月报季报统计", Daily(time(0, 40)), counting.count_part, parts=counting.parts, finish=counting.finish,
    in_order=False,
)  # fmt: skip
TIDYING = Job("tidying", "过期文件清理", Daily(time(0, 30)), undivided(tidying.tidy), in_order=False)
CASES = Job("cases", "案件期限提醒", Daily(time(6, 50)), undivided(case_reminders.remind), in_order=False)
MONTHLY_REPORT = Job(
    "monthly_report", "月报", Daily(time(7)), periodic.make_monthly, parts=periodic.parts,
    finish=totals("monthly_report"), after=("roll_evaluation",), in_order=False,
)  # fmt: skip
"""Due every day, because only the office's own calendar knows the first working day of a month; the others are idle."""
STANDARDS_REMINDER = Job(
    "standards_reminder", "标准与日历提醒", Yearly(time(8), ((11, 1), (1, 5))), undivided(deadlines.yearly),
    in_order=False,
)  # fmt: skip

TIMETABLE: tuple[Job, ...] = (
    RECHECK_LIST, DEADLINES, ENDINGS, POSTINGS, WITHDRAWALS, CASES, MONTHLY_REPORT, ROLL_EVALUATION,
    COMPARISON_INTAKE, NOTICES, STANDARDS_REMINDER, PLACES, COUNTING, TIDYING,
)  # fmt: skip
"""The whole timetable: daily, monthly, yearly."""
