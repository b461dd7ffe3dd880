"""页面的说法 (words of the pages): what a refusal tells to type as a command is told as what to do on a page.

A red line (红线) of the program is told by the articles that it rests on, which an official can look up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from integrity.rules.procedure import Obstacle
from integrity.rules.procedure_needs import TAKEN_IN
from integrity.rules.redline_words import TITLES

_SAID = (
    (TAKEN_IN, "办理时在“证据”一栏选用，没有保存过的在该页上传"),
    ("（成员序号，命令为 --member）", "（在“哪一位成员”一栏选择）"),
    ("请立案时用 --member 写明成员序号", "立案时请选择是哪一位成员"),
    ("（条目号，见 chengxin show；命令为 --subject）", "（在“针对”一栏选择）"),
    ("请先用 chengxin record change 登记", "请先登记变化"),
    ("（--paper 文号）", ""),
    ("：chengxin recheck assign 文件 --by 工号", "：在“核查名单”页上勾选指派，或者上传这份名单，选“指派入户人员”"),
)  # fmt: skip
"""What a message says for a command line → what it says on a page."""
_SET = re.compile(r"（--set [^（）]*）")
_IN_BRACKETS = re.compile(r"（(?:见 |用 |命令为 |先撤销：)?(?:chengxin|--)[^（）]*）")
_COMMAND = re.compile(r"[：，]?\s*(?:请?运行|请?用|见)?\s*chengxin [a-z]+(?: [a-z]+)?(?: --?[a-z-]+| [^\s，；。）]+)*")


_PARAMETERS = (
    (re.compile(r"（参数 ?[a-z][a-z_./]*）"), ""), (re.compile(r"（参数 ?[a-z][a-z_./]*："), "（"),
    (re.compile(r"政策参数[a-z][a-z_./]*（"), "政策参数（"),
    (re.compile(r"政策参数[a-z][a-z_./]*没有设定"), "政策没有设定"),
)  # fmt: skip
"""What a message names a value of the policy by; on a page its question is enough."""
_RED = re.compile(r"红线第(\d+)条")
_HEADED = re.compile(r"^红线第\d+条(?:（([^（）]*)）(?=：)|：)")
_EMPTY = re.compile(r"（[：；，]*）|(?<=（)[；，]+|[；，]+(?=）)|^[；，]+|；+$")
_LAW = re.compile(r"[^；、]+?(?=第\d|$)")


def _lawful(text: str) -> str:
    """A text with the laws of each red line that it names in its place, but for those that it names itself."""
    text = _HEADED.sub(r"\1", text)
    elsewhere = _RED.sub("", text)

    def laws(found: re.Match[str]) -> str:
        each = TITLES[int(found[1])].law.split("；")
        return "；".join(one for one in each if (_LAW.match(one) or [one])[0] not in elsewhere)

    return _EMPTY.sub("", re.sub("；；+", "；", _RED.sub(laws, text)))


def on_page(text: str) -> str:
    """A message without commands and keys of the policy, and with the law instead of the number of a red line."""
    for told, here in _SAID:
        text = text.replace(told, here)
    for key, here in _PARAMETERS:
        text = key.sub(here, text)
    text = _lawful(text) if "红线第" in text else text
    if "chengxin" not in text and "--" not in text:
        return text
    text = _IN_BRACKETS.sub("", _SET.sub("", text))
    return _COMMAND.sub("，请在相应的页面办理", text) if "chengxin" in text else text


def obstacles(found: Iterable[Obstacle]) -> tuple[Obstacle, ...]:
    """Obstacles in the words of the pages, each once."""
    told = {(one.text, one.law): one._replace(text=on_page(one.text), law=on_page(one.law)) for one in found}
    return tuple(told.values())
