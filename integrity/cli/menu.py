"""命令总表 (the menu): every command of the first level, what it is for, and the module where it is.

A module is loaded when its command is asked for. All of them together, with the pages and the press, take longer to
load than most commands take to run; the list of commands needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, cast

import typer
from typer.main import get_group

from integrity import errors
from integrity.cli.usage import Group, misuse, speak
from integrity.rules.policy import NotInForce
from reports.late import Late

CODES: tuple[tuple[type[Exception], int], ...] = (
    (errors.NotFound, 3),
    (errors.Forbidden, 4),
    (errors.Conflict, 5),
    (errors.ChengxinError, 2),
    (NotInForce, 2),
)
"""Exit code of each error; 1 is left for what nobody foresaw, and for a check that found something wrong."""
_console, _mishaps, _sql = Late("integrity.cli.console"), Late("integrity.mishaps"), Late("sqlalchemy.exc")


class Line(NamedTuple):
    """总表的一行 (a line): the command, its module, what holds it there, its help; `group` when it holds others."""

    name: str
    module: str
    of: str
    help: str
    group: bool = True


MENU = (
    Line("init", "offices", "app", "建立本机关：密钥、数据库、随程序提供的行政区划、政策版本。可以重复运行。", False),
    Line("verify", "offices", "app", "核验账册：哈希链、数据库护栏、人员资料；发现任何问题即返回 1。", False),
    Line("backup", "offices", "app", "备份数据库和证据材料，并核对备份确实可用。", False),
    Line("restore", "offices", "app", "从备份恢复：先核对备份，再放到空的位置；不会覆盖已有的数据。", False),
    Line("drill", "offices", "app", "演练恢复：把最近的备份恢复到临时目录，逐项核验后删除；不动现有数据。", False),
    Line(
        "places",
        "places",
        "app",
        "现状索引：查找和待办所用，由户账随时可以重建；逐户核对，不符的改正。升级以后运行一次。",
        False,
    ),
    Line("jobs", "jobs", "app", "任务一览：做了什么、什么到期、什么失败及原因、下次时间。有失败即返回 1。", False),
    Line("run", "jobs", "app", "立即办理一项任务；失败的重办，已完成的不重复。", False),
    Line(
        "demo", "jobs", "app", "建立示范县（全部为虚构数据），并办理到期的任务。已有同样的示范数据时不重复建立。", False
    ),
    Line("serve", "serving", "app", "提供网页，并运行定时任务；Ctrl-C 结束。", False),
    Line(
        "evaluate",
        "rolls",
        "app",
        "评估全部家庭：结账，逐户算出处理建议（不写日期则截至此刻）。只提建议，不作决定。",
        False,
    ),
    Line(
        "explain", "rolls", "app", "说明某户某日的处理建议：逐项理由、数额、依据，并与当时任务保存的结果比对。", False
    ),
    Line("todo", "rolls", "app", "列出等待审核意见的处理建议。", False),
    Line(
        "show",
        "rolls",
        "app",
        "显示一户的户账：每一条何时发生、何时登记、由谁登记；姓名脱敏，查看记入操作日志。",
        False,
    ),
    Line(
        "review",
        "rolls",
        "app",
        "对处理建议提出审核意见；增发、减发、渐退、退出的同时立案。这是程序的开始，不减少也不停止任何人的救助。",
        False,
    ),
    Line(
        "prospects",
        "prospects",
        "app",
        "前景：怎样修复、何时到期、什么变化会改变处理建议。只作说明，不作决定；查看记入操作日志。",
        False,
    ),
    Line(
        "what-if", "prospects", "app", "测算：某些事实如果不同，规则会怎么说。不写入任何登记；查看记入操作日志。", False
    ),
    Line(
        "procedure",
        "case_views",
        "procedure_app",
        "办理程序：每一步在哪一步之后，由谁办理，须有什么，效力和依据，以及各项期限。",
        False,
    ),
    Line(
        "dossier",
        "dossiers",
        "app",
        "案卷：一户或者一个案件的全部材料印成一个 PDF，按截至时刻所知；同一时刻再印，内容相同。记入操作日志。",
        False,
    ),
    Line(
        "verify-code",
        "codes",
        "app",
        "核验一份文书是不是本机关出具、有没有被改动、是否仍然有效。（核验账册用 verify）",
        False,
    ),
    Line(
        "verify-page",
        "codes",
        "app",
        "制作离线核验网页：一个文件，含公钥和失效名单，断网也能在浏览器里核验，可以发给其他单位。",
        False,
    ),
    Line("record", "records", "app", "登记：家庭、成员、变化、核对、核查、承诺、守信失信、救助决定、更正"),
    Line(
        "register",
        "reports",
        "register_app",
        "台账：一个区划、一段时间的登记逐行列出，印成 PDF 和工作簿；姓名默认遮蔽。记入操作日志。",
        False,
    ),
    Line("report", "reports", "app", "月报、季报，和一个数字背后的家庭"),
    Line("case", "case_views", "app", "案件：按程序逐步办理；每一步由谁、须有什么，见 chengxin procedure"),
    Line("evidence", "evidence", "app", "证据材料：保存、目录、取出、指纹"),
    Line("import", "imports", "app", "导入：救助名册、承诺书、守信失信行为、核对结果"),
    Line("intake", "intake", "app", "来件：其他系统报送的核对结果和变化信息；列出、查看、登记、不采用"),
    Line("recheck", "rechecks", "app", "核查名单：按名单指派入户人员，收回填好的名单"),
    Line("print", "print_runs", "app", "文书：批量打印、补打、送达"),
    Line("paper", "forms", "app", "文书样式"),
    Line("posting", "postings", "app", "公示、公布：张贴、收到异议、现有的公示、撤下"),
    Line("rights", "rights", "rights_app", "个人信息权利：本人信息副本、更正补充、解释说明"),
    Line("destroy", "rights", "destroy_app", "到期资料的销毁：清册、鉴定、批准、销毁"),
    Line("keys", "rights", "keys_app", "密钥：查看、更换、停用、封装"),
    Line("policy", "policies", "policy_app", "政策参数：审查、查询、比较、启用、采用"),
    Line("areas", "policies", "areas_app", "行政区划：导入、查询"),
    Line("calendar", "policies", "calendar_app", "放假安排与期限计算"),
    Line("organ", "offices", "organ_app", "机关：发文机关名称、代字、电话、复议机关"),
    Line("officer", "offices", "officer_app", "经办人员：工号、岗位、辖区"),
    Line("account", "accounts", "app", "账户：首批、开设、核准、重置、解锁、关闭、一览"),
    Line("restored", "offices", "restored_app", "恢复备份以后：待核对的家庭"),
    Line("code", "codes", "code_app", "核验码：签名密钥、文书失效、公布核验资料"),
    Line("token", "tokens", "app", "接口凭据：发放、查看、作废"),
    Line("push", "pushes", "app", "推送：登记一览、立即推送、重新推送；登记和核准在网页上办理"),
)
"""In the order in which they are told."""


class Menu(Mapping[str, Any]):
    """命令 (the commands) by name, each made when it is first looked at."""

    def __getitem__(self, name: str) -> Any:
        """The command of a name."""
        line = next((one for one in MENU if one.name == name), None)
        if line is None:
            raise KeyError(name)
        return _made(line.module, line.of, line.name if line.group else "")[name]

    def __iter__(self) -> Iterator[str]:
        return (line.name for line in MENU)

    def __len__(self) -> int:
        return len(MENU)


@cache
def _made(module: str, of: str, name: str) -> Mapping[str, Any]:
    """The commands of a module: by their own names, or as one group of the given name."""
    shelf = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    shelf.add_typer(getattr(import_module(f"integrity.cli.{module}"), of), name=name or None)
    made: Mapping[str, Any] = get_group(speak(shelf)).commands
    return made


class Commands(Group):
    """命令组 (the commands): every error becomes one line and an exit code, here and nowhere else."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = cast(Any, Menu())  # read only: nothing is added to it

    def listing(self) -> Iterator[tuple[str, str, str]]:
        """Every command and what it is for, without loading any."""
        return ((self.heading, line.name, line.help) for line in MENU)

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Read what was typed before the command."""
        try:
            return super().make_context(*args, **more)
        except typer.TyperException as error:
            raise misuse(error) from error

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (errors.ChengxinError, NotInForce) as error:
            _failed(f"错误：{error}")
            raise typer.Exit(next(code for kind, code in CODES if isinstance(error, kind))) from error
        except (typer.Abort, EOFError) as error:
            _failed("已取消，什么也没有做", style="")
            raise typer.Exit(1) from error
        except typer.Exit:
            raise
        except typer.TyperException as error:
            raise misuse(error) from error
        except (OverflowError, _sql.DataError) as error:
            _failed("错误：填写的内容过长，或者数字过大")
            raise typer.Exit(2) from error
        except Exception as error:
            written = _mishaps.write_down(error)
            _failed(f"错误：程序没有预料到的情况（{type(error).__name__}），详情已写入 {written}")
            raise typer.Exit(1) from error


def _failed(text: str, style: str = "red") -> None:
    """Say on the error output that it was not done."""
    _console.ERR.print(text, style=style or None, markup=False)
