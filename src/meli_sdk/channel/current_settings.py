"""The settings that count now: those of the program, or of a file that may be saved while the channel runs."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from meli_sdk.app import MeliApp
from meli_sdk.channel.settings import ChannelSettings
from meli_sdk.channel.settings_file import load_settings
from meli_sdk.errors import ConfigurationError, InputError, MeliError, shown
from meli_sdk.wire.message import check_base_url

_Stamp = tuple[int, int, int]
_GONE: Final = (0, 0, 0)


class CurrentSettings:
    """A channel's settings, followed as they change.

    Args:
        app: the application that they must agree with.
        settings: themselves, or the path of their file.

    Raises:
        InputError: neither of both.
        ConfigurationError: they contradict the application, or the file can't be read.
        MappingError: a mapping in the file is wrong.
    """

    def __init__(self, app: MeliApp, settings: ChannelSettings | str | Path) -> None:
        self._app: Final = app
        self._path: Final = None if isinstance(settings, ChannelSettings) else _path(settings)
        self._stamp: _Stamp = _GONE if self._path is None else _stamp(self._path)
        self._refused: _Stamp | None = None
        found = settings if isinstance(settings, ChannelSettings) else load_settings(_path(settings))
        self.value: ChannelSettings = check_settings(app, found)

    def use(self, settings: ChannelSettings) -> None:
        """Puts others in their place, and tells the limiter.

        Raises:
            InputError: another seller's settings.
            ConfigurationError: settings that contradict the application.
        """
        if settings.user_id != self.value.user_id:
            message = (
                f"this channel belongs to seller {self.value.user_id}, the settings to {settings.user_id}: "
                "make another SalesChannel"
            )
            raise InputError(message)
        self.value = check_settings(self._app, settings)
        self._app.set_throughput(settings.user_id, settings.throughput)

    def refresh(self) -> ChannelSettings:
        """Takes over a file that was saved since it was read.

        Raises:
            ConfigurationError, MappingError, InputError: the file is wrong; the settings stay as they were.
        """
        if self._path is not None and self._stamp != (stamp := _stamp(self._path)):
            self.use(load_settings(self._path))
            self._stamp = stamp
        return self.value

    def refresh_where_good(self, tell: Callable[[MeliError], None]) -> None:
        """As `refresh`; what is wrong with a file is told once, and the settings stay as they were until it is saved again."""
        stamp = self._stamp if self._path is None else _stamp(self._path)
        if stamp == self._stamp:
            self._refused = None
        elif stamp != self._refused:
            self._refused = stamp
            try:
                self.refresh()
            except MeliError as wrong:
                tell(wrong)


def check_settings(app: MeliApp, settings: ChannelSettings) -> ChannelSettings:
    """Compares settings with the application.

    Raises:
        ConfigurationError: another API address, or the application's own id in place of the seller's.
    """
    if settings.api_url is not None and check_base_url(settings.api_url) != app.base_url:
        message = (
            f"api_url is {settings.api_url}, but the application calls {app.base_url}: a channel uses its application's "
            "address, so make them equal or leave api_url out"
        )
        raise ConfigurationError(message)
    if settings.user_id == app.client_id:
        message = (
            f"user_id {settings.user_id} is the application's Client ID: the channel's User Id is the seller's account, "
            "as in (await app.sellers())[0].user_id"
        )
        raise ConfigurationError(message)
    return settings


def _path(settings: object) -> Path:
    if isinstance(settings, str | Path):
        return Path(settings)
    message = f"settings are ChannelSettings or the path of a settings file, got {shown(settings)}"
    raise InputError(message)


def _stamp(path: Path) -> _Stamp:
    try:
        found = path.stat()
    except OSError:  # reading it says why
        return _GONE
    return found.st_mtime_ns, found.st_size, found.st_ino
