"""命令的说明 (help and misuse of the commands): the words of the command-line library, said in Chinese.

The library has its words in English and no way to translate them all, so the pages are written here, from what it says
of each parameter: a command says which class makes its page (`speak`), and a misuse is told again (`misuse`). Chinese
characters count two columns, which the library does not know either.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import IO, Any

import typer
from rich.cells import cell_len
from typer.core import TyperCommand, TyperGroup

_PIECES = {"[OPTIONS]": "[选项]", "COMMAND [ARGS]...": "命令 [内容]"}
_KINDS = {
    "<str>": "文字", "<int>": "整数", "<int range>": "整数", "<float>": "数字", "<path>": "文件", "<date>": "日期",
    "<list[str]>": "文字（可以写几次）", "<list[Path]>": "文件（可以写几个）",
}  # fmt: skip
_NAMES = {
    "act": "救助行为", "folder": "文件夹", "key": "参数", "kind": "种类", "name": "名称", "path": "文件或目录",
    "procedure": "程序", "proposal": "方案", "reason": "原因", "result": "结果", "scheme": "救助类别",
    "signed": "签署方式", "state": "认定状态", "verdict": "审核意见", "way": "送达方式",
}  # fmt: skip
"""What an argument is called that the command gave no name of its own: the library would show the program's."""
_REMARKS = (
    ("required", "必填"), (r"default: \(dynamic\)", "默认：当时的值"), ("default: (.*)", r"默认：\1"),
    ("env var: (.*)", r"环境变量：\1"), (r"(-?\d+)<=x<=(-?\d+)", r"\1至\2"), (r"x>=(-?\d+)", r"不小于\1"),
    (r"x<=(-?\d+)", r"不大于\1"),
)  # fmt: skip
"""What the library remarks in brackets behind the help of a parameter."""
_WRONG = (
    (r"No such command '(.+?)'\.?$", r"没有“\1”这个命令"),
    (r"No such command '(.+?)'\. Did you mean (.+)\?$", r"没有“\1”这个命令；是不是 \2"),
    (r"Missing command\.", "没有写要办理的命令"),
    (r"Got unexpected extra argument\(s\) \((.*)\)", r"多写了“\1”：中间有空格的内容请放在引号里，不需要的请去掉"),
    (r"Option '(.+)' requires an argument\.", r"选项 \1 后面没有写内容，请补上"),
    (r"Option '(.+)' requires (\d+) arguments\.", r"选项 \1 后面应写 \2 项内容"),
    (r"Option '(.+)' does not take a value\.", r"选项 \1 后面不写内容，请去掉"),
    (r"Argument '(.+)' takes (\d+) values\.", r"“\1”应写 \2 项内容"),
    (r"\w+ '(.+)' does not exist\.", r"没有“\1”这个文件或者目录"),
    (r"\w+ '(.+)' is a directory\.", r"“\1”是目录，应写文件"),
    (r"\w+ '(.+)' is a file\.", r"“\1”是文件，应写目录"),
    (r"\w+ '(.+)' is not readable\.", r"不能读取“\1”"),
    (r"\w+ '(.+)' is not writable\.", r"不能写入“\1”"),
    (r"'(.*)' is not one of (.+)\.", r"“\1”不在可选范围内：\2"),
)
"""What the library says of a command that was typed wrongly."""
_VALUES = {
    "int_parsing": "“{input}”不是整数", "int_parsing_size": "“{input}”过大", "int_type": "“{input}”不是整数",
    "float_parsing": "“{input}”不是数字", "greater_than_equal": "“{input}”小于最小值 {ge}",
    "less_than_equal": "“{input}”大于最大值 {le}", "path_type": "“{input}”不是文件名",
}  # fmt: skip
"""What is wrong with a value, by the kind of fault that the check of values names."""
_LEFT, _GAP = 26, 2
_NOT_FIRST = "，。；：、？！）》”’…"


class Misuse(typer.BadParameter):
    """写法有误 (misuse): a command that was typed wrongly, told in Chinese: what is wrong, and what to do."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it."""
        typer.echo(f"错误：{self.message}", file=file, err=file is None)
        if self.ctx is not None:
            typer.echo(f"{usage(self.ctx)}\n详细说明：{self.ctx.command_path} --help", file=file, err=file is None)


class Command(TyperCommand):
    """命令 (a command) with its help in Chinese."""

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line that says how it is written."""
        formatter.write(usage(ctx) + "\n")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The whole page."""
        formatter.write("\n".join(_page(ctx, formatter.width)))


class Group(TyperGroup):
    """命令组 (a group of commands) with its help in Chinese."""

    heading = "命令"
    """Over the commands that have no heading of their own; these are told first."""

    def listing(self) -> Iterator[tuple[str, str, str]]:
        """Heading, name and purpose of every command, in order."""
        for one in self.commands.values():
            if not one.hidden:
                heading = getattr(one, "rich_help_panel", None)
                yield heading or self.heading, one.name or "", (one.help or "").split("\n\n")[0]

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """The line that says how it is written."""
        formatter.write(usage(ctx) + "\n")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """The whole page."""
        formatter.write("\n".join(_page(ctx, formatter.width)))


def speak(app: typer.Typer) -> typer.Typer:
    """Give every command and group below `app` its help in Chinese."""
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        own = None if group.typer_instance is None else group.typer_instance.info.cls
        group.cls = own if isinstance(own, type) and issubclass(own, Group) else Group
        if group.typer_instance is not None:
            speak(group.typer_instance)
    return app


def usage(ctx: Any) -> str:
    """用法 (how a command is written), in one line."""
    pieces = (_PIECES.get(one) or _named(one) for one in ctx.command.collect_usage_pieces(ctx))
    return " ".join(("用法：" + ctx.command_path, *pieces))


def _named(piece: str) -> str:
    """An argument as it is written in the line of use, by its Chinese name."""
    return re.sub(r"(?<=[{\[])[a-z_]+(?=[}\]])", lambda found: _NAMES.get(found[0], found[0]), piece)


def _page(ctx: Any, width: int) -> Iterator[str]:
    """The help of a command: how it is written, what it does, what it can be told."""
    yield usage(ctx)
    if text := (ctx.command.help or "").split("\f")[0].strip():
        yield ""
        yield from ("  " + line for part in text.splitlines() for line in filled(part.strip(), width - 2))
    params = [one for one in ctx.command.get_params(ctx) if not getattr(one, "hidden", False)]
    for title, kind in (("内容", "argument"), ("选项", "option")):
        yield from _listed(title, (_described(ctx, one) for one in params if one.param_type_name == kind), width)
    if isinstance(ctx.command, Group):
        told = sorted(ctx.command.listing(), key=lambda one: one[0] != ctx.command.heading)
        for title in dict.fromkeys(one[0] for one in told):
            yield from _listed(title, ((name, text) for of, name, text in told if of == title), width)


def _described(ctx: Any, param: Any) -> tuple[str, str]:
    """A parameter and its help, the library's remarks said in Chinese."""
    if set(param.opts) & set(ctx.help_option_names):
        return ", ".join(param.opts), "显示本说明"
    name, text = param.get_help_record(ctx)
    if param.param_type_name == "argument":
        name = re.sub(r"^[a-z_]+(?= |$)", lambda found: _NAMES.get(found[0], found[0]), name)
    for kind, word in _KINDS.items():
        name = name.replace(kind, word)
    found = re.search(r"\s*\[([^\[\]]*(?:\[[^\[\]]*\][^\[\]]*)*)\]$", text)
    remarks = [_remark(one) for one in found[1].split("; ")] if found else []
    return (name, f"{text[: found.start()]}（{'；'.join(remarks)}）") if found and all(remarks) else (name, text)


def _remark(text: str) -> str:
    """A remark of the library in Chinese; "" for what is none."""
    return _told(_REMARKS, text)


def _listed(title: str, rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """A heading and its rows, in two columns."""
    rows = list(rows)
    if not rows:
        return
    left = min(max(cell_len(name) for name, _ in rows), _LEFT) + _GAP
    yield from ("", f"{title}：")
    for name, text in rows:
        lines = list(filled(" ".join(text.split()), max(width - left - 2, 20))) or [""]
        room = left - cell_len(name)
        if room < _GAP:
            yield "  " + name
            name, room = "", left
        yield f"  {name}{' ' * room}{lines[0]}".rstrip()
        yield from (" " * (left + 2) + line for line in lines[1:])


def filled(text: str, width: int) -> Iterator[str]:
    """Lines of at most `width` columns; broken between Chinese characters and at blanks, no stop begins a line."""
    line = ""
    for word in re.findall(rf"[!-~]+|[^!-~][{_NOT_FIRST}]*", text):
        if line and cell_len(line + word.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += word if line else word.lstrip()
    if line.strip():
        yield line.rstrip()


def misuse(error: typer.TyperException) -> typer.TyperException:
    """The same fault told in Chinese; a page of help stays what it is."""
    if isinstance(error, Misuse) or type(error).__name__ == "NoArgsIsHelpError":
        return error
    return Misuse(_wrong(error), ctx=getattr(error, "ctx", None))


def _wrong(error: Any) -> str:
    """Which option, what is wrong with it, what to do."""
    message, param = str(getattr(error, "message", "") or ""), getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        near = "、".join(sorted(error.possibilities or ()))
        return f"没有 {error.option_name} 这个选项" + (f"；是不是 {near}" if near else "")
    if hasattr(error, "param_type"):
        return _missing(param)
    said = _value(error.__cause__) or _told(_WRONG, message).replace("', '", "、").replace("'", "") or message
    return f"{_name(param)}：{said}" if param is not None else said


def _told(phrases: Iterable[tuple[str, str]], text: str) -> str:
    """A phrase of the library in Chinese; "" for one that is not known."""
    return next((re.sub(phrase, said, text) for phrase, said in phrases if re.fullmatch(phrase, text)), "")


def _value(cause: Any) -> str:
    """What the check of values found, where it can be said."""
    if not hasattr(cause, "errors"):
        return ""
    (first, *_) = cause.errors()
    form = _VALUES.get(first["type"], "")
    return form.format(input=str(first["input"])[:40], **first.get("ctx", {}))


def _missing(param: Any) -> str:
    help_ = f"（{param.help}）" if getattr(param, "help", "") else ""
    if param.param_type_name == "option":
        return f"没有写 {_name(param)}{help_}，请补上"
    return f"没有写“{_name(param)}”{help_}，请写在命令后面"


def _name(param: Any) -> str:
    """What a parameter is called where it is typed."""
    if param.param_type_name == "option":
        return "/".join(chain(param.opts, param.secondary_opts))
    return str(param.metavar or _NAMES.get(param.name, param.name))
