"""The limit and what it promises, and the grey band below it: order statistics of normal parts never learnt from.

With the limit at the j-th largest score of n exchangeable normal parts, the false-reject rate on further parts is
Beta(j, n + 1 - j) distributed, whatever the scores' distribution (Wilks 1941). So the promise depends on n and j only.

Between the (j + c)-th and the j-th largest lies a share of further parts that is Beta(c, n + 1 - c) distributed, for
each of the n + 1 gaps between ordered scores holds the same share on average. That is the grey band.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from station.core.errors import ConfigError

_USUAL_BOUND = 0.06  # of the false-reject rate, where nobody asked for one: rank 2 of 80 parts


@dataclass(frozen=True)
class Limit:
    """A limit and its promise; `kind` is "split" (parts kept apart) or "cross" (K folds, each judged by the others)."""

    limit: float
    rank: int  # the limit is the rank-th largest score
    n: int
    mean: float  # expected false-reject rate
    bound_95: float  # with 95 % confidence the false-reject rate is below this
    kind: str


@dataclass(frozen=True)
class GreyBand:
    """Scores above `grey_from` and at or below the limit pass, and a person should look."""

    grey_from: float
    rank: int  # it is the rank-th largest score
    n: int
    mean: float  # expected share of good parts in the band
    bound_95: float  # with 95 % confidence the share is below this


def beta_bound(n: int, rank: int, confidence: float = 0.95) -> float:
    """Upper bound of the false-reject rate for the rank-th largest of n scores: a quantile of Beta(rank, n+1-rank).

    P(Beta(j, n + 1 - j) <= p) = P(Binomial(n, p) >= j), solved for p by bisection.
    """
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if 1 - _binomial_below(n, middle, rank) < confidence:
            low = middle
        else:
            high = middle
    return high


def _binomial_below(n: int, p: float, count: int) -> float:
    """P(Binomial(n, p) < count)."""
    if p <= 0 or p >= 1:
        return 1.0 if p <= 0 else float(count > n)
    terms = (
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
        for k in range(count)
    )
    return math.fsum(math.exp(term) for term in terms)


def parts_needed(bound: float, confidence: float = 0.95) -> int:
    """Fewest normal parts whose maximum keeps the false-reject rate below `bound` with this confidence."""
    return math.ceil(math.log(1 - confidence) / math.log1p(-bound))


def chosen_rank(n: int, bound: float | None = None) -> int:
    """The largest rank whose 95 % bound is not above `bound`; at least 1.

    The maximum alone would let one odd part decide; a lower order statistic misses less and still keeps the bound.

    Args:
        n: held-out normal parts.
        bound: what the user asks for; None = `_USUAL_BOUND`.
    """
    rank = 1
    while rank < n and beta_bound(n, rank + 1) <= (_USUAL_BOUND if bound is None else bound):
        rank += 1
    return rank


def order_limit(scores: Sequence[float], kind: str, rank: int = 1, bound: float | None = None) -> Limit:
    """Set the limit at the `rank`-th largest score.

    Args:
        scores: one per normal part; infinity for one that cannot be inspected, which the line would reject.
        kind: "split" or "cross".
        rank: 1 = the maximum; larger ranks reject more good parts and miss less.
        bound: the 95 % bound that the user asks for, if any.

    Raises:
        ConfigError: a score is not finite, or n parts cannot give the bound; says how many more are needed.
    """
    n = len(scores)
    lost = sum(score == math.inf for score in scores)
    if not all(math.isfinite(score) or score == math.inf for score in scores):
        raise ConfigError("calibration: a normal part has no finite score; look for damaged pictures in train/good")
    if not 1 <= rank <= n:
        raise ConfigError(f"calibration: rank = {rank}: must be 1..{n}, the number of held-out normal parts")
    if lost >= rank:
        raise ConfigError(
            f"calibration: {lost} of {n} held-out good parts cannot be inspected, so the limit cannot be the {rank}. "
            f"largest score; take --rank {lost + 1}, another --fixture, or remove pictures without a whole part"
        )
    bound_95 = beta_bound(n, rank)
    if bound is not None and bound_95 > bound:
        more = parts_needed(bound) - n
        way_out = f"{more} more held-out good parts are needed" if more > 0 else "take a lower --rank"
        raise ConfigError(
            f"calibration: a false-reject bound of {bound:.2%} cannot be promised from {n} held-out parts at rank "
            f"{rank} (they give {bound_95:.2%}); {way_out}"
        )
    return Limit(sorted(scores)[-rank], rank, n, rank / (n + 1), bound_95, kind)


def grey_from(scores: Sequence[float], limit: Limit, share: float = 0.05) -> GreyBand:
    """The lower edge of the grey band: the order statistic whose expected share comes nearest to `share`.

    Args:
        scores: those that `limit` was set with.
        limit: from `order_limit`.
        share: of good parts, 0..1, that are to lie in the band. With few parts the nearest possible share is far
            from it (one of n + 1 gaps at least); the band says its own.

    Raises:
        ConfigError: the share is no share, or leaves no part below the band.
    """
    gaps = max(1, round(share * (limit.n + 1))) if 0 < share < 1 else limit.n
    rank = limit.rank + gaps
    if rank > limit.n:
        most = (limit.n - limit.rank) / (limit.n + 1)
        raise ConfigError(
            f"calibration: grey share = {share}: must be above 0 and at most {most:.2f} with {limit.n} held-out parts "
            f"and the limit at rank {limit.rank}; 0.05 is usual"
        )
    return GreyBand(sorted(scores)[-rank], rank, limit.n, gaps / (limit.n + 1), beta_bound(limit.n, gaps))
