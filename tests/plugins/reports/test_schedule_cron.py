"""Cron text is only taken where what it is read out as is what will happen."""

import pytest

from plugins.reports.schedules.cron import check, in_words
from sims.errors import Invalid


@pytest.mark.parametrize(
    "cron",
    ["0 r * * *", "0 r(1-5) * * *", "0 9 15W * *", "0 7 * * *,1", "0 1/99999 * * *", "0 7 * r *"],
)
def test_what_runs_at_random_or_otherwise_than_it_reads_is_refused(app_context, cron):
    with pytest.raises(Invalid, match=r"The .* is “|more simply"):
        check(cron)


@pytest.mark.parametrize(
    ("cron", "tidy", "words"),
    [
        ("30/30  7 * * *", "30 7 * * *", "At 07:30 (UTC)"),
        ("0 9 1,l * *", "0 9 1,L * *", "At 09:00, on day 1 and the last of the month (UTC)"),
        ("0 7 * * mon#1", "0 7 * * MON#1", "At 07:00, on the first Monday of the month (UTC)"),
        ("0 7 1 * 1", "0 7 1 * 1", "At 07:00, on day 1 of the month, or on Monday (UTC)"),
    ],
)
def test_what_is_taken_is_kept_tidy_and_reads_as_it_runs(app_context, cron, tidy, words):
    assert check(cron) == tidy
    assert in_words(tidy, "UTC") == words
