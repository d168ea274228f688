"""The Node twin, run by a real Node: the same calls, the same answers as the Python runtime."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

NODE = shutil.which("node")
HERE = Path(__file__).parent
CASES = json.loads((HERE / "calls.json").read_text(encoding="utf-8"))
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ApiFunction"
CANARY = "canary-of-a-setting"

pytestmark = pytest.mark.skipif(NODE is None, reason="Node is not installed")
Run = Callable[..., Any]


def test_calls_belong_to_the_same_environments_as_in_python(run: Run) -> None:
    """Variable, alias, stage variable, owner of the source: one table for both runtimes.

    (R263, C17)
    """
    found = run(
        f"const cases = {json.dumps(CASES)};"
        """
        return cases.map(({ event, qualifier, variables, custom }) => {
          Object.assign(process.env, variables);
          const call = bind(() => environment(), facts);
          const clientContext = custom === undefined ? undefined : { custom };
          const context = { invokedFunctionArn: "@ARN@" + qualifier, clientContext };
          try { return call(event, context); }
          catch (error) { return /call the function by an alias/.test(error) ? null : `${error}`; }
          finally { for (const name in variables) delete process.env[name]; }
        });
        """
    )
    assert [each["expected"] for each in CASES] == found


def test_who_is_asked_to_start_does_not_call_the_handler(run: Run) -> None:
    """By promise, which Lambda awaits of any handler, or by the stream that there is to answer."""
    found = run(
        """
        const events = [{ sam_deploy: "start" }, { sam_deploy: "start", more: 1 }, "start", null];
        const echo = bind((event) => ({ echo: event }), facts);
        const stream = (event, stream, context) => stream.end("called");
        stream[Symbol.for("aws.lambda.runtime.handler.streaming")] = "response";
        const streamed = (event) => {
          let said;
          bind(stream, facts)(event, { end: (text) => (said = text) }, context("dev"));
          return said;
        };
        return [
          await Promise.all(events.map((event) => echo(event, context("dev")))),
          events.map(streamed),
        ];
        """
    )
    started = {"sam_deploy": "started"}
    others = [{"sam_deploy": "start", "more": 1}, "start", None]
    assert [started, *({"echo": each} for each in others)] == found[0]
    assert [json.dumps(started, separators=(",", ":")), *["called"] * 3] == found[1]


def test_a_wrong_variable_is_not_passed_over(run: Run) -> None:
    """A function told that it is 'produciton' does not become what its alias says."""
    found = run(
        """
        process.env.SAM_DEPLOY_ENVIRONMENT = "produciton";
        return caught(() => bind(() => environment(), facts)({}, context("dev")));
        """
    )
    assert found == (
        "EnvironmentUnknownError: The environment is unknown: SAM_DEPLOY_ENVIRONMENT is "
        "'produciton', not one of dev, staging, prod."
    )


def test_asking_at_import_time_explains_itself(run: Run) -> None:
    """There is no call yet, and so no environment (C17)."""
    found = run("return [await caught(environment), await caught(() => setting('HOST'))];")
    for each in found:
        assert each.startswith("EnvironmentUnknownError: ")
        assert "runs at import time" in each


def test_calls_at_the_same_time_keep_their_environments(run: Run) -> None:
    """Whatever they await: timers, promises, callbacks; one process serves all aliases (C17)."""
    found = run(
        """
        const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        const slow = bind(async (ms) => { await sleep(ms); return environment(); }, facts);
        const back = bind((event, context, callback) => {
          setTimeout(() => callback(null, environment()), 5);
        }, facts);
        return Promise.all([
          slow(20, context("dev")),
          slow(10, context("prod")),
          new Promise((resolve) => back({}, context("staging"), (_, value) => resolve(value))),
        ]);
        """
    )
    assert ["dev", "prod", "staging"] == found


def test_lambda_sees_the_handler_as_it_is(run: Run) -> None:
    """Number of parameters, name and the mark of streaming handlers decide how Lambda calls it."""
    found = run(
        """
        const mark = Symbol.for("aws.lambda.runtime.handler.streaming");
        async function stream(event, out, context) {
          return [out, environment(), context.awsRequestId];
        }
        stream[mark] = "response";
        const bound = bind(stream, facts);
        return [
          bound.length, bound.name, bound[mark], bind((e, c, callback) => {}, facts).length,
          await bound({}, "the stream", { ...context("prod"), awsRequestId: "1" }),
          bind(undefined, facts) === undefined,
        ];
        """
    )
    assert [3, "stream", "response", 3, ["the stream", "prod", "1"], True] == found


def test_names_and_levels_are_those_of_the_environment(run: Run) -> None:
    """Buckets carry the region abroad unless they are another stack's; tables never do (C06)."""
    found = run(
        """
        return inEnvironment("prod", () => [
          ...["receipts", "old", "items", "Orders"].map(resourceName), logLevel(),
        ]);
        """
    )
    assert [
        "receipts-prod-eu-west-1",
        "old-prod",
        "shop-items-prod",
        "OrdersProdQ",
        "WARNING",
    ] == found


def test_a_wrong_name_is_answered_with_the_right_ones(run: Run) -> None:
    """Also where an environment lacks it, and for names that every object has."""
    found = run(
        """
        return inEnvironment("prod", () => Promise.all(
          ["zzz", "Users", "constructor"].map((name) => caught(() => resourceName(name))),
        ));
        """
    )
    known = "Invoices, Orders, Users, items, old, receipts"
    assert [
        f"ResourceUnknownError: This function does not use 'zzz'; known: {known}.",
        "ResourceUnknownError: 'Users' does not exist in 'prod', only in dev.",
        f"ResourceUnknownError: This function does not use 'constructor'; known: {known}.",
    ] == found


def test_a_factory_runs_once_per_environment(run: Run) -> None:
    """A promise that failed is made anew."""
    found = run(
        """
        let made = 0;
        const client = perEnvironment(() => `${environment()} ${++made}`);
        let tries = 0;
        const late = perEnvironment(async () => {
          if (++tries === 1) throw new Error("not yet");
          return "connected";
        });
        const seen = ["dev", "prod", "dev"].map((name) => inEnvironment(name, client));
        const first = await caught(() => inEnvironment("dev", late));
        return [...seen, first, await inEnvironment("dev", late), await caught(client)];
        """
    )
    assert ["dev 1", "prod 2", "dev 1", "Error: not yet", "connected"] == found[:-1]
    assert found[-1].startswith("EnvironmentUnknownError")


def test_settings_are_those_of_the_environment(run: Run, store: dict[str, Any]) -> None:
    """The same code in the same process; secrets from Secrets Manager (R044, R261, C17)."""
    store["values"] |= {
        "/shop/dev/HOST": "dev.example.com",
        "/shop/prod/HOST": "example.com",
        "secret:/shop/prod/KEY": CANARY,
        "/shop/prod/KEY": "a parameter",
    }
    found = run(
        """
        const host = (name) => inEnvironment(name, () => setting("HOST"));
        const hosts = ["dev", "prod", "dev"].map(host);
        return [...(await Promise.all(hosts)), await inEnvironment("prod", () => setting("KEY"))];
        """
    )
    assert ["dev.example.com", "example.com", "dev.example.com", CANARY] == found
    assert sorted(store["asked"]) == ["/shop/dev/HOST", "/shop/prod/HOST", "secret:/shop/prod/KEY"]


def test_settings_are_read_as_a_type(run: Run, store: dict[str, Any]) -> None:
    """What does not fit is an error that names setting and environment, and never the value."""
    store["values"] |= {
        "/shop/dev/SIZE": "8",
        "/shop/dev/HOST": " On ",
        "/shop/dev/LIMITS": '{"a": [1]}',
        "/shop/prod/SIZE": CANARY,
        "/shop/prod/LIMITS": "{" + CANARY,
        "/shop/prod/HOST": CANARY,
    }
    found = run(
        """
        const read = (name) => inEnvironment(name, () => Promise.all([
          caught(() => setting("SIZE", { type: "number" })),
          caught(() => setting("HOST", { type: "boolean" })),
          caught(() => setting("LIMITS", { type: "json" })),
          caught(() => setting("SIZE", { type: "integer" })),
        ]));
        return [await read("dev"), await read("prod")];
        """
    )
    wrong = "SettingInvalidError: The setting '{}' of 'prod' cannot be read as {}."
    unknown = "TypeError: type is 'integer', not one of string, number, boolean, json"
    assert [8, True, {"a": [1]}, unknown] == found[0]
    assert [
        wrong.format("SIZE", "number"),
        wrong.format("HOST", "boolean"),
        wrong.format("LIMITS", "json"),
        unknown,
    ] == found[1]


def test_a_missing_setting_has_a_default_or_an_error(run: Run, store: dict[str, Any]) -> None:
    """With a default its absence is kept like a value; without, it is asked about every time."""
    found = run(
        """
        return inEnvironment("prod", async () => [
          await setting("SIZE", { default: 10 }), await setting("SIZE", { default: null }),
          await caught(() => setting("HOST")), await caught(() => setting("HOSTS")),
        ]);
        """
    )
    command = "Set it: `sam-deploy settings set HOST --environment prod`"
    missing = "SettingMissingError: The setting '{}' has no value in 'prod' and eu-west-1."
    assert [
        10,
        None,
        f"{missing.format('HOST')} {command}; no deployment is needed.",
        f"{missing.format('HOSTS')} The function's settings=[...] in deploy.py do not name it.",
    ] == found
    assert ["/shop/prod/SIZE", "/shop/prod/HOST", "/shop/prod/HOSTS"] == store["asked"]


OLDER = """
let now = 0;
performance.now = () => now * 1000;
const at = (time, options) => { now = time; return caught(() => setting("HOST", options)); };
"""


def test_a_value_is_read_once_until_it_is_too_old(run: Run, store: dict[str, Any]) -> None:
    """And calls that ask at the same time wait for one answer."""
    store["values"]["/shop/prod/HOST"] = "example.com"
    run(
        OLDER
        + """
        return inEnvironment("prod", async () => {
          await Promise.all([at(0), at(0), at(0)]);
          await at(59.9); await at(60); await at(61, { maxAgeSeconds: 0 });
        }).then(() => null);
        """
    )
    assert ["/shop/prod/HOST"] * 3 == store["asked"]


def test_a_value_outlives_a_throttled_refresh(run: Run, store: dict[str, Any]) -> None:
    """Served on with a warning that does not hold it, until AWS answers again."""
    store["values"]["/shop/prod/HOST"] = CANARY
    found = run(
        OLDER
        + """
        const real = fetch;
        const fail = (status, name) => globalThis.fetch = async () => (
          { ok: false, status, json: async () => ({ __type: name, message: "why" }) });
        return inEnvironment("prod", async () => {
          const seen = [await at(0)];
          fail(400, "ThrottlingException");
          seen.push(await at(61), await at(62), await at(63, { maxAgeSeconds: 0 }));
          fail(400, "AccessDeniedException");
          seen.push(await at(80));
          fail(503, "Unheard");
          seen.push(await at(81));
          globalThis.fetch = real;
          return [...seen, await at(82)];
        });
        """,
        says="The setting '/shop/prod/HOST' could not be read: ThrottlingException: why. "
        "The value read 61 s ago is used.\n",
    )
    unread = "SettingUnavailableError: The setting '/shop/prod/HOST' could not be read: "
    denied = " Name 'HOST' in the function's settings=[...] and deploy."
    assert [
        *[CANARY] * 3,
        f"{unread}ThrottlingException: why.",
        f"{unread}AccessDeniedException: why.{denied}",
        f"{unread}Unheard: why.",
        CANARY,
    ] == found


def test_a_machine_without_the_sdk_is_told_what_to_install(run: Run, tmp_path: Path) -> None:
    """Lambda has it; a laptop may not."""
    shutil.rmtree(tmp_path / "node_modules")

    found = run("return inEnvironment('prod', () => caught(() => setting('HOST')));")

    assert found.startswith("SettingUnavailableError: The AWS SDK is not here.")


def test_code_that_was_not_packed_is_told_so(tmp_path: Path, run: Run) -> None:
    """Outside of a bundle there are no facts."""
    del run
    assert NODE is not None
    code = (
        'import { inEnvironment, resourceName } from "./index.mjs";\n'
        'try { inEnvironment("dev", () => resourceName("x")); }'
        "catch (error) { console.log(error.message); }"
    )
    done = subprocess.run(
        [NODE, "--input-type=module", "-e", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "This is no function packed by sam-deploy" in done.stdout
