"""版式选项 (options of every command that prints): large print, a cover in plain words, who asked for it."""

from __future__ import annotations

from typing import Annotated

import typer

from integrity.print_wishes import ASKERS

Large = Annotated[bool | None, typer.Option("--large/--no-large", help="大字版；不写时照本户登记的阅读需要")]
Cover = Annotated[bool | None, typer.Option("--cover/--no-cover", help="附明白纸；不写时照本户登记的阅读需要")]
AskedBy = Annotated[
    str, typer.Option("--asked-by", help=f"由谁提出（{'、'.join(ASKERS)}）；写了就记住，以后都这样印", metavar="谁")
]
