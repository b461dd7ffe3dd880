"""栏目名称 (names of columns): what the columns of an entry are called on a page, in a list and in a message."""

from __future__ import annotations

NAMES = {
    "variant": "版式",
    "address": "住址", "label": "分类", "no": "成员序号", "born_on": "出生日期", "relation": "与户主关系",
    "presence": "共同生活状态", "capacity": "民事行为能力", "ability": "劳动能力", "schooling": "在校",
    "guardian_no": "监护人序号", "act": "行为", "scheme": "救助类别", "effective_on": "执行日期",
    "amount": "月救助金额", "income": "家庭月收入", "persons": "计入人数", "months": "渐退月数",
    "schedule": "各月比例", "reason": "理由", "document": "文号", "hearing": "听取意见记录", "decided_by": "决定人",
    "cause": "变化原因", "cause_member": "变化成员序号", "self_reported": "主动申报", "stable": "收入稳定",
    "property_over": "财产超标", "source": "来源", "detail": "说明", "kind": "种类", "reported_on": "得知日期",
    "member_no": "成员序号", "evidence": "证据指纹", "result": "结果", "visitor_1": "核查人员",
    "visitor_2": "核查人员", "note": "备注", "occasion": "场合", "text_version": "文本版本",
    "office_text_version": "机关承诺文本版本", "signed_by": "签署方式", "explained_by": "讲解人", "item": "项目代码",
    "act_end": "行为止日", "found_on": "发现日期", "conduct_seq": "事实序号", "state": "认定状态",
    "document_on": "文书日期", "reviewed_by": "复核人", "recommended_on": "建议日期", "verdict": "审核意见",
    "outcome": "处理", "reason_code": "原因", "number": "文号", "organ": "机关", "notice_seq": "文书序号",
    "copy_no": "补打份次", "file": "文件", "first_page": "起始页", "pages": "页数", "way": "送达方式",
    "receiver": "收件人", "witnesses": "见证人", "case_no": "案号", "step_no": "第几步", "procedure": "程序",
    "step": "步骤", "entry_seq": "所涉条目", "subject_seq": "所指条目",
}  # fmt: skip
"""Chinese names of the columns of an entry."""
