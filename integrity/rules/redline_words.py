"""红线的名称与用语 (names and words of the red lines): the twenty titles with their law, and the words that cross one.

Words are a guard against slips and against orders that put an unlawful wish into a field; they do not read the law.
The table that joins a red line to its checks is `redlines.RED_LINES`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple


class Title(NamedTuple):
    """红线的名称 (title of a red line) and the articles on which it rests."""

    name: str
    law: str


TITLES: Mapping[int, Title] = {
    1: Title("未听取意见、无人决定，不得停减救助", "社会救助法第48条；个人信息保护法第24条"),
    2: Title("积分、等级不得单独决定救助", "社会救助法第70条；个人信息保护法第24条"),
    3: Title("不得超出法律以停减基本生活救助作为惩戒，不得自行抵扣", "社会救助法第73条、第74条"),
    4: Title("不得因一人的行为惩戒其他家庭成员", "民发〔2021〕57号第34条；未成年人保护法第4条"),
    5: Title(
        "不得对未成年人和不具有完全民事行为能力的人建立失信记录", "山东省社会信用条例第2条；行政处罚法第30条、第31条"
    ),
    6: Title("不得公开自然人的失信信息", "山东省社会信用条例第20条；政府信息公开条例第15条"),
    7: Title("收入、存款、疾病等信息不得作为信用信息报送", "山东省社会信用条例第42条"),
    8: Title("没有目录依据和终局文书，不得对外报送", "国办发〔2020〕49号"),
    9: Title("处罚和限制须由法律、法规设定", "行政处罚法第9条、第16条"),
    10: Title("期满、修复或依据撤销后不得再使用记录", "山东省社会信用条例第38条；国家发展改革委令第36号"),
    11: Title("事实只能追加，不得删除、覆盖", "社会救助法第70条；个人信息保护法第19条、第47条"),
    12: Title("没有本人同意不得查询，查询必须留痕", "社会救助法第41条、第70条；政务数据共享条例第29条"),
    13: Title("核对可以取得的材料，不得要求提供", "社会救助法第62条"),
    14: Title("不得缩减公示、听取意见和救济的期限", "民法典第201条至第203条；社会救助法第48条"),
    15: Title("内容不全的文书不得制发", "社会救助法第48条；行政复议法实施条例第25条"),
    16: Title("文书不得倒签、重号，印章不得代盖", "社会救助法第70条；GB/T 9704-2012"),
    17: Title("不得把沉默当作同意", "社会救助法第48条；行政处罚法第45条"),
    18: Title("守信激励只改变快慢和服务，不得改变资格和金额", "社会救助法第70条"),
    19: Title("不得由同一人或近亲属经办、复核、审批", "民发〔2021〕57号第11条"),
    20: Title("个人信息不得传往境外和外部服务", "个人信息保护法第36条"),
}
"""红线 by number."""

SCORE_WORDS = ("积分", "分值", "评分", "诚信等级", "信用等级")
"""A score is for planning inside the office only (红线 2)."""
LIST_WORDS = ("失信名单", "黑名单")
"""Nobody's default is put on a list (红线 6)."""
MORE_THAN_SERVICE = re.compile(
    r"[增加多补]发|(?:提高|上浮|上调)[^，。；]{0,6}(?:标准|金额|比例|额度)|现金|奖金|奖励金|补贴|兑换"
    r"|免(?:予|于|除)?(?:家庭经济状况)?(?:核对|核查|审核|公示|复核)|放宽|直接(?:纳入|确认|给予救助)|视为符合"
)
"""Words of a reward that is money or entitlement (红线 18)."""
RECORD_WORDS = re.compile(
    r"积分|分值|评分|得分|扣分|[诚失]信(?:等级|记录|名单|人员)|信用等级|黑名单"
    r"|(?:未|没有|拒绝?|不)签(?:署|订)?[^，。；]{0,4}承诺"
)
"""A score, a record or an unsigned promise given as the ground for not helping (红线 2)."""
SET_OFF = re.compile(
    r"抵扣|抵销|抵消|冲抵|代扣|划扣|扣回"
    r"|(?:从|在|由|用|以)[^，。；]{0,12}(?:救助金|保障金|低保金|供养金|生活费)[^，。；]{0,8}[扣抵]"
)
"""Money taken back out of what the household lives on (红线 3)."""
PENALTIES = re.compile(
    r"通报批评|公开(?:道歉|检讨|检查)|取消[^，。；]{0,4}申请资格|列入[^，。；]{0,6}(?:失信|黑|惩戒|限制)[^，。；]{0,4}名单"
    r"|[\d一二两三四五六七八九十]+年(?:内|之内|以内)?(?:不得|不予|不再|禁止)[^，。；]{0,6}(?:申请|受理|享受)|限制[^，。；]{0,4}申请"
)
"""Penalties that no law or ordinance gives to this office (红线 9)."""
FRAUD = re.compile(r"(?<!没有)(?<![未无非])骗(?:取|领|保|低保|补)|冒领|诈骗")
"""Fraud given as the reason in words instead of by its code (红线 4)."""
SILENCE = re.compile(r"视为(?:同意|认可|没有异议)|默认(?:同意|认可)")
"""Silence taken for consent (红线 17)."""
UNFINISHED = re.compile(r"\{\{|\}\}|\bNone\b|\bTODO\b|待填|待补")
"""What is left in a text that was not finished (红线 15)."""
SUPPLIED = re.compile(
    r"户[籍口](?:登记)?证明|(?:完税|纳税|税收)[^，。；]{0,4}证明|(?:社会保险|社保|养老保险|养老金|医保|失业保险)[^，。；]{0,8}(?:证明|清单|记录)"
    r"|不动产[^，。；]{0,6}(?:证明|证书|登记|查询)|房产?(?:证|[^，。；]{0,4}证明)|无房[^，。；]{0,4}证明|营业执照|工商登记"
    r"|公积金[^，。；]{0,6}(?:证明|明细|清单)|行驶证|机动车[^，。；]{0,6}(?:证|证明)|车辆[^，。；]{0,4}(?:登记|证明)"
    r"|存款[^，。；]{0,4}证明|(?:银行|账户|微信|支付宝)[^，。；]{0,4}(?:流水|对账单|明细|余额)"
    r"|保[险]?单|(?:证券|股票|基金)[^，。；]{0,6}(?:证明|对账单|明细|账户)"
)
"""Papers that the bodies of 社会救助法 41 supply through the check: asked of nobody (红线 13)."""
OUTSIDERS = re.compile(
    r"[、，,；;/]|村委会|居委会|村民委员会|居民委员会|村民小组|公告栏|公示栏|公示牌|银行|公司|单位|学校|企业|媒体|邻里|[各全]体?村|各户"
)
"""In the address of a paper on one person's default: it would go to more than that person (红线 6)."""


class Wish(NamedTuple):
    """不能办理的请求 (forbidden wish): how it is called, the red line, and what can be done lawfully instead."""

    words: re.Pattern[str]
    no: int
    instead: str


_PUBLISH = r"黑名单|红黑榜|曝光|失信[^，。；]{0,4}(?:名单|公示|公布|公开)|(?:公示|公布|公开)[^，。；]{0,4}失信"
_ASKED_FOR: tuple[tuple[int, str, str], ...] = (
    (
        3, r"抵扣|扣减|扣发|扣除|扣回|抵销|抵消|冲抵|代扣|划扣|SET_?OFF|DEDUCT|OFFSET",
        "应退、应缴的钱由县级书面责令，由本人缴纳或者分期，逾期的催告后申请法院执行，不从救助金中扣",
    ),
    (
        1, r"自动(?:停|减|终|退|不予)|直接(?:停发|终止|取消|减发)|AUTO_?(?:STOP|EXIT|LOWER)",
        "请先提出意见，再告知、听取意见，由具名的人决定并送达",
    ),
    (2, r"按(?:积分|评分|等级|得分)|BY_?SCORE", "请按收入、财产、人口等法定条件审核"),
    (4, r"连坐|全户(?:失信|惩戒|停发)|WHOLE_?FAMILY", "只能对行为人本人依法处理，其他成员的份额照发"),
    (6, rf"{_PUBLISH}|BLACK_?LIST|PUBLISH", "失信认定只送达本人，公示只限于申请审核、确认结果和终止特困供养"),
    (
        9, r"通报批评|(?:禁止|限制|不得)[^，。；]{0,4}申请|取消[^，。；]{0,4}申请资格|REAPPLY_?BAN",
        "只能给予法律、法规规定的处理",
    ),
    (10, r"恢复(?:失信|记录|认定)|重新(?:启用|使用)[^，。；]{0,4}记录|REINSTATE", "期满、修复、撤销的记录不再使用"),
    (11, r"删除|覆盖|改写|抹去|DELETE|OVERWRITE", "请用更正条目；保存期满的个人信息按销毁程序办理"),
    (16, r"倒签|补签(?:日期|文号)|重号|BACK_?DATE", "文书只能用当天的日期和下一个文号"),
    (17, r"视为(?:同意|认可|没有异议)|默认(?:同意|认可)|TACIT", "请在送达并且期满之后登记“逾期没有提出”"),
    (18, r"[加增多补]发?奖|奖励(?:金|救助)|积分兑换|兑换|REWARD_?MONEY", "守信的人可以办得更快、得到更多服务"),
    (20, r"(?:上传|发送|传输|导出)[^，。；]{0,6}(?:境外|国外|外部|模型|云)|UPLOAD", "数据只保存在本机关"),
)  # fmt: skip
WISHES: tuple[Wish, ...] = tuple(Wish(re.compile(words, re.I), no, instead) for no, words, instead in _ASKED_FOR)
"""What may be asked for by name and is never a step."""


def found(pattern: re.Pattern[str], text: str) -> str:
    """The words of a pattern that a text asks for; "" when it has none or only forbids them (“不得从救助金中抵扣”)."""
    for one in pattern.finditer(text):
        if not re.search(r"[不禁][^，。；]{0,8}$", text[: one.start()]):
            return one[0]
    return ""
