"""Requests as data: what may become part of a path, a query, a header, an origin."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from yarl import URL

from meli_sdk.errors import ConfigurationError, InputError, shown
from meli_sdk.secret import Secret
from meli_sdk.wire.message import (
    Request,
    Response,
    build_url,
    check_base_url,
    check_headers,
    check_path,
    check_template,
    render_params,
    render_path,
)

ORIGIN = URL("https://api.mercadolibre.com")


# path templates


@pytest.mark.parametrize(
    ("template", "values", "path"),
    [
        ("/users/me", {}, "/users/me"),
        ("/orders/{order_id}", {"order_id": 2000003508419013}, "/orders/2000003508419013"),
        ("/orders/{order_id}", {"order_id": "17"}, "/orders/17"),
        ("/items/{item_id}", {"item_id": "MLM1487703748"}, "/items/MLM1487703748"),
        ("/global/items/{cbt_item_id}", {"cbt_item_id": "CBT1234"}, "/global/items/CBT1234"),
        ("/sites/{site_id}/categories", {"site_id": "MLA"}, "/sites/MLA/categories"),
        ("/users/{user_id}/items/{item_id}", {"user_id": 1, "item_id": "MLA2"}, "/users/1/items/MLA2"),
    ],
)
def test_a_path_is_its_template_with_checked_values(template, values, path):
    assert render_path(template, values) == path


@pytest.mark.parametrize(
    "value",
    [
        *(
            "",
            " ",
            ".",
            "..",
            "../users/me",
            "1/../2",
            "1/2",
            "1?x=1",
            "1#x",
            "1%2F..",
            "%2e%2e",
            "1\r\n",
            "1\n",
            "\x001",
        ),
        *(
            "@evil.example",
            "//evil.example",
            "https://evil.example/1",
            "1;2",
            "1\\2",
            "\uff11\uff12",
            "x" * 1_000_000,
            "0",
            "-1",
        ),
        *(0, -1, True, None, 1.0, float("nan"), 10**20, b"1", [1], ...),
    ],
    ids=shown,
)
def test_a_hostile_id_never_enters_a_path(value):
    with pytest.raises(InputError, match="order_id must be a whole number") as raised:
        render_path("/orders/{order_id}", {"order_id": value})
    assert len(str(raised.value)) < 300


def test_a_missing_value_is_named():
    with pytest.raises(InputError, match="needs order_id"):
        render_path("/orders/{order_id}", {})


@pytest.mark.parametrize(
    "template", ["orders/{order_id}", "//host/{order_id}", "", "/things/{thing_id}", "/orders/{order_id}/{next}"]
)
def test_a_template_that_nobody_checks_is_refused_when_it_is_defined(template):
    with pytest.raises(ConfigurationError, match="path template"):
        check_template(template)


# paths that users give


@pytest.mark.parametrize(
    "path", ["/users/me", "/orders/17", "/a-b_c.d~e/f", "/items/MLA1,MLA2", "/trailing/", "/%7Ename", "/"]
)
def test_a_path_that_begins_with_one_slash_is_taken_as_it_is(path):
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("", "users/me", "//evil.example/x", "/a//b", "https://evil.example/x", "///", "\\\\evil.example\\x"),
        *("/..", "/../x", "/a/../b", "/a/..", "/./a", "/a/.", "/%2e%2e/x", "/%2E./x", "/a/%2e", "/a%2fb", "/a%5cb"),
        *("/a?x=1", "/a#b", "/a@evil.example", "/@evil.example", "/a b", "/a\tb", "/a\r\nb", "/a\x00", "/a\x7f", "/ä"),
        *(None, 5, b"/users/me", ["/users/me"]),
    ],
    ids=shown,
)
def test_a_path_that_could_lead_elsewhere_is_refused(path):
    with pytest.raises(InputError, match="path must begin with one slash"):
        check_path(path)


# base URL


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://api.mercadolibre.com", "https://api.mercadolibre.com"),
        ("https://api.mercadolibre.com/", "https://api.mercadolibre.com"),
        ("https://API.mercadolibre.com", "https://api.mercadolibre.com"),
        ("https://proxy.example.com:8443", "https://proxy.example.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:9", "http://[::1]:9"),
    ],
)
def test_an_https_origin_or_a_loopback_one_is_taken(given, origin):
    assert str(check_base_url(given)) == origin


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.mercadolibre.com", "http://127.0.0.1.evil.example", "http://localhost.evil.example:80"),
        "http://2130706433",
    ],
)
def test_plain_http_is_for_loopback_and_the_remedy_is_https(url):
    with pytest.raises(ConfigurationError, match="use https"):
        check_base_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("", "api.mercadolibre.com", "ftp://api.mercadolibre.com", "https://", "https:///x", "file:///etc/passwd"),
        *("https://api.mercadolibre.com/v1", "https://api.mercadolibre.com?x=1", "https://api.mercadolibre.com/#x"),
        *(
            "https://me@api.mercadolibre.com",
            "https://me:word@api.mercadolibre.com",
            "https://:word@api.mercadolibre.com",
        ),
        *("https://api.mercadolibre.com\r\nHost: evil", "https://api.mercadolibre.com:99999", "https://[::1", None, 5),
        *(b"https://api.mercadolibre.com", URL("https://api.mercadolibre.com"), "https://api mercadolibre.com"),
    ],
    ids=shown,
)
def test_what_is_no_origin_is_refused_and_the_right_one_shown(url):
    with pytest.raises(ConfigurationError, match=r"base_url .*https"):
        check_base_url(url)


# headers


@pytest.mark.parametrize(
    "headers",
    [
        *(
            {"x-a": "1\r\nx-evil: 2"},
            {"x-a\r\nx-evil": "2"},
            {"x-a": "1\n"},
            {"x-a": "\x00"},
            {"x-a": "\x7f"},
            {"x\t": "1"},
        ),
    ],
    ids=shown,
)
def test_a_line_break_or_control_character_never_enters_a_header(headers):
    with pytest.raises(InputError, match="header"):
        check_headers(headers)


@pytest.mark.parametrize("name", ["Authorization", "authorization", "AUTHORIZATION"])
def test_the_token_is_not_replaced_by_a_header(name):
    with pytest.raises(InputError, match="set by the session"):
        check_headers({name: "Bearer other"})


@pytest.mark.parametrize(
    "headers", [{"x-a": 5}, {5: "x"}, {"x-a": None}, {"x-a": b"1"}, "x-a: 1", [("x-a", "1")], None]
)
def test_headers_are_text_by_text(headers):
    with pytest.raises(InputError, match="header"):
        check_headers(headers)


@pytest.mark.parametrize("headers", [{"x-ä": "1"}, {"x a": "1"}, {"": "1"}, {"x:a": "1"}, {"x-a": "smörgås"}])
def test_header_names_are_tokens_and_values_are_ascii(headers):
    with pytest.raises(InputError, match="header"):
        check_headers(headers)


def test_other_headers_are_taken():
    assert check_headers({"x-format-new": "true", "X-Scope": 'a"b, c; d=~'}) == {
        "x-format-new": "true",
        "X-Scope": 'a"b, c; d=~',
    }


# query parameters


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x y&z=1", "x y&z=1"),
        (True, "true"),
        (False, "false"),
        (50, "50"),
        (Decimal("11.20"), "11.20"),
        (Decimal("1E+3"), "1000"),
        (["a", "b"], "a,b"),
        (("MLA1", 2, True), "MLA1,2,true"),
        (datetime(2026, 1, 2, 3, 4, 5, 678_999, tzinfo=UTC), "2026-01-02T03:04:05.678+00:00"),
        (datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=-4))), "2026-01-02T00:00:00.000-04:00"),
    ],
)
def test_a_parameter_travels_as_text(value, text):
    assert render_params({"q": value}) == {"q": text}


def test_none_is_left_out():
    assert render_params({"a": None, "b": "", "c": 0}) == {"b": "", "c": "0"}


@pytest.mark.parametrize(
    "value",
    [
        datetime(2026, 1, 2),
        1.5,
        float("nan"),
        Decimal("NaN"),
        Decimal("Infinity"),
        b"x",
        {"a": 1},
        ...,
        [None],
        10**5000,
        Decimal("1E+999999"),
    ],
    ids=shown,
)
def test_a_parameter_of_another_kind_is_named_and_refused(value):
    with pytest.raises(InputError, match="created_from"):
        render_params({"created_from": value})


def test_a_moment_without_zone_names_the_remedy():
    with pytest.raises(InputError, match="needs a time zone"):
        render_params({"date": datetime(2026, 1, 2)})


# URLs


def test_a_query_is_encoded_once_and_arrives_as_it_was():
    params = {"scroll_id": "YXA+/w==", "q": "a b&c=d#é", "order.status": "paid,cancelled"}
    url = build_url(ORIGIN, "/orders/search", params)
    assert "scroll_id=YXA%2B%2Fw%3D%3D" in url.raw_query_string
    assert dict(url.query) == params
    assert url.origin() == ORIGIN


@pytest.mark.parametrize("params", [{"q": "\ud800"}, {"q": ["lamp", "\udfff"]}, {"\ud83d": "x"}])
def test_half_a_character_in_a_parameter_is_refused(params):
    with pytest.raises(InputError, match=r"half of a character.*\\ud"):
        build_url(ORIGIN, "/orders/search", render_params(params))


@pytest.mark.parametrize(
    "path",
    [
        *("@evil.example/x", ":x@evil.example/", ".evil.example/x", ":8443/x", "/a?x=1", "/a#b", ""),
        *("\\@evil.example", "?x", "#x"),
    ],
)
def test_a_path_that_changes_the_origin_is_found_after_rendering(path):
    with pytest.raises(InputError, match="leads away"):
        build_url(ORIGIN, path)


def test_a_port_of_the_origin_is_kept():
    assert str(build_url(URL("http://127.0.0.1:8080"), "/users/me")) == "http://127.0.0.1:8080/users/me"


# requests and responses


def test_a_request_prints_neither_token_nor_body():
    request = Request(
        method="POST",
        url=ORIGIN / "oauth/token",
        template="/oauth/token",
        body=b"CANARY-body",
        form={"client_secret": Secret("CANARY-form")},
        token=Secret("CANARY-token"),
    )
    response = Response(status=200, body=b"CANARY-answer", request=request)
    assert "CANARY" not in f"{request!r} {request} {response!r} {response}"


def test_header_names_of_a_response_are_found_in_any_spelling():
    request = Request(method="GET", url=ORIGIN, template="/")
    response = Response(
        status=206, headers={"X-Request-Id": "r-1", "X-CONTENT-MISSING": "buyer, payments ,"}, request=request
    )
    assert response.request_id == "r-1"
    assert (response.partial, response.missing) == (True, ("buyer", "payments"))
    bare = Response(status=200, request=request)
    assert (bare.request_id, bare.partial, bare.missing) == (None, False, ())
