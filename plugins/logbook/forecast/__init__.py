"""Will a PG reach their targets? A forecast from what they and others did where; docs/forecast.md explains it."""

from plugins.logbook.forecast.outlooks import outlooks
from sims.contracts import Forecast

METHOD = (
    "What comes is estimated from how often earlier PGs of the specialty did it, week by week, in the departments "
    "where rotations are planned (elsewhere: on average), times how active this PG was in the last year compared with "
    "them. The range is where four of five PGs in this position end; it is checked against what really came. Entries that "
    "wait count as far as they are usually approved."
)

FORECAST = Forecast(
    name="logbook.targets",
    label="Procedure targets",
    permission="logbook.entry.view",
    of=outlooks,
    method=METHOD,
)
