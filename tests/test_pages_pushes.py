"""推送的页面 (the pages of notifications): two administrators, a secret that is shown once, and no household."""

from __future__ import annotations

import re
from datetime import date

import pytest

from integrity import dispatching, keys, organs
from integrity.files import write_file
from integrity.office_terms import PushKind
from integrity.records.office import Officer
from integrity.settings import settings
from integrity.terms import Role
from integrity.vault import written
from integrity.work import Office
from tests.desk_office import COUNTY, Desks, desks, papers, post_form

__all__ = ["desks", "papers"]
ALLOWED = "example.invalid"
GIVEN: dict[str, str | list[str]] = {"officer": "dj01", "url": f"https://{ALLOWED}/heard", "standing": "yes"}


@pytest.fixture(autouse=True)
def allowed(papers: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings name the host."""
    assert papers
    monkeypatch.setenv("CHENGXIN_PUSH_HOSTS", ALLOWED)
    settings.cache_clear()


@pytest.fixture
def linked(office: Office, desks: Desks) -> Desks:
    """Desks of an office with a linked system."""
    with office.work("sp01") as work:
        row = Officer(code="dj01", name="核对中心", role=Role.LINKED, area=COUNTY, since=date(2024, 1, 1))
        organs.enter_officer(work, row)
    return desks


def registered(desks: Desks, **changed: str) -> str:
    """Register by the page; what the answer says."""
    return post_form(desks("ga01"), "/pushes/new", GIVEN | changed).text


def test_registered_approved_renewed_and_ended_on_the_pages(linked: Desks, office: Office) -> None:
    secret = re.search(r"cxs_[\w-]+", registered(linked))
    assert secret
    assert "须由另一人核准" not in linked("aq01").get("/pushes/1").text
    assert secret[0] not in linked("ga01").get("/pushes/1").text
    post_form(linked("aq01"), "/pushes/1/approve", {})
    with office.work("jb01") as work:
        dispatching.dispatches.tell(work, PushKind.STANDING, COUNTY)
    shown = linked("ga01").get("/pushes/1").text
    assert "推送中" in shown
    assert "诚信状态变动" in shown
    renewed = re.search(r"cxs_[\w-]+", post_form(linked("ga01"), "/pushes/1/secret", {}).text)
    assert renewed
    assert renewed[0] != secret[0]
    post_form(linked("aq01"), "/pushes/1/end", {})
    assert "已停止" in linked("ga01").get("/pushes").text
    assert linked("ga01").get("/pushes/1/secret").status_code == 409


def test_what_is_wrong_stands_beside_the_field(linked: Desks) -> None:
    for changed, said in (
        ({"url": "https://localhost/"}, "不在允许推送的主机之内"), ({"standing": []}, "请选择推送哪些事项"),
    ):  # fmt: skip
        answer = post_form(linked("ga01"), "/pushes/new", GIVEN | changed)
        assert answer.status_code == 422
        assert said in answer.text


def test_nobody_else_sees_or_does_it(linked: Desks) -> None:
    registered(linked)
    for who in ("jb01", "fh01", "sp01", "jd01"):
        assert linked(who).get("/pushes").status_code == 403
    assert linked("sj01").get("/pushes").status_code == 200
    assert linked("sj01").get("/pushes/new").status_code == 403
    assert linked("ga01").get("/pushes/1/approve").status_code == 409


def test_the_secret_is_sealed_again_with_a_new_key(linked: Desks, office: Office) -> None:
    registered(linked)
    before, file = keys.used(office), settings().keys
    file.parent.mkdir(parents=True, exist_ok=True)
    write_file(file, written(office.vault))
    keys.rotate(office, file, "sp01")
    assert keys.used(office).keys() == {office.vault.current}
    assert before.keys() != keys.used(office).keys()
