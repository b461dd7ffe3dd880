"""命令行入口 (entry of the command line): `chengxin`, or `python -m integrity`."""

from __future__ import annotations

import os

import typer

from integrity.cli.menu import Commands

app = typer.Typer(
    cls=Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)


@app.callback(help="诚信救助：社会救助诚信管理的后台程序")
def chengxin() -> None:
    """诚信救助 (the program): its commands are those of `integrity.cli.menu`."""


def main() -> None:
    """Run one command; see `integrity.cli.menu` for the exit codes. What it writes only its owner can read."""
    os.umask(0o077)
    app(prog_name="chengxin")


if __name__ == "__main__":
    main()
