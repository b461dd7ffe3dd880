"""公示单的地方样式 (regional forms of public notices): checked before the number, kept, the same at every print."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from integrity import postings, regional
from integrity.errors import Invalid, NotFound, Refused
from integrity.records.office import Audit, NumberSeries, Posting
from integrity.settings import settings
from integrity.work import Office
from reports.forms_household import Posting as Sheet
from tests.papers_office import papers
from tests.regional_templates import everything
from tests.test_postings import GROWN, Family, applied, printed, town, up

__all__ = ["papers", "town"]
OURS = "<h1>某市公示单</h1>" + everything(Sheet)
NAME = "F07-2026-09-01.html"


def put(text: str = OURS, region: str = "370811") -> Path:
    """A form of the county."""
    path = settings().regional_forms / region / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def hang(town: Office, family: Family) -> Posting:
    with town.work("jb01") as work:
        return up(work, applied(work, family(work, (GROWN,))))


def print_again(town: Office, posting: Posting) -> bytes:
    with town.work("jb01") as work:
        return postings.print_sheet(work, posting).read_bytes()


def test_a_sheet_without_a_fitting_form_costs_no_number(town: Office, family: Family) -> None:
    file = put(OURS.replace("{{发文机关}}", ""))
    with pytest.raises(Refused, match=r"不能制作：.*缺少必填项“发文机关”"):
        hang(town, family)
    with town.reading() as work:
        assert work.session.exec(select(Posting)).all() == []
        assert work.session.exec(select(NumberSeries)).all() == []
    file.unlink()
    assert hang(town, family).number.endswith("〕1号")


def test_a_sheet_stays_in_the_form_of_its_first_print(town: Office, family: Family) -> None:
    file = put()
    posting = hang(town, family)
    first = print_again(town, posting)
    file.unlink()
    put(OURS.replace("某市", "他镇"), region="370811001000")
    assert print_again(town, posting) == first
    with town.work("jb01") as work:
        assert "某市公示单" in printed(postings.print_sheet(work, posting))
        used = work.session.exec(select(Audit.subject).where(Audit.action == regional.USED)).one()
    kept = settings().regional_forms / regional.KEPT / f"{used}.html"
    assert kept.read_text(encoding="utf-8") == OURS
    kept.write_text("别的", encoding="utf-8")
    with pytest.raises(Invalid, match="已被改动"):
        print_again(town, posting)
    kept.unlink()
    with pytest.raises(NotFound, match="已不在"):
        print_again(town, posting)


def test_a_sheet_of_the_built_in_form_stays_in_it(town: Office, family: Family) -> None:
    posting = hang(town, family)
    first = print_again(town, posting)
    put()
    assert print_again(town, posting) == first
