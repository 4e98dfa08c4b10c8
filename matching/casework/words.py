"""Sentences and words for the codes of this room."""

from __future__ import annotations

from matching.casework.codes import CaseState, Grievance, Outcome

ERRORS = {
    "complaint_unknown": "没有这个投诉编号。请再看一遍。",
    "unpaid_not_worked": "在这里没有你干活的记录。请打电话。",
    "complaint_kind_unknown": "请选一种情况。",
    "complaint_too_many": "今天报得太多了。可以打电话给我们。",
    "complaint_move_refused": "这个投诉已经处理完了。",
    "complaint_answer_missing": "请写明处理情况,投诉的人会看到。",
    "complaint_outcome_missing": "请选择处理结果。",
}

GRIEVANCE = {
    Grievance.NOT_REAL: "这个岗位不是真的",
    Grievance.ASKS_MONEY: "他们要我交钱",
    Grievance.NO_ANSWER: "一直没人接、没人回",
    Grievance.UNPAID: "欠我工资",
}
STATE = {
    CaseState.RECEIVED: "已收到",
    CaseState.ACKNOWLEDGED: "正在查",
    CaseState.SETTLED: "处理完了",
}
OUTCOME = {
    Outcome.CONFIRMED: "查实了,岗位已关闭",
    Outcome.PUT_RIGHT: "已经改正",
    Outcome.UNFOUNDED: "没有查到问题",
}
