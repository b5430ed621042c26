"""The check and the sandbox were written apart, each from the documentation: what one refuses, the other does."""

import pytest
from tests.goods import goods, variation
from tests.resources.test_items_writing import FAULTS

from meli_sdk import errors
from meli_sdk.models import AttributeInput

ONLY_THE_SERVER_KNOWS = {"a picture that does not exist"}


async def test_an_item_that_the_check_lets_pass_is_listed(local):
    for item in (goods(), goods(variations=[variation("Azul"), variation("Rojo")])):
        found = await local.categories.check(item, conditions=True, validate=True)
        assert found.errors == ()
        assert (await local.items.create(item)).id


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault not in ONLY_THE_SERVER_KNOWS])
async def test_what_mercado_libre_refuses_the_check_tells_before(local, fault):
    item, cause_id, _ = FAULTS[fault]
    found = (await local.categories.check(item)).errors
    assert len(found) == 1
    if fault != "no title":  # what is absent is missing to the one and empty to the other
        assert cause_id in {None, 101, 369} or cause_id in found[0].causes
    with pytest.raises(errors.ValidationFailedError):
        await local.items.create(item)


async def test_a_refusal_that_only_the_server_knows_comes_with_its_validation(local):
    item, cause_id, code = FAULTS["a picture that does not exist"]
    assert (await local.categories.check(item)).errors == ()
    (found,) = (await local.categories.check(item, validate=True)).errors
    assert (found.code, found.causes) == (code, (cause_id,))


async def test_a_value_that_the_category_does_not_list_is_refused_by_both(local):
    rows = [*goods().attributes, AttributeInput("ITEM_CONDITION", value_name="Roto")]
    item = goods(attributes=rows)
    assert (await local.categories.check(item)).errors
    with pytest.raises(errors.ValidationFailedError, match="not allowed for attribute ITEM_CONDITION"):
        await local.items.create(item)
