"""A secret prints nowhere, by no way of printing."""

import copy
import json
import logging
import pickle
import traceback

import pytest
from attrs import asdict, frozen

from meli_sdk import AppCredentials, Secret

VALUE = "APP_USR-CANARY-17"


@frozen
class Holder:
    token: Secret


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        lambda secret: f"{secret}{secret!s}{secret!r}{secret:>40}",
        lambda secret: "%s %r" % (secret, secret),  # noqa: UP031  one of the ways
        "{}".format,
        lambda secret: str([secret, {secret: secret}, (secret,)]),
        lambda secret: repr(Holder(secret)),
        lambda secret: repr(asdict(Holder(secret))),
        lambda secret: repr(AppCredentials(17, secret)),
        lambda secret: json.dumps({"token": secret}, default=str),
        lambda secret: str(vars(type(secret))) + str(dir(secret)),
    ],
    ids=[
        "str",
        "repr",
        "f_string",
        "percent",
        "format",
        "containers",
        "attrs",
        "asdict",
        "credentials",
        "json",
        "class",
    ],
)
def test_no_way_of_printing_shows_it(show):
    assert "CANARY" not in show(Secret(VALUE))


def fail(secret: Secret) -> None:
    raise ValueError(secret)


def test_a_log_and_a_traceback_show_stars(caplog):
    secret = Secret(VALUE)
    logging.getLogger("meli_sdk").error("token %s %r", secret, secret)
    with pytest.raises(ValueError, match=r"\*\*\*") as raised:
        fail(secret)
    lines = traceback.TracebackException.from_exception(raised.value, capture_locals=True).format()
    assert "CANARY" not in "".join(lines) + caplog.text
    assert "***" in caplog.text


def test_it_refuses_to_be_pickled_and_names_the_way():
    with pytest.raises(TypeError, match="grant store"):
        pickle.dumps(Secret(VALUE))
    with pytest.raises(TypeError, match="grant store"):
        pickle.dumps(AppCredentials(17, VALUE))


def test_only_reveal_gives_the_value():
    assert Secret(VALUE).reveal() == VALUE
    assert Secret(Secret(VALUE)).reveal() == VALUE
    assert not hasattr(Secret(VALUE), "__dict__")


def test_secrets_are_equal_by_value_and_never_to_text():
    secret = Secret(VALUE)
    assert secret == Secret(VALUE)
    assert secret != Secret("other")
    assert secret != VALUE
    assert len({secret, Secret(VALUE), Secret("other")}) == 2
    assert copy.copy(secret) is copy.deepcopy(secret) is secret


def test_an_empty_secret_is_false():
    assert Secret(VALUE)
    assert not Secret("")


def test_a_fingerprint_tells_two_apart_and_shows_neither():
    assert Secret(VALUE).fingerprint() == Secret(VALUE).fingerprint() != Secret("other").fingerprint()
    assert len(Secret(VALUE).fingerprint()) == 16
    assert "CANARY" not in Secret(VALUE).fingerprint()
