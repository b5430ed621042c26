"""The daily quota of listings: 10,000 per seller, site and UTC day, counted here and refused before the call."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from attrs import frozen

from meli_sdk.errors import NotApplicableError

LISTINGS_PER_DAY: Final = 10_000


@frozen(kw_only=True)
class Quota:
    """What is left of today's listings on one site, by our own count."""

    site_id: str
    day: date
    used: int
    limit: int = LISTINGS_PER_DAY

    @property
    def left(self) -> int:
        """How many listings are left."""
        return max(0, self.limit - self.used)


class ListingCounter:
    """Counts the listings that this process asked for. Other processes and earlier runs count at Mercado Libre only."""

    def __init__(self) -> None:
        self._day: date | None = None
        self._used: Counter[tuple[int, str]] = Counter()

    def _turn(self, now: datetime) -> date:
        day = now.date()
        if day != self._day:
            self._day = day
            self._used.clear()
        return day

    def quota(self, seller: int, site_id: str, now: datetime) -> Quota:
        """The count of one seller and site on the day of `now`, which is UTC."""
        day = self._turn(now)
        return Quota(site_id=site_id, day=day, used=self._used[seller, site_id])

    def take(self, seller: int, sites: Iterable[str], now: datetime) -> None:
        """Counts one listing for each site named, or none at all.

        Raises:
            NotApplicableError: one of them has reached the limit.
        """
        day = self._turn(now)
        wanted = Counter(sites)
        for site, count in wanted.items():
            if self._used[seller, site] + count > LISTINGS_PER_DAY:
                message = (
                    f"seller {seller} has asked for {self._used[seller, site]:,} listings in {site} on {day} (UTC); "
                    f"Mercado Libre allows {LISTINGS_PER_DAY:,} a day and site: go on tomorrow"
                )
                raise NotApplicableError(message)
        for site, count in wanted.items():
            self._used[seller, site] += count
