"""The status of an error is one of HTTP's."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest

import respeak

BODY = {"error": {"message": "m"}}


@pytest.mark.parametrize("target", ["vtrix", "responses"])
@pytest.mark.parametrize("status", [True, False, 0, -1, 99, 600, None, "400", 429.0], ids=repr)
def test_a_status_that_is_none_of_http_is_a_value_error(status: Any, target: str) -> None:
    with pytest.raises(ValueError, match="expected the HTTP status, an integer from 100 to 599"):
        respeak.translate_error(BODY, source="vtrix", target=target, status=status)


@pytest.mark.parametrize("status", [100, 400, 599, HTTPStatus.TOO_MANY_REQUESTS], ids=repr)
def test_a_status_of_http_stays(status: int) -> None:
    assert respeak.translate_error(BODY, source="vtrix", target="responses", status=status).status == status
