"""History as people read it: actions in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from matching.people.history import Event
from matching.people.words import CONSENT, FIELDS

_NAMES: dict[str, str] = {**FIELDS, **{kind.value: f"“{said}”" for kind, said in CONSENT.items()}}

#: Audit action → what it says.
ACTIONS = {
    "member.unmasked": "查看了",
    "member.corrected": "更正了",
    "member.added": "登记",
    "member.merged": "并入了另一条重复的登记,补上了",
    "member.told_apart": "确认与同名的人不是同一个人",
    "member.contact_seen": "(用人单位)查看了",
    "member.answered": "自己填写了",
    "member.downloaded": "下载了自己的资料",
    "member.erased": "要求删除资料",
    "correction.asked": "要求更正",
    "correction.opened": "看了要求更正的",
    "correction.settled": "答复了更正要求:",
    "member.looks_again": "又想找活",
    "member.has_work": "说已经有工作:",
    "member.matching_switched": "打开或关掉了自动推荐",
    "consent.given": "同意了",
    "consent.refused": "没有同意",
    "consent.withdrawn": "收回了同意:",
    "consent.told": "已告知本人",
    "member.registered": "自己登记,等待确认",
    "registration.confirmed": "确认了本人的登记",
    "helper_code.made": "生成了一次性登录码",
    "link.made": "在手机上核对了身份",
    "link.ended": "从手机上移除",
    "links.ended": "停用了所有手机登录",
    "conflict.taken": "采用了导入的",
    "conflict.kept": "保留了手工更正的",
    "household.placed": "填写了安置点",
    "household.linked": "并入了一户",
    "household.keyed": "填写了户编号",
    "household.added": "登记了一户",
    "vacancy.posted": "发布",
    "vacancy.corrected": "更正",
    "vacancy.pause": "暂停",
    "vacancy.close": "关闭",
    "vacancy.post": "重新发布",
    "vacancy.judged": "重新核定",
    "vacancy.review_approved": "审核通过",
    "vacancy.review_refused": "审核不通过",
    "vacancy.review_returned": "审核后请改写",
    "settlement.added": "登记",
    "settlement.corrected": "更正或确认",
    "import.received": "上传",
    "import.confirmed": "确认导入",
    "import.cancelled": "取消",
    "import.taken_back": "收回",
    "import.errors_downloaded": "下载了未导入的行",
}


@dataclass(frozen=True)
class Told:
    """One line of a history."""

    at: datetime
    who: str
    what: str
    reason: str | None


def told(events: list[Event]) -> list[Told]:
    """Events in words; which fields, never their values."""
    lines = []
    for event in events:
        fields = "、".join(_NAMES[name] for name in event.columns if name in _NAMES)
        lines.append(
            Told(event.at, event.who, ACTIONS.get(event.action, event.action) + fields, event.reason)
        )
    return lines
