"""Signing in and out, one's own password, and the set-up of the first administrator."""

from web.account.views import blueprint

__all__ = ["blueprint"]
