"""全部文书样式 (every form): the forms of this press by their number."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from reports import forms_credit, forms_fines, forms_household, forms_procedure, forms_records, forms_sanctions
from reports.forms import Letter


def _concrete(kind: type[Letter]) -> Iterator[type[Letter]]:
    """A form and all that are made of it, those with a number of their own that stand in a module of the press."""
    if kind.form and vars(sys.modules[kind.__module__]).get(kind.__name__) is kind:
        yield kind
    for one in kind.__subclasses__():
        yield from _concrete(one)


MODULES = (forms_credit, forms_fines, forms_household, forms_procedure, forms_records, forms_sanctions)
"""The modules with forms; to import them is to know the forms."""
EVERY: tuple[type[Letter], ...] = tuple(
    sorted((one for one in _concrete(Letter) if one.__module__.startswith("reports.")), key=lambda one: one.form)
)
"""Every form, by number."""
