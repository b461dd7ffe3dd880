"""办事窗口 (the desk): once only, never over somebody else's entry, nothing lost, proven again before adverse acts."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from sqlmodel import col, func, select

from integrity import drafts
from integrity.records.accounts import Draft
from integrity.records.ledger import Change
from integrity.records.office import Audit
from integrity.rules.identity import make_id
from integrity.web import desk as desks_module
from integrity.web.forms import Field, Sent, read
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, forms_of, papers
from tests.papers_office import granted

__all__ = ["desks", "papers"]
Family = Callable[..., int]
CHANGE = "/households/JN000001/changes/new"
SAID = {"kind": "REPORTED_CHANGE", "happened_on": "2026-01-20", "reported_on": "2026-01-20"}


@pytest.fixture
def family_there(desks: Desks, office: Office, family: Family) -> int:
    return granted(office, family)[0]


def changes(office: Office, household: int) -> int:
    with office.reading() as work:
        query = select(func.count()).select_from(Change).where(Change.household_id == household)
        return work.session.exec(query).one()


def test_the_same_form_sent_ten_times_at_once_makes_one_record(
    desks: Desks, office: Office, family_there: int
) -> None:
    browser = desks("jb01")
    shown = browser.get(CHANGE)
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: browser.send(shown, SAID, to=CHANGE), range(10)))
    assert {one.status_code for one in answers} == {303}, [one.text[:500] for one in answers if one.status_code != 303]
    assert len({one.headers["location"] for one in answers}) == 1
    assert changes(office, family_there) == 1
    assert browser.done(CHANGE, SAID), "the next showing of the form is another one"
    assert changes(office, family_there) == 2


def test_what_another_officer_entered_meanwhile_is_shown_beside_what_was_typed(
    desks: Desks, office: Office, family_there: int
) -> None:
    mine, other = desks("jb01"), desks("jb02")
    shown = mine.get(CHANGE)
    other.done(CHANGE, SAID | {"detail": "他人登记的内容"})
    answer = mine.send(shown, SAID | {"detail": "我填写的内容"}, to=CHANGE)
    assert answer.status_code == 409
    assert "他人登记的内容" in answer.text
    assert "我填写的内容" in answer.text
    assert "jb02" in answer.text
    assert changes(office, family_there) == 1
    assert "我填写的内容" in mine.page(CHANGE), "who goes back finds it in the form"
    again = mine.send(answer, to=CHANGE)
    assert again.status_code == 303, again.text[:800]
    assert changes(office, family_there) == 2


def test_what_was_typed_is_kept_on_the_server_for_its_own_officer_only(
    desks: Desks, office: Office, clock: SetClock, family_there: int
) -> None:
    mine = desks("jb01")
    token = forms_of(mine.get(CHANGE))[0]["values"]["token"][0]
    kept = mine.client.post(
        "/drafts", params={"form": CHANGE}, data={"detail": "写到一半"}, headers=mine.headers | {"x-form-token": token}
    )
    assert kept.status_code == 204, kept.text
    assert "写到一半" in mine.page(CHANGE)
    assert "自动保存的草稿" in mine.page(CHANGE)
    assert "写到一半" not in desks("jb02").page(CHANGE)
    with office.reading() as work:
        assert "写到一半".encode() not in work.session.exec(select(Draft.cipher)).one()
    mine.done(CHANGE, SAID)
    assert "写到一半" not in mine.page(CHANGE), "sent: the draft is gone"
    with office.work("jb01") as work:
        drafts.save(work, "/x", {"detail": "旧"})
    with office.work("系统任务", now=office.clock() + drafts.OLD + timedelta(days=1)) as work:
        assert drafts.drop_old(work) == 1


def test_nothing_that_was_typed_is_lost_when_it_is_refused(desks: Desks, family_there: int, office: Office) -> None:
    answer = desks("jb01").post_form(CHANGE, SAID | {"happened_on": "2026-02-30", "detail": "保留的说明"})
    assert answer.status_code == 422
    for word in ("2026-02-30", "保留的说明", 'href="#f-happened_on"', 'aria-invalid="true"'):
        assert word in answer.text, word
    assert changes(office, family_there) == 0


def test_other_areas_and_other_roles_are_told_no_more_than_that_it_is_not_theirs(
    desks: Desks, family_there: int, office: Office
) -> None:
    elsewhere, none = desks("jb09").get(CHANGE), desks("jb09").get("/households/JN999999/changes/new")
    assert (elsewhere.status_code, none.status_code) == (404, 404)
    assert elsewhere.text.replace("JN000001", "N") == none.text.replace("JN999999", "N")
    assert desks("jd01").get(CHANGE).status_code == 403
    assert desks("jd01").get("/households/JN000001").status_code == 200
    with office.reading() as work:
        seen = select(Audit).where(Audit.subject == f"household:{family_there}", Audit.actor == "jd01")
        assert work.session.exec(seen).all(), "every look at a household is in the log"
        looked = select(Audit).where(Audit.subject == f"household:{family_there}", col(Audit.actor) == "jb09")
        assert {one.action for one in work.session.exec(looked)} == {"拒绝访问"}, "that he asked, and no look"


def test_only_paths_of_this_site_are_gone_on_to() -> None:
    host = "example.invalid"
    for bad in (f"https://{host}/", f"//{host}", f"/\\{host}", "javascript:1", "", "/a\nb", "a/b"):
        assert desks_module.local(bad) == "/", bad
    assert desks_module.local("/households/1?x=2") == "/households/1?x=2"


def test_every_kind_of_field_is_read_as_people_type_it() -> None:
    fields = (
        Field("day", "日期", "date"), Field("sum", "金额", "fen"), Field("n", "人数", "count"),
        Field("yes", "是否", "yes"), Field("p", "比例", "percents"), Field("t", "说明", max_length=5),
        Field("c", "种类", "choice", choices=(("a", "甲"),)), Field("empty", "选填", required=False),
    )  # fmt: skip
    well = {"day": "2026年9月1日", "sum": "1,234.5元", "n": "3", "yes": "no", "p": "100%，80", "t": " 好 ", "c": "a"}
    form = read(fields, Sent({name: (text,) for name, text in well.items()}))
    assert not form.errors
    assert {name: str(one) for name, one in form.given.items()} == {
        "day": "2026-09-01", "sum": "123450", "n": "3", "yes": "False", "p": "(100, 80)", "t": "好", "c": "a",
    }  # fmt: skip
    ill = {"day": "2026-13-01", "sum": "1.234", "n": "-1", "yes": "?", "p": "101", "t": "一二三四五六", "c": "b"}
    assert set(read(fields, Sent({name: (text,) for name, text in ill.items()})).errors) == set(ill)
    assert set(read(fields, Sent({})).errors) == set(ill)


def test_an_identity_number_in_a_free_text_is_told_at_its_field() -> None:
    fields = (Field("said", "事实经过", "area"), Field("number", "身份证号"))
    number = make_id("370811", date(1980, 2, 3), 31)
    form = read(fields, Sent({"said": (f"本人 {number}\r\n没有申报",), "number": (number,)}))
    assert list(form.errors) == ["said"], "a field for the number itself takes it"
    assert "“事实经过”里写有身份证号" in form.errors["said"]
    assert form.values["said"].startswith("本人"), "nothing that was typed is lost"
    assert not read(fields, Sent({"said": ("没有申报",), "number": (number,)})).errors
