from decimal import Decimal

from meli_sdk.codec import Codec


def test_the_same_content_has_the_same_bytes_whatever_the_order_of_its_keys():
    codec = Codec()
    one = codec.parse(b'{"id": 1, "price": 10.50, "tags": ["a", "b"], "item": {"x": null, "y": "\xc3\xb1"}}')
    other = codec.parse(b'{"item": {"y": "\xc3\xb1", "x": null}, "tags": ["a", "b"], "price": 10.50, "id": 1}')
    assert codec.canonical(one) == codec.canonical(other)
    assert codec.canonical({"price": Decimal("10.50")}) != codec.canonical({"price": Decimal("10.51")})
    assert codec.canonical(["a", "b"]) != codec.canonical(["b", "a"])
