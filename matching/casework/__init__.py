"""What people bring to the office about posts and employers, and how it was settled."""
