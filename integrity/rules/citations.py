"""法条引用 (citations): how a paper names a law: full title, 文号, article in Chinese, and what the article is about.

The rules and the screen cite briefly (社会救助法第18条); a paper that a court may read does not. National texts are
known by their 文号; what no table here knows keeps the name under which it was read.
"""

from __future__ import annotations

import re
from datetime import date

from integrity.rules.writing import counted, paper_date

_LAWS = (
    "社会救助法|行政复议法|行政诉讼法|行政处罚法|行政强制法|个人信息保护法|民事诉讼法|未成年人保护法|民法典"
    "|政府信息公开条例"
)
_D57, _D43, _D24 = "民发〔2021〕57号", "民发〔2021〕43号", "民发〔2024〕57号"
_NOTICE = "《民政部等四部门关于进一步做好最低生活保障等社会救助兜底保障工作的通知》（2022年10月20日）"
_BY_NUMBER = {
    _D57: f"《最低生活保障审核确认办法》（{_D57}）",
    _D43: f"《特困人员认定办法》（{_D43}）",
    _D24: f"《刚性支出困难家庭认定办法》（{_D24}）",
    "中办发〔2020〕18号": "《关于改革完善社会救助制度的意见》（中办发〔2020〕18号）",
    "国办发〔2020〕49号": "《国务院办公厅关于进一步完善失信约束制度构建诚信建设长效机制的指导意见》"
    "（国办发〔2020〕49号）",
    "国办发〔2025〕22号": "《关于进一步完善信用修复制度的实施方案》（国办发〔2025〕22号）",
    "国家发展改革委令第36号": "《信用修复管理办法》（国家发展和改革委员会令第36号）",
}
"""文号 → the full title with it."""
_NAMED = re.compile(
    r"^(?:最低生活保障审核确认办法|特困人员认定办法|刚性支出困难家庭认定办法|信用修复管理办法)（(?P<number>[^）]+)）\s*"
)
_NOTICE_NAMED = re.compile(
    r"^(?:2022年10月20日)?民政部等四部门(?:\s*关于[^（]*通知（2022-10-20）|(?:2022年10月20日)?通知)\s*|^2022通知"
)
_TITLE = re.compile(rf"^({_LAWS})(?:（[^）]*(?:通过|修订|修正)）)?\s*(?=第|$)")
_PAPER = re.compile(r"^((?!当地|本地)[^《（第，“]{3,}?(?:办法|意见|通知|条例|规定|细则)(?:（试行）)?)\s*(?=（|第|$)")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}")
_ARTICLE = re.compile(r"第(\d{1,3}(?:、\d{1,3})*)(条|款|项|章)")
_PART = re.compile(r"([一二三四五六七八九十]+)（([一二三四五六七八九十]+)）$")
_LAST = re.compile(r"第[零一二三四五六七八九十百、]+[条款项]$|第（[一二三四五六七八九十]+）项$")
_GAP = re.compile(r"\s+(?=第|[一二三四五六七八九十]+（)")
_OWN = re.compile(r"》（[^（）]*）")

_ABOUT = {
    "社会救助法": {
        "16": "特困人员供养的条件", "18": "最低生活保障的条件", "19": "最低生活保障标准的确定和公布",
        "21": "最低生活保障边缘家庭的条件和救助", "46": "情况变化的告知和定期核查", "47": "情况变化后的调整、终止",
        "48": "决定前听取意见、决定后书面告知理由", "73": "骗取救助的处理",
    },
    _D57: {
        "7": "共同生活的家庭成员的范围", "8": "可以单独提出申请的情形", "13": "家庭收入",
        "14": "家庭财产", "23": "最低生活保障金的核定",
        "30": "家庭情况变化的告知", "31": "定期核查", "32": "增发、减发、停发的决定", "33": "就业后的渐退期",
        "34": "拒绝就业的处理", "37": "投诉举报的核查",
    },
    _D43: {"23": "生活自理能力变化后的重新评估", "24": "终止救助供养的情形", "26": "拟终止救助供养的公示",
           "27": "终止供养后转入其他救助"},
    _D24: {"10": "认定的有效期"},
    _NOTICE: {"一（三）": "渐退期和成员死亡后的核查"},
    "山东省社会信用条例": {"38": "失信信息的披露期限", "39": "异议的提出和处理"},
}  # fmt: skip
"""What each article is about, in a few words; only those on which the rules rest."""


def citation(law: str) -> str:
    """A law as an official paper cites it: 社会救助法第18条 -> 《中华人民共和国社会救助法》第十八条."""
    law = law.strip()
    found = _NAMED.match(law)
    if found and found["number"] in _BY_NUMBER:
        law = found["number"] + law[found.end() :]
    for number, title in _BY_NUMBER.items():
        if law.startswith(number):
            law = title + re.sub(r"^\s*(?:信用修复管理办法)?\s*", "", law.removeprefix(number))
    law = _NOTICE_NAMED.sub(_NOTICE, law)
    law = _TITLE.sub(r"《中华人民共和国\1》", law)
    law = _PAPER.sub(r"《\1》", law)
    law = _DATED.sub(lambda day: paper_date(date.fromisoformat(day[0])), law)
    law = _PART.sub(r"第\1部分第（\2）项", _GAP.sub("", law))
    return _ARTICLE.sub(_in_chinese, law)


def citations(laws: str) -> tuple[str, ...]:
    """Every law of a list (社会救助法第18条；民发〔2021〕57号第32条), each as `citation`."""
    return tuple(citation(one) for one in laws.split("；") if one.strip())


def explained(law: str) -> str:
    """A law with what its articles are about behind it: 《…》第十八条（最低生活保障的条件）, where that is known."""
    cited, about = citation(law), _about(law)
    return f"{cited}（{'；'.join(about)}）" if about and all(about) and _LAST.search(cited) else cited


def bracketed(laws: str) -> str:
    """Laws that are to stand in brackets: without their 文号, so that no bracket stands in another."""
    return "；".join(_OWN.sub("》", one) for one in citations(laws))


def _in_chinese(found: re.Match[str]) -> str:
    return f"第{'、'.join(counted(int(one)) for one in found[1].split('、'))}{found[2]}"


def _about(law: str) -> list[str]:
    """What the articles named are about, in the order in which they are named; "" for one that no table knows."""
    whole = citation(law)
    articles = next((known for short, known in _ABOUT.items() if whole.startswith(citation(short))), {})
    part = _PART.search(law)
    return [articles.get(one, "") for one in ([part[0]] if part else re.findall(r"第(\d{1,3})条", law))]
