"""The review page in headless Chromium, with 30,000 findings and hostile names.

clean_page_test.py GENERATOR SUREFOOT [SCREENSHOT-FOLDER]
"""
import csv
import io
import json
import math
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from browser import Browser, find_chromium  # noqa: E402

ROWS = 30000
# The machine that runs this may be slow and busy: the page itself opens several times faster.
OPEN_SECONDS, REDRAW_MILLISECONDS = 25, 2000


class Page:
    def __init__(self, browser, screenshots):
        self.browser, self.screenshots, self.failures = browser, screenshots, []

    def check(self, what, true, seen=""):
        print(f"{'ok     ' if true else 'FAILED '}{what}{f': {seen}' if seen != '' else ''}", flush=True)
        if not true:
            self.failures.append(what)

    def equal(self, what, seen, expected):
        self.check(what, seen == expected, repr(seen)[:90] if seen == expected else f"{seen!r}, expected {expected!r}")

    def run(self, script):
        return self.browser.run(script)

    def keys(self, *keys):
        for key in keys:
            self.browser.key(key)

    def go(self, view):
        self.run(f"goTo('{view}')")
        self.browser.wait_until(f"view.id === '{view}'")

    def shot(self, name):
        if self.screenshots:
            time.sleep(0.5)
            self.browser.screenshot(os.path.join(self.screenshots, name + ".png"))

    def decisions(self):
        return list(csv.DictReader(io.StringIO(self.run("decisionsCsv()"))))


def opens(page, file):
    start = time.monotonic()
    page.browser.open(file)
    seconds = time.monotonic() - start
    page.check("opens", seconds < OPEN_SECONDS, f"{seconds:.1f} s for {os.path.getsize(file) / 1e6:.0f} MB")
    page.equal("every row was read", page.run("rows.length"), ROWS)
    page.equal("the overview counts pictures", page.run("document.querySelector('.tile.main b').textContent"), f"{ROWS - ROWS // 8 - 1:,}")
    page.equal("few elements, however long the list", page.run("document.querySelectorAll('main *').length < 1500"), True)


def filters(page):
    page.go("files")
    page.equal("all files with findings", page.run("view.list.items.length"), ROWS - ROWS // 8)
    page.equal("only those in sight have elements", page.run("document.querySelectorAll('.file').length < 60"), True)
    page.run("[...document.querySelectorAll('.issue-tabs button')].find((tab) => tab.textContent.startsWith('Leak')).click()")
    page.equal("one issue", page.run("view.list.items.length"), ROWS // 8)
    page.run("view.search.value = 'img_100010'; view.search.dispatchEvent(new Event('input'))")
    page.equal("by name", page.run("view.list.items.map((row) => row.path.split('/')[1]).join()"), "IMG_100010.jpg")
    page.run("showIssue('blurry')")
    page.browser.wait_until("filter.issue === 'blurry' && view.list.items.length > 1000")
    scores = page.run("view.list.items.map((row) => issueOf(row, 'blurry').score)")
    page.equal("surest first", scores == sorted(scores, reverse=True), True)


def scrolls(page):
    page.run("filter.issue = ''; view.refilter()")
    slowest = page.run("""(async () => {
      let slowest = 0;
      for (let i = 1; i <= 30; ++i) {
        const start = performance.now();
        document.scrollingElement.scrollTop = i * document.scrollingElement.scrollHeight / 31;
        view.list.draw();
        document.querySelector('.file').getBoundingClientRect();
        slowest = Math.max(slowest, performance.now() - start);
        await new Promise(requestAnimationFrame);
      }
      return slowest;
    })()""")
    page.check("a jump through the list is drawn at once", slowest < REDRAW_MILLISECONDS, f"slowest {slowest:.0f} ms")
    tops = page.run("[...document.querySelectorAll('.file')].map((one) => one.getBoundingClientRect().top)")
    page.equal("what is in sight is there", sum(0 < top < 900 for top in tops), 8)
    page.browser.wait_until("[...document.querySelectorAll('.file img')].some((image) => image.naturalWidth > 0)")
    page.run("scrollTo(0, 0)")


def thresholds(page):
    page.run("showIssue('low-resolution')")
    page.browser.wait_until("filter.issue === 'low-resolution' && document.querySelector('input[type=range]')")
    before = page.run("view.list.items.length")
    start = time.monotonic()
    page.run("(() => { const slider = document.querySelector('input[type=range]'); slider.value = 256; slider.dispatchEvent(new Event('input')); })()")
    page.browser.wait_until(f"view.list.items.length < {before}")
    page.check("the slider answers", time.monotonic() - start < 5, f"{time.monotonic() - start:.2f} s")
    value = page.run("histograms.get('low-resolution').value")
    expected = page.run(f"rows.filter((row) => issueOf(row, 'low-resolution') && Math.min(row.width, row.height) < {value}).length")
    page.equal(f"below {value} px: the list", page.run("view.list.items.length"), expected)
    page.equal("the count on the tab", page.run("document.querySelector('.issue-tabs [aria-pressed=true] span').textContent"), f"{expected:,}")
    page.shot("threshold")
    page.run("[...document.querySelectorAll('.threshold-card button')].at(-1).click()")
    page.equal("back as in the run", page.run("view.list.items.length"), before)
    page.run("moveThreshold(histograms.get('blurry'), 10)")
    histogram = page.run("histograms.get('blurry')")
    # Bins of 8: 10 is a quarter into the second, 20 half into the third.
    share = histogram["counts"][0] + histogram["counts"][1] / 4
    whole = histogram["counts"][0] + histogram["counts"][1] + histogram["counts"][2] / 2
    total = page.run("kindById.get('blurry').rows.length")
    active = page.run("activeIn(kindById.get('blurry'))")
    page.check("another measure goes by rank", abs(active - total * share / whole) <= 2, active)
    page.run("moveThreshold(histograms.get('blurry'), 20)")


def reviews(page):
    """Keys decide, the cursor goes on, undo takes back, a reload loses nothing."""
    page.run("showIssue('mislabelled')")
    page.browser.wait_until("filter.issue === 'mislabelled' && view.list.items.length > 1000")
    paths = page.run("view.list.items.slice(0, 5).map((row) => row.path)")
    page.keys("k", "r", "l")
    page.browser.wait_until("document.querySelector('#ask').open")
    for letter in "tulip" if "tulip" != page.run("view.target().row.label") else "daisy":
        page.browser.key(letter)
    wanted = page.run("document.querySelector('.class-list [aria-selected=true]').childNodes[1].textContent")
    page.shot("relabel")
    page.keys("Enter")
    page.browser.wait_until("!document.querySelector('#ask').open")
    page.keys("r", "u", "n")
    seen = {row["path"]: row for row in page.decisions()}
    page.equal("k, r, l", [seen.get(path, {}).get("decision") for path in paths], ["keep", "remove", "relabel", None, None])
    page.equal("the new class", seen[paths[2]]["label"], wanted)
    page.equal("each is about the issue that was shown", {row["issue"] for row in seen.values()}, {"mislabelled"})
    page.equal("progress", page.run("document.querySelector('#progress').textContent"), f"3 of {ROWS - ROWS // 8 - 1:,} decided")
    page.browser.wait_until("!saveTimer")
    page.browser.send("Page.reload")
    page.browser.wait_until("document.readyState === 'complete' && typeof decisionsCsv === 'function' && rows.length > 0")
    page.equal("a reload keeps all", {row["path"]: row for row in page.decisions()}, seen)
    page.equal("and the view", page.run("view.id"), "files")


def copies(page):
    page.go("groups")
    page.browser.wait_until("document.querySelectorAll('.pane img').length === 2")
    page.shot("copies")
    kept, copy = page.run("view.target().partner.content"), page.run("view.target().row.path")
    page.keys("f")
    first = page.run("document.querySelector('.pane:not(.behind) b').textContent")
    page.keys("f")
    page.equal("flips", [first, page.run("document.querySelector('.pane:not(.behind) b').textContent")], ["Copy", "Kept"])
    page.keys("+", "+")
    page.equal("zooms", page.run("document.querySelector('.stage img').style.transform.includes('scale(1.96)')"), True)
    page.keys("0", "d")
    for kind in ("copy", "crop", "mirrored"):
        page.run(f"view.pick(view.list.items.findIndex(({{member}}) => member.groupKind === '{kind}'))")
        page.browser.wait_until("document.querySelector('.stage canvas')")
        mean = page.run("differenceOf(view.target().partner, view.target().row, view.target().row.groupKind).then((found) => found.mean)")
        wrong = page.run("differenceOf(view.target().partner, view.target().row, 'copy').then((found) => found.mean)")
        page.check(f"difference of a {kind}", mean < 14 if kind == "copy" else mean < wrong / 2, f"mean {mean:.1f} of 255 ({wrong:.1f} unaligned)")
        page.shot(f"difference-{kind}")
    page.keys("s")
    page.run("view.pick(0)")
    page.keys("b")
    record = next(row for row in page.decisions() if row["path"] == copy)
    page.equal("keep both names the other's content", (record["decision"], record["issue"], record["related"]), ("keep-both", "near-duplicate", kept))
    partner, member = page.run("view.target().partner.path"), page.run("view.target().row.path")
    page.keys("w")
    swapped = {row["path"]: row["decision"] for row in page.decisions()}
    page.equal("w swaps", (swapped.get(member), swapped.get(partner)), ("keep", "remove"))
    page.keys("u")
    page.equal("u takes both back", {partner, member} & {row["path"] for row in page.decisions()}, set())


def wilson_by_search(wrong, looked, z=1.959963984540054):
    """The rates that differ from the seen one by z standard errors of their own, found by bisection."""
    def bound(low, high, sign):
        for _ in range(80):
            middle = (low + high) / 2
            outside = abs(wrong / looked - middle) > z * math.sqrt(middle * (1 - middle) / looked)
            low, high = (middle, high) if outside == (sign < 0) else (low, middle)
        return low
    rate = wrong / looked
    return bound(0, rate, -1) if wrong else 0, bound(rate, 1, 1) if wrong < looked else 1


def spot_checks(page):
    page.go("spot-check")
    page.run("view.part = 'random'; view.refilter(); view.pick(10)")
    before = page.run("view.checks.filter((check) => check.random).map(({row}) => spotVerdict(row)).filter(Boolean)")
    page.keys("k", "k", "r", "k", "k", "k", "k", "k", "r", "k")
    page.shot("spot-check")
    wrong, looked = 2 + before.count("wrong"), 10 + len(before)
    low, high = wilson_by_search(wrong, looked)
    page.equal("rate", page.run("document.querySelector('.tile.main b').textContent"), f"{100 * wrong / looked:.0f} %")
    page.equal("interval", page.run("document.querySelector('.tile.main small').textContent"), f"95 % interval {100 * low:.1f} to {100 * high:.1f} %")
    for wrong, looked in ((0, 20), (20, 20), (1, 400), (37, 91)):
        seen, expected = page.run(f"wilson({wrong}, {looked})"), wilson_by_search(wrong, looked)
        page.check(f"wilson({wrong}, {looked})", max(abs(a - b) for a, b in zip(seen, expected)) < 1e-9, [round(value, 4) for value in seen])


def downloads(page, hostile, folder):
    """What the page hands over is what surefoot reads: every odd name in its escape, no formula, whole lines."""
    page.run("decide(listedRows.filter((row) => /^(labels|copies)/.test(row.path)).map((row) => ({row, issueId: '', choice: 'remove'}))); afterDecision()")
    records = page.decisions()
    page.equal("columns", list(records[0]), ["path", "content", "issue", "decision", "label", "related"])
    names = {row["path"].split("/", 1)[1] for row in records}
    for name in hostile:
        page.check("name", name in names, repr(name))
    page.check("no cell is a formula", all(not value.startswith(("=", "+", "-", "@")) for row in records for value in row.values()))
    page.equal("JSON says the same", len(json.loads(page.run("decisionsJson()"))), len(records))
    page.run("openDecisions()")
    command = page.run("document.querySelector('.command').textContent")
    page.equal("the next command", command, f"surefoot clean {folder}/photos --out {folder} --apply decisions.csv")
    page.shot("decisions")
    downloaded = tempfile.mkdtemp(dir=folder)
    page.browser.send("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": downloaded}, session=None)
    page.run("[...document.querySelectorAll('#ask button')].find((button) => button.textContent === 'Download CSV').click()")
    end = time.monotonic() + 20
    file = os.path.join(downloaded, "decisions.csv")
    while not os.path.exists(file) and time.monotonic() < end:
        time.sleep(0.1)
    page.equal("the file is that text", open(file, encoding="utf-8").read() if os.path.exists(file) else None, page.run("decisionsCsv()"))
    page.run("document.querySelector('#ask').close()")


def shows_files(page, hostile):
    """The picture itself, 200 px, takes the place of its 160 px thumbnail, whatever its name."""
    page.go("files")
    for name in hostile:
        page.run(f"inspector.open({{row: rowByPath.get({json.dumps('labels/' + name)}), issueId: ''}})")
        try:
            page.browser.wait_until("document.querySelector('#inspect .pane img')?.naturalWidth === 200", 10)
            page.check("file shown", True, repr(name))
        except RuntimeError:
            page.check("file shown", False, repr(name))
    page.shot("inspect")
    page.run("$('inspect').close()")


def contents(folder):
    """Bytes of every file by its path (bytes too: not every name is text)."""
    found = {}
    for place, _, names in os.walk(os.fsencode(folder)):
        for name in names:
            path = os.path.join(place, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, os.fsencode(folder))] = file.read()
    return found


def applies(page, surefoot, folder):
    """What is decided in the page of a real run is what --apply does, and --undo takes back; names as odd as above."""
    photos, out = os.path.join(folder, "photos"), os.path.join(folder, "out")
    before = contents(photos)

    def clean(*arguments):
        command = [surefoot, "clean", photos, "--out", out, "--checks", "duplicates", "--no-progress", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
        page.check(f"surefoot clean {' '.join(arguments)}", done.returncode == 0, "" if done.returncode == 0 else done.stderr[-600:])

    clean()
    page.browser.open(os.path.join(out, "report.html"))
    page.go("groups")
    page.equal("each picture has its copy", page.run("view.list.items.length"), len(before) // 2)
    names = page.run("view.list.items.map(({group, member}) => [group.kept.path, member.path])")
    page.keys("r", "b", "l")
    page.browser.wait_until("document.querySelector('#ask').open")
    page.keys("Enter", "w")
    decisions = os.path.join(out, "decisions.csv")
    with open(decisions, "w", encoding="utf-8") as file:
        file.write(page.run("decisionsCsv()"))
    clean("--apply", decisions, "--force")
    after = contents(photos)

    def there(path):  # the name behind surefoot's escape
        return path.encode().decode("unicode_escape").encode("latin-1") in after if "\\" in path else os.fsencode(path) in after

    page.equal("removed", [there(path) for path in names[0]], [True, False])
    page.equal("both kept", [there(path) for path in names[1]], [True, True])
    same = sum(content == before[os.fsencode(names[2][0])] for content in after.values())
    page.equal("relabelled: gone from its class, its bytes still there", (there(names[2][1]), same), (False, 2))
    page.equal("the copy kept instead", [there(path) for path in names[3]], [False, True])
    clean("--undo")
    page.equal("undone, bit for bit", contents(photos) == before, True)


def is_safe(page):
    page.equal("no script from a name ran", page.run("window.hacked === undefined"), True)
    page.equal("one script", page.run("document.querySelectorAll('script:not([type])').length"), 1)
    page.equal("no frame, no object", page.run("document.querySelectorAll('iframe, object, embed, link, base').length"), 0)
    blocked = page.run("""new Promise((done) => {
      addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), {once: true});
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 6';
      document.body.append(script);
      setTimeout(() => done('nothing was blocked'), 5000);
    })""")
    page.check("a foreign script is blocked by the policy", blocked.startswith("script-src") and page.run("window.hacked === undefined"), blocked)


def looks(page):
    """Nothing is wider than a phone; both colour schemes have readable text; buttons have names."""
    for dark in (False, True):
        page.browser.window(390, 800, dark, True)
        for view in ("overview", "files", "gallery", "groups", "spot-check"):
            page.go(view)
            page.shot(f"phone-{view}{'-dark' if dark else ''}")
            page.check(f"{view} fits a phone", page.run("document.documentElement.scrollWidth") <= 390, page.run("document.documentElement.scrollWidth"))
            named = "(one) => one.textContent.trim() || one.getAttribute('aria-label')"
            page.equal("every control has a name", page.run(f"[...document.querySelectorAll('button, select, input')].every({named})"), True)
        contrast = page.run("""(() => {
          const linear = (v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
          const light = (text) => {
            const [r, g, b] = text.match(/\\d+/g).map(linear);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const style = getComputedStyle(document.body), soft = getComputedStyle(document.querySelector('.soft'));
          const ratio = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
          return Math.min(ratio(style.color, style.backgroundColor), ratio(soft.color, style.backgroundColor));
        })()""")
        page.check(f"contrast ({'dark' if dark else 'light'})", contrast >= 4.5, f"{contrast:.1f}:1")


def main():
    generator, surefoot, screenshots = sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) > 3 else ""
    program = find_chromium()
    if not program:
        print("skipped: no chromium")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "report.html")
        hostile = subprocess.run([generator, folder, str(ROWS)], check=True, capture_output=True, text=True).stdout.split("\n")[:-1]
        with Browser(program) as browser:
            browser.window(1280, 900)
            page = Page(browser, screenshots)
            opens(page, file)
            for step in (filters, scrolls, thresholds, reviews, copies, spot_checks):
                step(page)
            downloads(page, hostile, folder)
            shows_files(page, hostile)
            looks(page)
            page.equal("no error, no request that leaves the disk", browser.problems(), [])
            is_safe(page)
            applies(page, surefoot, folder)
    print(f"{len(page.failures)} failures")
    return 1 if page.failures else 0


sys.exit(main())
