"""The page in a real browser, Chromium: what a reader sees, and what it never does.

Screenshots and the printed page are left in `artefacts/`, for people to look at.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import NOT_TESTED
from tests.report import events as e
from tests.report.page.conftest import kept
from tests.report.page.test_whole_page import ATTACK, attacked

from rampup import train, write_diff, write_report

sync_api = pytest.importorskip(
    "playwright.sync_api",
    reason=f"{NOT_TESTED}the report in a browser; pip install playwright",
)
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason=f"{NOT_TESTED}the report in a browser; Debian: apt-get install chromium",
)

ROOT = Path(__file__).parents[3]
ARTEFACTS = ROOT / "artefacts"
AXE = Path(os.environ.get("AXE", ROOT / ".venv/axe/node_modules/axe-core/axe.min.js"))
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ONLY_WITH_IT = """
    Follow one update through all charts Move the slider, or press the arrow keys on it.
    Start over Previous layer Next layer Show all All 5 layers are shown.
"""
WIDTHS = {"wide": 1600, "usual": 900, "narrow": 400}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return reports of a real run, of one made by hand, of an attack and of three runs; diffs."""
    folder = tmp_path_factory.mktemp("pages")
    train({"baseline": {"seeds": 3}}, to=folder / "example")
    longer = {"baseline": {"seeds": 0}, "training": {"lr": 0.02, "epochs": 12}}
    train(longer, to=folder / "longer")
    made, crashed = kept(folder / "made", e.whole_run()), kept(folder / "cut", e.whole_run()[:40])
    runs = {
        "example": [folder / "example"],
        "made": [made],
        "attack": [attacked(folder / "attack")],
        "three": [folder / "example", made, crashed],
    }
    pages = {name: write_report(these, folder / f"{name}.html") for name, these in runs.items()}
    diffs = {
        "diff": (folder / "example", folder / "longer"),
        "diff-attack": (made, folder / "attack"),
        "diff-none": (made, made),
    }
    for name, (a, b) in diffs.items():
        pages[name] = folder / f"{name}.html"
        write_diff(a, b, pages[name])
    return pages


class Visit:
    """A page that is open, with all that it asked for and complained about."""

    def __init__(self, browser: Any, path: Path, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: self.said.append(dialog.message))
        self.page.goto(path.as_uri())

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def test_the_default_run_is_small(pages: dict[str, Path]) -> None:
    assert pages["example"].stat().st_size <= 150_000


@pytest.mark.parametrize(
    "name", ["example", "made", "attack", "three", "diff", "diff-attack", "diff-none"]
)
def test_nothing_is_asked_for_and_nothing_goes_wrong(
    browser: Any, pages: dict[str, Path], name: str
) -> None:
    with Visit(browser, pages[name]) as visit:
        visit.page.mouse.wheel(0, 20000)
        visit.page.wait_for_load_state("networkidle")
        assert visit.asked == [pages[name].as_uri()]
        assert visit.said == []


def test_an_attack_shows_as_text(browser: Any, pages: dict[str, Path]) -> None:
    with Visit(browser, pages["attack"]) as visit:
        assert ATTACK in visit.page.inner_text("#run1-data")
        assert ATTACK in visit.page.inner_text("#run1-schedule")
        assert visit.page.locator("script").count() == 2
        assert visit.said == []
    with Visit(browser, pages["diff-attack"]) as visit:
        assert ATTACK in visit.page.inner_text("#differences-data-flow + ul")
        assert ATTACK in visit.page.inner_text("#differences-config-table")
        assert visit.page.locator("script").count() == 1
        assert visit.said == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_is_drawn(
    browser: Any, pages: dict[str, Path], width: str, scheme: str
) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    for name in ("example", "three", "diff") if width != "wide" else ("example", "diff"):
        size = {"width": WIDTHS[width], "height": 900}
        with Visit(browser, pages[name], viewport=size, color_scheme=scheme) as visit:
            page = visit.page
            assert page.evaluate("document.documentElement.scrollWidth") == WIDTHS[width]
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(16, 20, 24)"}[scheme]
            page.screenshot(path=ARTEFACTS / f"{name}-{width}-{scheme}.png", full_page=True)


def test_the_curve_is_where_its_numbers_are(browser: Any, pages: dict[str, Path]) -> None:
    """The peak of the schedule is half-way of the run, at the top of its chart."""
    with Visit(browser, pages["example"]) as visit:
        corner = visit.page.evaluate(
            """() => {
              const plot = document.querySelector("#run1-rates .plot");
              const used = plot.querySelectorAll("path")[1], box = plot.getBoundingClientRect();
              const end = used.getPointAtLength(used.getTotalLength());
              return [end.x, end.y, box.width, box.height];
            }"""
        )
        assert corner[:2] == [round(7200 * 249 / 250), 0]  # after the last update comes an epoch
        assert corner[2] > 500
        assert corner[3] > 150


def test_a_prediction_is_stepped_through_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    with Visit(browser, pages["made"]) as visit:
        page = visit.page
        status = page.locator(".stepper [role=status]")
        assert status.inner_text() == "All 5 layers are shown."
        page.locator(".stepper button").first.focus()
        page.keyboard.press("Enter")
        assert status.inner_text().startswith("Layer 1 of 5: Input, shape 1 × 30")
        rows = page.locator(".prediction tbody tr")
        assert rows.nth(0).get_attribute("aria-current") == "step"
        assert not rows.nth(1).locator("td").first.is_visible()
        page.keyboard.press("ArrowRight")
        assert status.inner_text().startswith("Layer 2 of 5: Linear (0), shape 1 × 50")
        assert rows.nth(1).locator("td").first.is_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert status.inner_text().startswith("Layer 1 of 5")
        page.keyboard.press("Escape")
        assert status.inner_text() == "All 5 layers are shown."


def test_one_update_is_followed_through_all_charts(browser: Any, pages: dict[str, Path]) -> None:
    with Visit(browser, pages["made"]) as visit:
        page = visit.page
        page.locator("#run1-scrub").focus()
        for _ in range(10):
            page.keyboard.press("ArrowRight")
        said = page.locator(".scrub output").inner_text()
        assert said == ("Update 10: planned 0.0044 · used 0.0044 · loss 0.367879 · gradient norm 1")
        lines = page.locator("#run1 .cursor").all()
        assert len(lines) == 4
        assert {line.get_attribute("x1") for line in lines} == {"20%"}


def test_it_is_read_without_javascript(browser: Any, pages: dict[str, Path]) -> None:
    with Visit(browser, pages["example"]) as plain:
        wanted = plain.page.locator("table, figure, h2").count()
        words = set(plain.page.inner_text("main").split())
    with Visit(browser, pages["example"], java_script_enabled=False) as visit:
        page = visit.page
        assert page.locator("table, figure, h2").count() == wanted
        assert not page.locator(".stepper").is_visible()
        assert not page.locator(".scrub").is_visible()
        assert page.locator(".prediction tbody tr").last.is_visible()
        lost = words - set(page.locator("main").inner_text().split())
        assert lost <= set(ONLY_WITH_IT.split())


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    browser: Any, pages: dict[str, Path]
) -> None:
    with Visit(browser, pages["example"]) as visit:
        page = visit.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "content"
        seen = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            seen.add(page.evaluate("document.activeElement.tagName"))
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none" or page.evaluate("document.activeElement.tagName") == "BODY"
        assert {"A", "INPUT", "BUTTON", "SUMMARY", "DIV"} <= seen


def test_a_diff_is_read_with_the_keyboard_and_without_javascript(
    browser: Any, pages: dict[str, Path]
) -> None:
    with Visit(browser, pages["diff"], java_script_enabled=False) as visit:
        page = visit.page
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert page.locator("main:focus").count() == 1
        focused = []
        for _ in range(4):
            page.keyboard.press("Tab")
            focused.append(page.locator(":focus").get_attribute("aria-labelledby"))
        assert focused[0] == "runs-c"
        assert None not in focused
        page.locator("nav a", has_text="Updates").press("Enter")
        page.wait_for_url("**#differences-updates")
        assert page.locator("h3:target").inner_text() == "Updates"
        assert "rate used first differs at update 0" in page.inner_text("main")


def test_the_first_difference_is_marked_where_it_is(browser: Any, pages: dict[str, Path]) -> None:
    """The rates differ from update 0 on, at the left edge; no label leaves the page."""
    with Visit(browser, pages["diff"], viewport={"width": 400, "height": 900}) as visit:
        page = visit.page
        left, mark = page.evaluate(
            """() => ["#all-used .plot", "#all-used .chart .mark"].map(
              (place) => document.querySelector(place).getBoundingClientRect().left)"""
        )
        assert mark == pytest.approx(left, abs=1)
        said = page.locator("#all-used .tick.at")
        assert said.text_content() == "b from 0"
        box = said.bounding_box()
        assert box["x"] >= left
        assert box["x"] + box["width"] <= 400
        assert page.locator("#all-used .legend li").last.inner_text() == (
            "first difference from a: b from 0"
        )


def test_it_prints(browser: Any, pages: dict[str, Path]) -> None:
    ARTEFACTS.mkdir(exist_ok=True)
    for name, unseen in (("example", ("nav", ".scrub", ".stepper")), ("diff", ("nav",))):
        with Visit(browser, pages[name], color_scheme="dark") as visit:
            visit.page.emulate_media(media="print", color_scheme="dark")
            for hidden in unseen:
                assert not visit.page.locator(hidden).first.is_visible()
            assert visit.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
            pdf = visit.page.pdf(path=ARTEFACTS / f"{name}.pdf", format="A4")
        assert pdf.startswith(b"%PDF")


@pytest.mark.skipif(
    not AXE.is_file(),
    reason=f"{NOT_TESTED}the report with axe-core; make test installs it where npm is",
)
@pytest.mark.parametrize(
    ("name", "scheme"),
    [
        ("example", "light"), ("example", "dark"), ("three", "light"),
        ("diff", "light"), ("diff", "dark"), ("diff-none", "light"),
    ],
)  # fmt: skip
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], name: str, scheme: str) -> None:
    with Visit(browser, pages[name], color_scheme=scheme, bypass_csp=True) as visit:
        visit.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = visit.page.evaluate("axe.run()")
        assert [
            (one["id"], [node["html"][:200] for node in one["nodes"][:3]])
            for one in found["violations"]
        ] == []
        assert len(found["passes"]) > 20
