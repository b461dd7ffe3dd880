"""核验码的页面 (the pages of check codes): papers withdrawn, keys replaced and declared void, by whoever may."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest

from integrity import notices, printing, seal_lists, seals, verifying
from integrity.errors import Forbidden
from integrity.papers import content as papers_content
from integrity.seal_lists import SealList
from integrity.settings import settings
from integrity.terms import PaperKind
from integrity.vault import load_vault
from integrity.web.shell import path
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers
from tests.papers_office import VILLAGE
from tests.print_office import ON, issued, paper

__all__ = ["desks", "papers"]
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SURE = {"sure": "yes"}


@pytest.fixture
def street(desks: Desks, office: Office, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two signed papers of 2026-09-02; the settings name the key file of this office."""
    clock.on(ON)
    monkeypatch.setenv("CHENGXIN_KEY_FILE", str(tmp_path / "keys.toml"))
    settings.cache_clear()
    return issued(office, ((VILLAGE, "河东街2号"), (VILLAGE, "河东街3号")))


def listed(office: Office) -> SealList:
    with office.reading() as work:
        return seal_lists.read(seal_lists.published(work))


def judged(office: Office, number: str) -> str:
    """What whoever verifies the paper is told."""
    with office.reading() as work:
        return verifying.judge(seals.code_of(work, number), seal_lists.known(work)).answer


@ON_ONE
def test_a_paper_is_withdrawn_once_by_an_approver_and_whoever_verifies_it_sees_it(
    desks: Desks, office: Office, street: list[str]
) -> None:
    number = street[0]
    with office.work("jb01") as work:
        notice = notices.by_number(work, number)
        printing.original(work, notice)
        household = work.session.connection().exec_driver_sql(
            f"SELECT number FROM household WHERE id = {notice.household_id}"
        ).scalar_one()  # fmt: skip
        heading = papers_content(work, notice).heading
    home = path("households", household, "papers", number)
    assert desks("jb01").get(f"{home}/withdraw").status_code == 403
    assert "撤回、替换" not in desks("jb01").page(home)
    assert desks("sp09").get(f"{home}/withdraw").status_code == 404
    shown = desks("sp01").page(home)
    assert f"{home}/withdraw" in shown
    assert f"<title>《{heading}》{number}" in shown
    assert f"<h1>《{heading}》</h1>" in shown
    assert "/pdf#navpanes=0&amp;view=FitH" in shown
    assert not re.search(r"<dd>(?:\s|<li>)*[a-z_]+(?:\s|<)", shown.partition('id="text"')[2]), "no name of the program"
    ask = f"{home}/withdraw"
    unsure = desks("sp01").post_form(ask, {"reason": "印错了金额"})
    assert unsure.status_code == 422
    assert "印错了金额" in unsure.text, "what was typed stays"
    late = desks("sp01").post_form(ask, SURE | {"reason": "印错了金额", "on": f"{ON + timedelta(days=1)}"})
    assert (late.status_code, "不能晚于今天" in late.text) == (409, True)
    assert desks("sp01").done(ask, SURE | {"reason": "印错了金额"}) == home
    assert judged(office, number) == verifying.ENDED
    shown = desks("sp01").page(home)
    assert "已撤回" in shown
    assert "印错了金额" in shown
    assert "/withdraw" not in shown
    verify, below = desks("jb01"), notice.data_sha256[:16]
    alone = verify.post_form("/verify", {"code": below}).text
    assert "这是二维码下面的核验码（16 位）" in alone
    assert "有 1 份" not in alone
    right = verify.post_form("/verify", {"code": below, "number": number}).text
    assert "请重新扫描一次" not in right
    assert number in right.partition("核验结果")[2]
    changed = below[:-1] + ("0" if below[-1] != "0" else "1")
    wrong = verify.post_form("/verify", {"code": changed, "number": number}).text
    assert right.partition("核验结果")[2][:600] != wrong.partition("核验结果")[2][:600], "one changed character is told"
    twice = desks("sp01").post_form(ask, SURE | {"reason": "再撤一次"})
    assert (twice.status_code, "登记失效" in twice.text) == (409, True)


@ON_ONE
def test_a_key_is_replaced_and_declared_void_while_the_office_works(
    desks: Desks, office: Office, street: list[str]
) -> None:
    first = office.vault.signs
    page = desks("sp01").page("/codes")
    assert first in page
    assert "chengxin keys rotate" in page
    for officer in ("jb01", "fh01", "jd01", "sj01"):
        assert desks(officer).get("/codes").status_code == 403
    assert desks("sp01").post_form("/codes/renew").status_code == 422, "it has to be confirmed"
    assert desks("sp01").done("/codes/renew", SURE) == "/codes"
    second = load_vault(settings().keys).signs
    assert second != first
    assert office.vault.signs == second, "the process that goes on signs with the new key"
    assert judged(office, street[0]) == verifying.CODE_ONLY
    void = f"/codes/{second}/revoke"
    assert desks("sp01").done(void, SURE | {"reason": "备份盘遗失"}) == "/codes"
    third = office.vault.signs
    assert third not in (first, second)
    assert {one.key.id: (one.current, one.key.lost_on) for one in _keys(office)} == {
        first: (False, None), second: (False, ON), third: (True, None),
    }  # fmt: skip
    assert desks("sp01").get(void).status_code == 409
    assert desks("sp01").get("/codes/zzzz/revoke").status_code == 404
    assert "备份盘遗失" in desks("sp01").page("/codes")


def _keys(office: Office) -> list[seals.KeyUse]:
    with office.reading() as work:
        return seals.keys(work)


@ON_ONE
def test_a_key_asks_for_the_password_and_belongs_to_the_highest_approver(
    desks: Desks, office: Office, street: list[str], clock: SetClock
) -> None:
    old = office.vault.signs
    with pytest.raises(Forbidden, match="共用"), office.work("xs01") as work:
        seals.renew(work, settings().keys)
    assert desks("xs01").post_form("/codes/renew", SURE).status_code == 403
    browser = desks("sp01")
    clock.now += timedelta(minutes=11)
    answer = browser.post_form("/codes/renew", SURE)
    assert "/login/prove" in answer.headers.get("location", "")
    assert load_vault(settings().keys).signs == old


@ON_ONE
def test_a_process_with_the_old_key_finds_the_new_one_in_the_file(office: Office, street: list[str]) -> None:
    stale = office.vault
    fresh = seals.rotate(office, settings().keys, "sp01")
    office.vault = stale
    with office.work("jb01") as work:
        made = paper(work, notices.by_number(work, street[0]).household_id, PaperKind.F02).number
    assert {one.key.id: one.papers for one in _keys(office)}[fresh] == 1
    assert judged(office, made) == verifying.CODE_ONLY


@ON_ONE
def test_what_others_verify_with_is_taken_from_the_page(desks: Desks, office: Office, street: list[str]) -> None:
    answer = desks("sp01").get("/codes/verification.json")
    assert "attachment" in answer.headers["content-disposition"]
    assert seal_lists.read(answer.content).signer == listed(office).signer
    assert json.loads(answer.content)["key"] == office.vault.signs
    html = desks("sp01").get("/codes/verify.html")
    assert listed(office).signer in html.text
    assert desks("sp01").get("/codes/keys.toml").status_code == 404
    assert desks("jb01").get("/codes/verification.json").status_code == 403
