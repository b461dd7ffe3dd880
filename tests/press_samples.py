"""样例文书 (sample papers) with invented people, for the tests of the press."""

from __future__ import annotations

from datetime import date
from typing import Any

from reports.forms import (
    Commitment,
    DecisionNotice,
    HearingNotice,
    Letter,
    Payment,
    Person,
    PolicyNotice,
    RecheckNotice,
    Remedy,
    WithdrawalNotice,
)
from reports.lists import RecheckLine, RecheckList

LETTER: dict[str, Any] = {
    "number": "清河民核〔2026〕7号",
    "addressee": "欧阳䶮𬭎",
    "organ": "清河县平安镇人民政府",
    "on": date(2026, 9, 7),
    "contact": "李敏",
    "phone": "0000-5550123",
    "rules": "370800-2026-07",
    "service": "送〔2026〕118号",
}
HOUSEHOLD = {"household": "370881101-0042", "category": "城乡最低生活保障"}
REMEDY = Remedy(organ="清河县人民政府", days=60, court="清河县人民法院", months=6)
GROUNDS = ("《中华人民共和国社会救助法》第四十八条。", "《最低生活保障审核确认办法》（民发〔2021〕57号）第三十二条。")
FACTS = (
    "家庭成员王小明自2026年5月起在县城就业，月工资收入3200.00元，有其本人说明和用工单位证明。",
    "家庭共3人，2026年6月至8月人均月收入为1066.67元，高于当地最低生活保障标准每人每月950元。",
)
CONSEQUENCES = ("隐瞒、虚报的，按规定终止救助、责令退回，并记入诚信档案。", "诚信等级降低的，按规定增加核查次数。")

RECHECK = RecheckNotice(
    **LETTER,
    **HOUSEHOLD,
    cycle="您家庭收入来源不固定、成员有劳动能力，依据《最低生活保障审核确认办法》第三十一条，每6个月核查一次。",
    last=date(2026, 3, 9),
    due=date(2026, 10, 9),
    place="平安镇便民服务中心3号窗口（平安镇人民路18号）",
    bring=("户主身份证原件。", "近6个月内就业情况的说明。"),
    home_visit="行动不便的，请致电预约，工作人员上门办理。",
)
HEARING = HearingNotice(
    **LETTER,
    **HOUSEHOLD,
    facts=FACTS,
    grounds=GROUNDS,
    planned="自2026年11月起停止发放最低生活保障金；符合渐退条件的，渐退期内继续发放。",
    how="书面或者口头均可，口头提出的由工作人员记录并向您宣读。",
    place="平安镇便民服务中心社会救助窗口",
    within="自收到本告知书之日起5个工作日内",
    help="不识字、听力或者行动不便的，可以要求工作人员宣读、上门听取意见，也可以委托他人代为陈述。",
)
DECISION = DecisionNotice(
    **LETTER,
    **HOUSEHOLD,
    remedies=REMEDY,
    facts=FACTS,
    grounds=GROUNDS,
    heard="您于2026年9月12日口头陈述，要求扣除交通费用。经复核，已扣除每月200.00元。",
    change="减发",
    persons=("王小明", "欧阳䶮𬭎"),
    old_fen=142000,
    new_fen=80050,
    since=date(2026, 11, 1),
)
WITHDRAWAL = WithdrawalNotice(
    **LETTER,
    **HOUSEHOLD,
    remedies=REMEDY,
    head="欧阳䶮𬭎",
    sex="男",
    identity="370881********0017",
    age=52,
    persons=3,
    address="清河县平安镇河西村2组18号",
    household_phone="139****0000",
    change="家庭成员王小明就业，家庭人均月收入超过当地最低生活保障标准，未超过标准的1.5倍。",
    grounds=GROUNDS,
    months=3,
    since=date(2026, 11, 1),
    until=date(2027, 1, 31),
    scope="全户3人。",
    exit="就业后收入超过标准。",
    approved=date(2026, 9, 4),
    schedule=(
        Payment(month=date(2026, 11, 1), fen=142000, note="全额发放"),
        Payment(month=date(2026, 12, 1), fen=71000, note="减半发放"),
        Payment(month=date(2027, 1, 1), fen=71000, note="减半发放，次月退出"),
    ),
    ends=("财产状况不再符合规定。", "本人书面要求退出。"),
    recheck=date(2027, 1, 15),
)
POLICY = PolicyNotice(
    **LETTER,
    scheme="根据《中华人民共和国社会救助法》，申请和享受社会救助实行诚信承诺。",
    duties=("如实申报家庭人口、收入、财产状况。", "配合入户调查和家庭经济状况核对。"),
    consequences=CONSEQUENCES,
    rights=("不服处理的，可以申请行政复议或者提起行政诉讼。", "对诚信档案中的记录有异议的，可以申请更正。"),
    purpose="审核确认社会救助资格，发放救助金和开展定期核查。",
    manner="收集、存储、核对、在依法有权的机关之间共享。",
    kinds=("姓名", "身份证号", "住址", "家庭收入", "财产状况"),
    keep="享受救助期间及退出后三年。",
    necessity="不处理健康、金融账户等信息，无法核定救助资格。",
    exercise="向本机关社会救助窗口书面或者口头提出，十五个工作日内答复。",
)
COMMITMENT = Commitment(
    **{**LETTER, "addressee": "清河县平安镇人民政府"},
    **HOUSEHOLD,
    persons=(
        Person(name="欧阳䶮𬭎", relation="户主", identity="370881********0017"),
        Person(name="古丽·买买提", relation="配偶", identity="370881********0026"),
    ),
    report_within="自变化之日起一个月内",
    consequences=CONSEQUENCES,
    clerk="李敏",
    time_limit="三十个工作日",
    complaints="0000-5550100",
    more=("不以家庭成员名义重复申请。",),
)
LETTERS: tuple[Letter, ...] = (COMMITMENT, POLICY, RECHECK, HEARING, DECISION, WITHDRAWAL)


def roll(count: int) -> RecheckList:
    """A recheck list of `count` households, three villages in turn."""
    lines = tuple(
        RecheckLine(
            household=f"370881101-{serial:04d}",
            head=("王建国", "欧阳䶮𬭎", "古丽·买买提")[serial % 3],
            village=("河西村", "河东村", "平安社区")[serial % 3],
            category="城乡最低生活保障",
            persons=1 + serial % 5,
            due=date(2026, 9, 30),
            ground="收入来源不固定，每6个月核查一次",
            priority="高",
            last=date(2026, 3, 9) if serial % 4 else None,
        )
        for serial in range(count)
    )
    return RecheckList(
        organ="清河县平安镇人民政府", number="核单2026-09-03", period="2026年9月", reviewer="赵立新",
        made_on=date(2026, 9, 1), printed_by="李敏", lines=lines, choices=("继续", "减发", "渐退", "退出"),
    )  # fmt: skip
