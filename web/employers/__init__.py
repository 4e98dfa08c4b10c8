"""The pages of employers: their posts, their people, and who they are."""

from web.employers import candidates, home, register, who
from web.employers.base import blueprint

__all__ = ["blueprint", "candidates", "home", "register", "who"]
