"""Quantiles and tails of the normal and of Fisher's F distribution (pure; the home of scipy)."""

from __future__ import annotations

from scipy.special import fdtri, ndtr, ndtri

TWO_SIDED = 0.975  # the upper end of a 95 % interval


def normal_quantile(share: float) -> float:
    """The value that a standard normal variable stays under with that probability."""
    return float(ndtri(share))


def two_sided_p(z: float) -> float:
    """How probable it is that a standard normal variable is as far from 0 as z, 0..1."""
    return float(2.0 * ndtr(-abs(z)))


def f_quantile(of_numerator: float, of_denominator: float, share: float) -> float:
    """The value that F with these degrees of freedom stays under with that probability."""
    return float(fdtri(of_numerator, of_denominator, share))
