"""What ``make run`` does: one supervisor for everything, and nothing left behind when it ends."""
