"""停印 (faults): the few reasons for which the press refuses to print; each message is for the officer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class PressStopped(Exception):
    """文书未能印制"""


class FontsMissing(PressStopped):
    """字体尚未安装，请先运行：python -m reports.setup"""

    def __init__(self) -> None:
        super().__init__((type(self).__doc__ or "").strip())


class Incomplete(PressStopped):
    """内容不全 (incomplete): a required field is empty or malformed.

    `form` is the official name of the paper, `fields` are the official names of what is missing.
    """

    def __init__(self, form: str, fields: Sequence[str]) -> None:
        self.form = form
        self.fields = tuple(fields)
        super().__init__(f"《{form}》不能印制，以下内容缺少或不合规定：{'、'.join(fields)}")


@dataclass(frozen=True, slots=True)
class Missing:
    """缺字 (missing glyph): one character of one field that none of our faces can draw.

    `field` is the name given by the caller, `code_point` reads U+XXXX.
    """

    field: str
    character: str
    code_point: str


class MissingGlyphs(PressStopped):
    """缺字停印 (missing glyphs): the print stops instead of showing an empty box where a name should be."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = tuple(missing)
        listed = "；".join(f"{m.field}中的「{m.character}」（{m.code_point}）" for m in self.missing)
        super().__init__(f"字库中没有以下字符，已停止印制，请核对原件：{listed}")


class AssetRefused(PressStopped):
    """越界取件 (asset refused): a template asked for something that is not bundled with the press."""


class TemplateRefused(PressStopped):
    """地方样式不能使用 (regional template refused): every fault of the template, in the order of its lines."""

    def __init__(self, name: str, faults: Sequence[str]) -> None:
        self.name = name
        self.faults = tuple(faults)
        super().__init__(f"地方样式 {name} 不能使用：{'；'.join(faults)}")
