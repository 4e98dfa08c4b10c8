"""Code lists of employers' accounts."""

from __future__ import annotations

from enum import StrEnum


class Standing(StrEnum):
    """How far an account's registration for an employer has come"""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    ENDED = "ended"


class AccountClass(StrEnum):
    """账号类别 (L11); public agencies sign in as staff"""

    DIRECT = "direct"  # 用人单位自己招人
    COMMERCIAL = "commercial"  # 经营性人力资源服务机构受委托招人


class NoCode(StrEnum):
    """Why an employer has no credit code"""

    FAMILY_FARM = "family_farm"  # 家庭农场
    SMALL_TRADE = "small_trade"  # 个人小店、小摊
    HOUSEHOLD = "household"  # 家里请人帮忙


class PaperKind(StrEnum):
    """What a paper shows (L10)"""

    LICENCE = "licence"  # 营业执照或其他证明
    COMMISSION = "commission"  # 委托书


class RegistrationRefusal(StrEnum):
    """Why staff did not let a registration pass"""

    PAPER_UNREADABLE = "paper_unreadable"
    PAPER_OVER = "paper_over"
    NAME_DIFFERS = "name_differs"
    NOT_ENTITLED = "not_entitled"
    NOT_FOUND = "not_found"
