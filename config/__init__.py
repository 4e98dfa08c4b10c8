"""Settings and logging."""

from config.settings import Settings, SettingsError, load

__all__ = ["Settings", "SettingsError", "load"]
