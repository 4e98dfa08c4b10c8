"""How the tool speaks: progress and errors go to standard error, one sentence each."""

import sys


class Unavailable(Exception):
    """Something is missing or down; the text is what the user reads."""


def say(text: str) -> None:
    sys.stderr.write(text + "\n")  # in one piece: the three services speak at the same time


def last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "no reason given"
