"""The pages of employers: their posts, their people, and who they are."""

from web.employers import candidates, drafts, home, posts, register, who
from web.employers.base import blueprint

__all__ = ["blueprint", "candidates", "drafts", "home", "posts", "register", "who"]
