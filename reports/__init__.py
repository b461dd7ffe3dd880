"""文书与清单 (the press): frozen data in, paper out. It knows paper, not the scheme.

It imports nothing of `integrity`.

Reading order: `faults` (why the press stops), `wording` (日期、金额、文号), `forms` (the papers that one can print),
`press` (letters to PDF), `lists` (清单 to PDF and XLSX), `fonts` and `setup` (the typefaces and where they come from).

This file imports `fonts` before anything else of the package can load Pango: that makes Pango see our faces only, and
so the same data give the same bytes on every machine.
"""

from reports import fonts as fonts
