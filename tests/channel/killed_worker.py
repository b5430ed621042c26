"""A process that downloads orders until it is killed: says a line for each order it is given."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Column, MetaData, Table, insert

from meli_sdk import AppCredentials, MeliApp, SQLiteGrantStore
from meli_sdk.channel import ChannelSettings, SalesChannel

GIVEN = Table("given", MetaData(), Column("order_id", BigInteger, nullable=False))


async def main(url: str, client_id: str, secret: str, grants: str, seller: str, database: str) -> None:
    async def write(order, connection):
        await connection.execute(insert(GIVEN).values(order_id=order.order.id))
        sys.stdout.write("given\n")
        sys.stdout.flush()

    credentials = AppCredentials(int(client_id), secret)
    settings = ChannelSettings("Tienda", int(seller), throughput=10_000)
    async with (
        MeliApp(credentials, SQLiteGrantStore(grants), base_url=url) as app,
        SalesChannel(app, settings, database) as channel,
    ):
        await channel.prepare(GIVEN.metadata)
        await channel.download_orders(write, since=datetime.now(UTC) - timedelta(days=5), shipments=False)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
