"""What AWS documents of API Gateway and function URLs, asked of the gateway case by case."""

from __future__ import annotations

import itertools

import pytest
from tests.conformance import asking, cases_guarded, cases_http, cases_rest
from tests.conformance.asking import Case

CASES = [*cases_http.CASES, *cases_guarded.CASES, *cases_rest.CASES]


@pytest.mark.parametrize("case", CASES, ids=[case.claim for case in CASES])
def test_the_gateway_does_as_documented(gateway: asking.Gateway, case: Case) -> None:
    """The answer, and the event that the function got, are those of the page."""
    gateway.cloud.events.clear()
    answer = gateway.ask(case.target, case.method, case.headers, case.body)
    where = f"{asking.DOCS}/{asking.PAGES[case.page]}"
    assert case.status == answer.status, (where, answer, gateway.lines[-1])
    if case.json is not None:
        assert case.json == answer.json(), where
    if case.text is not None:
        assert case.text == answer.body.decode("latin-1"), where
    for name, expected in case.answered.items():
        got = answer.all(name) if isinstance(expected, list) else answer.header(name)
        assert expected == got, (where, name)
    if case.event:
        event = gateway.cloud.last_event(case.function)
        assert case.event == {path: asking.at(event, path) for path in case.event}, where


def test_every_case_claims_something_of_its_own() -> None:
    """No claim is made twice, and none asks for nothing."""
    claims = [case.claim for case in CASES]
    assert len(claims) == len(set(claims))
    assert 150 <= len(CASES)


def test_every_page_is_used() -> None:
    """A page that no case names would promise what nothing shows."""
    named = {case.page for case in CASES}
    told = set(itertools.chain(named, cases_guarded.PAGES_OF_TESTS))
    assert set(asking.PAGES) == told
