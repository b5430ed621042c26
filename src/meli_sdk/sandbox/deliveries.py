"""Notifications on their way to the application's callback.

The rule is the documented one: HTTP 200 within 500 ms, else again in growing intervals, eight attempts in one hour. After the
eighth the notification counts as missed and its topic is switched off, until it is switched on by hand.
"""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import aiohttp

from meli_sdk.sandbox.notices import Notice
from meli_sdk.sandbox.notifications import body_of
from meli_sdk.sandbox.state import World

ANSWER_WITHIN: Final = 0.5
"""Seconds, of the machine's time."""
ATTEMPTS: Final = 8
WINDOW: Final = timedelta(hours=1)
AT_ONCE: Final = 50
REMEMBERED: Final = 1000
"""So many notifications that arrived are kept for `GET /sandbox/notifications`."""


def attempt_after(number: int) -> timedelta:
    """How long after a notification came about its attempt `number`, from 1, is made: each interval doubles the last."""
    return WINDOW * ((1 << (number - 1)) - 1) / ((1 << (ATTEMPTS - 1)) - 1)


class Deliveries:
    """Pushes what happens in a world to its callback.

    Args:
        world: whose notifications.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._http: aiohttp.ClientSession | None = None

    def add(self, topic: str, resource: str, user_id: int) -> Notice | None:
        """Plans a notification; None where nobody is to be told.

        The same news twice in one moment is told once.
        """
        world = self._world
        if world.mail.callback is None or topic in world.mail.disabled_topics or not _subscribed(world, topic):
            return None
        newest = world.mail.outgoing[-1] if world.mail.outgoing else None
        if newest and newest.attempts == 0 and (newest.topic, newest.resource) == (topic, resource):
            return newest
        now = world.now()
        notice = Notice(
            id=world.new_hex(24),
            topic=topic,
            resource=resource,
            user_id=user_id,
            sent=now,
            attempts=0,
            http_code=None,
            received=now,
            due=now,
        )
        world.mail.outgoing.append(notice)
        return notice

    async def send_due(self) -> int:
        """Makes the attempts whose time has come; how many those were."""
        now = self._world.now()
        due = [notice for notice in self._world.mail.outgoing if notice.due is not None and notice.due <= now]
        for start in range(0, len(due), AT_ONCE):
            await asyncio.gather(*(self.attempt(notice) for notice in due[start : start + AT_ONCE]))
        return len(due)

    async def attempt(self, notice: Notice) -> Notice:
        """Makes one attempt; the notification as it stands afterwards."""
        world = self._world
        if notice not in world.mail.outgoing:  # another attempt of it has begun
            return notice
        world.mail.outgoing.remove(notice)
        tried = replace(notice, attempts=notice.attempts + 1, sent=world.now(), due=None)
        tried = replace(tried, http_code=await self._post(tried))
        if tried.http_code == HTTPStatus.OK:
            world.mail.delivered.append(tried)
            del world.mail.delivered[:-REMEMBERED]
        elif tried.attempts < ATTEMPTS:
            came_about = notice.received or notice.sent
            tried = replace(tried, due=came_about + attempt_after(tried.attempts + 1))
            world.mail.outgoing.append(tried)
        else:
            world.missed.append(tried)
            world.mail.disabled_topics.add(tried.topic)
        return tried

    async def _post(self, notice: Notice) -> int | None:
        if self._http is None:
            self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_WITHIN))
        body = json.dumps(body_of(notice, next(iter(self._world.apps))))
        headers = {"Content-Type": "application/json"}
        try:
            async with self._http.post(
                self._world.mail.callback or "", data=body, headers=headers, allow_redirects=False
            ) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return None

    async def aclose(self) -> None:
        """Closes its connections."""
        if self._http is not None:
            await self._http.close()


def _subscribed(world: World, topic: str) -> bool:
    return world.mail.topics is None or topic in world.mail.topics
