# SPDX-License-Identifier: Apache-2.0
"""The detectors on made-up traffic of a shop: how much of what is there they find, and how much of what they find is there."""
import pytest

from support import recall

CHECKED = ["card", "iban", "vat", "social_security", "tax_id", "email", "ip"]
FORMED = ["phone", "vendor_key", "cloud_key", "birth_date", "address", "name", "price"]


@pytest.fixture(scope="module")
def traffic():
    return recall.score(20, 1500)[0]


@pytest.mark.parametrize("detector", CHECKED)
def test_what_has_a_check_is_found_nearly_always(traffic, detector):
    assert traffic.recall(detector) >= 0.995 and traffic.precision(detector) >= 0.99, traffic.samples


@pytest.mark.parametrize("detector", FORMED)
def test_what_has_a_form_or_a_field_is_found_nearly_always(traffic, detector):
    assert traffic.recall(detector) >= 0.95 and traffic.precision(detector) >= 0.95, traffic.samples


def test_a_catalogue_has_nearly_nothing():
    found, size = recall.score(21, 1500, ("product",))
    assert sum(found.wrong.values()) / size * 1e6 <= 3, found.samples
