"""The small change of SQL."""

from __future__ import annotations

from gateway.authorization.sql import setting


def test_a_setting_of_the_transaction():
    assert setting("it's") == "nullif(current_setting('caller.it''s', true), '')"
    assert setting("today", "::date") == "nullif(current_setting('caller.today', true), '')::date"
