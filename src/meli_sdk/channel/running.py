"""Jobs that run side by side until they are cancelled."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

from attrs import frozen

from meli_sdk import errors
from meli_sdk.channel.database import is_away
from meli_sdk.channel.failures import PASSES_BY
from meli_sdk.channel.orders_handover import is_handlers_own

if TYPE_CHECKING:
    from meli_sdk.wire.clock import Clock

_LONGEST_PAUSE: Final = 300.0
_PASSES_BY: Final = (
    *PASSES_BY,
    errors.StoreError,
    errors.PaginationError,  # rows that move while they are read, or a filter that is ignored today
    errors.NotFoundError,  # a list does not cease to be: the way to it is lost for a while
    errors.UnexpectedStatusError,  # of something between us and Mercado Libre
    errors.ConfigurationError,  # settings that were saved under way, and may be saved again
)
"""Failures that another pass may not meet. Others, such as 400 and 403, last until somebody changes something."""

Step = Callable[[], Awaitable[object]]


@frozen(kw_only=True)
class RunningJob:
    """One job: a pass, and what it waits for before the next one."""

    name: str
    step: Step
    wait: Step


def passes_by(failure: Exception) -> bool:
    """Whether another pass may not meet it: calls that fail, settings, or a database that is away; nothing of the handler's."""
    return not is_handlers_own(failure) and (isinstance(failure, _PASSES_BY) or is_away(failure))


async def run_jobs(
    jobs: Sequence[RunningJob], clock: "Clock", told: Callable[[str, int, float, Exception], None]
) -> None:
    """Runs jobs side by side.

    A failure that passes by is told (job, failures in a row, seconds until the next pass, error) and the job goes on after
    a pause that grows to five minutes. Any other one ends all jobs and is raised.

    Raises:
        Exception: what a pass raised that does not pass by, such as a seller who has to authorise again.
    """

    async def run(job: RunningJob) -> None:
        failures = 0
        while True:
            try:
                await job.step()
            except Exception as failure:
                if not passes_by(failure):
                    raise
                failures += 1
                seconds = min(_LONGEST_PAUSE, 2.0 ** min(failures, 10))
                told(job.name, failures, seconds, failure)
                await clock.sleep(seconds)
            else:
                failures = 0
                await job.wait()

    tasks = [asyncio.create_task(run(job), name=f"meli channel: {job.name}") for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            if not task.cancelling():  # a second time would cut off its cleaning up
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
