"""Fixtures of the pages' tests."""

from tests.webapp import app, client, clock, empty_database, services, settings, sign_in_as, user_of

__all__ = ["app", "client", "clock", "empty_database", "services", "settings", "sign_in_as", "user_of"]
