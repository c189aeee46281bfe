# SPDX-License-Identifier: Apache-2.0
"""The language: each folder of tests/config_errors is refused in the words that stand there, each file of
tests/policy_cases passes its own tests, and editors' schema agrees with the program about both."""
import json
import os
import pathlib
import subprocess

import pytest
from support.gate import EXEAT, TOP, run_exeat

ERRORS = sorted((TOP / "tests/config_errors").iterdir())
CASES = sorted((TOP / "tests/policy_cases").glob("*/exeat.yaml"))


@pytest.fixture(autouse=True, scope="module")
def secrets_are_for_nobody_else():
    """What a checkout cannot keep."""
    for path in [*TOP.glob("tests/config_errors/*/*.secret"), *TOP.glob("tests/policy_cases/*/*.secret")]:
        if path.stat().st_mode & 0o007:
            path.chmod(0o600)


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case.name)
def test_a_mistake_is_refused_with_its_place_and_what_to_do(case):
    done = run_exeat("check", "-c", "exeat.yaml", cwd=case, errors="surrogateescape")
    assert done.returncode == 2, done.stderr
    expected = (case / "expected").read_bytes().decode(errors="surrogateescape")
    assert without_trace(done.stderr) == without_trace(expected)


def without_trace(text):
    """The trace under a failing test is explain's, which has its own tests."""
    return text.split("\nrequest: ")[0]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.parent.name)
def test_a_policy_does_what_its_own_tests_say(case):
    done = run_exeat("check", "-c", "exeat.yaml", cwd=case.parent, env={**os.environ, "POD": "shop-0"})
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == (case.parent / "expected").read_text()


@pytest.mark.parametrize("case", [c for c in CASES if c.parent.name.startswith("lint")], ids=lambda case: case.parent.name)
def test_strict_makes_a_warning_a_no(case):
    warned = "warning: " in (case.parent / "expected").read_text()
    assert run_exeat("check", "--strict", "-c", case).returncode == (1 if warned else 0)


@pytest.mark.parametrize("case", [c for c in CASES if c.parent.name.startswith("diff")], ids=lambda case: case.parent.name)
def test_a_reviewer_is_told_what_changes(case):
    words = ["check", "-c", case, "--diff", case.parent / "old.yaml"]
    expected = (case.parent / "expected-diff").read_text()
    done = run_exeat(*words)
    assert (done.returncode, done.stdout) == (0, expected)
    assert run_exeat(*words, "--strict").returncode == (1 if "\nopens" in "\n" + expected else 0)


def test_the_presets_are_good_to_the_strict(tmp_path):
    for path in sorted(set((TOP / "config/policies").glob("*.yaml")) - {TOP / "config/policies/kustomization.yaml"}):
        names = ["@llm", "@git-servers"] if path.stem.startswith("git") else ["@llm"]
        authority = {"certificate": "ca.pem", "key": "ca.key", "names": names}
        main = {"version": 1, "listen": {"forward": ["127.0.0.1:3128"]}, "tls": {"authority": authority}, "include": [str(path)]}
        (tmp_path / "exeat.yaml").write_text(json.dumps(main))
        done = run_exeat("check", "--strict", "-c", tmp_path / "exeat.yaml")
        assert done.returncode == 0, done.stderr


def test_the_commands_of_the_readme_do_what_it_says(tmp_path):
    text = (TOP / "README.md").read_text().split("## A policy for a Magento shop", 1)[1].split("\n## ", 1)[0]
    lines = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    policy = "\n".join(lines[1 : lines.index("END")]) + "\n"
    (tmp_path / "shop.yaml").write_text(policy.replace("config/", str(TOP / "config") + "/"))
    codes = []
    for line in lines[lines.index("END") + 1 :]:
        codes.append(run_exeat(*line.split()[1:], cwd=tmp_path).returncode)
    assert codes == [0, 0, 1]  # good; allowed; denied by the shop's own rule


def test_the_handbooks_whole_file_is_good_to_the_strict(tmp_path):
    """With each door, the rules of the redirect, and what its own tests expect."""
    text = (TOP / "docs/operations.md").read_text().split("A whole file, with each door that a gate has:\n\n", 1)[1]
    (tmp_path / "exeat.yaml").write_text("".join(line[4:] + "\n" for line in text.split("\n\n", 1)[0].splitlines()))
    done = run_exeat("check", "--strict", "-c", "exeat.yaml", cwd=tmp_path)
    assert (done.returncode, "2 rules, 4 tests passed" in done.stdout) == (0, True), done.stderr
    rules = run_exeat("redirect", "print", "-c", "exeat.yaml", cwd=tmp_path).stdout
    assert [word for word in ("127.0.0.1:3129", "[::1]:3129", "127.0.0.1:5353", "[::1]:5353") if f"to {word}" not in rules] == []


def test_the_file_of_the_page_about_minimisation_is_good_to_the_strict(tmp_path):
    text = (TOP / "docs/minimisation.md").read_text().split("```yaml\n", 1)[1].split("```\n", 1)[0]
    (tmp_path / "exeat.yaml").write_text(text)
    (tmp_path / "words.txt").write_text("project northern light\n")
    made = run_exeat("ca", "init", "-c", "exeat.yaml", cwd=tmp_path)
    done = run_exeat("check", "--strict", "-c", "exeat.yaml", cwd=tmp_path)
    assert (made.returncode, done.returncode, "2 rules" in done.stdout) == (0, 0, True), made.stderr + done.stderr


def test_reference_schema_and_cases_are_those_of_the_program():
    done = subprocess.run([TOP / "tests/lint/check_schema", EXEAT], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_message_about_a_key_points_at_that_key():
    for case in ERRORS:
        last = case.name.rsplit(".", 1)[-1]
        if "." in case.name and last.islower():
            expected = (case / "expected").read_text(errors="replace")
            assert last in expected, f"{case.name}: {expected}"
