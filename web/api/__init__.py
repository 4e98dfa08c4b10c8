"""The interface for other software under ``/api/v1``: what everybody may see, and one's own account."""

from web.api.account import blueprint as account
from web.api.views import blueprint

__all__ = ["account", "blueprint"]
