# SPDX-License-Identifier: Apache-2.0
"""Policies that are not good to the gate: each is answered in one sentence, and a running gate keeps the one it has."""
import os

from support.gate import allow, hosts, run_exeat
from support.wait import wait_for

HEAD = "version: 1\nrules:\n"


def check(folder, text):
    path = folder / "exeat.yaml"
    path.write_text(text)
    return run_exeat("check", "-c", path)


def test_a_file_of_100_mib_is_refused_unread(tmp_path):
    path = tmp_path / "exeat.yaml"
    with open(path, "wb") as file:
        file.write(b"version: 1\n")
        file.truncate(100 * 1024 * 1024)
    done = run_exeat("check", "-c", path)
    assert done.returncode == 2
    assert done.stderr == f"error: cannot read {path}: it has more than 16 MiB\n"


def test_millions_of_values_in_one_file_are_refused_with_advice(tmp_path):
    done = check(tmp_path, HEAD + "  - [" + "a, " * 600_000 + "a]\n")
    assert done.returncode == 2 and "too many values in one file; move long lists to a list file" in done.stderr


def test_an_alias_bomb_is_refused_at_its_first_anchor(tmp_path):
    lines = ["version: 1", "a0: &a0 [x, x]"] + [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]
    done = check(tmp_path, "\n".join(lines) + "\n")
    assert done.returncode == 2 and done.stderr.count("error") == 1 and ":2:" in done.stderr


def test_a_list_file_may_hold_no_bytes_that_are_no_name(tmp_path):
    (tmp_path / "list").write_bytes(b"good.example\n\xff\xfe.example\n" + b"a" * 70_000 + b"\nnul\0byte.example\n")
    done = check(tmp_path, HEAD + "  - { id: a, verdict: allow, hosts: ['@l'] }\ngroups: { l: { file: list } }\n")
    assert done.returncode == 2
    assert all(f"list:{line}:1: error" in done.stderr for line in (2, 3, 4)) and len(done.stderr) < 5000


def test_a_list_file_of_nonsense_is_not_told_line_by_line(tmp_path):
    (tmp_path / "list").write_text("no name\n" * 100_000)
    done = check(tmp_path, HEAD + "  - { id: a, verdict: allow, hosts: ['@l'] }\ngroups: { l: { file: list } }\n")
    assert done.returncode == 2
    assert done.stderr.count("error:") == 20 and "99980 more lines of this file are no patterns" in done.stderr


def test_what_anybody_may_write_is_not_read_by_root(tmp_path):
    (tmp_path / "list").write_text("a.example\n")
    (tmp_path / "more.yaml").write_text(HEAD + "  []\n")
    text = HEAD + "  - { id: a, verdict: allow, hosts: ['@l'] }\ngroups: { l: { file: list } }\ninclude: [more.yaml]\n"
    assert check(tmp_path, text).returncode == 0
    for name in ("exeat.yaml", "more.yaml", "list"):
        path = tmp_path / name
        path.chmod(0o646)
        done = run_exeat("check", "-c", tmp_path / "exeat.yaml")
        if os.geteuid() == 0:
            assert done.returncode == 2 and f"run: chmod o-w {path}" in done.stderr
        else:
            assert done.returncode == 0
        path.chmod(0o644)


def refused(gate, before):
    return wait_for(lambda: gate.metric("exeat_policy_reloads_refused_total") > before, "the reload to be refused")


def test_a_list_file_that_vanishes_leaves_the_old_policy_in_force(gate, origin):
    one = gate(start=False, resolve=hosts("shop.example"))
    (one.folder / "list").write_text("shop.example\n")
    one.merge({"groups": {"shops": {"file": "list"}}, "rules": [allow("@shops")]})
    one.start()
    assert run_exeat("check", "-c", one.config_path).returncode == 0
    (one.folder / "list").unlink()
    refused(one, 0)
    assert run_exeat("reload", "-c", one.config_path).returncode == 2
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    assert "list: No such file or directory" in one.events("reload_refused")[-1]["why"]
    (one.folder / "list").write_text("shop.example\n")


def test_an_included_file_that_turns_bad_leaves_the_old_policy_in_force(gate, origin):
    one = gate(start=False, resolve=hosts("shop.example"))
    more = one.folder / "more.yaml"
    rule = f"  - {{ id: shop, verdict: allow, hosts: [shop.example], schemes: [http], ports: [{origin.port}], addresses: [127.0.0.0/8] }}\n"
    more.write_text(HEAD + rule)
    one.merge({"include": ["more.yaml"]})
    one.start()
    more.write_text(HEAD + rule + rule)
    refused(one, 0)
    assert one.get(f"http://shop.example:{origin.port}/").status == 200
    more.write_text(HEAD + rule.replace("allow", "deny"))
    wait_for(lambda: one.get(f"http://shop.example:{origin.port}/").status == 403, "the included file to take effect")
