"""Makes ``data/meaning.npz``: ``python -m matching.occupations.training``, after names or aliases changed.

Partial whitening: centre, rotate to principal axes, keep 256, divide by the square root of each one's
standard deviation. Full whitening was measured to be worse, and so was, for coding titles, a contrastive
head on top (top-1 on the project's relevance set .84 with it, .86 without).
"""

from __future__ import annotations

import numpy as np

from matching.occupations import meaning
from matching.occupations.catalogue import DATA, catalogue, level, pack
from matching.occupations.titles import known_forms, strip_title

AXES = 256
WHITENING = 0.5


def training_forms() -> list[tuple[str, int]]:
    """Names and aliases of occupations with their packed codes; groups of occupations are left out."""
    groups = catalogue()
    return sorted(
        (form, pack(code))
        for form, codes in known_forms().items()
        for code in codes
        if not groups.children(code) and level(code) > 2
    )


def build() -> None:
    """Encodes all names and aliases (ten seconds on a core) and stores whitening and vectors."""
    forms = training_forms()
    encoded = meaning.encode([strip_title(form) for form, _ in forms])
    centre = encoded.mean(axis=0)
    _, spread, axes = np.linalg.svd(encoded - centre, full_matrices=False)
    deviation = spread[:AXES] / np.sqrt(len(forms))
    projection = axes[:AXES].T / deviation**WHITENING
    np.savez_compressed(
        DATA / "meaning.npz",
        centre=centre.astype(np.float32),
        projection=projection.astype(np.float16),
        vectors=meaning.unit((encoded - centre) @ projection).astype(np.float16),
        codes=np.array([code for _, code in forms], dtype=np.int32),
        digest=np.array(meaning.digest(forms)),
    )


if __name__ == "__main__":
    build()
