"""The servers that tests start for themselves: real, private, empty for each test."""

import asyncpg
import pytest
from redis.asyncio import Redis


@pytest.mark.parametrize("run", [1, 2])
async def test_each_test_has_an_empty_postgresql_database_of_its_own(postgres_url, run):
    assert "@127.0.0.1:" in postgres_url
    connection = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    try:
        await connection.execute("CREATE TABLE once (n int)")
    finally:
        await connection.close()


@pytest.mark.parametrize("run", [1, 2])
async def test_each_test_has_an_empty_redis(redis_url, run):
    async with Redis.from_url(redis_url) as client:
        assert await client.incr("n") == 1


async def test_redis_can_go_away_and_come_back_on_the_same_port(redis_server):
    before = redis_server.url
    redis_server.stop()
    redis_server.start()
    assert redis_server.url == before
    async with Redis.from_url(before) as client:
        assert await client.ping()


async def test_the_browser_is_real_and_cannot_reach_other_machines(browser):
    page = await browser.new_page()
    await page.set_content("<button onclick=\"this.textContent = 'pressed'\">press</button>")
    await page.get_by_role("button").click()
    assert await page.get_by_role("button").inner_text() == "pressed"
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        await page.goto("http://example.com/")
