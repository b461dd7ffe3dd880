"""网页 (pages): what an officer's browser and a monitor are told, and what nobody is told."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import select
from starlette.testclient import TestClient

from integrity import assistance, backups, editions, organs, recommendations, sessions, tokens
from integrity.office_terms import JobState
from integrity.records.columns import SHANGHAI
from integrity.records.ledger import Household
from integrity.records.office import Audit, JobRun, Officer
from integrity.rules.policy import PACKS, load
from integrity.settings import settings
from integrity.terms import Role, Scheme
from integrity.web.app import create_app
from integrity.work import Office
from reports import fonts
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, papers

__all__ = ["desks", "papers"]

Family = Callable[..., int]


@pytest.fixture
def evaluated(office: Office, family: Family, clock: SetClock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An office with one evaluated household; its number."""
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    with office.work("jb01", now=datetime(2026, 1, 20, 9, tzinfo=SHANGHAI)) as work:
        editions.register(work, load(PACKS))
        household = family(work, since=date(2026, 1, 10))
        assistance.grant(
            work, household, Scheme.DIBAO, decided_on=date(2026, 1, 15), effective_on=date(2026, 2, 1),
            decided_by="sp01", amount=50_000, income=20_000, persons=1,
        )  # fmt: skip
    due = datetime(2026, 11, 1, 1, tzinfo=SHANGHAI)
    for part in (recommendations.CLOSE, "0-5000"):
        with office.work("系统任务", due=due) as work:
            recommendations.evaluate_part(work, part)
    with office.work("系统任务", due=due) as work:
        recommendations.finish_evaluation(work)
    with office.reading() as work:
        return str(work.session.exec(select(Household.number)).one())


@pytest.fixture
def client(office: Office, evaluated: str) -> Iterator[TestClient]:
    with office.work("初始设置") as work:
        for code, role in (("sp01", Role.APPROVER), ("jd01", Role.INSPECTOR)):
            organs.enter_officer(
                work, Officer(code=code, name="试验", role=role, area="370811000000", since=date(2020, 1, 1))
            )
    with office.work("sp01") as work:
        headers = {"authorization": f"Bearer {tokens.issue(work, 'jd01').secret}"}
    application = create_app(office)
    with TestClient(
        application, base_url="http://127.0.0.1:8000", raise_server_exceptions=False, headers=headers
    ) as client:
        yield client
    settings.cache_clear()


def test_pages_ask_who_it_is_and_lead_back(client: TestClient) -> None:
    for path in ("/", "/search?q=zs", "/system", "/households/SF1", "/docs"):
        answer = client.get(path, follow_redirects=False)
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/login")
    assert client.get("/search?q=zs", follow_redirects=False).headers["location"] == "/login?next=%2Fsearch%3Fq%3Dzs"
    part = client.get("/search", headers={"hx-request": "true"}, follow_redirects=False)
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/login?next=%2Fsearch")


def test_the_state_of_the_installation_needs_nothing_from_outside(desks: Desks) -> None:
    page = desks("sp02").page("/system")
    for word in ("运行状况", "只追加保护齐全", "全员评估", "还没有备份", "到了时间没有运行的任务", "keys rotate"):
        assert word in page
    for text_ in (page, desks("sp02").page("/docs"), desks("sp02").page("/")):
        assert not re.findall(r"""(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}""", text_)
        assert not re.findall(r"<script(?! src=)|<style| style=| on[a-z]+=", text_)


@pytest.mark.parametrize("path", ["/", "/login", "/health", "/docs", "/nowhere", "/api/households/none/explanation"])
def test_every_answer_carries_the_strict_headers(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_a_browser_that_came_over_tls_comes_by_nothing_else(client: TestClient) -> None:
    for scheme, told in (("http", None), ("https", "max-age=31536000")):
        answer = client.get(f"{scheme}://127.0.0.1:8000/login")
        assert (answer.status_code, answer.headers.get("strict-transport-security")) == (200, told)


def test_a_post_from_another_sites_page_is_refused(desks: Desks) -> None:
    browser = desks("jb01")
    token = {"token": sessions.form_token(browser.secret), "large": "yes", "next": "/"}
    for more in ({"origin": "https://example.invalid"}, {"sec-fetch-site": "cross-site"}):
        answer = browser.client.post("/settings/type", data=token, headers=browser.headers | more)
        assert answer.status_code == 403, more
    without = browser.client.post("/settings/type", data={"large": "yes"}, headers=browser.headers)
    assert without.status_code == 403
    assert "已经过期" in without.text
    done = browser.client.post("/settings/type", data=token, headers=browser.headers, follow_redirects=False)
    assert done.status_code == 303
    assert 'class="large"' in browser.page("/")


def test_an_explanation_gives_reasons_without_personal_data_and_leaves_a_line_in_the_log(
    client: TestClient, office: Office, evaluated: str
) -> None:
    answer = client.get(f"/api/households/{evaluated}/explanation", params={"on": "2026-11-01"})
    told = answer.json()
    assert answer.status_code == 200, told
    assert told["same"] is True
    assert told["household"] == evaluated
    assert "正在享受救助" in told["text"]
    assert "试验" not in answer.text
    assert not re.search(r"\d{17}[\dX]", answer.text)
    with office.reading() as work:
        logged = work.session.exec(select(Audit).where(Audit.action == "查看处理建议说明")).all()
    assert [one.detail for one in logged] == ["2026-11-01"]


def test_errors_are_told_in_chinese_with_their_status(client: TestClient, evaluated: str) -> None:
    absent = client.get("/api/households/none/explanation")
    assert (absent.status_code, absent.json()) == (404, {"message": "没有户编号为 none 的家庭"})
    future = client.get(f"/api/households/{evaluated}/explanation", params={"on": "2030-01-01"})
    assert future.status_code == 409
    assert "今天以前" in future.json()["message"]
    assert client.get(f"/api/households/{evaluated}/explanation", params={"on": "x"}).status_code == 422
    page = client.get("/nowhere/at/all")
    assert page.status_code == 404
    assert "没有这个页面" in page.text


def test_a_request_that_failed_leaves_nothing_behind(client: TestClient, office: Office) -> None:
    client.get("/api/households/none/explanation")
    with office.reading() as work:
        assert not work.session.exec(select(Audit).where(Audit.action == "查看处理建议说明")).all()


def test_a_commit_that_fails_is_no_success(client: TestClient, office: Office, evaluated: str) -> None:
    with office.engine.begin() as connection:  # the log refuses: the reader must not be told anything
        connection.execute(text("ALTER TABLE audit RENAME TO audit_away"))
    answer = client.get(f"/api/households/{evaluated}/explanation", params={"on": "2026-11-01"})
    assert answer.status_code == 500
    assert answer.json() == {"message": "程序没有预料到的情况，详情已写入日志"}
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    log = (settings().home / "log" / "chengxin.log").read_text()
    assert "Error" in log
    assert "INSERT" not in log, "a statement carries its values"


def test_health_is_red_when_a_guard_or_the_fonts_are_missing(
    client: TestClient, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    well = client.get("/health")
    assert (well.status_code, well.json()["healthy"]) == (200, True)
    monkeypatch.setenv("CHENGXIN_ASSETS", str(tmp_path / "none"))
    fonts.manifest.cache_clear()
    assert client.get("/health").status_code == 503
    monkeypatch.undo()
    fonts.manifest.cache_clear()
    on = " ON member" if office.engine.dialect.name == "postgresql" else ""
    with office.engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER guard_member_delete{on}"))
    ill = client.get("/health")
    assert ill.status_code == 503
    assert "guard_member_delete" in ill.json()["checks"]["数据库"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what a backup is made of is asked elsewhere
def test_the_last_backup_and_failed_jobs_are_told_in_words(
    desks: Desks, office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: SetClock
) -> None:
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    made = backups.make(office, settings().backups)
    (settings().backups / ".unfinished-x").mkdir()
    os.utime(settings().backups / ".unfinished-x", (0, 0))
    clock.now += timedelta(hours=27)
    with office.work("系统任务") as work:
        work.session.add(JobRun(
            job="deadlines", due_at=clock.now - timedelta(hours=3), state=JobState.FAILED, error="没有机关",
            attempts=3, finished_at=clock.now,
        ))  # fmt: skip
    page = desks("sp02").page("/system")
    told = page[page.index("项须处理") : page.index("</section>", page.index("项须处理"))]
    assert told.count("<li>") == int(re.findall(r"有 (\d+) 项须处理", page)[0]), "one verdict, and as many as it says"
    assert re.search(r"最近一次备份</dt><dd>最近一次 \d{4}-\d\d-\d\d \d\d:\d\d 做完并核对", page)
    for said in ("距今 27 小时，已超过 26 小时", "没有做完", "的“到期提醒”失败：没有机关", "chengxin run deadlines"):
        assert said in told, said
    (made.folder / backups.MANIFEST).write_text("{")
    assert "清单读不出来" in desks("sp02").page("/system")
    assert desks("sp02").client.get("/health").status_code == 503


def test_another_host_name_is_refused(client: TestClient) -> None:
    assert client.get("/login", headers={"host": "example.invalid"}).status_code == 400
    assert client.get("/login", headers={"host": "localhost:8000"}).status_code == 200


def test_the_interfaces_are_listed_from_what_the_program_says_of_itself(desks: Desks) -> None:
    paths = desks.client.app.openapi()["paths"]
    page = desks("jd01").page("/docs")
    assert {one for one in paths if not one.startswith("/api/")} == {"/health"}
    assert "/api/households/{number}/explanation" in paths
    for path in paths:
        assert path in page
