"""The pages of a jobseeker's account: signing in, whose data it is, and "mine"."""

from web.me import data, helper, home, profile, register, saved, sign_in, wanted, who, work
from web.me.base import blueprint

__all__ = [
    "blueprint",
    "data",
    "helper",
    "home",
    "profile",
    "register",
    "saved",
    "sign_in",
    "wanted",
    "who",
    "work",
]
