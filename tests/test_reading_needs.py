"""阅读需要 (reading needs): asked for once at the desk, by command or interface, and printed so from then on."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from typer.testing import CliRunner

from integrity import print_runs, print_wishes
from integrity.__main__ import app
from integrity.records.ledger import Household, Printing
from integrity.records.office import Audit
from integrity.settings import settings
from integrity.work import Office, open_office
from tests.api_office import Api, api, rich
from tests.papers_office import papers
from tests.print_office import made, street

__all__ = ["api", "papers", "rich", "street"]
Street = tuple[Office, list[str]]


def said(*words: str, code: int = 0) -> str:
    ran = CliRunner().invoke(app, ["print", *words])
    assert ran.exit_code == code, f"{ran.output} {ran.exception!r}"
    return ran.output


@pytest.fixture
def desk(street: Street, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Street:
    """The command line of the office of the street."""
    monkeypatch.setenv("CHENGXIN_DATABASE", street[0].engine.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(tmp_path / "keys.toml"))
    monkeypatch.setenv("CHENGXIN_ACTOR", "jb01")
    monkeypatch.setattr("integrity.cli.console.open_office", partial(open_office, clock=street[0].clock))
    settings.cache_clear()
    return street


def variants(office: Office) -> list[str | None]:
    with office.reading() as work:
        rows = work.session.exec(select(Printing).order_by(Printing.household_id, Printing.seq))
        return [one.variant for one in rows]


def test_the_desk_asks_once_and_every_print_follows(desk: Street) -> None:
    office, _ = desk
    assert said("needs", "FZ000001") == "普通版（没有登记过）\n"
    assert "由谁提出" in said("needs", "FZ000001", "--large", "--asked-by", "赵某", code=2)
    assert (
        said("needs", "FZ000001", "--large", "--asked-by", "监护人") == "大字版（2026-09-02 监护人提出，jb01 登记）\n"
    )
    said("F02", "FZ000001")
    said("F01", "FZ000002", "--cover")
    said("F02", "FZ000003", "--large", "--asked-by", "本人")
    said("F02", "FZ000003")
    assert variants(office) == ["large", "cover", "large"]
    assert said("needs", "FZ000002") == "普通版（没有登记过）\n", "what is asked for one print is not remembered"
    assert "大字版（" in said("needs", "FZ000003")
    assert said("needs", "FZ000003", "--no-large", "--cover", "--asked-by", "本人").startswith("附明白纸（")
    with office.reading() as work:
        marked = work.session.exec(select(Audit).where(Audit.action == "登记阅读需要")).all()
    assert len(marked) == 3
    assert "不再打印原件" in said("F02", "FZ000003", "--no-large", code=2)


def test_a_run_follows_the_needs_and_what_was_asked_for_it(desk: Street) -> None:
    office, _ = desk
    said("needs", "FZ000002", "--large", "--asked-by", "本人")
    number = made(office)
    with office.reading() as work:
        rows = print_runs.items_of(work, print_runs.run_of(work, number))
        assert {work.session.get_one(Household, one.household_id).number: one.variant for one in rows} == {
            "FZ000001": "", "FZ000002": "large", "FZ000003": "", "FZ000004": ""
        }  # fmt: skip


def test_a_need_is_never_rewritten(desk: Street) -> None:
    office, _ = desk
    said("needs", "FZ000001", "--large", "--asked-by", "本人")
    for statement in ("UPDATE print_wish SET large = false", "DELETE FROM print_wish"):
        with pytest.raises(DBAPIError, match="print_wish"), office.engine.begin() as connection:
            connection.execute(text(statement))


def test_the_interface_knows_the_needs(api: Api, rich: str) -> None:
    handler, home = api("jb01"), f"/households/{rich}"
    assert handler.get(f"{home}/reading-needs").json()["large"] is False
    body = {"large": True, "asked_by": "共同生活的家庭成员"}
    done = handler.post(f"{home}/reading-needs", body)
    assert done.status_code == 200, done.text
    assert (done.json()["large"], done.json()["cover"], done.json()["recorded_by"]) == (True, False, "jb01")
    assert handler.post(f"{home}/reading-needs", body | {"asked_by": "某某"}).status_code == 422
    assert handler.post(f"{home}/reading-needs", {"asked_by": "本人"}).status_code == 422
    assert api("jd01").get(f"{home}/reading-needs").json()["asked_by"] == print_wishes.ASKERS[1]
