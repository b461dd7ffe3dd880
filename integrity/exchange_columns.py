"""导入列表 (columns of the import sheets): one frozen table a kind, from which template, reader and checks are made.

No database and no spreadsheet library here: the child process that reads a stranger's file imports this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from integrity.errors import NotFound
from integrity.terms import Ability, Capacity, Cause, ConductKind, Relation, Scheme, SignedBy, Term

MARK = "错误"
"""The column that a check adds to the officer's own sheet; it is passed over when the sheet comes back."""
MARKED = b"MARKED\n"
"""What a marked file begins with on its way back from the child process; anything else there is a fault."""

MAX_ROWS = 50_000
MAX_COLUMNS = 64
HEAD_WITHIN = 5
"""The line of column names is looked for in so many first rows: a title may stand above it."""


class CellKind(StrEnum):
    """单元格类型 (kind of a cell): how its text is read."""

    TEXT = "文字"
    NUMBER = "编号"
    NAME = "姓名"
    ID = "身份证号"
    PHONE = "电话"
    ACCOUNT = "银行账号"
    AREA = "区划代码"
    DATE = "日期"
    MONTH = "月份"
    MONEY = "金额（元）"
    CHOICE = "选项"
    YES_NO = "是或否"


@dataclass(frozen=True, slots=True)
class Column:
    """列 (column): `household` columns belong to the household and are asked for on its head's row only."""

    name: str
    kind: CellKind
    required: bool = False
    hint: str = ""
    width: int = 14
    longest: int = 60
    household: bool = False
    choices: Mapping[str, Any] = field(default_factory=dict)
    """What may be written → what it means; the first spelling of a meaning is the official one."""

    @property
    def shown(self) -> list[str]:
        """The official spellings, for the drop-down list and for messages."""
        first: dict[Any, str] = {}
        for text, meaning in self.choices.items():
            first.setdefault(meaning, text)
        return list(first.values())


@dataclass(frozen=True, slots=True)
class Sheet:
    """导入表 (sheet): what one kind of import consists of."""

    kind: str
    title: str
    columns: tuple[Column, ...]
    remarks: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    """Columns that must be there although a row may leave them empty: without them every row would seem empty."""

    def column(self, name: str) -> Column:
        """The column of this name. Raises KeyError."""
        return next(column for column in self.columns if column.name == name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)


def plain_name(text: object) -> str:
    """A column's name as it is compared: without blanks, line breaks, stars, and with full-width brackets."""
    name = "".join(str(text).split()).strip("*＊")
    return name.replace("(", "（").replace(")", "）")


def sheet_of(kind: str) -> Sheet:
    """The sheet of a kind. Raises NotFound with the kinds that exist."""
    if kind not in SHEETS:
        raise NotFound(f"没有“{kind}”这种导入，可以导入：{'、'.join(f'{k}（{s.title}）' for k, s in SHEETS.items())}")
    return SHEETS[kind]


def readable(kind: str) -> Sheet:
    """The sheet of a kind, or the recheck list that comes back. Raises NotFound."""
    return RECHECK if kind == RECHECK.kind else sheet_of(kind)


def _terms(kind: type[Term], *without: Term, **also: str) -> Mapping[str, Any]:
    """Official terms first, codes next, then words in use (`code=word|word`)."""
    kept = [term for term in kind if term not in without]
    words = {word: kind[code] for code, words in also.items() for word in words.split("|")}
    return MappingProxyType({**{t.value: t for t in kept}, **{t.name: t for t in kept}, **words})


_YES_NO = MappingProxyType(
    {"是": True, "否": False, "有": True, "无": False, "Y": True, "N": False, "TRUE": True, "FALSE": False,
     "1": True, "0": False, "√": True, "×": False}
)  # fmt: skip
_NUMBER = Column("户编号", CellKind.NUMBER, True, "与名册一致，同一户的各行相同", 16, 40)
_ID = Column("身份证号", CellKind.ID, True, "18位，单元格为文本格式；15位旧号码会换算", 22)
_NAME = Column("姓名", CellKind.NAME, True, "与身份证一致，生僻字照写", 12)

_ROLL = Sheet(
    "roll",
    "救助名册",
    (
        _NUMBER,
        Column("村级区划代码", CellKind.AREA, hint="12位村级代码；与村（居）名称填一个即可", width=16, household=True),
        Column("村（居）名称", CellKind.TEXT, hint="同名时写成“街道/村”或填代码", width=18, household=True),
        Column("住址", CellKind.TEXT, True, "门牌或村组", 28, 200, household=True),
        Column(
            "城乡", CellKind.CHOICE, True, "按哪种标准保障", 8, household=True,
            choices=MappingProxyType({"城镇": True, "农村": False, "城市": True, "乡村": False}),
        ),
        Column(
            "救助类别", CellKind.CHOICE, True, "每户一种", 20, household=True,
            choices=_terms(
                Scheme, Scheme.NONE, DIBAO="低保|城市低保|农村低保", TEKUN="特困|特困人员|特困供养",
                EDGE="低保边缘|低保边缘家庭|边缘家庭", RIGID="刚性支出|支出型困难家庭",
            ),
        ),
        Column("确认日期", CellKind.DATE, True, "作出确认决定的日期，如 2024-01-10", 13, household=True),
        Column("起始月份", CellKind.MONTH, True, "从哪个月起发放，如 2024-02", 11, household=True),
        Column("月救助金额", CellKind.MONEY, hint="全户每月，元；低保必填，边缘家庭不填", width=12, household=True),
        Column("家庭月收入", CellKind.MONEY, hint="确认时认定的全户月收入，元；不清楚就空着", width=12, household=True),
        _NAME,
        _ID,
        Column(
            "与户主关系", CellKind.CHOICE, True, "每户有且只有一名户主", 12,
            choices=_terms(
                Relation, HEAD="本人|户主本人", SPOUSE="妻|夫|妻子|丈夫", CHILD="子|女|儿子|女儿|长子|次子|长女|次女",
                PARENT="父|母|父亲|母亲", GRANDCHILD="孙子|孙女|外孙子|外孙女",
                GRANDPARENT="祖父|祖母|外祖父|外祖母", SIBLING="兄|弟|姐|妹",
            ),
        ),
        Column(
            "民事行为能力", CellKind.CHOICE, hint="空着表示完全民事行为能力；未成年人按年龄认定", width=20,
            choices=_terms(Capacity, FULL="完全", LIMITED="限制", NONE="无"),
        ),
        Column(
            "劳动能力", CellKind.CHOICE, True, "", 16,
            choices=_terms(Ability, ABLE="有", PARTLY="部分|部分丧失", UNABLE="无|完全丧失劳动能力"),
        ),
        Column("是否在校", CellKind.YES_NO, hint="全日制在校填“是”；不清楚就空着", width=10, choices=_YES_NO),
        Column("联系电话", CellKind.PHONE, hint="手机号，或 0537-2345678", width=15),
        Column("银行账号", CellKind.ACCOUNT, hint="12至19位，单元格为文本格式", width=22),
        Column("分类", CellKind.TEXT, hint="本地使用的分类标签，如 A、B、C", width=8, longest=20, household=True),
        Column("申请日期", CellKind.DATE, hint="该户登记的日期；空着用确认日期", width=13, household=True),
    ),
    ("一人一行；户编号相同的各行是一户。", "标注“户”的列只在户主那一行填写，其他行空着或者填得一样。"),
)  # fmt: skip

_COMMITMENTS = Sheet(
    "commitments",
    "承诺书",
    (
        _NUMBER,
        _NAME,
        _ID,
        Column("签署日期", CellKind.DATE, True, "不早于该户登记日期", 13),
        Column("场合", CellKind.TEXT, True, "如：申请、定期核查、动态管理", 14, 40),
        Column(
            "签署方式", CellKind.CHOICE, True, "未成年人和非完全民事行为能力人由监护人代签", 14,
            choices=_terms(SignedBy, SIGNATURE="签名|签字", FINGERPRINT="捺印|按手印", GUARDIAN="代签"),
        ),
        Column("监护人", CellKind.NAME, hint="监护人代签时必填，须是该户成员", width=12),
        Column("讲解人", CellKind.TEXT, hint="讲解政策的人；拒绝签署可以空着", width=12, longest=40),
        Column("文本版本", CellKind.TEXT, True, "承诺书的版本，如 2026-07", 14, 40),
    ),
    ("一份承诺书一行；拒绝签署也照实填写，不影响申请办理。",),
)  # fmt: skip

_CONDUCT = Sheet(
    "conduct",
    "守信失信行为",
    (
        _NUMBER,
        _NAME,
        _ID,
        Column("性质", CellKind.CHOICE, True, "", 8, choices=_terms(ConductKind)),
        Column("项目代码", CellKind.TEXT, True, "积分目录中的代码，如 S01", 12, 40),
        Column("行为日期", CellKind.DATE, True, "行为发生的那一天", 13),
        Column("行为止日", CellKind.DATE, hint="持续的行为填最后一天；空着表示当天", width=13),
        Column("发现日期", CellKind.DATE, True, "机关得知的日期", 13),
        Column("来源", CellKind.TEXT, True, "如：家庭报告、入户核查、部门通报", 18),
        Column("说明", CellKind.TEXT, width=36, longest=400),
    ),
    ("这里登记的是事实，不产生任何影响；认定须经复核和决定。", "未成年人和非完全民事行为能力人不作失信登记。"),
)  # fmt: skip

_COMPARISON = Sheet(
    "comparison",
    "核对结果",
    (
        _NUMBER,
        Column("身份证号", CellKind.ID, hint="结果只涉及一人时填；填死亡日期时必填", width=22),
        Column("核对日期", CellKind.DATE, True, "得出结果的日期", 13),
        Column("家庭月收入", CellKind.MONEY, hint="全户每月，元；没有核对收入就空着", width=12),
        Column(
            "收入变化原因", CellKind.CHOICE, hint="空着表示原因不明", width=14,
            choices=_terms(Cause, EMPLOYMENT="务工", FARMING="经营"),
        ),
        Column("变化成员身份证号", CellKind.ID, hint="谁的收入变了", width=22),
        Column("是否主动申报", CellKind.YES_NO, width=12, choices=_YES_NO, hint="变化由家庭自己报告填“是”"),
        Column("收入是否稳定", CellKind.YES_NO, width=12, choices=_YES_NO),
        Column("财产是否超标", CellKind.YES_NO, width=12, choices=_YES_NO),
        Column("来源", CellKind.TEXT, True, "如：核对平台、殡葬信息比对", 18),
        Column("说明", CellKind.TEXT, width=36, longest=400),
        Column("死亡日期", CellKind.DATE, hint="死亡预警填写，同时填身份证号", width=13),
    ),
    ("一项核对结果一行；没有核对的内容空着，程序不会当作没有。", "死亡预警只作提醒，须经核实。"),
)  # fmt: skip

_RESULTS = MappingProxyType(
    {word: official for official, words in {
        "无明显变化": "无变化", "有变化": "发现变化", "家中无人": "不在家|无人在家", "拒绝入户": "拒绝|拒绝核查",
        "其他原因未能入户": "未能核查|未能入户",
    }.items() for word in (official, *words.split("|"))}
)  # fmt: skip
_VISITOR = "填工号；应是被指派的两人之一，两人不同"
RECHECK = Sheet(
    "recheck",
    "定期核查清单",
    (
        Column("户编号", CellKind.NUMBER, True, "程序已填，不要改动", 18, 40),
        Column("结果", CellKind.CHOICE, hint="从列表选；还没有入户的空着", width=16, choices=_RESULTS),
        Column("入户日期", CellKind.DATE, hint="实际入户（上门）的日期，如 2026-09-07", width=13),
        Column("入户人员一", CellKind.NUMBER, hint=_VISITOR, width=12, longest=40),
        Column("入户人员二", CellKind.NUMBER, hint=_VISITOR, width=12, longest=40),
        Column("见到的人", CellKind.TEXT, hint="入户的必填，如：户主、户主之妻", width=14, longest=60),
        Column("了解的情况", CellKind.TEXT, hint="入户的必填；未能入户的写明原因", width=32, longest=400),
        Column("结论的理由", CellKind.TEXT, hint="入户的必填；写事实，不写积分、等级", width=32, longest=400),
        Column("证据指纹", CellKind.TEXT, hint="可不填；保存证据时给出的64位指纹", width=20, longest=64),
        Column("名单编号", CellKind.NUMBER, True, "程序已填，不要改动", 20, 40),
        Column("识别码", CellKind.NUMBER, True, "程序已填，不要改动；与户编号、名单编号相对应", 24, 40),
    ),
    (
        "只填“结果”到“证据指纹”各列；还没有入户的，“结果”空着，这一行不读取，以后再填、再导入。",
        "结果为“无明显变化”“有变化”的，填入户日期、两名入户人员、见到的人、了解的情况、结论的理由。",
        "没有见到人的，选“家中无人”“拒绝入户”“其他原因未能入户”，填日期、两名人员；“其他原因”的写明原因。",
        "先由复核、审批人员指派：填好两名入户人员，在网页“核查名单”的“收回填好的名单”上传，"
        "选“指派入户人员”；入户不能早于指派。",
        "填好结果的也在那里上传：先检查，列出有误的行，再登记。"
        "命令行用 chengxin recheck assign、chengxin recheck import。",
        "同一行不会导入两次；不能把一户的内容移到另一户的行，也不能用以前的名单登记现在的核查。",
    ),
    present=("结果", "入户日期", "入户人员一", "入户人员二", "见到的人", "了解的情况", "结论的理由"),
)  # fmt: skip
"""核查名单 (the recheck list filled in): no sheet of one's own, but the workbook that the program made."""

SHEETS: Mapping[str, Sheet] = MappingProxyType({s.kind: s for s in (_ROLL, _COMMITMENTS, _CONDUCT, _COMPARISON)})
"""Every kind of import."""
TITLES: Mapping[str, str] = MappingProxyType(
    {"history": "历史数据", **{s.kind: s.title for s in (*SHEETS.values(), RECHECK)}}
)
"""What an import is called, by its kind."""
