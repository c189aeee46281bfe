# SPDX-License-Identifier: Apache-2.0
"""The commands as an operator types them."""
import json
import os
import pty
import re
import socket
import subprocess
import threading

from support.gate import EXEAT, TOP, run_exeat

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


def test_who_named_no_configuration_is_told_how(tmp_path):
    nowhere = {name: value for name, value in os.environ.items() if name != "EXEAT_CONFIG"}
    hint = "name the configuration with -c FILE, or by $EXEAT_CONFIG"
    for words in (["check"], ["explain", "GET", "http://a.example/"], ["audit", "stats"], ["ca", "show"]):
        assert hint in run_exeat(*words, env=nowhere).stderr, words
        assert hint not in run_exeat(*words, "-c", "/nonexistent.yaml", env=nowhere).stderr, words
    assert hint not in run_exeat("audit", "stats", "--store", tmp_path, env=nowhere).stderr


def test_explain_says_what_becomes_of_a_question_for_a_name(tmp_path):
    config = tmp_path / "exeat.yaml"
    config.write_text("""{version: 1, rules: [{id: one, verdict: allow, hosts: ["*.shop.example"]},
        {id: two, verdict: allow, hosts: [txt.example], dns: [txt]}, {id: three, verdict: deny, hosts: [no.shop.example]}]}""")
    rows = [("A", "a.shop.example", 0, "rule: one"), ("aaaa", "A.Shop.Example", 0, "rule: one"), ("TXT", "txt.example", 0, "rule: two"),
            ("TXT", "a.shop.example", 1, "type"), ("A", "other.example", 1, "no rule"), ("A", "no.shop.example", 1, "REFUSED"),
            ("ANY", "a.shop.example", 2, "ANY"), ("A", "127.0.0.1", 2, "no name"), ("A", "", 2, "no name")]
    for kind, name, code, said in rows:
        done = run_exeat("explain", "-c", config, kind, f"dns:{name}")
        assert (done.returncode, said in done.stdout + done.stderr) == (code, True), (kind, name, done)
    found = json.loads(run_exeat("explain", "-c", config, "-o", "json", "A", "dns:a.shop.example").stdout)
    assert (found["verdict"], found["rule"], found["method"], found["scheme"]) == ("allow", "one", "A", "dns")


def test_explain_says_what_and_why():
    done = run_exeat("explain", "-c", QUICKSTART, "POST", "https://api.openai.com/v1/chat/completions")
    assert done.returncode == 0
    assert "plan: open" in done.stdout and "inside: reroute by rule llm-stays-home" in done.stdout
    done = run_exeat("explain", "-c", QUICKSTART, "GET", "https://evil.example/")
    assert done.returncode == 1 and "no rule allows this request" in done.stdout
    done = run_exeat("explain", "-c", QUICKSTART, "GET", "http://www.debian.org/")  # nothing is around it to be inside of
    assert "as plain HTTP: allow by rule debian" in done.stdout and "inside" not in done.stdout
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
    assert "subject" in shown and "names and what is below them" in shown and "api.openai.com" not in shown
    assert "api.openai.com" in run_exeat("ca", "show", "--names", "-c", one.config_path).stdout
    assert (one.folder / "keys/ca.key").stat().st_mode & 0o777 == 0o600
    assert one.bundle().read_text().count("BEGIN CERTIFICATE") == 2  # the test root, and the authority


def test_health_and_version(gate):
    one = gate(rules=[])
    assert run_exeat("health", "-c", one.config_path).stdout == "ready\n"
    one.stop()
    assert run_exeat("health", "-c", one.config_path).returncode == 1
    assert run_exeat("version").stdout.startswith("exeat ")


def test_health_hears_the_whole_answer_in_whatever_pieces_it_comes(tmp_path):
    said = b"not ready: draining\n"
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        path = write(tmp_path, f"version: 1\nlisten: {{ forward: [\"127.0.0.1:3128\"], admin: \"127.0.0.1:{server.getsockname()[1]}\" }}\nrules: []\n")
        asked = []

        def answer():
            one, _ = server.accept()
            with one:
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with one.makefile("rb") as lines:
                    asked.extend(iter(lines.readline, b"\r\n"))
                for byte in b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: %d\r\n\r\n%s" % (len(said), said):
                    one.sendall(bytes([byte]))

        answering = threading.Thread(target=answer)
        answering.start()
        done = run_exeat("health", "-c", path)
        answering.join()
    assert asked[0] == b"GET /readyz HTTP/1.1\r\n"
    assert (done.returncode, done.stdout) == (1, said.decode())


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


def commands():
    """The names of all commands, as the shell's completion has them: of one word or two."""
    names = re.search(r"names='([^']*)'", run_exeat("completion").stdout).group(1)
    return [name.split() for name in names.strip("|").split("|")]


def on_a_terminal(*words, **environment):
    """What a command prints to a terminal, stdout and stderr together."""
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    reader, writer = pty.openpty()
    child = subprocess.Popen([EXEAT, *map(str, words)], stdout=writer, stderr=writer, env={**plain, **environment})
    os.close(writer)
    shown = b""
    try:
        while piece := os.read(reader, 65536):
            shown += piece
    except OSError:  # the terminal's way to say that it is over
        pass
    os.close(reader)
    child.wait()
    return shown.decode()


def test_a_terminal_gets_colour_and_nobody_else(tmp_path):
    path = write(tmp_path, "version: 1\nrulez: []\n")
    assert "\x1b[1;31merror:\x1b[0m unknown key" in on_a_terminal("check", path)
    assert "\x1b" not in on_a_terminal("check", path, NO_COLOR="1") and "\x1b" not in run_exeat("check", path).stderr
    assert "inside: \x1b[1;36mreroute\x1b[0m by rule" in on_a_terminal(
        "explain", "-c", QUICKSTART, "POST", "https://api.openai.com/v1/chat/completions"
    )


def test_every_command_explains_each_of_its_options():
    assert ["run"] in commands() and ["audit", "verify"] in commands()
    for name in commands():
        for words in (["help", *name], [*name, "--help"], [*name, "-h"]):
            done = run_exeat(*words)
            assert done.returncode == 0 and f"usage: exeat {' '.join(name)}" in done.stdout, words
            assert not any(line.endswith(" ") for line in done.stdout.splitlines()), done.stdout
            for line in done.stdout.splitlines():
                if line.startswith("  -"):
                    assert re.fullmatch(r"  (-\w, )?--[a-z-]+( [A-Z:-]+)? +\S.*", line), line
    shown = run_exeat("help", "audit", "verify").stdout
    assert "--checkpoint FILE" in shown and "--sql" not in shown
    assert run_exeat("help", "llm").stdout.startswith("usage: exeat llm COMMAND") and "see `exeat help llm try`" in run_exeat("llm", "--help").stdout
    assert "audit verify" in run_exeat("help", "audit").stdout and "audit verify" in run_exeat("audit", "-h").stdout
    assert run_exeat("help", "nothing").returncode == 2
    for name in commands():
        assert f"  {' '.join(name)} " in run_exeat("help").stdout


def test_a_word_that_is_nearly_right_is_guessed():
    for words, meant in (
        (["chek"], "did you mean 'check'?"), (["audit", "verfy"], "did you mean 'audit verify'?"),
        (["ca", "inti"], "did you mean 'ca init'?"), (["check", "--strct"], "did you mean --strict?"),
        (["audit", "export", "--ouput=csv"], "did you mean --output?"), (["explian", "GET", "http://a/"], "'explain'"),
    ):
        done = run_exeat(*words)
        assert done.returncode == 2 and meant in done.stderr and done.stderr.count("\n") == 1, done.stderr
    for group in ("ca", "audit", "key"):  # also where a longer word is near
        assert run_exeat(group).stderr.startswith(f"exeat: {group} wants one of: ")
    assert "wants one of: init, renew" in run_exeat("ca").stderr
    assert "`exeat help` lists them" in run_exeat("xyzzyplugh").stderr


def test_options_are_written_in_every_usual_way(tmp_path):
    shipped = str(QUICKSTART)
    for words in (
        ["check", "-c", shipped], ["check", f"-c{shipped}"], ["check", f"-c={shipped}"], ["check", "--config", shipped],
        ["check", f"--config={shipped}"], ["check", shipped], ["check", "--", shipped], ["check", "--strict", shipped],
        ["schema", "--output", "json"], ["schema", "-ojson"], ["version"], ["-V"], ["--version"], ["-h"], ["--help"],
    ):
        assert run_exeat(*words).returncode == 0, words
    for words, wrong in (
        (["check", "--strict=yes", shipped], "--strict takes no value"), (["check", "-c"], "--config needs a value, FILE"),
        (["check", shipped, shipped], "unexpected"), (["check", "-c", shipped, shipped], "unexpected"),
        (["version", "now"], "unexpected 'now'"), (["explain", "GET"], "explain wants METHOD URL"),
        (["check", "-x", shipped], "there is no option '-x'"), (["health", "--strict"], "there is no option '--strict'"),
    ):
        done = run_exeat(*words)
        assert done.returncode == 2 and wrong in done.stderr, (words, done.stderr)
    elsewhere = {**os.environ, "EXEAT_CONFIG": shipped}
    assert run_exeat("check", env=elsewhere).returncode == 0
    assert "/nonexistent" in run_exeat("check", "-c", "/nonexistent", env=elsewhere).stderr


def test_the_manual_page_has_every_command_and_is_good_roff(tmp_path):
    page = run_exeat("manual").stdout
    for name in commands():
        assert f".SS exeat {' '.join(name)}".replace("-", "\\-") in page, name
    shown = subprocess.run(["groff", "-man", "-Tutf8", "-ww"], input=page, capture_output=True, text=True)
    assert shown.returncode == 0 and shown.stderr == "" and "can the records be believed?" in shown.stdout


def complete(*words):
    script = run_exeat("completion").stdout + 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _exeat; printf "%s\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", script, "bash", "exeat", *words], capture_output=True, text=True, timeout=20)
    assert done.stderr == ""
    return done.stdout.split()


def test_the_shell_completes_commands_and_options(tmp_path):
    assert "check" in complete("ch") and complete("aud") == ["audit"]
    assert complete("audit", "ver") == ["verify"] and complete("audit", "check") == ["checkpoint", "check-proof"]
    assert set(complete("check", "--s")) == {"--strict", "--since"} and complete("health", "--s") == []
    (tmp_path / "policy.yaml").write_text("")
    assert complete("check", "-c", str(tmp_path / "pol")) == [str(tmp_path / "policy.yaml")]
