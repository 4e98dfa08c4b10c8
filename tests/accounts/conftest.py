from tests.stack import blank_postgres, blank_sqlite, embedded, stack

__all__ = ["blank_postgres", "blank_sqlite", "embedded", "stack"]
