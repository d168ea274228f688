"""Make the pictures of docs/dashboard.md from a real run against the embedded cloud.

    uv run scripts/screenshots.py

A copy of examples/dzgro is deployed, changed, deployed again, and promoted to staging and in steps
to prod, on the dashboard's own page in a headless Chromium; each view is photographed as it is.
Takes some minutes, and needs Chromium on the PATH.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
SIZE = {"width": 1200, "height": 760}
COLOURS = 192
MOST_BYTES = 150_000
PATIENCE_MS = 300_000
SHIFT_SECONDS = 75
ARGUMENTS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def main() -> int:
    """Make all pictures."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is not installed: `apt-get install -y chromium`")
        return 1
    with tempfile.TemporaryDirectory() as base:
        project = Path(base) / "dzgro"
        shutil.copytree(
            ROOT / "examples" / "dzgro", project, ignore=shutil.ignore_patterns(".sam-deploy")
        )
        (project / ".gitignore").write_text(".sam-deploy\n", encoding="utf-8")
        watched(project)
        committed(project, "invoices in euros")
        run(project, "deploy")
        try:
            with served(project) as address, sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
                page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
                page.set_default_timeout(PATIENCE_MS)
                page.goto(address)
                take_all(page, project)
                browser.close()
        finally:
            run(project, "cloud", "stop")
    return 0


def take_all(page: Page, project: Path) -> None:
    """Change, deploy, promote in steps, and photograph on the way."""
    changed(project, "refunds within a day")
    run(project, "deploy")
    promoted(page, project, "staging", "refunds within a day")
    visit(page, "#/", "staging serves staging-")
    shot(page, "overview")
    visit(page, "#/artifacts/pandas", "pandas")
    shot(page, "artifact")
    visit(page, "#/live", "Runs")
    page.get_by_role("link", name=re.compile("^deploy")).first.click()
    page.get_by_role("heading", name="Stack events").wait_for()
    shot(page, "run")
    with traffic(project):
        promoted(page, project, "prod", "refunds within a day", steps="10, 50")
        time.sleep(SHIFT_SECONDS)
        visit(page, "#/canary/prod", "Canary of Production")
        page.locator(".plot").first.wait_for()
        shot(page, "canary")
        run(project, "shift", "abort", check=False)
        time.sleep(5)


def promoted(page: Page, project: Path, environment: str, note: str, *, steps: str = "") -> None:
    """Promote on the page; in steps only until the first of them has begun."""
    visit(page, f"#/promote/{environment}", "Promote")
    page.get_by_label("Note").fill(note)
    if steps:
        page.get_by_label("In steps").check()
        page.get_by_label("Steps", exact=True).fill(steps)
        page.get_by_label("Minutes for each step").fill("1")
    before = len(mails(project))
    page.get_by_role("button", name="Read the plan").click()
    page.get_by_role("button", name="Yes, go on").click()
    name, code = page.get_by_label("Type the app's name"), page.get_by_label("One-time code")
    name.or_(code).wait_for()
    if name.is_visible():
        name.fill("dzgro")
        page.get_by_role("button", name="Go on").click()
    code.wait_for()
    if environment == "prod":
        shot(page, "promotion")
    code.fill(re.findall(r"\b\d{6}\b", mails(project)[before])[-1])
    page.get_by_role("button", name="Go on").click()
    if steps:
        page.get_by_text("10 % of the calls").or_(page.get_by_text("10%")).first.wait_for()
    else:
        page.locator(".result").wait_for()


def visit(page: Page, view: str, text: str) -> None:
    """Open a view, and wait until it shows the text."""
    page.goto(page.url.split("#")[0] + view)
    page.locator("main:not([aria-busy])").get_by_text(text).first.wait_for()


def shot(page: Page, name: str) -> None:
    """A picture of what the window shows is in docs/pictures; small, with few colours."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(700)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    file = FOLDER / f"ui-{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.name}: {file.stat().st_size // 1000} kB", flush=True)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} is larger than {MOST_BYTES // 1000} kB")


def watched(project: Path) -> None:
    """Prod has alarms, without which no canary begins."""
    file = project / "deploy.py"
    text, with_alarms = file.read_text(encoding="utf-8"), 'Environment("prod", alarms="normal", '
    file.write_text(text.replace('Environment("prod", ', with_alarms), encoding="utf-8")


def committed(project: Path, message: str) -> None:
    """All that is there is a commit of a repository of its own, so that releases can name it."""
    if not (project / ".git").exists():
        subprocess.run(["git", "init", "--quiet"], cwd=project, check=True)
    subprocess.run(["git", "add", "--all"], cwd=project, check=True)
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", *who, "commit", "--quiet", "-m", message], cwd=project, check=True)


def changed(project: Path, message: str) -> None:
    """Each function has a line more, which is committed."""
    for file in sorted((project / "functions").glob("*/*.py")):
        file.write_text(f"{file.read_text(encoding='utf-8')}\n# {message}\n", encoding="utf-8")
    committed(project, message)


def command(*arguments: str) -> list[str]:
    """Return a command of sam-deploy, as it is typed in the project's folder."""
    return [sys.executable, "-m", "sam_deploy", *arguments]


def environment() -> dict[str, str]:
    """Return the variables of this process, with the embedded cloud as target."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("UV_")}
    return {**kept, "SAM_DEPLOY_TARGET": "embedded"}


def run(project: Path, *arguments: str, check: bool = True) -> str:
    """Run a command, and return what it printed."""
    started = time.monotonic()
    done = subprocess.run(
        command(*arguments),
        cwd=project,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    print(f"{time.monotonic() - started:.0f} s: {' '.join(arguments)}", flush=True)
    if check and done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def mails(project: Path) -> list[str]:
    """Return the texts of all mails, the oldest first."""
    found = json.loads(run(project, "cloud", "mail", "--json"))
    return [each["text"] for each in sorted(found, key=lambda each: str(each["sent"]))]


@contextlib.contextmanager
def served(project: Path) -> Iterator[str]:
    """The dashboard runs during the block; yields its address."""
    process = subprocess.Popen(
        command("ui", "--no-open"),
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield process.stdout.readline().strip() if process.stdout else ""
    finally:
        process.terminate()
        process.wait(60)


@contextlib.contextmanager
def traffic(project: Path) -> Iterator[None]:
    """The API of prod is called in all regions during the block, some calls a second."""
    regions = ("ap-south-1", "eu-west-1", "us-east-1", "us-west-2")
    ended = threading.Event()
    wanted = ("cloud", "url", "--environment", "prod", "--region")
    urls = [run(project, *wanted, region).strip() for region in regions]

    def call() -> None:
        with httpx.Client(timeout=30) as client:
            while not ended.wait(0.2):
                for url in urls:
                    with contextlib.suppress(httpx.HTTPError):
                        client.get(f"{url}/api/health")

    caller = threading.Thread(target=call)
    caller.start()
    try:
        yield
    finally:
        ended.set()
        caller.join()


if __name__ == "__main__":
    sys.exit(main())
