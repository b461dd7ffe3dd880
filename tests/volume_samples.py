"""样件 (samples) of every kind of PDF that the press makes, small and synthetic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date

from reports import press, regional, run_files
from reports.dossier import Dossier, Grid, Pairs, Part, Prose, Sheet, dossier_pdf
from reports.forms import Letter, fingerprint
from reports.lists import recheck_list_pdf
from reports.periodic import Chapter, Chart, Figure, Line, Periodic, periodic_pdf
from reports.press import Item, Paper, Variant
from reports.registers import Field, Register, register_pdf
from reports.summary import Bar, Summary, summary_pdf
from tests.household_samples import SAMPLES, SERVED
from tests.press_samples import DECISION, HEARING, LETTERS, RECHECK, WITHDRAWAL, roll
from tests.regional_templates import EXAMPLE

Made = tuple[bytes, str]
"""A PDF and the digest of the data that must be attached to it; "" where a list of its letters is."""

SUMMARY = Summary(
    title="定期核查结果汇总表", organ="清河县平安镇人民政府", number="汇2026-09", period="2026年9月",
    made_on=date(2026, 9, 30), printed_by="李敏",
    bars=(Bar(label="继续", count=30), Bar(label="渐退䶮", count=10), Bar(label="<退出>", count=0)),
)  # fmt: skip
FIELDS = tuple(
    Field(name=name, share=20, kind=kind, meaning=f"{name}是什么")
    for name, kind in (("编号", "text"), ("日期", "date"), ("金额", "money"), ("说明", "text"))
)
REGISTER = Register(
    title="试验台账", number="账1", organ="清河县民政局", area="清河县", period="2026年10月", moment="2026-11-02",
    masking="姓名已遮蔽", printed_by="李敏（jb01）", made_on=date(2026, 11, 2), fields=FIELDS,
)  # fmt: skip
ROWS = tuple((f"{n}号", date(2026, 10, 1), 123_456 + n, "䶮㛃" if n % 7 else "") for n in range(90))
HOUSEHOLDS = Figure(name="在册户数", unit="户", meaning="期末在册的户")
MONEY = Figure(name="发放金额", unit="元", meaning="本期应当发放的金额")
PERIODIC = Periodic(
    title="社会救助月报", number="月2026-10", organ="清河县民政局", area="清河县", period="2026年10月",
    moment="2026-11-02", printed_by="李敏（jb01）", made_on=date(2026, 11, 2), note="试验数据。",
    chapters=(Chapter(title="在册", figures=(HOUSEHOLDS, MONEY), lines=(
        Line(name="清河县", depth=0, values=(5, 70_000)), Line(name="平安镇", depth=1, values=(3, 40_000)),
        Line(name="河西乡", depth=1, values=(2, 30_000)),
    )),),
    charts=(
        Chart(title="按类别", unit="户", marks=(("低保", 4), ("特困", 1), ("边缘", 0))),
        Chart(title="逐月", unit="元", marks=tuple((f"{month}月", 10_000 * month) for month in range(1, 7)), line=True),
    ),
)  # fmt: skip


def _part(title: str, **more: object) -> Part:
    return Part(title=title, author="清河县平安镇人民政府", on=date(2026, 9, 7), **more)  # type: ignore[arg-type]


def sheet(letter: Letter, form: regional.RegionalForm | None = None) -> Part:
    """A paper in a dossier."""
    return _part(
        letter.title, number=letter.number, sheet=Sheet(letter=letter, data=fingerprint(letter), regional=form)
    )


def form() -> regional.RegionalForm:
    """The region's own form of a hearing notice."""
    return regional.read(EXAMPLE.read_bytes(), type(HEARING), EXAMPLE.name)


def dossier(rows: int = 150) -> Dossier:
    """A dossier with every kind of block, a table of `rows` rows and papers."""
    table = Grid(
        title="逐月发放", heads=("月份", "金额"), widths=(1, 2),
        rows=tuple((f"第{n}月", "1420.00元 \ue000" if n == 3 else "") for n in range(rows)),
    )  # fmt: skip
    family = (
        Pairs(title="户", rows=(("户主", "欧阳䶮𬭎"), ("住址", "河西村"))),
        Prose(lines=("第一段。", "第二段 & <文>。")),
    )
    parts = (
        _part("家庭和住址", chapter="家庭", blocks=family), _part("发放", chapter="发放", blocks=(table,)),
        _part("异议", blocks=(Grid(heads=("日期",), widths=(1,), rows=(), title="异议"),)),
        sheet(HEARING, form()), sheet(WITHDRAWAL), sheet(RECHECK),
    )  # fmt: skip
    return Dossier(
        number="卷1", title="欧阳䶮𬭎户案卷", household="370881101-0042", reader="人民法院",
        reason="调卷函", masking="遮蔽", moment="2026-11-09", organ="清河县平安镇人民政府",
        printed_by="李敏", keep="永久", category="最低生活保障",
        persons=("欧阳䶮𬭎",), since=date(2026, 1, 1), until=date(2026, 9, 10), parts=parts, absent=("异议",),
    )  # fmt: skip


def _of(paper: Paper) -> Made:
    return paper.pdf, paper.data_sha256


def _run() -> Made:
    letters = (HEARING, RECHECK, WITHDRAWAL)
    return press.render_run(letters, (form(), None, None), (press.NORMAL, Variant(large=True), press.NORMAL)).pdf, ""


def _file() -> run_files.RunFile:
    cover = run_files.Cover(
        run="批1", no=1, files=1, place="平安镇", organ="清河县民政局", made_by="李敏", made_on=date(2026, 9, 7),
        made_at="2026-09-07 09:00",
    )  # fmt: skip
    lines = (
        run_files.Line(1, "欧阳䶮𬭎", "河西村", "1号", False, Item(DECISION), Item(SERVED)),
        run_files.Line(2, "王建国", "河西村", "2号", True, Item(WITHDRAWAL)),
    )
    return run_files.run_file(cover, lines)


MAKERS: dict[str, Callable[[], Made]] = {
    **{f"文书 {letter.title}": (lambda one=letter: _of(press.render_letter(one))) for letter in LETTERS},  # type: ignore[misc]
    **{f"文书 {name}": (lambda one=letter: _of(press.render_letter(one))) for name, letter in SAMPLES.items()},  # type: ignore[misc]
    "大字版": lambda: _of(press.render_letter(DECISION, variant=Variant(large=True))),
    "明白纸": lambda: _of(press.render_letter(DECISION, variant=Variant(cover=True))),
    "地方样式": lambda: _of(press.render_letter(HEARING, form())),
    "样张": lambda: (press.proof(form()).pdf, ""),
    "批量": _run,
    "打印批次": lambda: (_file().pdf, ""),
    "补印": lambda: (
        run_files.once_more(run_files.Line(1, "户", "村", "1号", False, Item(DECISION), Item(SERVED))),
        "",
    ),
    "核查清单": lambda: _of(recheck_list_pdf(roll(40))),
    "汇总表": lambda: _of(summary_pdf(SUMMARY)),
    "案卷": lambda: _of(dossier_pdf(dossier())),
    "台账": lambda: _of(register_pdf(REGISTER, ROWS)),
    "空台账": lambda: _of(register_pdf(REGISTER, ())),
    "月报": lambda: _of(periodic_pdf(PERIODIC)),
}
"""Every kind of PDF by name."""


def digest(names: list[str]) -> str:
    """One digest of several kinds of PDF."""
    return hashlib.sha256(b"".join(MAKERS[name]()[0] for name in names)).hexdigest()
