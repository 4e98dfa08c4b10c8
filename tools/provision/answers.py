"""Does it answer? Each server is asked in its own protocol, with nothing but the standard library."""

import json
import socket
import struct
import urllib.request


def ask(port: int, question: bytes) -> bytes:
    """The first bytes a server on loopback answers; empty when it does not."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=3) as line:
            line.sendall(question)
            return line.recv(64)
    except OSError:
        return b""


def postgres_answers(port: int) -> bool:
    """It asks for a password ("R"); while it starts up or shuts down it answers with an error instead."""
    names = b"user\0anye\0database\0anye\0\0"
    return ask(port, struct.pack("!ii", 8 + len(names), 3 << 16) + names).startswith(b"R")


def redis_answers(port: int) -> bool:
    return ask(port, b"PING\r\n").startswith(b"+PONG")


def search_answers(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=1s"
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(json.load(answer)["status"] != "red")
    except (OSError, ValueError, KeyError):
        return False


ANSWERS = {"postgres": postgres_answers, "redis": redis_answers, "search": search_answers}
