"""命令行入口 (entry of the command line): `chengxin`, or `python -m integrity`."""

from __future__ import annotations

import os

import typer

from integrity.cli import (
    case_views,
    cases,
    codes,
    dossiers,
    evidence,
    forms,
    imports,
    jobs,
    offices,
    policies,
    postings,
    print_runs,
    prospects,
    records,
    reports,
    rights,
    rolls,
    tokens,
)
from integrity.cli.console import Commands
from integrity.cli.usage import speak

app = typer.Typer(
    cls=Commands, help="诚信救助：社会救助诚信管理的后台程序", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False, rich_markup_mode=None,
)  # fmt: skip
for _flat in (offices.app, jobs.app, rolls.app, prospects.app, case_views.procedure_app, dossiers.app, codes.app):
    app.add_typer(_flat)
app.add_typer(records.app, name="record")
app.add_typer(reports.register_app)
app.add_typer(reports.app, name="report")
app.add_typer(cases.app, name="case")
app.add_typer(evidence.app, name="evidence")
app.add_typer(imports.app, name="import")
app.add_typer(print_runs.app, name="print")
app.add_typer(forms.app, name="paper")
app.add_typer(postings.app, name="posting")
app.add_typer(rights.rights_app, name="rights")
app.add_typer(rights.destroy_app, name="destroy")
app.add_typer(rights.keys_app, name="keys")
app.add_typer(policies.policy_app, name="policy")
app.add_typer(policies.areas_app, name="areas")
app.add_typer(policies.calendar_app, name="calendar")
app.add_typer(offices.organ_app, name="organ")
app.add_typer(offices.officer_app, name="officer")
app.add_typer(codes.code_app, name="code")
app.add_typer(tokens.app, name="token")
speak(app)


def main() -> None:
    """Run one command; see `integrity.cli.console` for the exit codes. What it writes only its owner can read."""
    os.umask(0o077)
    app(prog_name="chengxin")


if __name__ == "__main__":
    main()
