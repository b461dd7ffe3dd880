"""排版部分 (what lays pages out): the modules around the layout engine, loaded when the first page is set.

The engine takes longer to load than most commands take to run, and most commands print nothing: whoever checks the data
of a paper, its fingerprint or its characters needs none of this. Modules that only state what a paper is take it from
here; those that set pages import each other as usual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reports.late import Late

if TYPE_CHECKING:
    from reports import columns as columns
    from reports import engine as engine
    from reports import setting as setting
    from reports.writer import overlap as overlap
    from reports.writer import pdf as pdf
else:
    columns, engine, setting = Late("reports.columns"), Late("reports.engine"), Late("reports.setting")
    overlap, pdf = Late("reports.writer.overlap"), Late("reports.writer.pdf")
