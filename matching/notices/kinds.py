"""What a notice can be about, how it travels, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What somebody is told (通知种类)"""

    SIGN_IN_CODE = "sign_in_code"
    LINKED = "linked"
    REGISTERED_BY_HELPER = "registered_by_helper"
    CONSENT_GIVEN = "consent_given"
    APPLICATION_RECEIVED = "application_received"
    APPLICATION_WITHDRAWN = "application_withdrawn"
    OFFER_TAKEN = "offer_taken"
    APPLIED_BY_HELPER = "applied_by_helper"
    ANSWERED_BY_HELPER = "answered_by_helper"
    INVITED = "invited"
    REFERRAL_ASKED = "referral_asked"
    ASKED_TO_TALK = "asked_to_talk"
    INTERVIEW_ASKED = "interview_asked"
    INTERVIEW_OVER = "interview_over"
    OFFERED = "offered"
    HIRED = "hired"
    DECLINED = "declined"
    VACANCY_CLOSED = "vacancy_closed"
    DIGEST = "digest"
    EMPLOYER_QUIET_30_DAYS = "employer_quiet_30_days"
    VERIFIED = "verified"
    REVERIFY_DUE = "reverify_due"
    COMPLAINT_ANSWER = "complaint_answer"


class Channel(StrEnum):
    """How a notice travels (通知方式)"""

    SMS = "sms"  # 短信
    SLIP = "slip"  # 纸条: printed by a helper
    PAGE = "page"  # 页面: shown at the next visit


class State(StrEnum):
    """Where a notice stands (通知状态)"""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    PARKED = "parked"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Party:
    """A row by its kind (``member``, ``organisation``, ``vacancy`` …) and id: who is told, or about what."""

    kind: str
    id: int
