# SPDX-License-Identifier: Apache-2.0
"""`exeat audit export --sql`: a SELECT over requests and records, and nothing but that."""
import csv
import io
import json
import pathlib
import subprocess

import pytest
from support.gate import EXEAT, TOP, run_exeat

MAKE_STORE = pathlib.Path(EXEAT).parent / "make_store"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sql")
    subprocess.run([MAKE_STORE, folder / "audit", folder / "log.key", "1000", "86400"], check=True, timeout=120)
    return folder / "audit"


def ask(store, query, *words):
    return run_exeat("audit", "export", "--store", store, "--sql", query, *words)


def rows(store, query, *words):
    done = ask(store, query, "-o", "jsonl", *words)
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_request_is_one_row_joined_with_its_outcome(store):
    assert rows(store, "SELECT count(*) AS n, count(DISTINCT request) AS ids FROM requests") == [{"n": 1000, "ids": 1000}]
    by_verdict = {row["verdict"]: row["n"] for row in rows(store, "SELECT verdict, count(*) AS n FROM requests GROUP BY verdict")}
    assert sum(by_verdict.values()) == 1000 and set(by_verdict) == {"allow", "deny", "reroute", "error"}
    refused = rows(store, "SELECT * FROM requests WHERE verdict = 'deny' LIMIT 1")[0]
    assert refused["done"] == "refuse" and refused["status"] == 403 and refused["time"].endswith("Z") and refused["model"] is None
    # The other filters narrow the table.
    assert rows(store, "SELECT count(*) AS n FROM requests", "--verdict", "deny") == [{"n": by_verdict["deny"]}]
    assert rows(store, "SELECT count(path) AS n FROM requests", "--redact") == [{"n": 0}]
    assert ask(store, "SELECT 1 FROM requests WHERE host = 'nowhere'").returncode == 1


def test_the_gates_own_life_is_in_records(store):
    kinds = [row["kind"] for row in rows(store, "SELECT kind FROM records WHERE kind NOT IN ('decision', 'completion') ORDER BY sequence")]
    assert kinds == ["open", "policy", "close"]
    (policy,) = rows(store, "SELECT json_extract(fields, '$.file') AS file FROM records WHERE kind = 'policy'")
    assert policy == {"file": "/etc/exeat/exeat.yaml"}


def test_answers_are_tables_too(store):
    table = list(csv.DictReader(io.StringIO(ask(store, "SELECT '=1+1' AS a, 2 AS b", "-o", "csv").stdout)))
    assert table == [{"a": "'=1+1", "b": "2"}]
    text = ask(store, "SELECT char(27) || '[31m' AS a", "-o", "text").stdout
    assert text == "a\n\\x1b[31m\n"


def test_what_there_is_to_ask_can_be_asked(store):
    assert [row["name"] for row in rows(store, "SELECT name FROM sqlite_master ORDER BY name")] == ["records", "requests"]
    columns = [row["name"] for row in rows(store, "SELECT name FROM pragma_table_info('requests')")]
    head = run_exeat("audit", "export", "--store", store, "-o", "csv", "--limit", "1").stdout.splitlines()[0].split(",")
    assert columns == head
    told = (TOP / "docs" / "for-auditors.md").read_text().split("## The columns")[1].split("\n## ")[0]
    assert [name for name in head if f"`{name}`" not in told] == []  # each is explained


@pytest.mark.parametrize("end", ["-- that is all", ";", " ; -- that is all", "/* all */;\n", ";;\n-- a\n-- b", " -- ends in the middle /*"])
def test_what_says_nothing_may_follow(store, end):
    assert rows(store, "SELECT 1 AS one " + end) == [{"one": 1}]


REFUSED = [
    "SELECT 1; -- and\nSELECT 2", "SELECT 1 /* */; DROP TABLE requests", "SELECT 1; nonsense", "DROP TABLE requests", "CREATE VIRTUAL TABLE t USING records",
    "PRAGMA table_info = 1; SELECT 2", "PRAGMA table_list", "ALTER TABLE requests RENAME TO r",
    "DELETE FROM requests", "INSERT INTO records VALUES (1, 2, 3, 4)", "CREATE TABLE t(a)", "CREATE VIEW v AS SELECT 1",
    "ATTACH 'x.db' AS x", "PRAGMA user_version", "PRAGMA writable_schema = 1", "VACUUM INTO 'x.db'", "BEGIN", "SELECT load_extension('x')",
    "SELECT 1; SELECT 2", "SELEC", "", "SELECT * FROM nowhere", "SELECT readfile('/etc/passwd')", "SELECT writefile('x', 'y')",
]


@pytest.mark.parametrize("query", REFUSED)
def test_anything_but_one_select_is_refused(store, query, tmp_path):
    done = run_exeat("audit", "export", "--store", store, "--sql", query, cwd=tmp_path)
    assert done.returncode == 2 and "SQL" in done.stderr and done.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_a_query_without_end_ends(store):
    done = ask(store, "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r", "--seconds", "1")
    assert done.returncode == 5 and "took longer than 1 s" in done.stderr
    done = ask(store, "SELECT zeroblob(100000000)")
    assert done.returncode == 5 and "too big" in done.stderr
    for words in (["--limit", "3"], ["-o", "cef"], ["--seconds", "0"]):
        assert ask(store, "SELECT 1", *words).returncode == 2
