from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from sam_deploy_runtime import SettingUnavailableError
from sam_deploy_runtime.cache import RETRY_SECONDS, SettingCache

PROD = "/shop/prod/KEY"
THROTTLED = SettingUnavailableError("ThrottlingException.", transient=True)
DENIED = SettingUnavailableError("AccessDeniedException.")


class Clock:
    """Seconds, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time now."""
        return self.now


class Parameters(dict[str, str]):
    """Parameter Store in memory, which counts how often it is asked, and may have a fault."""

    asked = 0
    fault: SettingUnavailableError | None = None

    def __call__(self, path: str) -> str | None:
        """Return the value at `path`."""
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self.get(path)


def test_a_value_is_read_once_until_it_is_too_old() -> None:
    """Within its time a changed parameter is not seen; from then on it is (C17)."""
    clock, parameters = Clock(), Parameters({PROD: "old"})
    cache = SettingCache(parameters, clock)
    seen = [cache.get(PROD, 60)]

    parameters[PROD] = "new"
    for clock.now in (59.9, 60.0):
        seen.append(cache.get(PROD, 60))

    assert ["old", "old", "new"] == seen
    assert 2 == parameters.asked


def test_no_age_at_all_reads_every_time() -> None:
    """`max_age_seconds=0` is how to switch the cache off."""
    parameters = Parameters({PROD: "value"})
    cache = SettingCache(parameters, Clock())

    cache.get(PROD, 0)
    cache.get(PROD, 0)

    assert 2 == parameters.asked


def test_environments_never_share_a_value() -> None:
    """The same name in two environments is two values, whoever asked first (C17)."""
    cache = SettingCache(Parameters({PROD: "live", "/shop/dev/KEY": "test"}), Clock())

    assert ["live", "test"] == [cache.get(PROD, 60), cache.get("/shop/dev/KEY", 60)]


def test_a_missing_parameter_is_asked_for_again() -> None:
    """Setting it makes the next call succeed, without waiting for anything."""
    parameters = Parameters()
    cache = SettingCache(parameters, Clock())
    seen = [cache.get(PROD, 60)]

    parameters[PROD] = "there"

    assert [None, "there"] == [*seen, cache.get(PROD, 60)]


def test_absence_is_kept_for_who_has_a_default() -> None:
    """A setting that is optional and not set costs one question a minute, not one a call."""
    clock, parameters = Clock(), Parameters()
    cache = SettingCache(parameters, clock)

    seen = [cache.get(PROD, 60, absence_counts=True) for clock.now in (0.0, 30.0, 59.0)]
    parameters[PROD] = "there"
    clock.now = 60.0

    assert [None, None, None, "there"] == [*seen, cache.get(PROD, 60, absence_counts=True)]
    assert 2 == parameters.asked


def test_a_value_outlives_a_throttled_refresh(caplog: pytest.LogCaptureFixture) -> None:
    """The old value is served with a warning that does not hold it, and AWS is left in peace."""
    clock, parameters = Clock(), Parameters({PROD: "canary-in-the-cache"})
    cache = SettingCache(parameters, clock)
    cache.get(PROD, 60)

    parameters.fault = THROTTLED
    seen = [cache.get(PROD, 60) for clock.now in (61.0, 62.0, 60.0 + RETRY_SECONDS)]

    assert ["canary-in-the-cache"] * 3 == seen
    assert 2 == parameters.asked
    said = "ThrottlingException. The value read 61 s ago is used."
    assert [said] == [each.getMessage() for each in caplog.records]


def test_a_refresh_is_tried_again_after_a_while() -> None:
    """When AWS answers again, so does the changed value."""
    clock, parameters = Clock(), Parameters({PROD: "old"})
    cache = SettingCache(parameters, clock)
    cache.get(PROD, 60)
    parameters.fault = THROTTLED
    clock.now = 61.0
    cache.get(PROD, 60)

    parameters.fault, parameters[PROD] = None, "new"
    clock.now += RETRY_SECONDS

    assert "new" == cache.get(PROD, 60)


@pytest.mark.parametrize(("fault", "max_age_seconds"), [(DENIED, 60), (THROTTLED, 0)])
def test_a_value_does_not_outlive_a_refusal(
    fault: SettingUnavailableError, max_age_seconds: float
) -> None:
    """What may not be read any more is not served; neither is who wants nothing old."""
    clock, parameters = Clock(), Parameters({PROD: "old"})
    cache = SettingCache(parameters, clock)
    cache.get(PROD, 60)

    parameters.fault = fault
    clock.now = 61.0

    with pytest.raises(SettingUnavailableError):
        cache.get(PROD, max_age_seconds)


def test_a_refused_value_does_not_come_back_by_a_throttled_answer() -> None:
    """The refusal made the cache forget it."""
    clock, parameters = Clock(), Parameters({PROD: "old"})
    cache = SettingCache(parameters, clock)
    cache.get(PROD, 60)
    clock.now = 61.0
    parameters.fault = DENIED
    with pytest.raises(SettingUnavailableError):
        cache.get(PROD, 60)

    parameters.fault = THROTTLED

    with pytest.raises(SettingUnavailableError):
        cache.get(PROD, 60)


def test_the_first_reading_has_nothing_to_fall_back_on() -> None:
    """Throttled without a value is an error."""
    parameters = Parameters()
    parameters.fault = THROTTLED

    with pytest.raises(SettingUnavailableError, match="Throttling"):
        SettingCache(parameters, Clock()).get(PROD, 60)


def test_a_removed_value_is_missing_when_it_is_refreshed() -> None:
    """A setting that was deleted is not served for ever."""
    clock, parameters = Clock(), Parameters({PROD: "old"})
    cache = SettingCache(parameters, clock)
    cache.get(PROD, 60)

    del parameters[PROD]
    clock.now = 60.0

    assert cache.get(PROD, 60) is None


def test_threads_that_ask_for_the_same_value_read_it_once() -> None:
    """A burst of threads is one request to AWS; another path does not wait for it."""
    begun, may_end = threading.Event(), threading.Event()
    asked: list[str] = []

    def fetch(path: str) -> str:
        asked.append(path)
        if path == PROD:
            begun.set()
            assert may_end.wait(timeout=5)
        return path

    cache = SettingCache(fetch, Clock())
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(cache.get, PROD, 60) for _ in range(4)]
        assert begun.wait(timeout=5)
        assert "/shop/dev/KEY" == cache.get("/shop/dev/KEY", 60)
        may_end.set()
        assert [PROD] * 4 == [each.result() for each in waiting]

    assert [PROD, "/shop/dev/KEY"] == asked
