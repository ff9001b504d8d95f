"""The arithmetic of the forecast: a Gamma-Poisson model, without any data of its own.

What a PG does towards a target in `w` weeks at a rate `r` is taken as Poisson with mean `a * r * w`, where `a` says how
active this PG is compared with others: Gamma with mean 1 and shape `k` among all PGs. After `y` were seen where `e` were
expected, `a` is Gamma(k + y, k + e), and what is still to come is negative binomial.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log1p

LOW, HIGH = 0.1, 0.9
"""Four in five end between these quantiles."""

LEAST_SHAPE, MOST_SHAPE = 1.5, 60.0
USUAL_SPREAD = 0.2
"""The variance of activity among PGs where nothing is known of them: a third of them are 45 % off the mean."""

SPREAD_WEIGHT = 100.0
"""How much of `expected` squared the usual spread weighs: a few PGs at a rare procedure say next to nothing of it."""

MOST_STEPS = 100_000


@dataclass(frozen=True)
class Coming:
    """What is still to come: a negative binomial with this mean and shape."""

    mean: float
    shape: float

    def probabilities(self) -> Iterator[float]:
        """Of 0, 1, 2, … to come."""
        if self.mean <= 0:
            yield 1.0
            return
        none = -self.shape * log1p(self.mean / self.shape)
        more = -log1p(self.shape / self.mean)
        start = none - lgamma(self.shape)
        for place in range(MOST_STEPS):
            yield exp(start + lgamma(self.shape + place) - lgamma(place + 1) + place * more)

    def quantile(self, share: float) -> int:
        """The least number that at least this share stays within."""
        total = 0.0
        for place, probability in enumerate(self.probabilities()):
            total += probability
            if total >= share - 1e-9:
                return place
        return round(self.mean)

    def at_least(self, number: int) -> float:
        """The probability that as many come."""
        if number <= 0:
            return 1.0
        total = 0.0
        for place, probability in enumerate(self.probabilities()):
            if place >= number:
                break
            total += probability
        return max(0.0, 1.0 - total)


def coming(
    *, shape: float, seen: float, expected: float, ahead: float, counts: float = 1.0
) -> Coming:
    """What is still to come where `ahead` would come to an average PG, after `seen` came where `expected` would have.

    `counts` is the share of it that is approved in the end: thinning leaves the shape as it is.
    """
    after = shape + seen
    return Coming(mean=counts * ahead * after / (shape + expected), shape=after)


def spread_of(
    seen: Sequence[float], expected: Sequence[float], usual: float = USUAL_SPREAD
) -> float:
    """The variance of activity among PGs, by the method of moments; where they say little, near the usual one.

    Of somebody with `expected` e the square of (seen - e) is on average e (counting) and e² times this variance.
    """
    beyond = sum((y - e) ** 2 - e for y, e in zip(seen, expected, strict=True))
    known = sum(e * e for e in expected)
    return (beyond + usual * SPREAD_WEIGHT) / (known + SPREAD_WEIGHT)


def shape_of(spread: float) -> float:
    """The shape of a Gamma distribution with mean 1 and this variance, within sane bounds."""
    return min(MOST_SHAPE, max(LEAST_SHAPE, 1 / spread)) if spread > 0 else MOST_SHAPE


def rate(count: float, weeks: float, usual: float, weight: float = 26.0) -> float:
    """A week's number in one department: its own, drawn towards the usual one where few weeks were seen there."""
    return (count + usual * weight) / (weeks + weight)
