# SPDX-License-Identifier: Apache-2.0
"""The report in a real browser: one file, nothing fetched, A4 on paper; and the panels of `exeat audit stats`."""
import html.parser
import os
import pathlib
import pty
import re
import shutil
import struct
import subprocess
import zlib

import pytest
from support.gate import EXEAT, run_exeat

MAKE_STORE = pathlib.Path(EXEAT).parent / "make_store"
CHROMIUM = shutil.which("chromium") or "chromium"


@pytest.fixture(scope="module", params=["empty", "day"])
def report(request, tmp_path_factory):
    """(what the store holds, the page's path)"""
    folder = tmp_path_factory.mktemp(request.param)
    count, seconds = {"empty": ("0", "1"), "day": ("3000", "86400")}[request.param]
    subprocess.run([MAKE_STORE, folder / "audit", folder / "log.key", count, seconds], check=True, timeout=120)
    done = run_exeat("audit", "report", "--store", folder / "audit", "-o", "html")
    assert done.returncode == 0, done.stderr
    (folder / "report.html").write_text(done.stdout)
    return request.param, folder / "report.html"


def browse(page, *words):
    profile = page.parent / "profile"
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
               "--no-first-run", f"--user-data-dir={profile}", *words, f"file://{page}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


class Page(html.parser.HTMLParser):
    """Names of elements, and attributes that could fetch something."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.fetching = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append(tag)
        self.fetching += [value for name, value in attributes if name in ("src", "href", "srcset", "data", "action", "xlink:href", "background")]


def test_the_page_holds_everything_and_fetches_nothing(report):
    kind, path = report
    page = Page(path.read_text())
    assert page.fetching == [] and not {"script", "link", "img", "iframe", "object", "embed"} & set(page.elements)
    assert re.findall(r"url\((?!#)", path.read_text()) == [] and "@import" not in path.read_text() and "@font-face" not in path.read_text()
    # Each plot has the table of its numbers; where there is nothing to plot, the page says so.
    plots, tables = page.elements.count("figure"), page.elements.count("table")
    assert (plots, tables) == ((4, 8) if kind == "day" else (1, 4)), (plots, tables)
    assert path.read_text().count("not covered by this tool") >= 6


def test_a_browser_shows_it_and_prints_it_on_a4(report):
    kind, path = report
    dom = browse(path, "--dump-dom")
    assert dom.count("<figure>") == (4 if kind == "day" else 1) and "Egress evidence" in dom
    pdf, picture = path.with_suffix(".pdf"), path.with_suffix(".png")
    browse(path, f"--print-to-pdf={pdf}", "--no-pdf-header-footer")
    boxes = {tuple(round(float(n)) for n in box.split()) for box in re.findall(rb"/MediaBox\s*\[\s*([\d. ]+)\]", pdf.read_bytes())}
    assert boxes and all(abs(w - 595) <= 1 and abs(h - 842) <= 1 for _, _, w, h in boxes), boxes
    browse(path, f"--screenshot={picture}", "--window-size=900,1400")
    colours = pixels(picture)
    assert len(colours) > (200 if kind == "day" else 50)


def pixels(path):
    """The colours of an 8-bit RGB or RGBA picture; enough of PNG (RFC 2083) for that."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            width, height, depth, colour = struct.unpack(">IIBB", data[at + 8:at + 18])
        if kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    step = {2: 3, 6: 4}[colour]
    assert depth == 8
    raw, line, seen = zlib.decompress(packed), bytearray(width * step), set()
    for y in range(height):
        kind, row = raw[y * (width * step + 1)], bytearray(raw[y * (width * step + 1) + 1:(y + 1) * (width * step + 1)])
        for i in range(len(row)):
            left, up, corner = (row[i - step], line[i], line[i - step]) if i >= step else (0, line[i], 0)
            guess = left + up - corner
            near = min((left, up, corner), key=lambda value: abs(guess - value))
            row[i] = (row[i] + (0, left, up, (left + up) // 2, near)[kind]) & 255
        line = row
        if y % 8 == 0:
            seen |= {bytes(row[x:x + 3]) for x in range(0, len(row), step)}
    return seen


def test_a_short_table_is_not_torn_into_columns(tmp_path):
    for name, seconds, columns in (("minute", "30", 0), ("day", "86400", 1)):
        (tmp_path / name).mkdir()
        subprocess.run([MAKE_STORE, tmp_path / name / "audit", tmp_path / name / "log.key", "300", seconds], check=True, timeout=120)
        page = run_exeat("audit", "report", "--store", tmp_path / name / "audit").stdout
        assert page.count('class="cols"') == columns, name


def test_the_ai_calls_of_the_first_page_add_up(report):
    card = report[1].read_text().split("AI calls of the period", 1)[1].split("</dl>")[0]
    rows = {name: int(number.replace(",", "").replace("\u202f", "")) for name, number in re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", card)}
    assert sum(rows.values()) == 2 * rows["all"] + rows["vendors asked for"], rows


def test_the_exit_code_of_a_report_is_the_verdict(gate):
    one = gate(rules=[])
    one.get("http://evil.example/<script>")
    one.stop()
    done = run_exeat("audit", "report", "-c", one.config_path)
    assert done.returncode == 0 and "banner good" in done.stdout and "UNANCHORED" not in done.stdout
    anchored = one.folder / "checkpoint.txt"
    anchored.write_text(run_exeat("audit", "checkpoint", "-c", one.config_path).stdout)
    assert "Someone outside vouches for" in run_exeat("audit", "report", "-c", one.config_path, "--checkpoint", anchored).stdout
    blind = run_exeat("audit", "report", "--store", one.folder / "audit")
    assert "banner warn" in blind.stdout and "Signatures were not checked" in blind.stdout
    # The banner says no more than `audit verify` does.
    assert "<b>OK, as far as it goes</b>" in done.stdout and "every record is what was signed" in done.stdout
    assert "<b>OK</b>" in run_exeat("audit", "report", "-c", one.config_path, "--checkpoint", anchored).stdout
    assert "<b>OK, but the signatures were not checked</b>" in blind.stdout and "is what was signed" not in blind.stdout
    assert run_exeat("audit", "report", "-c", one.config_path, "-o", "pdf").returncode == 2


def on_a_terminal(*words, **environment):
    """What a command writes to a terminal."""
    master, slave = pty.openpty()
    subprocess.run([EXEAT, *map(str, words)], stdout=slave, stderr=subprocess.DEVNULL, timeout=120, env={**os.environ, **environment})
    os.close(slave)
    data = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other side is closed
            break
        if not piece:
            break
        data += piece
    os.close(master)
    return data.decode()


def test_panels_have_bars_on_a_terminal_and_colour_unless_refused(gate):
    one = gate(rules=[{"id": "bad", "verdict": "deny", "hosts": ["evil.example"], "schemes": ["http"]}])
    for host in ("evil.example", "evil.example", "api.openai.com"):
        one.get(f"http://{host}/")
    words = ("audit", "stats", "-c", one.config_path)
    shown = on_a_terminal(*words, NO_COLOR="")
    assert "█" in shown and "\x1b[" in shown and "TOP DENIED HOSTS" in shown
    plain = on_a_terminal(*words, NO_COLOR="1")
    assert "█" in plain and "\x1b" not in plain
    piped = run_exeat(*words).stdout
    assert "█" not in piped and "\x1b" not in piped
    assert re.search(r"deny +3 +100.0 %", piped) and re.search(r" 2  evil\.example", piped)
    assert re.search(r"deny +2 ", run_exeat(*words, "--host", "evil.example").stdout)
