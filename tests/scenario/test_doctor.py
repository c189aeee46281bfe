# SPDX-License-Identifier: Apache-2.0
"""`exeat doctor` beside a gate: what is well, what is to be done, and what could not be seen."""
import json
import os
import shutil

import pytest
from support.gate import EXEAT, free_port, run_exeat

CLIENTS = {"curl": "CURL_CA_BUNDLE", "node": "NODE_EXTRA_CA_CERTS", "python": "SSL_CERT_FILE"}
BARE = {name: value for name, value in os.environ.items() if "proxy" not in name.lower() and name not in ("CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "PHP_INI_SCAN_DIR")}


def ask(one, questions, **environment):
    """The exit code, and each answer by its name."""
    done = run_exeat("doctor", questions, "-c", one.config_path, "-o", "json", env={**BARE, **environment})
    tree = json.loads(done.stdout)
    return done.returncode, {answer["name"]: answer for answer in tree["answers"]}


def states(answers):
    return {name: answer["state"] for name, answer in answers.items()}


@pytest.fixture
def with_bundle(gate):
    """A gate that runs, and the bundle that its clients are given."""
    one = gate(rules=[{"id": "stay", "verdict": "deny", "hosts": ["@llm"]}])
    bundle = one.folder / "bundle.pem"
    bundle.write_text(run_exeat("ca", "bundle", "-c", one.config_path).stdout)
    return one, bundle


def test_clients_that_have_the_bundle_believe_the_authority_and_the_others_are_told_the_line(with_bundle):
    one, bundle = with_bundle
    programs = {"curl": "curl", "php": "php", "node": "node", "python": "python3"}
    assert all(map(shutil.which, programs.values())), "the clients that this test is about"
    code, found = ask(one, "curl,php,node,python")
    assert code == 1 and states(found) == dict.fromkeys(programs, "to do")
    assert found["curl"]["advice"] == [f"export CURL_CA_BUNDLE={bundle}"]
    assert found["php"]["advice"] == [f"curl.cainfo = {bundle}", f"openssl.cafile = {bundle}"]
    assert found["node"]["advice"] == [f"export NODE_EXTRA_CA_CERTS={bundle}"]
    assert found["python"]["advice"][0] == f"export SSL_CERT_FILE={bundle}"

    ini = one.folder / "ini"
    ini.mkdir()
    (ini / "exeat.ini").write_text("\n".join(found["php"]["advice"]) + "\n")
    lines = dict(line.removeprefix("export ").split("=", 1) for name in ("curl", "node", "python") for line in found[name]["advice"] if line.startswith("export"))
    code, cured = ask(one, "curl,php,node,python", PHP_INI_SCAN_DIR=f":{ini}", **lines)
    assert code == 0 and states(cured) == dict.fromkeys(programs, "well"), cured


def test_a_bundle_that_is_not_there_yet_is_told_with_the_command_that_makes_it(gate):
    one = gate(rules=[])
    _, found = ask(one, "node")
    assert found["node"]["advice"][1] == f"exeat ca bundle -c {one.config_path} >/etc/exeat/bundle.pem makes it"


def test_ports_are_the_running_gates_and_free_or_taken_without_one(gate):
    one = gate(rules=[])
    code, found = ask(one, "ports,keys,authority,configuration,llm")
    assert code == 0 and set(states(found).values()) == {"well"}, found
    one.stop()
    code, found = ask(one, "ports")
    assert code == 0 and all("is free" in line for line in found["ports"]["found"])
    other = gate(start=False, rules=[])
    other.port = one.port
    other.config["listen"]["forward"] = [f"127.0.0.1:{one.port}"]
    other.start()
    code, found = ask(one, "ports")
    assert code == 1 and "is taken, and no gate answers" in found["ports"]["found"][0]
    assert f"process {other.process.pid}" in found["ports"]["advice"][0]


def test_a_key_that_others_may_read_is_told_with_what_to_do(gate):
    one = gate(rules=[])
    key = one.folder / "keys" / "ca.key"
    key.chmod(0o644)
    code, found = ask(one, "keys")
    assert code == 1 and any(str(key) in line and "everybody" in line for line in found["keys"]["found"])
    assert found["keys"]["advice"][0].startswith(f"chmod o= {key}")


def test_variables_that_lead_past_the_gate_are_found_and_passwords_are_not_shown(gate):
    one = gate(rules=[])
    right = f"http://user:verysecret@127.0.0.1:{one.port}/"
    code, found = ask(one, "proxy", https_proxy=right, no_proxy="localhost,127.0.0.1,redis,.svc.cluster.local,10.0.0.0/8")
    assert code == 0 and found["proxy"]["found"] == ["https_proxy leads to the gate"]
    code, found = ask(one, "proxy", HTTP_PROXY=right, https_proxy="http://u:verysecret@127.0.0.1:9", NO_PROXY="*, com,.openai.com,0.0.0.0/0")
    assert code == 1 and "verysecret" not in json.dumps(found)
    text = "\n".join(found["proxy"]["found"])
    assert "https_proxy leads to no listener" in text and "HTTP_PROXY in capitals" in text
    for entry in ("*", "com", ".openai.com", "0.0.0.0/0"):
        assert f"no_proxy: {entry} " in text


def test_what_cannot_be_seen_is_said_and_the_code_is_two(gate):
    one = gate(start=False, rules=[], audit={"witness": {"url": f"http://127.0.0.1:{free_port()}", "key_file": "witness.vkey"}})
    run_exeat("key", "create", one.folder / "witness.key")
    (one.folder / "witness.vkey").write_text(run_exeat("key", "show", one.folder / "witness.key", "--name", "witness.example/w", "--witness").stdout)
    one.write()
    code, found = ask(one, "proxy,witness,ship")
    assert states(found) == {"proxy": "unseen", "witness": "unseen", "ship": "-"} and code == 2


def test_what_another_user_may_not_read_is_unseen_and_the_gate_is_asked_where_it_knows(gate):
    one = gate(rules=[])
    for path in [one.folder, *one.folder.parents]:
        if str(path).startswith("/tmp/"):
            path.chmod(0o755)
    for path in (one.config_path, one.folder / "keys"):
        path.chmod(0o755)
    done = run_exeat("doctor", "authority,curl,node", "-c", one.config_path, "-o", "json", env=BARE, user=65534, cwd="/")
    found = {answer["name"]: answer for answer in json.loads(done.stdout)["answers"]}
    assert done.returncode == 2 and set(states(found).values()) == {"unseen"}, found
    assert "more days" in found["authority"]["found"][1], "the gate that runs says how long"


def test_an_endpoint_that_is_not_there_is_found_and_canned_text_is_nothing_to_ask(gate):
    stay = {"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["one", "canned"]}
    canned = {"name": "canned", "builtin": "canned"}
    away = {"name": "one", "endpoint": f"http://127.0.0.1:{free_port()}", "models": {"*": "m"}}
    one = gate(start=False, rules=[stay], inference=[away, canned])
    one.write()
    code, found = ask(one, "endpoints")
    assert code == 1 and found["endpoints"]["state"] == "to do" and "exeat llm try" in found["endpoints"]["advice"][0]
    one = gate(start=False, rules=[{**stay, "inference": ["canned"]}], inference=[canned])
    one.write()
    assert ask(one, "endpoints")[1]["endpoints"]["state"] == "-"


def test_a_resolver_that_does_not_answer_is_found(gate):
    one = gate(start=False, rules=[], resolve={"servers": [f"127.0.0.1:{free_port()}"]})
    one.write()
    code, found = ask(one, "names")
    assert code == 1 and found["names"]["state"] == "to do"


def test_a_vendor_whose_calls_leave_is_named(gate):
    one = gate(start=False, rules=[{"id": "out", "verdict": "allow", "hosts": ["api.anthropic.com"]}])
    one.write()
    code, found = ask(one, "llm")
    assert code == 1 and found["llm"]["found"] == ["calls leave to 1 vendor: Anthropic"]


def test_a_configuration_that_is_not_good_leaves_the_rest_unseen(tmp_path):
    path = tmp_path / "exeat.yaml"
    path.write_text("version: 1\nrulez: []\n")
    done = run_exeat("doctor", "-c", path, env=BARE)
    lines = done.stdout.splitlines()
    assert done.returncode == 1 and lines[0].startswith("to do   configuration") and "unknown key 'rulez'" in lines[0]
    assert any(line.startswith("unseen  keys") for line in lines) and "\033" not in done.stdout
    done = run_exeat("doctor", "keys,teeth", "-c", path)
    assert done.returncode == 2 and "'teeth' is no question; there are configuration, keys" in done.stderr
    names = done.stderr.partition("there are ")[2].strip().rstrip(".")
    assert names in " ".join(run_exeat("help", "doctor").stdout.split()), "the help has all questions"
