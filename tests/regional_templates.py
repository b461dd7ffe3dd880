"""样例地方样式 (sample regional templates): one made for any form, and the example of the documents."""

from __future__ import annotations

from pathlib import Path

from reports.forms import Letter
from reports.regional_fields import Slot, slots

EXAMPLE = Path(__file__).resolve().parents[1] / "docs/examples/regional/F13-2026-10-01.html"
END = '<div class="sign">{{核验码}}<div class="who">{{印章处}}</div></div>'


def everything(form: type[Letter]) -> str:
    """A template of a form with every field in it, required or not."""
    return "".join(_shown(slot) for slot in slots(form).values()) + END


def _shown(slot: Slot) -> str:
    name = slot.official
    if slot.record:
        inner = "".join(_shown(one) for one in slots(slot.record).values())
        return f"{{{{#{name}}}}}<div>{inner}</div>{{{{/{name}}}}}"
    if slot.many:
        return f"{{{{#{name}}}}}<p>{{{{序号}}}}.{{{{{name}}}}}</p>{{{{/{name}}}}}"
    line = f"<p>{name}：{{{{{name}}}}}</p>"
    return f"{{{{#{name}}}}}{line}{{{{/{name}}}}}" if slot.optional else line
