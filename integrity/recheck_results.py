"""核查结果导入 (import of filled recheck lists): each row of the list becomes the steps of its household's case.

A row is one transaction, with the mark by which it is known again: stopped at any moment and begun anew, every row is
taken once; a row that is refused keeps no other back. The dry run takes the same steps and lets go of them, so that it
refuses exactly what the import would refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from integrity.errors import ChengxinError, Refused
from integrity.exchange_batches import DONE, batch_of
from integrity.exchange_columns import RECHECK
from integrity.exchange_reading import marked_file
from integrity.exchange_records import imported
from integrity.exchange_rows import Fault, Line, Unit
from integrity.permissions import require
from integrity.recheck_rows import FILLED, Filled, filled_in, pair_rule, result_rule
from integrity.recheck_steps import VISITORS, RowRefused, assign, faults_of, take_result
from integrity.records.office import ImportRow
from integrity.work import Office, Work

__all__ = ["Report", "accept", "assign_all", "check", "check_assigned"]

Progress = Callable[[int, int], None]
Verb = Callable[[Work, Line], bool]
"""Takes one row; False when it was taken before."""


@dataclass(slots=True)
class Report:
    """导入结果 (what became of the rows): taken (or fit to be taken), taken before, left for later, wrong."""

    rows: int
    left: int
    dry: bool
    good: int = 0
    before: int = 0
    errors: list[Fault] = field(default_factory=list)
    papers: list[str] = field(default_factory=list)
    """文号 of the conclusions that were made out."""
    batch: int | None = None
    error_file: bytes = b""

    def __str__(self) -> str:
        bad = len({fault.row for fault in self.errors})
        verb = "可登记" if self.dry else "已登记"
        said = f"共 {self.rows} 行：{verb} {self.good} 行，以前已登记 {self.before} 行，有误 {bad} 行"
        return f"{said}，没有填写、留待以后 {self.left} 行"


class _Rehearsed(Refused):
    """演练到此为止"""


def check(office: Office, path: Path, actor: str, *, progress: Progress | None = None) -> Report:
    """检查 (dry run): every filled row, nothing kept but a line in the audit log. Raises Invalid, Forbidden."""
    with _allowed(office, actor):
        filled = filled_in(office, path, FILLED, result_rule)
    report = Report(len(filled.table.rows), filled.left, dry=True)
    _each(office, actor, filled, report, _verb(filled, Report(0, 0, dry=True)), progress=progress)
    with office.work(actor) as work:
        work.audit("检查核查结果", f"recheck:{filled.table.sha256[:12]}", f"{path.name}：{report}")
    return report


def accept(office: Office, path: Path, actor: str, *, progress: Progress | None = None) -> Report:
    """登记 (take the results): every good row, each for itself; the rest is reported. Raises Invalid, Forbidden."""
    with _allowed(office, actor):
        filled = filled_in(office, path, FILLED, result_rule)
    report = Report(len(filled.table.rows), filled.left, dry=False)
    _each(office, actor, filled, report, _verb(filled, report), progress=progress)
    with office.work(actor) as work:
        batch = batch_of(work, filled.table)
        batch.state, report.batch = DONE, batch.id
        work.audit("导入核查结果", f"import:{batch.id}", f"{path.name}：{report}")
    return report


def check_assigned(office: Office, path: Path, actor: str, *, progress: Progress | None = None) -> Report:
    """检查指派 (dry run of the assignment). Raises Invalid."""
    return _assigned(office, path, actor, progress, dry=True)


def assign_all(office: Office, path: Path, actor: str, *, progress: Progress | None = None) -> Report:
    """指派 (send the visitors named in the list): a row with two of them becomes the assignment. Raises Invalid."""
    return _assigned(office, path, actor, progress, dry=False)


def _assigned(office: Office, path: Path, actor: str, progress: Progress | None, *, dry: bool) -> Report:
    filled = filled_in(office, path, VISITORS, pair_rule)
    report = Report(len(filled.table.rows), filled.left, dry=dry)
    _each(office, actor, filled, report, assign, progress=progress)
    with office.work(actor) as work:
        what = "检查核查指派" if dry else "指派核查"
        work.audit(what, f"recheck:{filled.table.sha256[:12]}", f"{path.name}：{report}")
    return report


@contextmanager
def _allowed(office: Office, actor: str) -> Iterator[None]:
    """Raise Forbidden for those who may not import."""
    with office.reading() as work:
        work.actor = actor
        require(work, "导入")
    yield


def _verb(filled: Filled, report: Report) -> Verb:
    """Take the result of a row once: with its steps, in the same transaction, goes the mark that it was taken."""

    def run(work: Work, line: Line) -> bool:
        batch = batch_of(work, filled.table)  # whoever holds it imports alone
        if imported(work, RECHECK.kind, {line.digest}):
            return False
        taken = take_result(work, line)
        assert batch.id is not None
        work.put(
            ImportRow(
                import_id=batch.id, row=line.row, digest=line.digest, household_id=taken.household_id,
                first_seq=taken.first_seq, last_seq=taken.last_seq,
            )
        )  # fmt: skip
        batch.accepted += 1
        report.papers += [one.number for one in taken.papers]
        return True

    return run


def _each(
    office: Office, actor: str, filled: Filled, report: Report, verb: Verb, *, progress: Progress | None
) -> None:  # fmt: skip
    """Every row without a fault of its own, one transaction each; then the sheet with what is wrong."""
    for done, unit in enumerate(filled.units, start=1):
        if not unit.faults:
            _row(office, actor, unit, report, verb)
        if progress is not None:
            progress(done, len(filled.units))
    report.errors = [fault for unit in filled.units for fault in unit.faults]
    if report.errors:
        report.error_file = marked_file(filled.table, _texts(filled.units))


def _row(office: Office, actor: str, unit: Unit, report: Report, verb: Verb) -> None:
    """One row: taken, known from before, or refused with the reason at the row."""
    new, papers = False, len(report.papers)
    try:
        with office.work(actor) as work:
            new = verb(work, unit.head)
            work.flush()
            if report.dry:
                raise _Rehearsed
    except _Rehearsed:
        pass
    except ChengxinError as reason:
        del report.papers[papers:]
        unit.faults += reason.faults if isinstance(reason, RowRefused) else faults_of(unit.head, reason)
        return
    report.good += new
    report.before += not new


def _texts(units: list[Unit]) -> dict[int, str]:
    """What stands in the column 错误, by row."""
    return {unit.head.row: "；".join(str(one) for one in unit.faults) for unit in units if unit.faults}
