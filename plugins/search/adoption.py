"""People's searches in a Django SIMS."""

from collections.abc import Mapping
from typing import Any

from plugins.search.models import SearchHistory
from sims.adopting.old import Old, carry
from sims.contracts import Adopted


def searched(row: Mapping[str, Any], old: Old) -> Mapping[str, Any]:
    """A search."""
    columns = ("user_id", "search_term", "result_count", "duration", "created_at")
    return {"result_count": 0, "duration": 0, "filters": {}} | dict(carry(row, *columns))


ADOPTED = (Adopted(source="search_searchhistory", model=SearchHistory, values=searched),)
