"""The public interface for other software: what everybody may see, as JSON under ``/api/v1``."""

from web.api.views import blueprint

__all__ = ["blueprint"]
