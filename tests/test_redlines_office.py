"""红线在机关 (red lines in an office): tried by policy files, use cases, commands, and on the network."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from integrity.__main__ import app
from integrity.cases import obstacles_to, open_case, read_case, take
from integrity.errors import ChengxinError, Forbidden, Refused
from integrity.records.ledger import Notice
from integrity.rules import redlines
from integrity.rules.policy import load
from integrity.rules.policy_keys import KEYS
from integrity.settings import settings
from integrity.terms import PaperKind, Procedure
from integrity.work import Office
from tests.conftest import VILLAGE, SetClock
from tests.papers_office import furnish, granted, papers
from tests.policy_texts import pack, row

__all__ = ["papers"]

Family = Callable[..., int]
LAW = '"民发〔2021〕57号 第34条"'
STATUTE = '"某省社会信用条例 第9条"'
SHIPPED = load().sources


def value(key: str, said: str, *, unit: str = "", law: str = "", variant: str = "", **more: str) -> str:
    """One row of a pack, in force since the law is."""
    given = {"key": f'"{key}"', "value": said, "unit": f'"{unit}"' if unit else "", "since": "2026-07-01"}
    given |= {"law": law, "variant": f'"{variant}"' if variant else ""} | more
    return row(**given)


FINE = {"unit": "倍", "law": '"某省社会救助条例 第54条"'}
KEYED: Mapping[str, tuple[str, str]] = {
    "adverse.hear_before": ("370811", value("adverse.hear_before", "false")),
    "adverse.hear_days": ("370811", value("adverse.hear_days", "0", unit="工作日")),
    "refund.set_off": ("370811", value("refund.set_off", "true")),
    "fraud.benefit_effect": ("370000", value("fraud.benefit_effect", '"must_stop"', law=FINE["law"])),
    "refuse_job.count": ("370811", value("refuse_job.count", "1", unit="次", law=LAW)),
    "penalty.minor_exempt": ("CN", value("penalty.minor_exempt", "13", unit="周岁")),
    "penalty.minor_lighter": ("CN", value("penalty.minor_lighter", "16", unit="周岁")),
    "credit.subject": ("370811", value("credit.subject", '"everyone"')),
    "credit.publication_natural_person": ("330811", value("credit.publication_natural_person", '"allowed"')),
    "credit.export": ("370811", value("credit.export", "true", law=STATUTE)),
    "stop.effect_fraud": ("370811", value("stop.effect_fraud", '"same_month"')),
    "exit.ground": ("370811", value("exit.ground", '"stop"', variant="X13")),
    "fraud.fine_multiplier_max": ("370000", value("fraud.fine_multiplier_max", "3", **FINE)),
    "fraud.fine_multiplier_min": ("370000", value("fraud.fine_multiplier_min", "1", **FINE)),
    "penalty.public_criticism": ("370811", value("penalty.public_criticism", "true")),
    "penalty.reapply_ban": ("370811", value("penalty.reapply_ban", "2", unit="年", law=LAW)),
    "credit.disclosure_max": ("370811", value("credit.disclosure_max", "6", unit="年")),
    "repair.max": ("330000", value("repair.max", "37", unit="月", variant="SERIOUS")),
    "apply.publicity": ("370811", value("apply.publicity", "6", unit="天")),
    "tekun.publicity": ("370811", value("tekun.publicity", "6", unit="天")),
    "tekun.stop_publicity": ("370811", value("tekun.stop_publicity", "6", unit="天")),
    "penalty.hear_days": ("370811", value("penalty.hear_days", "0", unit="天")),
    "enforce.reminder_days": ("CN", value("enforce.reminder_days", "5", unit="工作日")),
    "conduct.hear_days": ("370811", value("conduct.hear_days", "0", unit="天")),
    "jiantui.incentive_trustworthy": ("370811", value("jiantui.incentive_trustworthy", "12", unit="月")),
    "incentive.services": ("370811", value("incentive.services", '"每月多发50元"')),
    "incentive.delayed_exit": ("370811", value("incentive.delayed_exit", "37", unit="月", law=LAW)),
    "incentive.extra_money": ("370811", value("incentive.extra_money", "true")),
    "incentive.eligibility": ("370811", value("incentive.eligibility", "true")),
    "kinship.register": ("370811", value("kinship.register", "false")),
}
"""Every parameter that has a red line: region and a row that crosses it."""
BY_CHECK: Mapping[str, tuple[str, str]] = {
    "_fraud_is_may": ("370811", value("exit.ground", '"stop"', variant="X08", law=FINE["law"])),
    "_own_share_only": ("370811", value("exit.ground", '"stop"', variant="X09", law=LAW)),
    "_published_against_ancestors": (
        "370800", value("credit.publication_natural_person", '"allowed"', law=STATUTE),
    ),
    "_exported_without_entry": ("370811", value("credit.export", "true", law=STATUTE)),
    "_legal_ground": ("370811", value("penalty.public_criticism", "true", law='"任政发〔2026〕1号"')),
    "_repair_months": ("330000", value("repair.max", "24", unit="月", variant="GENERAL")),
    "_repair_out_of_order": ("330000", value("repair.max", "2", unit="月", variant="GENERAL")),
    "_service_only": ("370811", value("incentive.services", '"直接纳入低保"')),
    "_longer_for_the_trusted": ("370811", value("jiantui.incentive_trustworthy", "36", unit="月", law=LAW)),
}  # fmt: skip
LEVELS = {"CN": "NATION", "370000": "PROVINCE", "330000": "PROVINCE", "370800": "CITY"}


def crossed(region: str, body: str) -> set[str]:
    """The red lines that a pack of a region crosses, beside the shipped packs of its ancestors."""
    text = pack(body, region, LEVELS.get(region, "COUNTY"))
    shipped = {} if region == "CN" else {name: SHIPPED[name] for name in ("CN.toml", "370000.toml")}
    if region == "370000":
        shipped.pop("370000.toml")
    return {one.code for one in redlines.at_load({"试点.toml": text} | shipped)}


@pytest.mark.parametrize("key", KEYED)
def test_no_policy_file_sets_a_parameter_across_its_red_line(key: str) -> None:
    region, body = KEYED[key]
    assert crossed(region, body) == {f"R{KEYS[key].redline}"}


def test_every_check_at_load_is_tried() -> None:
    named = {check.by for line in redlines.RED_LINES for check in line.checks if check.place == "载入政策"}
    assert {f"参数 {key}" for key in KEYED} | {f"integrity.rules.policy_check.{one}" for one in BY_CHECK} == named


@pytest.mark.parametrize("name", BY_CHECK)
def test_no_policy_file_goes_round_a_check(name: str) -> None:
    (line,) = [one for one in redlines.RED_LINES for check in one.checks if check.by.endswith(f".{name}")]
    assert f"R{line.no}" in crossed(*BY_CHECK[name])


def test_the_command_line_names_the_red_line_of_a_policy_file(tmp_path: Path) -> None:
    file = tmp_path / "试点.toml"
    file.write_text(pack(KEYED["refund.set_off"][1]), encoding="utf-8")
    result = CliRunner().invoke(app, ["policy", "check", str(file)])
    assert result.exit_code == 2
    assert "红线第3条" in result.output.replace("\n", "")


@pytest.fixture
def aided(office: Office, family: Family, clock: SetClock, papers: Path) -> tuple[Office, int]:
    """A furnished office with a household on assistance, in September 2026."""
    furnish(office)
    (household,) = granted(office, family)
    clock.on(date(2026, 9, 1))
    return office, household


PLAN = {"outcome": "退出", "reason_code": "自愿退出", "reason": "本人书面申请退出", "effective_on": date(2026, 11, 1)}
APPLY = {"applicant": "户主", "scheme": "最低生活保障"}
OPENING: Mapping[str, tuple[int, str, Procedure, Mapping[str, Any]]] = {
    "任务停发": (1, "系统任务", Procedure.DECISION, PLAN),
    "按积分退出": (2, "fh01", Procedure.DECISION, PLAN | {"reason": "积分低于60分，诚信等级为D级"}),
    "抵扣": (3, "fh01", Procedure.REFUND, {"step": "抵扣", "amount": 30_000}),
    "写明抵扣": (3, "fh01", Procedure.REFUND, {"amount": 30_000, "computed": "每月300元", "reason": "从低保金中扣回"}),
    "不说是谁": (4, "fh01", Procedure.DECISION, PLAN | {"reason_code": "连续三次拒绝就业", "reason": "三次拒绝就业"}),
    "列黑名单": (6, "fh01", Procedure.DEFAULT, {"step": "列入黑名单"}),
    "没有认定的报送": (8, "fh01", Procedure.EXPORT, {"content": "骗取救助", "reason": "年度报送"}),
    "三年不得申请": (9, "fh01", Procedure.DECISION, PLAN | {"reason": "骗取救助，三年内不得再申请"}),
    "要银行流水": (13, "jb01", Procedure.APPLICATION, APPLY | {"missing": "半年银行流水"}),
    "视为同意": (17, "fh01", Procedure.DECISION, PLAN | {"reason": "未答复，视为同意"}),
}  # fmt: skip


@pytest.mark.parametrize("name", OPENING)
def test_no_case_is_opened_across_a_red_line(aided: tuple[Office, int], name: str) -> None:
    office, household = aided
    no, actor, procedure, given = OPENING[name]
    with pytest.raises((Refused, Forbidden)) as refused, office.work(actor) as work:
        open_case(work, household, procedure, **given)
    assert name == "任务停发" or f"红线第{no}条" in str(refused.value)
    with office.reading() as work, pytest.raises(ChengxinError):
        read_case(work, household, 1)


def test_a_step_that_no_procedure_may_have_is_answered_by_its_red_line(aided: tuple[Office, int]) -> None:
    office, household = aided
    with office.work("fh01") as work:
        case = open_case(work, household, Procedure.DECISION, **PLAN).case
    for ask in (lambda work: take(work, household, 1, "扣减"), lambda work: obstacles_to(work, case, "扣减")):
        with pytest.raises(Refused, match="红线第3条"), office.work("fh01") as work:
            ask(work)


def test_nobody_is_asked_about_without_a_consent_that_runs(aided: tuple[Office, int], clock: SetClock) -> None:
    office, household = aided
    query = {"whom": "试验乙", "body": "某银行", "purpose": "低保核对"}
    with office.work("jb01") as work:
        open_case(
            work, household, Procedure.AUTHORITY, whom="试验乙", scope="银行存款", until=date(2026, 9, 30), third="否"
        )
    with pytest.raises(Refused, match="红线第12条"), office.work("jb01") as work:
        take(work, household, 1, "查询", **query)
    with office.work("jb01") as work:
        take(work, household, 1, "签署授权", whom="试验乙", evidence="a" * 64)
    with office.work("jb01") as work:
        assert take(work, household, 1, "查询", **query).step.recorded_by == "jb01"  # and that is the log of it
    clock.on(date(2026, 10, 9))
    with pytest.raises(Refused, match="授权已经到期"), office.work("jb01") as work:
        take(work, household, 1, "查询", **query)


def test_nothing_is_dated_back_or_ahead(aided: tuple[Office, int]) -> None:
    office, household = aided
    with office.work("fh01") as work:
        open_case(work, household, Procedure.DECISION, **PLAN)
    with pytest.raises(Refused, match="红线第16条"), office.work("jb01") as work:
        take(work, household, 1, "告知", on=work.today - timedelta(days=1))
    with pytest.raises(ChengxinError, match="晚于登记日期"), office.work("jb01") as work:
        work.append(
            household,
            Notice(
                happened_on=work.today + timedelta(days=1), area=VILLAGE, kind=PaperKind.F11, organ="试验",
                number="试街核〔2026〕9号", subject="x", data_sha256="0" * 64,
            ),
        )  # fmt: skip


def test_the_command_line_answers_with_the_red_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    run = CliRunner()
    officer = ("--name", "试验", "--role", "审批", "--area", "370811", "--since", "2020-01-01")
    assert run.invoke(app, ["init"]).exit_code == 0
    assert run.invoke(app, ["officer", "add", "sp0", *officer]).exit_code == 0
    result = run.invoke(app, ["case", "open", "H1", "责令退回", "--step", "抵扣", "--by", "sp0"])
    settings.cache_clear()
    assert result.exit_code == 2
    said = "".join(result.output.split())
    for expected in ("不能办理“抵扣”", "社会救助法第73条", "红线第3条"):
        assert expected in said


GUARDED = """
import importlib, ipaddress, pkgutil, socket, sys
HERE = (None, "127.0.0.1", "localhost", "::1")
def refuse(event, args):
    if event == "socket.connect" and isinstance(args[1], tuple) and not ipaddress.ip_address(args[1][0]).is_loopback:
        raise SystemExit(f"{event} {args[1]}")
    if event in ("socket.getaddrinfo", "socket.gethostbyname") and args[0] not in HERE:
        raise SystemExit(f"{event} {args[0]}")
    if event in ("urllib.Request", "smtplib.connect", "ftplib.connect", "http.client.connect"):
        raise SystemExit(event)
sys.addaudithook(refuse)
if sys.argv[1:] == ["break"]:
    socket.create_connection(("192.0.2.1", 9), timeout=1)
for name in ("integrity", "reports", "scheduler"):
    for one in pkgutil.walk_packages(importlib.import_module(name).__path__, name + "."):
        if not one.name.endswith("__main__") and ".migrations." not in one.name:
            importlib.import_module(one.name)
from typer.testing import CliRunner
from integrity.__main__ import app
for words in (["init"], ["jobs"], ["verify"], ["policy", "check"]):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, (words, result.output, result.exception)
from tests.press_samples import HEARING
from reports.press import render_letter
assert render_letter(HEARING).pdf.startswith(b"%PDF")
print("nothing left the house", len(sys.modules))
"""


def _guarded(tmp_path: Path, *words: str) -> subprocess.CompletedProcess[str]:
    home = {"CHENGXIN_HOME": str(tmp_path / "home"), "LANG": "C.UTF-8", "PYTHONPATH": "."}
    surroundings = {"PATH": "/usr/bin:/bin", **home}
    root = Path(__file__).resolve().parent.parent
    command = [sys.executable, "-W", "ignore", "-c", GUARDED, *words]
    return subprocess.run(command, cwd=root, env=surroundings, capture_output=True, text=True, check=False)


def test_the_program_opens_no_connection_to_the_outside(tmp_path: Path) -> None:
    done = _guarded(tmp_path)
    assert "nothing left the house" in done.stdout, done.stdout + done.stderr


def test_the_watch_over_connections_would_notice_one(tmp_path: Path) -> None:
    done = _guarded(tmp_path, "break")
    assert "192.0.2.1" in done.stderr
