"""The pages of employers: their posts, their people, and who they are."""

from web.employers import drafts, home, posts, register, who
from web.employers.base import blueprint

__all__ = ["blueprint", "drafts", "home", "posts", "register", "who"]
