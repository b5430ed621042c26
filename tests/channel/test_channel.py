from pathlib import Path

import pytest

from meli_sdk import MeliApp, channel, models
from meli_sdk.channel import ChannelSettings, SalesChannel, save_settings
from meli_sdk.errors import ConfigurationError, InputError
from meli_sdk.sandbox import LOCAL_SELLER_ID, Sandbox

from .conftest import each_database


@each_database
async def test_an_open_channel_has_its_tables_and_its_seller_the_rate_of_the_settings(
    app: MeliApp, settings: ChannelSettings, database_url: str
):
    async with SalesChannel(app, settings.with_changes(throughput=3.0), database_url) as channel:
        assert channel.settings.throughput == 3.0
        limiter = app.pipeline.limiter
        assert await limiter.acquire(LOCAL_SELLER_ID, None) < 0.2
        assert await limiter.acquire(LOCAL_SELLER_ID, None) > 0.1


async def test_a_saved_change_counts_from_the_next_pass_on(app: MeliApp, settings: ChannelSettings, tmp_path: Path):
    path = tmp_path / "channel.toml"
    save_settings(settings, path)
    async with SalesChannel(app, path, f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}") as channel:
        assert channel.refresh_settings() == settings
        changed = settings.with_changes(name="Otra", order_groups={"Pending"})
        save_settings(changed, path)
        assert channel.settings == settings
        assert channel.refresh_settings() == changed
        path.write_text("[main")
        with pytest.raises(ConfigurationError, match="is no TOML"):
            channel.refresh_settings()
        assert channel.settings == changed


async def test_a_saved_file_that_contradicts_the_application_is_told_at_each_pass_until_it_is_mended(
    app: MeliApp, settings: ChannelSettings, tmp_path: Path
):
    path = tmp_path / "channel.toml"
    save_settings(settings, path)
    async with SalesChannel(app, path, f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}") as channel:
        save_settings(settings.with_changes(user_id=LOCAL_SELLER_ID + 1), path)
        for _ in range(2):
            with pytest.raises(InputError, match="make another SalesChannel"):
                channel.refresh_settings()
        save_settings(settings.with_changes(name="Otra"), path)
        assert channel.refresh_settings().name == "Otra"


async def test_the_settings_of_another_seller_need_another_channel(app: MeliApp, settings: ChannelSettings, tmp_path):
    channel = SalesChannel(app, settings, f"sqlite+aiosqlite:///{tmp_path / 'channel.db'}")
    with pytest.raises(InputError, match="make another SalesChannel"):
        channel.use(settings.with_changes(user_id=5))


async def test_an_api_url_that_is_not_the_applications_is_refused(
    app: MeliApp, settings: ChannelSettings, box: Sandbox
):
    with pytest.raises(ConfigurationError, match=f"the application calls {box.url}"):
        SalesChannel(app, settings.with_changes(api_url="https://api.mercadolibre.com"))


async def test_the_applications_id_is_no_seller(app: MeliApp, box: Sandbox):
    with pytest.raises(ConfigurationError, match="is the application's Client ID"):
        SalesChannel(app, ChannelSettings("Tienda", box.app_credentials.client_id))


async def test_settings_are_settings_or_a_path(app: MeliApp):
    with pytest.raises(InputError, match="settings are ChannelSettings or the path"):
        SalesChannel(app, {"name": "Tienda"})  # type: ignore[arg-type]


def test_a_name_that_the_channel_and_the_models_share_is_one_thing():
    shared = set(channel.__all__) & set(models.__all__)
    assert [name for name in shared if getattr(channel, name) is not getattr(models, name)] == []
