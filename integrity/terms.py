"""术语 (terms): every closed list of the scheme. NAME is stored, VALUE is the official term that people read."""

from __future__ import annotations

from enum import StrEnum
from typing import Self


class Term(StrEnum):
    """术语 (term): an official word with a code; `named` finds a member by its code or by its official term."""

    @classmethod
    def named(cls, text: str) -> Self:
        """The member whose code or official term is `text`. Raises KeyError when there is none."""
        text = text.strip()
        for member in cls:
            if text in (member.name, member.value):
                return member
        raise KeyError(text)

    @property
    def number(self) -> int:
        """The member's place in its list, from 0: what the integer rules calculate with. New members go last."""
        return list(type(self)).index(self)


class AreaLevel(Term):
    """行政区划层级 (level of an administrative area)."""

    NATION = "全国"
    PROVINCE = "省级"
    CITY = "地级"
    COUNTY = "县级"
    TOWNSHIP = "乡级"
    VILLAGE = "村级"


class Scheme(Term):
    """救助类别 (scheme of assistance)."""

    NONE = "不在救助"
    DIBAO = "最低生活保障"
    TEKUN = "特困人员救助供养"
    EDGE = "最低生活保障边缘家庭"
    RIGID = "刚性支出困难家庭"


class Act(Term):
    """救助行为 (act of assistance): each is an entry of its own; a stop never overwrites a grant."""

    GRANT = "确认给予"
    RAISE = "增发"
    LOWER = "减发"
    WITHDRAW = "渐退"
    STOP = "停发"
    REVIVE = "恢复"
    AMEND = "变更"


class Sex(Term):
    """性别 (sex, GB/T 2261.1)."""

    MALE = "男"
    FEMALE = "女"


class Relation(Term):
    """与户主关系 (relation to the head of the household)."""

    HEAD = "户主"
    SPOUSE = "配偶"
    CHILD = "子女"
    PARENT = "父母"
    GRANDCHILD = "孙子女"
    GRANDPARENT = "祖父母"
    SIBLING = "兄弟姐妹"
    OTHER = "其他"


class Presence(Term):
    """共同生活状态 (does the member count): only PRESENT members are counted (民发〔2021〕57号 第7条)."""

    PRESENT = "共同生活"
    DEAD = "死亡"
    MISSING = "宣告失踪"
    PRISON = "服刑或强制戒毒"
    CLERIC = "宗教教职三年以上"
    LEFT = "不再共同生活"


class Capacity(Term):
    """民事行为能力 (civil capacity, 民法典 17–22). Minors are told by their age, not by this."""

    FULL = "完全民事行为能力"
    LIMITED = "限制民事行为能力"
    NONE = "无民事行为能力"


class Ability(Term):
    """劳动能力 (ability to work)."""

    ABLE = "有劳动能力"
    PARTLY = "部分丧失劳动能力"
    UNABLE = "无劳动能力"


class Cause(Term):
    """收入变化原因 (what changed the income)."""

    UNKNOWN = "原因不明"
    NONE = "无变化"
    EMPLOYMENT = "就业"
    PENSION = "养老金"
    FARMING = "经营性收入"
    SUPPORT = "赡养抚养费"
    PROPERTY = "财产性收入"
    TRANSFER = "其他转移性收入"


class Outcome(Term):
    """处理建议 (what is recommended for a household)."""

    NOTHING = "不在救助"
    KEEP = "继续给予"
    RAISE = "增发"
    LOWER = "减发"
    WITHDRAW = "渐退"
    EXIT = "退出"
    ASK = "人工复核"

    @property
    def adverse(self) -> bool:
        """Would it take something from the person? Then a hearing comes first (社会救助法 第48条)."""
        return self in (Outcome.LOWER, Outcome.WITHDRAW, Outcome.EXIT)


class ExitReason(Term):
    """退出原因代码 (why assistance may end); NONE stands for no exit."""

    NONE = "无"
    X01 = "死亡或宣告死亡"
    X02 = "宣告失踪"
    X03 = "服刑或强制戒毒"
    X04 = "收入超过标准"
    X05 = "财产超过标准"
    X06 = "不如实申报"
    X07 = "拒不配合核查"
    X08 = "骗取救助"
    X09 = "连续三次拒绝就业"
    X10 = "支出与收入不符且无法说明"
    X11 = "赌博吸毒"
    X12 = "放弃法定赡养等权益"
    X13 = "不参加公益劳动"
    X14 = "恢复劳动能力或义务人恢复履行能力"
    X15 = "自愿退出"
    X16 = "转入其他救助"
    X17 = "户籍迁移"
    X18 = "渐退期满"
    X19 = "认定有效期满"
    X20 = "特困未成年人年满十八周岁且不再就学"
    X21 = "重复或合并登记"


class Event(Term):
    """变化与预警 (a change, warning, complaint or statement that reached the office)."""

    REPORTED_CHANGE = "家庭报告变化"
    WARNING = "数据比对预警"
    DEATH = "死亡"
    COMPLAINT = "投诉举报"
    VOLUNTARY_EXIT = "自愿退出"
    JOB_REFUSED = "无正当理由拒绝就业"
    JOB_ACCEPTED = "接受就业"
    CHECK_REFUSED = "拒不配合核查"
    UNTRUE_REPORT = "不如实申报"
    FRAUD_FOUND = "查实骗取救助"
    UNEXPLAINED_SPENDING = "支出与收入不符且无法说明"
    GAMBLING_DRUGS = "赌博吸毒"
    RIGHTS_WAIVED = "放弃法定权益"
    WORK_REFUSED = "不参加公益劳动"
    ABILITY_REGAINED = "恢复能力"
    TRANSFERRED = "转入其他救助"
    REGISTER_MOVED = "户籍迁移"
    DUPLICATE = "重复登记"
    SELFCARE_CHANGED = "自理能力变化"


class ConductKind(Term):
    """行为性质 (kind of conduct)."""

    TRUST = "守信"
    DEFAULT = "失信"


class NationalClass(Term):
    """失信信息国家分级 (national class of a default, 国家发展改革委令第36号)."""

    UNMAPPED = "未对应"
    MINOR = "轻微"
    GENERAL = "一般"
    SERIOUS = "严重"


class FindingState(Term):
    """认定状态 (state of a finding): only EFFECTIVE findings count."""

    PROPOSED = "拟认定"
    EFFECTIVE = "生效"
    CONTESTED = "异议中"
    WITHDRAWN = "不予认定"
    REVOKED = "撤销"
    REPAIRED = "已修复"


class SignedBy(Term):
    """签署方式 (how a promise was signed)."""

    SIGNATURE = "本人签名"
    FINGERPRINT = "本人捺印"
    GUARDIAN = "监护人代签"
    REFUSED = "拒绝签署"


class RecheckResult(Term):
    """核查结果 (result of a recheck)."""

    CONFIRMED = "首次确认"
    UNCHANGED = "无明显变化"
    CHANGED = "有变化"
    UNREACHED = "未能核查"


class PaperKind(Term):
    """文书种类 (kind of paper); the code is the form number in use."""

    F01 = "社会救助政策与诚信告知书"
    F02 = "社会救助诚信承诺书"
    F11 = "定期核查通知书"
    F13 = "拟调减（终止）救助听取意见告知书"
    F16 = "渐退告知书"
    F03 = "经办人承诺书"
    F04 = "家庭经济状况核对授权书"
    F05 = "受理（补正、不予受理）通知书"
    F06 = "入户调查表"
    F07 = "公示（公布）单"
    F08 = "确认（不予确认）通知书"
    F09 = "守信行为记录表"
    F10 = "失信行为记录表"
    F12 = "核查结论"
    F14 = "陈述申辩笔录"
    F15 = "社会救助金调整（停发）决定书"
    F17 = "保障对象增减员调整表"
    F18 = "保障金减少表"
    F19 = "行政处罚事先告知书"
    F20 = "行政处罚决定书"
    F21 = "责令退回通知书"
    F22 = "催告书"
    F23 = "失信认定事先告知书"
    F24 = "失信认定决定书"
    F25 = "信用修复告知书"
    F26 = "信用修复申请书"
    F27 = "信用修复决定书"
    F28 = "异议申请（答复）书"
    F29 = "终止特困供养公示（决定）书"
    F30 = "送达回证"
    F31 = "公告送达"
    F32 = "档案封面和卷内目录"
    F33 = "移送函"
    F34 = "行政处罚听证通知书"
    F35 = "撤销决定通知书"


class Procedure(Term):
    """程序 (procedure): what a case goes through; `integrity.rules.procedure` has the steps of each."""

    APPLICATION = "申请受理"
    COMMITMENT = "诚信承诺"
    AUTHORITY = "核对授权"
    RECHECK = "定期核查"
    DECISION = "调整与终止"
    WITHDRAWAL = "渐退"
    TEKUN = "特困供养终止"
    DEFAULT = "失信认定"
    TRUST = "守信认定"
    REPAIR = "信用修复"
    OBJECTION = "异议"
    REFUND = "责令退回"
    FINE = "行政处罚"
    REMEDY = "复议与诉讼"
    CHANGE = "家庭变动"
    RIGHTS = "个人信息权利"
    EXPORT = "信用信息报送"
    TRANSFER = "移送"


class StepEffect(Term):
    """步骤的效力 (effect of a step): what it enters in the ledger besides itself."""

    OPINION = "登记审核意见"
    COMMIT = "登记承诺"
    REFUSE_COMMIT = "登记拒签"
    CHECK = "登记核查结论"
    REPORT = "登记变化"
    GRANT = "确认给予救助"
    ACT = "执行救助决定"
    UNDO_ACT = "恢复救助并补发"
    STAY = "停止执行"
    RESUME = "恢复执行"
    QUASHED = "原认定标注异议"
    PROPOSE = "登记拟认定"
    FIND = "认定生效"
    NOT_FIND = "不予认定"
    CONTEST = "标注异议"
    UPHOLD = "维持认定"
    REVOKE = "撤销认定"
    REPAIR = "修复生效"
    DESTROY = "销毁个人信息"


class PostingKind(Term):
    """公示种类 (kind of public notice)."""

    REVIEW = "审核结果公示"
    RESULT = "确认结果公布"
    TEKUN_REVIEW = "特困人员认定公示"
    TEKUN_END = "拟终止特困供养公示"


class PostingEvent(Term):
    """公示记录 (what happened to a public notice)."""

    POSTED = "张贴"
    OBJECTED = "收到异议"
    TAKEN_DOWN = "撤下"


class ServiceWay(Term):
    """送达方式 (way of service)."""

    DIRECT = "直接送达"
    LEFT = "留置送达"
    POST = "邮寄送达"
    ENTRUSTED = "委托送达"
    ELECTRONIC = "电子送达"
    ANNOUNCEMENT = "公告送达"


class PrintState(Term):
    """打印状态 (state of a paper in a print run). SERVED is never stored: the proof of service tells it."""

    READY = "待打印"
    PRINTING = "打印中"
    PRINTED = "已打印"
    HANDED = "已交接"
    SERVED = "已送达"
    RETURNED = "已退回"
    DROPPED = "已撤出"


class PrintEvent(Term):
    """打印批次记事 (what happened to a print run, one of its files or one of its papers)."""

    STARTED = "开始打印"
    MISCOUNTED = "页数不符"
    PRINTED = "页数相符"
    SPOILED = "作废张"
    HANDED = "交接"
    RETURNED = "退回"
    DROPPED = "撤出"


class Verdict(Term):
    """审核意见 (what a named person said to a recommendation)."""

    ACCEPTED = "采纳"
    CHANGED = "变更"
    REFUSED = "不采纳"


class Role(Term):
    """岗位 (role of an officer)."""

    ASSISTANT = "协理员"
    HANDLER = "经办"
    REVIEWER = "复核"
    APPROVER = "审批"
    INSPECTOR = "监督"
    SYSTEM = "系统任务"
    SYSTEM_ADMIN = "系统管理员"
    SECURITY_ADMIN = "安全管理员"
    AUDIT_ADMIN = "审计管理员"
    LINKED = "对接系统"
