# SPDX-License-Identifier: Apache-2.0
"""exeat scan over a small shop (tests/scan/shop), and over trees that are not as they should be."""
import json
import os
import pty
import subprocess

from support.gate import EXEAT, TOP, run_exeat

SHOP = TOP / "tests" / "scan" / "shop"
CLIENT = "app/code/Shop/Ai/Model/Client.php"
PLANTED = {
    (".env", 1, "llm-base-url"), (".env", 2, "vendor-key"), (".env", 3, "tls-off"), (".env", 4, "proxy-overridden"),
    (CLIENT, 8, "llm-host"), (CLIENT, 9, "tls-off"), (CLIENT, 11, "proxy-overridden"), (CLIENT, 13, "proxy-overridden"),
    (CLIENT, 19, "llm-sdk"), (CLIENT, 20, "tls-off"), (CLIENT, 21, "tls-off"),
    ("app/code/Shop/Ai/etc/config.xml", 5, "llm-base-url"), ("app/code/Shop/Ai/etc/config.xml", 6, "tls-off"),
    ("app/etc/env.php", 6, "vendor-key"), ("app/etc/env.php", 8, "llm-base-url"), ("app/etc/env.php", 9, "vendor-key"),
    ("composer.json", 5, "llm-sdk"), ("deploy/id_rsa.pem", 1, "private-key"), ("deploy/worker.yaml", 2, "tls-off"),
    ("theme/product.liquid", 2, "llm-host"), ("var/dump/core_config_data.sql", 1, "tls-off"),
    ("var/dump/core_config_data.sql", 1, "llm-base-url"), ("var/dump/core_config_data.sql", 1, "vendor-key"),
    ("web/js/chat.js", 1, "llm-sdk"), ("web/js/chat.js", 2, "tls-off"), ("web/js/chat.js", 4, "proxy-overridden"),
}


def scan(folder, *words, **options):
    done = run_exeat("scan", folder, "-o", "json", *words, **options)
    return done, json.loads(done.stdout)


def places(report):
    return {(row["file"], row["line"], row["rule"]) for row in report["findings"] if row["severity"] != "note"}


def test_a_scan_finds_what_was_planted_in_a_shop_and_nothing_else():
    done, report = scan(SHOP)
    assert done.returncode == 1 and places(report) == PLANTED
    assert [row["file"] for row in report["not_read"]] == ["web/pixel.gif"]


def test_a_scan_never_prints_a_whole_key():
    keys = [line.split("=")[1] for line in (SHOP / ".env").read_text().splitlines() if line.startswith("GROQ")]
    keys += [word for word in (SHOP / "app/etc/env.php").read_text().split("'") if word.startswith(("sk_", "sk-"))]
    assert len(keys) == 3
    for form in ("text", "json", "sarif", "draft"):
        done = run_exeat("scan", SHOP, "-o", form)
        for key in keys:
            assert key[-6:] not in done.stdout + done.stderr and key[10:18] not in done.stdout + done.stderr


def test_a_scan_ends_with_a_code_for_pipelines(tmp_path):
    (tmp_path / "a.php").write_text("// https://api.openai.com/v1\n")
    assert run_exeat("scan", tmp_path).returncode == 0
    assert run_exeat("scan", tmp_path, "--fail-on", "note").returncode == 1
    (tmp_path / "a.php").write_text("$u = 'https://api.openai.com/v1';\n")
    assert run_exeat("scan", tmp_path).returncode == 1
    assert run_exeat("scan", tmp_path, "--fail-on", "error").returncode == 0
    assert run_exeat("scan", tmp_path, "--fail-on", "never").returncode == 0
    for words in ([tmp_path / "none"], [tmp_path / "a.php"], [tmp_path, "-o", "yaml"], [tmp_path, "--fail-on", "bad"], []):
        assert run_exeat("scan", *words).returncode == 2, words


def test_a_scan_says_which_rule_decides_on_a_host():
    _, report = scan(SHOP, "-c", TOP / "config" / "exeat.yaml")
    rows = {row["host"]: row for row in report["findings"] if row["host"]}
    assert rows["api.anthropic.com"]["covered"] == "rule llm-stays-home: reroute"
    assert rows["api.anthropic.com"]["severity"] == "note"
    assert "no rule names it" in rows["llm.partner.example"]["covered"]
    assert rows["llm.partner.example"]["severity"] == "warning"


def test_a_draft_of_a_scan_can_be_included(tmp_path):
    (tmp_path / "draft.yaml").write_text(run_exeat("scan", SHOP, "-o", "draft").stdout)
    (tmp_path / "exeat.yaml").write_text(
        "version: 1\ninclude: [draft.yaml]\nlisten: { forward: [\"127.0.0.1:3128\"] }\n"
        "tls: { authority: { certificate: ca.pem, key: ca.key } }\n")
    done = run_exeat("check", "-c", tmp_path / "exeat.yaml")
    assert done.returncode == 0, done.stderr
    _, report = scan(SHOP, "-c", tmp_path / "exeat.yaml")
    hosts = {row["host"]: row["covered"] for row in report["findings"] if row["host"]}
    assert len(hosts) == 6 and [host for host, covered in hosts.items() if not covered.startswith("rule scan-llm: reroute")] == ["llm.partner.example"]
    (tmp_path / "none").mkdir()
    (tmp_path / "draft.yaml").write_text(run_exeat("scan", tmp_path / "none", "-o", "draft").stdout)
    assert run_exeat("check", "-c", tmp_path / "exeat.yaml").returncode == 0


def test_a_scan_as_sarif_has_what_the_standard_wants():
    """The properties that SARIF 2.1.0 requires, and those that viewers read (3.14, 3.19, 3.20, 3.27, 3.28, 3.30)."""
    log = json.loads(run_exeat("scan", SHOP, "-o", "sarif").stdout)
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-schema-2.1.0.json") and len(log["runs"]) == 1
    run = log["runs"][0]
    driver = run["tool"]["driver"]
    assert driver["name"] == "exeat" and run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"]) == 7
    assert all(rule["shortDescription"]["text"] and rule["help"]["text"] for rule in driver["rules"])
    seen = set()
    for result in run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error") and result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] >= 1 and place["region"]["startColumn"] >= 1
        assert place["artifactLocation"]["uriBaseId"] == "SRCROOT"
        if result["level"] != "note":
            seen.add((place["artifactLocation"]["uri"], place["region"]["startLine"], result["ruleId"]))
    assert seen == PLANTED
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"] == "not read: binary"


def test_a_scan_follows_no_link_and_says_what_it_did_not_read(tmp_path):
    secret = tmp_path / "outside"
    secret.mkdir()
    (secret / "a.php").write_text("'https://api.openai.com/v1'")
    tree = tmp_path / "tree"
    (tree / "loop").mkdir(parents=True)
    (tree / "out").symlink_to(secret)
    (tree / "loop" / "again").symlink_to("..")
    (tree / "file").symlink_to(secret / "a.php")
    os.mkfifo(tree / "pipe")
    with open(tree / "huge.sql", "wb") as huge:
        huge.truncate((4 << 30) + 1)
    deep = tree
    for _ in range(130):
        deep = deep / "d"
        deep.mkdir()
    done, report = scan(tree)
    assert done.returncode == 2 and report["findings"] == []
    why = {}
    for row in report["not_read"]:
        why.setdefault(row["why"], []).append(row["file"])
    assert sorted(why["symbolic link"]) == ["file", "loop/again", "out"]
    assert why["too large"] == ["huge.sql"] and why["no file"] == ["pipe"] and len(why["too deep"]) == 1


def test_a_scan_that_cannot_read_says_so_and_ends_with_two(tmp_path):
    (tmp_path / "shut").mkdir()
    (tmp_path / "shut.php").write_text("x")
    os.chmod(tmp_path / "shut", 0)
    os.chmod(tmp_path / "shut.php", 0)
    os.chmod(tmp_path, 0o755)
    words = [EXEAT, "scan", str(tmp_path), "-o", "json"]
    if os.getuid() == 0:
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *words]
        for folder in [tmp_path, *list(tmp_path.parents)[:3]]:
            if folder != folder.parent and str(folder).startswith("/tmp/"):
                os.chmod(folder, 0o755)
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2, done
    assert [(row["file"], row["why"]) for row in json.loads(done.stdout)["not_read"]] == [("shut", "unreadable"), ("shut.php", "unreadable")]


def test_a_scan_reads_utf_16_by_its_mark_and_says_where_zero_bytes_are(tmp_path):
    url = "OPENAI_BASE_URL=https://llm.partner.example/v1\n"
    (tmp_path / "le.env").write_bytes(b"\xff\xfe" + ("# \U0001f6d2 \ud800 x\n" + url).encode("utf-16-le", "surrogatepass"))
    (tmp_path / "be.env").write_bytes(b"\xfe\xff" + url.encode("utf-16-be"))
    (tmp_path / "long.sql").write_bytes(b"\xff\xfe" + ("\u20ac" * 700000 + "'https://api.groq.com/openai/v1'").encode("utf-16-le"))
    (tmp_path / "env.php").write_bytes(b"<?php // \0\n$u = 'https://api.openai.com/v1';\n")
    (tmp_path / "code.js").write_bytes(b"// \0\nf('https://api.mistral.ai/v1')\n")
    (tmp_path / "pixel.gif").write_bytes(b"GIF89a\0https://api.cohere.com/v1")
    done, report = scan(tmp_path, "--fail-on", "never")
    assert done.returncode == 2
    assert [(row["file"], row["line"], row["column"], row["host"]) for row in report["findings"]] == [
        ("be.env", 1, 1, "llm.partner.example"), ("code.js", 2, 12, "api.mistral.ai"), ("env.php", 2, 15, "api.openai.com"),
        ("le.env", 2, 1, "llm.partner.example"), ("long.sql", 1, 700010, "api.groq.com")]
    assert report["bytes"] == sum(path.stat().st_size for path in tmp_path.iterdir() if path.name != "pixel.gif")
    assert {row["file"]: row["why"] for row in report["not_read"]} == {"env.php": "zero bytes in it", "pixel.gif": "binary"}
    (tmp_path / "env.php").unlink()
    assert run_exeat("scan", tmp_path, "--fail-on", "never").returncode == 0


def test_a_gitignore_that_is_too_large_leaves_nothing_out_and_is_told(tmp_path):
    for name, text in (("many", "x\n" * (130 << 10) + "*.php\n"), ("long", "*.php\n" + "a" * 2000 + "\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / ".gitignore").write_text(text)
        (tmp_path / name / "a.php").write_text("'https://api.openai.com/v1'")
    done, report = scan(tmp_path, "--gitignore", "--fail-on", "never")
    assert done.returncode == 2 and [row["file"] for row in report["findings"]] == ["long/a.php", "many/a.php"]
    assert [(row["file"], row["why"]) for row in report["not_read"]] == [("long/.gitignore", "too large"), ("many/.gitignore", "too large")]


def test_a_scan_reads_lines_of_any_length_and_names_of_any_bytes(tmp_path):
    with open(tmp_path / "long.js", "w") as long:
        for _ in range(12):
            long.write("x" * 1000000)
        long.write("'https://api.openai.com/v1'\n{rejectUnauthorized: false}")
    name = os.fsencode(tmp_path) + b"/evil\n\x1b[31m\xff.php"
    with open(name, "w") as evil:
        evil.write("'https://api.anthropic.com/v1'")
    done, report = scan(tmp_path)
    rows = {row["what"].split("/")[0]: row for row in report["findings"]}
    assert rows["api.openai.com"]["line"] == 1 and rows["api.openai.com"]["column"] == 12000010
    assert rows["rejectUnauthorized"]["line"] == 2
    text = run_exeat("scan", tmp_path).stdout
    assert "\x1b" not in text and "evil??[31m?.php:1:" in text


def test_a_scan_leaves_out_what_git_leaves_out(tmp_path):
    rules = {"": "*.log\n!keep.log\n/var/\n**/cache/\ngenerated/**/*.php\n\\#x\nspace\\ \n[ab].txt\n**/q/**/**/w*d/[!x-z]?.js\nun[closed\nst**r\n"
             "[[:digit:]]\\*\n/only/**\n", "sub": "!*.log\nlocal\n"}
    files = ["a.log", "keep.log", "var/x", "sub/var/x", "sub/b.log", "sub/local", "local", "p/cache/y", "generated/z.php", "generated/q/r/z.php",
             "generated/z.txt", "#x", "a.txt", "c.txt", "p/a.txt", "q/wd/ab.js", "e/q/f/q/g/weird/ab.js", "q/wd/xb.js", "q/wd/a.js", "q/w/d/ab.js",
             "un[closed", "star", "s/stxr", "7*", "7x", "only/a/b", "sub/only/a"]
    for name in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("'https://api.openai.com/v1'")
    for folder, text in rules.items():
        (tmp_path / folder / ".gitignore").write_text(text)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    said = subprocess.run(["git", "-C", str(tmp_path), "check-ignore", "--no-index", *files], capture_output=True, text=True)
    kept = sorted(set(files) - set(line.strip('"') for line in said.stdout.splitlines()))
    _, report = scan(tmp_path, "--gitignore")
    assert sorted(row["file"] for row in report["findings"]) == kept
    assert len(scan(tmp_path)[1]["findings"]) == len(files)


def test_a_scan_shows_a_bar_on_a_terminal_alone():
    mine, theirs = pty.openpty()
    done = subprocess.run([EXEAT, "scan", str(SHOP)], stdout=subprocess.PIPE, stderr=theirs, timeout=60)
    os.close(theirs)
    shown = os.read(mine, 65536).decode()
    os.close(mine)
    assert "findings" in shown and shown.endswith("\x1b[K") and b"\x1b" not in done.stdout
    assert run_exeat("scan", SHOP).stderr == ""


def test_the_commands_of_the_page_about_scans_work(tmp_path):
    (tmp_path / "shop").symlink_to(SHOP)
    (tmp_path / "exeat.yaml").symlink_to(TOP / "config" / "exeat.yaml")
    lines = [line.split()[1:] for line in (TOP / "docs" / "scan.md").read_text().splitlines() if line.startswith("    exeat ")]
    assert len(lines) >= 6
    for words in lines:
        done = run_exeat(*words, cwd=tmp_path)
        assert done.returncode == 1 and done.stdout and not done.stderr, (words, done)
