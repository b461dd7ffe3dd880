"""证据材料的入口 (evidence by the API and by command): who may, how much, once; the migration that brings it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from sqlalchemy import inspect, text
from sqlmodel import col, select

from integrity import database
from integrity.records import guards
from integrity.records.evidence import Evidence
from integrity.records.office import Audit
from integrity.settings import settings
from integrity.work import make_engine
from tests.api_office import Api, api, papers, rich
from tests.conftest import _create, _named
from tests.test_api import PLAN
from tests.test_cli_cases import HANDLER, HELPER, WATCHER, desk, run
from tests.test_evidence import PHOTO, SCAN, faults, files
from tests.test_guards import older

__all__ = ["api", "desk", "papers", "rich"]


def send(
    api: Api, household: str, content: bytes | Iterator[bytes] = SCAN, *, by: str = "jb01", key: str = "k1",
    **params: Any,
) -> Response:  # fmt: skip
    """A file as the body."""
    caller = api(by)
    headers = caller.headers | {"idempotency-key": key, "content-type": "application/octet-stream"}
    path = f"/api/households/{household}/evidence"
    return caller._checked(caller.client.post(path, content=content, headers=headers, params=params))


def test_a_file_is_sent_listed_and_taken_out(api: Api, rich: str) -> None:
    answer = send(api, rich, name="笔录.pdf", taken_on="2026-08-30")
    assert answer.status_code == 200
    told = answer.json()
    assert told | {"kept_at": ""} == {
        "household": rich, "sha256": sha256(SCAN).hexdigest(), "kind": "PDF", "size": len(SCAN), "name": "笔录.pdf",
        "taken_on": "2026-08-30", "kept_at": "", "kept_by": "jb01", "state": "已存",
    }  # fmt: skip
    assert send(api, rich, name="笔录.pdf", taken_on="2026-08-30").json() == told
    assert send(api, rich, key="k2", by="xl01").json() == told
    assert len(files()) == 1
    assert api("jd01").get(f"/households/{rich}/evidence").json() == [told]
    found = api("fh02").get(f"/households/{rich}/evidence/{told['sha256']}")
    assert (found.content, found.headers["content-type"]) == (SCAN, "application/pdf")
    assert found.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E7%AC%94")
    assert found.headers["x-content-type-options"] == "nosniff"
    with api.office.reading() as work:
        of_household = select(Audit).where(Audit.subject == "household:1")
        acts = work.session.exec(of_household.order_by(col(Audit.id))).all()
        seen = [(one.actor, one.action) for one in acts if "证据" in one.action]
    assert seen == [("jb01", "保存证据"), ("jd01", "查看证据目录"), ("fh02", "查看证据")]
    digest = told["sha256"]
    assert api("fh02").open(rich, "调整与终止", evidence=digest, **PLAN).status_code == 200
    (step,) = api("jd01").get(f"/households/{rich}/cases/1").json()["steps"]
    assert step["evidence"] == digest


def test_who_is_of_another_area_or_only_watches_is_refused(api: Api, rich: str) -> None:
    digest = send(api, rich).json()["sha256"]
    for by in ("jb09", "fh09", "jd09"):
        for path in (f"/households/{rich}/evidence", f"/households/{rich}/evidence/{digest}"):
            answer = api(by).get(path)
            assert (answer.status_code, answer.json()["message"]) == (404, f"没有户编号为 {rich} 的家庭")
    assert send(api, rich, PHOTO, by="jb09").status_code == 404
    assert send(api, rich, PHOTO, by="jd01").status_code == 403
    bare = api.bare().post(f"/api/households/{rich}/evidence", content=PHOTO, headers={"idempotency-key": "k"})
    assert bare.status_code == 401
    assert len(files()) == 1


def test_what_cannot_be_kept_is_told_and_leaves_nothing(
    api: Api, rich: str, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setenv("CHENGXIN_EVIDENCE_MB", "2")
    settings.cache_clear()
    wrong = send(api, rich, b"PK\x03\x04" + bytes(9))
    assert (wrong.status_code, "不能保存这种文件" in wrong.json()["message"]) == (422, True)
    assert send(api, rich, b"").status_code == 422
    assert send(api, rich, key=" ").status_code == 422
    assert send(api, rich, taken_on="2026-13-01").status_code == 422
    assert send(api, "JN999999").status_code == 404
    large = send(api, rich, SCAN + bytes(2**21))
    assert (large.status_code, large.json()["message"]) == (413, "发来的内容过大，不超过 2 MB")
    assert send(api, rich, (SCAN + bytes(2**20) for _ in range(3))).status_code == 413
    assert api("jb01").get(f"/households/{rich}/evidence").json() == files() == []
    assert send(api, rich, SCAN + bytes(2**20)).status_code == 200
    for digest, status in (("0" * 64, 404), ("x", 422)):
        assert api("jb01").get(f"/households/{rich}/evidence/{digest}").status_code == status


def test_a_key_stands_for_the_bytes_and_the_name(api: Api, rich: str) -> None:
    assert send(api, rich).status_code == 200
    for again in (send(api, rich, PHOTO), send(api, rich, name="别的.pdf")):
        assert (again.status_code, "已用于另一项请求" in again.json()["message"]) == (409, True)
    with api.office.reading() as work:
        assert len(work.session.exec(select(Evidence)).all()) == 1


def test_a_changed_file_is_not_given_out(api: Api, rich: str) -> None:
    digest = send(api, rich).json()["sha256"]
    (file,) = files()
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    answer = api("jb01").get(f"/households/{rich}/evidence/{digest}")
    assert answer.status_code == 422
    assert "被改动" in answer.json()["message"]
    file.unlink()
    assert api("jb01").get(f"/households/{rich}/evidence").json()[0]["state"] == "已登记，文件缺失"
    assert len(faults(api.office)) == 1


def test_the_upload_is_described(api: Api) -> None:
    told = api("jb01").get("/openapi.json").json()["paths"]
    post = told["/api/households/{number}/evidence"]["post"]
    assert post["requestBody"]["content"]["application/pdf"]["schema"]["format"] == "binary"
    assert {"200", "401", "403", "404", "409", "413", "422"} <= set(post["responses"])
    assert "application/pdf" in told["/api/households/{number}/evidence/{digest}"]["get"]["responses"]["200"]["content"]


def test_by_the_command_line(desk: Path, tmp_path: Path) -> None:
    number = "H1"
    scan, out = tmp_path / "笔录.pdf", tmp_path / "取出.pdf"
    scan.write_bytes(SCAN)
    digest = run("evidence", str(scan)).split("　")[0]
    assert digest == sha256(SCAN).hexdigest() == run("evidence", "digest", str(scan)).split("　")[0]
    run("evidence", "add", str(scan), "--household", number, "--by", WATCHER, code=4)
    said = run("evidence", "add", str(scan), "--household", number, "--taken", "2026-01-05", "--by", HELPER)
    assert said.startswith(f"{digest}　PDF")
    listed = run("evidence", "list", number, "--by", WATCHER).replace("\n", "")
    assert "已存" in listed
    assert "共 1 份，其中已存 1 份" in listed
    run("evidence", "get", number, digest, "--out", str(out), "--by", HANDLER)
    assert out.read_bytes() == SCAN
    run("evidence", "get", number, digest, "--out", str(out), "--by", HANDLER, code=2)
    run("evidence", "get", number, "0" * 64, "--out", str(tmp_path / "x"), "--by", HANDLER, code=3)
    run("evidence", str(tmp_path / "没有"), code=3)
    scan.write_bytes(b"\x00")
    assert "不能保存这种文件" in run("evidence", "add", str(scan), "--household", number, "--by", HANDLER, code=2)
    run("backup")
    run("drill")
    run("verify")
    files()[0].write_bytes(b"")
    run("drill")  # the backup is whole
    assert "证据材料" in run("verify", code=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def blank(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without any table, on each engine."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'blank.db'}"
    server, name = request.getfixturevalue("postgres"), f"blank_{abs(hash(str(tmp_path)))}"
    _create(server, name)
    return _named(server, name)


def test_the_migration_puts_the_new_table_in_the_place_of_the_reserved_one(blank: str) -> None:
    engine = make_engine(blank)
    older(engine, "0005")
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO evidence VALUES (:sha256, 'a.pdf', 1, 'k1', 0, 'jb01')"), {"sha256": "0" * 64}
        )
    with pytest.raises(RuntimeError, match="不是本程序登记的行"):
        database.upgrade(engine)
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM evidence")).scalar() == 1
        connection.execute(text("DELETE FROM evidence"))
    database.upgrade(engine)
    with engine.connect() as connection:
        assert guards.missing(connection) == []
        tables = inspect(connection).get_table_names()
    assert ("evidence_file" in tables, "evidence" in tables) == (True, False)
    engine.dispose()
