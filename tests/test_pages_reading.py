"""政策、机关、日志页 (the pages of policy, calendar, organs and the log): official text, each within his own area."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from integrity.policy_reading import SECTIONS
from integrity.records.office import Audit, Officer, Organ
from integrity.settings import settings
from integrity.work import Office
from tests.conftest import SetClock
from tests.desk_office import Desks, desks, forms_of, papers
from tests.papers_office import COUNTY, TOWNSHIP
from tests.test_pages_data import ONE, promises

__all__ = ["desks", "papers"]

PACK = """
[pack]
region = "370811"
name = "任城区"
level = "COUNTY"
schema = 1

[[value]]
key = "standard.dibao"
variant = "urban"
value = 901
unit = "元/人/月"
since = 2026-01-01
source = "任民字〔2025〕88号（试验）"
grade = "V1"
"""


@ONE
def test_the_policy_reads_as_official_text(desks: Desks, clock: SetClock) -> None:
    page = desks("xl01").page("/policy", area=TOWNSHIP, on="2026-10-01")
    assert "880.00元/人/月" in page
    assert "未设定，由人确定" in page
    assert "济宁市2022年7月新闻发布会" in page
    assert "次月" in desks("jd01").page("/policy", section="特困供养", on="2026-10-01")
    whole = "".join(desks("jb01").page("/policy", section=name) for name, _ in SECTIONS)
    assert "0至6个月" in whole
    assert "15个工作日" in whole
    assert not re.search(r"另见[a-z]|\d(月|工作日)</b>", whole), "no key of our own, and no months of the year"
    wrong = desks("jb01").get("/policy", area="99", on="昨天")
    assert wrong.status_code == 422
    assert "应为日期" in wrong.text
    changed = desks("jb01").page("/policy/compare", before="2020-01-01", after="2026-10-01")
    assert "低保边缘家庭收入上限是低保标准的几倍" in changed
    same = desks("jb01").page("/policy/compare", before="2026-10-01", after="2026-10-01")
    assert "参数相同" in same
    edition = re.search(r'href="(/policy/editions/[0-9a-f]{64})"', desks("sj01").page("/policy/editions"))
    assert edition is not None
    assert "第一个版本" in desks("sj01").page(edition[1])
    assert desks("jb01").get("/policy/adopt").status_code == 403
    form = {"proposal": "proposal", "document": "任民字〔2026〕9号", "since": "2026-12-01", "until": "2026-11-01"}
    assert "止日早于起日" in desks("sp01").post_form("/policy/adopt", form).text
    adopted = desks("sp01").page(desks("sp01").done("/policy/adopt", form | {"until": ""}))
    assert "任民字〔2026〕9号" in adopted
    known = desks("jb01").page("/calendar", start="2026-09-28", length="10", unit="工作日")
    assert "2026-10-16" in known
    assert "调休上班日" in known
    assert "暂按周一至周五推算" in known
    assert "请写起算时刻" in desks("jb01").get("/calendar", start="2026-09-28", length="24", unit="小时").text
    assert "国庆" in desks("jb01").page("/calendar/2026")
    assert desks("jb01").get("/calendar/2050").status_code == 404


@ONE
def test_a_calendar_and_an_edition_are_put_in_force(
    desks: Desks, office: Office, papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = [{"name": "元旦", "date": "2027-01-01", "isOffDay": True}]
    made = json.dumps({"year": 2027, "papers": ["试验通知"], "days": days}).encode()
    for name, data in (("a.json", b"\xff\xfe"), ("a.json", b"{"), ("a.toml", b"x" * 200_000)):
        answer = desks("fh01").post_form("/calendar/upload", files={"file": (name, data, "application/json")})
        assert answer.status_code == 422, data[:9]
    file = {"file": ("2027.json", made, "application/json")}
    doubtful = desks("fh01").post_form("/calendar/upload", files=file)
    assert doubtful.status_code == 409
    assert "有疑点" in doubtful.text
    assert "元旦" in desks("fh01").page(desks("fh01").done("/calendar/upload", {"confirm": "yes"}, files=file))
    assert desks("jb01").get("/calendar/upload").status_code == 403
    assert "没有可以启用的" in desks("sp01").page("/policy/editions/new")
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "370811.toml").write_text(PACK, encoding="utf-8")
    monkeypatch.setenv("CHENGXIN_POLICIES", str(packs))
    settings.cache_clear()
    assert "901.00元/人/月" in desks("sp01").page("/policy/editions/new")
    assert "已启用新的政策版本" in desks("sp01").page(desks("sp01").done("/policy/editions/new"))
    assert "901.00元/人/月" in desks("jb01").page("/policy")
    edition = re.search(r'href="(/policy/editions/[0-9a-f]{64})"', desks("jb01").page("/policy/editions"))
    assert edition is not None
    assert "新增 370811:standard.dibao/urban" in desks("jb01").page(edition[1])


@ONE
def test_organs_officers_and_areas_stay_within_the_area(desks: Desks, office: Office) -> None:
    county, away = desks("jb01").page("/organs"), desks("jb09").page("/organs")
    assert "任城区民政局" in county
    assert "试验街道" in county
    assert "xz01" in county
    assert "任城区民政局" not in away
    assert "xz01" not in away
    assert desks("jb09").get(f"/organs?area={TOWNSHIP}").status_code == 404
    assert desks("jb01").get("/organs/officers/new").status_code == 403
    person = {"code": "jb77", "name": "试验员", "role": "HANDLER", "area": "370812001000", "since": "2026-01-05"}
    sp01, shown = desks("sp01"), desks("sp01").get("/organs/officers/new")
    (form,) = (one for one in forms_of(shown) if one["action"] == "/organs/officers/new")
    assert form["values"]["area"] == [""], "no area is chosen for anybody"
    assert {"", COUNTY, TOWNSHIP} == form["choices"]["area"]
    assert f'<option value="{TOWNSHIP}">试验街道</option>' in shown.text
    outside = sp01.client.post("/organs/officers/new", data=form["values"] | person, headers=sp01.headers)
    assert outside.status_code == 422
    assert "不在您的辖区" in outside.text
    desks("sp01").done("/organs/officers/new", person | {"area": TOWNSHIP})
    twice = desks("sp01").post_form("/organs/officers/new", person | {"area": TOWNSHIP})
    assert twice.status_code == 409
    assert "已登记" in twice.text
    organ = {"area": TOWNSHIP, "name": "试验街道民政办", "prefix": "试民", "since": "2026-01-04", "phone": "0537-1"}
    desks("xs01").done("/organs/new", organ)
    again = desks("xs01").post_form("/organs/new", organ)
    assert again.status_code == 409
    desks("fh01").done("/organs/areas/new", {"code": "370811001088", "name": "新设社区"})
    assert "新设社区" in desks("xz01").page("/organs")
    assert desks("fh01").post_form("/organs/areas/new", {"code": "370812001088", "name": "外区"}).status_code == 422
    with office.reading() as work:
        assert work.session.get_one(Officer, "jb77").area == TOWNSHIP
        assert {one.name for one in work.session.exec(select(Organ)) if one.area == TOWNSHIP} >= {"试验街道民政办"}


def test_the_log_shows_each_his_own(desks: Desks, office: Office, family: Callable[..., int], clock: SetClock) -> None:
    clock.on(date(2026, 3, 2))
    promises(office, family, 1)
    desks("jb01").page("/households/JN000001")
    whole, mine, away = (desks(one).page("/audit") for one in ("sj01", "jd01", "jd09"))
    assert "查看家庭" in whole
    assert "登记机关" in desks("sj01").page("/audit", since="2025-12-31", until="2026-01-02")
    assert "户 JN000001" in mine
    assert "查看操作日志" not in mine.partition("<tbody>")[2]
    assert "JN000001" not in away
    assert "没有符合条件的操作" in away
    assert desks("jb01").get("/audit").status_code == 403
    only = desks("sj01").page("/audit", actor="jb01", action="查看家庭").partition("<tbody>")[2]
    assert "查看家庭" in only
    assert "查看操作日志" not in only
    assert desks("sj01").get("/audit", since="2020-01-01").status_code == 422
    with office.reading() as work:
        looked = work.session.exec(select(Audit.actor).where(Audit.action == "查看操作日志")).all()
    assert {"sj01", "jd01", "jd09"} <= set(looked)
    with office.work("sj01") as work:
        for n in range(60):
            work.audit("试验", f"t:{n}")
    first = desks("sj01").page("/audit", action="试验")
    following = re.search(r'href="([^"]+)" rel="next"', first)
    assert following is not None
    second = desks("sj01").page(following[1].replace("&amp;", "&"))
    got = re.findall(r"t:(\d+)", first.partition("<tbody>")[2]) + re.findall(r"t:(\d+)", second.partition("<tbody>")[2])
    assert [int(one) for one in got] == list(range(59, -1, -1))
