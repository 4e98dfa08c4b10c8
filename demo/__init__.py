"""A city that does not exist: a seeded ledger, settlements and vacancies to try everything with.

It knows nothing of the product and the product knows nothing of it: the sheets it writes come in through the
import that users have.  The same people, seed and day give the same cells.  No row is a real person or
business; how that is made sure of stands in ``demo.identity``.
"""

from demo.sheets import ROWS_PER_FILE, Written, generate

__all__ = ["ROWS_PER_FILE", "Written", "generate"]
