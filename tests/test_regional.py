"""地方样式 (regional templates): fields and no code; what could fetch, run, hide or hang is refused by line."""

from __future__ import annotations

import importlib
import pkgutil
import re
import socket
from collections.abc import Iterator
from dataclasses import fields, replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reports
from reports import press
from reports.faults import TemplateRefused
from reports.forms import Commitment, DecisionNotice, HearingNotice, Letter, RecheckNotice, WithdrawalNotice
from reports.regional import LARGEST, RegionalForm, read
from reports.regional_fields import filled, forms_of, sample, slots
from reports.regional_markup import DEEPEST
from tests.own_time import within
from tests.press_samples import COMMITMENT, DECISION, HEARING, LETTERS, RECHECK, REMEDY, WITHDRAWAL
from tests.regional_templates import END, EXAMPLE, everything
from tests.test_press import whole

for _module in pkgutil.iter_modules(reports.__path__, "reports."):
    if _module.name.startswith("reports.forms"):
        importlib.import_module(_module.name)
FORMS = sorted({form for n in range(1, 100) for form in forms_of(f"F{n:02}")}, key=lambda form: form.__name__)
BASE = everything(HearingNotice)


def made(source: str, form: type[Letter] = HearingNotice) -> RegionalForm:
    return read(source.encode(), form, "370800/试验.html")


def refused(source: str, form: type[Letter] = HearingNotice) -> tuple[str, ...]:
    """The faults of a template that must not be used, told within a second of work."""
    with within(1), pytest.raises(TemplateRefused) as caught:
        made(source, form)
    assert len(str(caught.value)) < 20_000
    return caught.value.faults


def body(source: str, letter: Letter) -> str:
    return made(source, type(letter)).fill(letter, "asset:qr/x", "0" * 64)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A server that nobody may call."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_any_form_can_have_a_template_of_its_own(form: type[Letter]) -> None:
    template = made(everything(form), form)
    assert template.unplaced == ()
    html = template.fill(sample(form), "asset:qr/x", "0" * 64)
    for official, slot in slots(form).items():
        if not slot.record and slot.attribute != "copy":
            assert slot.worded(getattr(sample(form), slot.attribute)).split("、")[0] in html, official


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_the_names_of_a_form_are_different_and_can_be_written_in_a_template(form: type[Letter]) -> None:
    for kind in (form, *(slot.record for slot in slots(form).values() if slot.record)):
        needed = [one.metadata["official"] for one in fields(kind) if not one.metadata.get("optional")]
        assert len(needed) == len(set(needed)), "two fields of one name are one slot"
        assert all(re.fullmatch(r"[^{}<>\s]{1,60}", name) for name in slots(kind))


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: letter.title)
def test_a_regional_form_is_printed_with_all_that_the_paper_says(letter: Letter) -> None:
    template = made(everything(type(letter)), type(letter))
    paper = press.render_letter(letter, template)
    printed = whole(paper.pdf)
    assert paper.template_sha256 == sha256(template.source.encode()).hexdigest()
    for said in ("2026年9月7日", "印章处", "核验码", letter.number, letter.organ, paper.data_sha256[:16]):
        assert said in printed
    assert press.render_letter(letter, template).sha256 == paper.sha256


def test_the_example_of_the_documents_prints_and_words_its_values() -> None:
    template = read(EXAMPLE.read_bytes(), HearingNotice, EXAMPLE.name)
    printed = whole(press.render_letter(HEARING, template).pdf)
    assert "（2）家庭共3人" in printed
    assert "。。" not in printed
    assert "行政复议" not in printed
    told = press.render_letter(replace(HEARING, remedies=REMEDY), template)
    assert "60日内向清河县人民政府申请行政复议" in whole(told.pdf)
    assert "补打第3份" in whole(press.render_letter(replace(HEARING, copy=3), template).pdf)
    assert "样张" in whole(press.proof(template).pdf)


def test_amounts_months_and_lists_are_worded_by_the_press() -> None:
    source = everything(DecisionNotice)
    said = body(source.replace("{{序号}}.{{涉及人员}}", "逐个{{涉及人员}}"), DECISION)
    for words in ("原月救助金：1420.00元", "执行月份：2026年11月", "逐个王小明</p><p>逐个欧阳"):
        assert words in said
    joined = source.replace("{{#涉及人员}}<p>{{序号}}.{{涉及人员}}</p>{{/涉及人员}}", "<p>{{涉及人员}}</p>")
    assert "<p>王小明、欧阳䶮𬭎</p>" in body(joined, DECISION)
    rows = body(everything(WithdrawalNotice), WITHDRAWAL)
    assert "<p>发放月份：2026年12月</p><p>发放金额：710.00元</p><p>说明：减半发放</p>" in rows


def test_an_optional_part_is_there_only_when_it_is_filled() -> None:
    source = everything(RecheckNotice)
    assert "上次核查日" in body(source, RECHECK)
    assert "上次核查日" not in body(source, replace(RECHECK, last=None))


def test_a_section_around_one_of_its_own_name_is_for_the_heading() -> None:
    listed = "{{#携带材料}}<p>{{序号}}.{{携带材料}}</p>{{/携带材料}}"
    source = everything(RecheckNotice).replace(listed, "{{#携带材料}}<h2>请携带</h2>" + listed + "{{/携带材料}}")
    assert "<h2>请携带</h2><p>1.户主身份证原件。</p><p>2." in body(source, RECHECK)
    assert "请携带" not in body(source, replace(RECHECK, bring=()))
    deep = "{{#认定的事实}}" * 15 + "<p>又{{认定的事实}}</p>" + "{{/认定的事实}}" * 15
    assert body(BASE + deep, HEARING).count("又") == len(HEARING.facts)


def test_a_value_cannot_become_markup_or_a_field() -> None:
    hostile = "<script>x</script>{{核验码}}&amp;"
    said = body(BASE, replace(HEARING, addressee=hostile))
    assert "&lt;script&gt;x&lt;/script&gt;{{核验码}}&amp;amp;" in said
    assert hostile.replace(" ", "") in whole(press.render_letter(replace(HEARING, addressee=hostile), made(BASE)).pdf)


@pytest.mark.parametrize("name", [name for name, slot in slots(DecisionNotice).items() if not slot.optional])
def test_no_required_field_may_be_left_out(name: str) -> None:
    left_out = re.sub(rf"{{{{[#/]?{re.escape(name)}}}}}", "", everything(DecisionNotice))
    assert f"缺少必填项“{name}”，或者只写在可能不出现的段里" in refused(left_out, DecisionNotice)


def test_a_required_field_inside_an_optional_part_does_not_count() -> None:
    source = BASE.replace("<p>拟作处理：{{拟作处理}}</p>", "{{#规则版本}}<p>{{拟作处理}}</p>{{/规则版本}}")
    assert refused(source) == ("缺少必填项“拟作处理”，或者只写在可能不出现的段里",)


@pytest.mark.parametrize("name", ["行政复议机关", "申请行政复议的期限（日）", "管辖法院", "提起行政诉讼的期限（月）"])
def test_remedies_are_complete_or_refused(name: str) -> None:
    source = everything(WithdrawalNotice).replace(f"{{{{{name}}}}}", "")
    assert f"缺少必填项“救济途径·{name}”，或者只写在可能不出现的段里" in refused(source, WithdrawalNotice)


def test_the_seal_and_the_check_code_stand_once_and_always() -> None:
    assert "缺少 {{核验码}}" in refused(BASE.replace("{{核验码}}", ""))
    assert "缺少 {{印章处}}" in refused(BASE.replace("{{印章处}}", ""))
    assert "第1行：{{印章处}} 只能有一处" in refused(BASE + "<div>{{印章处}}</div>")
    assert any("不能写在段里" in one for one in refused(BASE.replace(END, "{{#规则版本}}" + END + "{{/规则版本}}")))
    assert any("应直接写在 <div>" in one for one in refused(BASE.replace("{{核验码}}", "<p>{{核验码}}</p>")))
    table = "<table><tr><td>{{核验码}}</td><td>{{印章处}}</td></tr></table>"
    assert press.render_letter(HEARING, made(BASE.replace(END, table))).pages >= 1


def test_what_a_paper_says_and_the_form_has_no_place_for_stops_it() -> None:
    source = everything(Commitment).replace("{{#监护人}}<p>监护人：{{监护人}}</p>{{/监护人}}", "")
    template = made(source, Commitment)
    assert template.unplaced == ("监护人",)
    template.check(COMMITMENT)
    assert press.proof(template).pages >= 1
    with pytest.raises(TemplateRefused, match="没有它的位置：监护人"):
        press.render_letter(replace(COMMITMENT, guardian="王某"), template)
    assert ("救济途径",) in set(filled(replace(HEARING, remedies=REMEDY)))


HOSTILE = {
    "脚本": "<script>alert(1)</script>",
    "外部图片": '<img src="http://127.0.0.1:PORT/x.png">',
    "读文件": '<img src="file:///etc/passwd">',
    "样式表": '<link rel="stylesheet" href="http://127.0.0.1:PORT/x.css">',
    "附件": '<a rel="attachment" href="file:///etc/passwd">x</a>',
    "内嵌样式": "<style>@import url(http://127.0.0.1:PORT/x.css)</style>",
    "背景地址": '<p style="background: url(http://127.0.0.1:PORT/x)">x</p>',
    "属性里藏地址": '<p style="width: url(http://127.0.0.1:PORT/x)">x</p>',
    "转义的样式": '<p style="\\62 ackground: url(x)">x</p>',
    "变量": '<p style="--x: url(x)">x</p>',
    "内嵌图形": '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "对象": '<object data="file:///etc/passwd"></object>',
    "框架": '<iframe src="http://127.0.0.1:PORT/"></iframe>',
    "跳转": '<meta http-equiv="refresh" content="0; url=http://127.0.0.1:PORT/">',
    "基址": '<base href="http://127.0.0.1:PORT/">',
    "事件": '<p onclick="x()">x</p>',
    "白字": '<p style="color: white">x</p>',
    "小字": '<p style="font-size: 0.1pt">x</p>',
    "不显示": '<p style="display: none">x</p>',
    "不显示的类": '<p class="copy">x</p>',
    "无引号属性": "<p onclick=x>x</p>",
    "注释": "<!-- {{拟作处理}} -->",
    "实体炸弹": '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>&b;',
    "数字实体": "&#x3c;script&#x3e;",
    "处理指令": "<?php system('x') ?>",
    "模板语言": "{% for x in y %}{{ cycler.__init__.__globals__ }}{% endfor %}",
    "过滤器": "<p>{{文号|safe}}</p>",
    "内部名称": "<p>{{__class__}}{{文号.__class__}}{{organ}}</p>",
    "三重括号": "<p>{{{文号}}}</p>",
    "运算": "<p>{{7*7}}</p>",
    "标签里的栏目": '<p class="{{文号}}">x</p>',
    "不认识的清单": "{{#没有的清单}}{{#认定的事实}}{{没有的栏目}}{{/认定的事实}}{{/没有的清单}}",
    "套在别的清单里": "{{#认定的事实}}{{#依据}}x{{/依据}}{{/认定的事实}}",
    "没有结束的标签": "<div><p>x",
    "没有结束的段": "{{#认定的事实}}<p>x</p>",
    "交叉": "<p>{{#规则版本}}x</p>{{/规则版本}}",
    "多余的结束": "</div></body></html>",
    "表格外的格": "<td>x</td>",
    "格外的文字": "<table>藏起来<tr><td>x</td></tr></table>",
    "深层嵌套": "<div>" * 5000 + "</div>" * 5000,
    "深层的段": "{{#规则版本}}" * 2000 + "{{/规则版本}}" * 2000,
    "许多坏标签": "<x" * 20_000,
    "许多括号": "{" * 60_000,
    "许多名称": "".join(f"{{{{{n:x}}}}}" for n in range(7000)),
    "许多段": "{{#规则版本}}" * 20 + "".join(f"{{{{#{n:x}}}}}" for n in range(5000)),
    "大文件": "<p>一</p>" * 10_000,
    "私用字符": "<p>\ue000</p>",
    "转向字符": "<p>\u202e</p>",
    "宏大的格": '<table><tr><td colspan="100000">x</td></tr></table>',
}  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_template_is_refused_at_once_and_fetches_nothing(hostile: str, listener: socket.socket) -> None:
    made(BASE)  # good without it
    faults = refused(BASE + hostile.replace("PORT", str(listener.getsockname()[1])))
    assert all(re.match("第\\d+行：|文件|字库|可用的名称|……另有", fault) for fault in faults), faults


def test_every_fault_is_told_with_its_line_and_the_known_names_once() -> None:
    faults = refused(BASE + '\n<script>\n</script>\n<p>{{没有}}{{也没有}}</p>\n<p onclick="x">{{管辖法院}}</p>')
    assert faults[:3] == ("第2行：不能用标签 <script>", "第5行：<p> 不能有属性 onclick",
                          "第5行：“管辖法院”应写在 {{#救济途径}}…{{/救济途径}} 里")  # fmt: skip
    assert faults[3:5] == ("第4行：没有“没有”这一项", "第4行：没有“也没有”这一项")
    assert faults[5].startswith("可用的名称：文号、主送、发文机关")
    assert len(faults) == 6


def test_bytes_that_are_no_text_or_too_many_are_refused() -> None:
    with pytest.raises(TemplateRefused, match="不是 UTF-8"):
        read(BASE.encode("gb18030"), HearingNotice, "x")
    with pytest.raises(TemplateRefused, match="超过 64 KB"):
        read(b" " * (LARGEST + 1), HearingNotice, "x")
    assert made("\ufeff" + BASE).fill(HEARING, "", "").startswith("<p>")


def test_the_deepest_allowed_nesting_is_printed() -> None:
    source = BASE + "<div>" * DEEPEST + "</div>" * DEEPEST
    assert press.render_letter(HEARING, made(source)).pages >= 1


def test_a_paper_that_grows_without_end_is_stopped() -> None:
    source = BASE + "{{#认定的事实}}" + "<p>{{依据}}</p>" * 3000 + "{{/认定的事实}}"
    with within(1), pytest.raises(TemplateRefused, match="填写后超过"):
        made(source).check(replace(HEARING, facts=("事实。",) * 200, grounds=("依据" * 20,) * 5))


def test_styles_and_classes_of_the_list_are_kept() -> None:
    begin = '<p class="lead to" style="text-align: right; font-size: 12pt; margin-top: 5mm;">'
    said = body(BASE + begin + "甲<br/>乙<B>丙</B>&lt;</p>", HEARING)
    assert begin + "甲<br>乙<b>丙</b>&lt;</p>" in said


def test_a_run_may_mix_forms() -> None:
    run = press.render_run([HEARING, RECHECK, HEARING], [made(BASE), None, None])
    assert len(run.items) == 3
    assert "拟作处理：" in whole(run.pdf)
    with pytest.raises(ValueError, match="zip"):
        press.render_run([HEARING, RECHECK], [None])


@settings(max_examples=150, deadline=1000)
@given(st.text(alphabet=st.sampled_from('<>/{}#&;=" pdivtrtablestylescript文号依据\n'), max_size=120))
def test_whatever_is_written_is_refused_or_prints_no_strange_tag(text: str) -> None:
    try:
        said = body(BASE + text, HEARING)
    except TemplateRefused:
        return
    assert "<script" not in said
    assert "{{" not in said
