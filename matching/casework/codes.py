"""Codes of complaints."""

from __future__ import annotations

from enum import StrEnum


class Grievance(StrEnum):
    """投诉内容"""

    NOT_REAL = "not_real"  # 不是真的
    ASKS_MONEY = "asks_money"  # 要我交钱
    NO_ANSWER = "no_answer"  # 一直没人回
    UNPAID = "unpaid"  # 欠工资: said by somebody who worked there, never without a name


#: What anybody may say of a post without a name.
OF_POSTS = (Grievance.NOT_REAL, Grievance.ASKS_MONEY, Grievance.NO_ANSWER)


class CaseState(StrEnum):
    """投诉状态"""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    SETTLED = "settled"


class Outcome(StrEnum):
    """处理结果"""

    CONFIRMED = "confirmed"  # 属实,岗位已关闭
    PUT_RIGHT = "put_right"  # 已经改正
    UNFOUNDED = "unfounded"  # 没有查到问题
