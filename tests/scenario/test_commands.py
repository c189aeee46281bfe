# SPDX-License-Identifier: Apache-2.0
"""The commands as an operator types them."""
import json

from support.gate import TOP, run_exeat

QUICKSTART = TOP / "config" / "exeat.yaml"


def write(folder, text):
    path = folder / "exeat.yaml"
    path.write_text(text)
    return path


def test_the_shipped_configurations_are_good():
    for path in sorted((TOP / "config").glob("*.yaml")):
        done = run_exeat("check", "-c", path)
        assert done.returncode == 0, done.stderr


def test_check_shows_every_error_at_once_with_its_place(tmp_path):
    path = write(
        tmp_path,
        "version: 1\nlisten: { forward: [\"127.0.0.1:3128\"] }\nrules:\n"
        "  - { id: a, verdict: alow, hosts: [x.example] }\n"
        "  - { id: b, verdict: allow, host: [x.example] }\n",
    )
    done = run_exeat("check", "-c", path)
    assert done.returncode == 2
    assert f"{path}:4:" in done.stderr and f"{path}:5:" in done.stderr
    assert "did you mean 'allow'?" in done.stderr and "did you mean 'hosts'?" in done.stderr
    assert "^" in done.stderr


def test_a_failing_test_of_the_file_is_an_error(tmp_path):
    path = write(
        tmp_path,
        "version: 1\nlisten: { forward: [\"127.0.0.1:3128\"] }\nrules:\n"
        "  - { id: a, verdict: allow, hosts: [x.example] }\n"
        "tests:\n  - { request: GET https://y.example/, expect: allow }\n",
    )
    done = run_exeat("check", "-c", path)
    assert done.returncode == 2 and "expected 'allow', but it is deny" in done.stderr
    assert "request: GET https://y.example/" in done.stderr and "no rule allows this request" in done.stderr


def test_a_missing_file_is_one_sentence():
    done = run_exeat("check", "-c", "/nonexistent/exeat.yaml")
    assert done.returncode == 2 and "/nonexistent/exeat.yaml" in done.stderr


def test_explain_says_what_and_why():
    done = run_exeat("explain", "-c", QUICKSTART, "POST", "https://api.openai.com/v1/chat/completions")
    assert done.returncode == 0
    assert "plan: open" in done.stdout and "inside: reroute by rule llm-stays-home" in done.stdout
    done = run_exeat("explain", "-c", QUICKSTART, "GET", "https://evil.example/")
    assert done.returncode == 1 and "no rule allows this request" in done.stdout
    done = run_exeat("explain", "-c", QUICKSTART, "GET", "not a url")
    assert done.returncode == 2


def test_llm_hosts_lists_and_answers():
    listed = run_exeat("llm-hosts")
    assert listed.returncode == 0 and len(listed.stdout.splitlines()) > 900
    one = run_exeat("llm-hosts", "api.openai.com")
    assert one.returncode == 0 and one.stdout.startswith("api.openai.com\tOpenAI\topenai\tapi")
    assert run_exeat("llm-hosts", "www.example.com").returncode == 1


def test_the_authority_is_made_once_and_shown(gate):
    one = gate(start=False, rules=[])
    one.write()
    assert run_exeat("ca", "init", "-c", one.config_path).returncode == 0
    again = run_exeat("ca", "init", "-c", one.config_path)
    assert again.returncode == 1 and "exeat ca renew" in again.stderr
    assert run_exeat("ca", "init", "--if-absent", "-c", one.config_path).returncode == 0
    shown = run_exeat("ca", "show", "-c", one.config_path).stdout
    assert "api.openai.com" in shown and "subject" in shown
    assert (one.folder / "keys/ca.key").stat().st_mode & 0o777 == 0o600
    assert one.bundle().read_text().count("BEGIN CERTIFICATE") == 2  # the test root, and the authority


def test_health_and_version(gate):
    one = gate(rules=[])
    assert run_exeat("health", "-c", one.config_path).stdout == "ready\n"
    one.stop()
    assert run_exeat("health", "-c", one.config_path).returncode == 1
    assert run_exeat("version").stdout.startswith("exeat ")


def test_wrong_usage_says_so():
    for words in ([], ["nonsense"], ["audit"], ["audit", "export", "--nope"], ["ca", "destroy"], ["explain", "GET"]):
        done = run_exeat(*words)
        assert done.returncode == 2 and "exeat" in done.stderr


def test_json_lines_are_json(gate):
    one = gate(rules=[])
    one.send(b"GET http://evil.example/\"\\ HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    done = run_exeat("audit", "export", "-c", one.config_path)
    for line in done.stdout.splitlines():
        json.loads(line)


def test_every_command_tells_its_options():
    commands = [line.split()[1] for line in run_exeat("help").stdout.splitlines() if line.startswith("  exeat ")]
    assert "run" in commands and "audit" in commands
    for name in commands:
        for words in (["help", name], [name, "--help"]):
            done = run_exeat(*words)
            assert done.returncode == 0 and f"exeat {name}" in done.stdout, words
    for words in (["help", "audit", "verify"], ["audit", "verify", "--help"]):
        done = run_exeat(*words)
        assert done.stdout.startswith("  exeat audit verify ") and "[--checkpoint FILE]" in done.stdout and "--sql" not in done.stdout
    assert run_exeat("help", "nothing").returncode == 2
