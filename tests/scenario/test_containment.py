# SPDX-License-Identifier: Apache-2.0
"""Nothing gets past the gate: a pod with the rules of `exeat redirect apply`, and all the ways out that a program of the shop
has. They are tried by real programs; what comes out is counted on the far side of the cable."""
import os
import shutil
import subprocess

import pytest
from support.gate import TOP
from support.held_pod import GATE_USER, SHOP, as_user, wait_for
from support.ways import METADATA, VENDOR, VENDOR6, WAYS


def try_all(pod):
    """What each way has brought out of the pod, by its name."""
    setuid_python = pod.folder / "python3"
    shutil.copy("/usr/bin/python3", setuid_python)
    os.chown(setuid_python, GATE_USER, GATE_USER)
    os.chmod(setuid_python, 0o4755)
    pod.help_others()
    pod.seen()
    found = {}
    for name in WAYS:
        if name == "port_that_the_gate_has_just_left":
            leave_a_port(pod)
        pod.try_way(name, SETUID_PYTHON=str(setuid_python))
        found[name] = pod.seen()
    return found


def leave_a_port(pod):
    """The gate's user asks something of the vendor over eth0, is answered, and ends."""
    code = f"""
import socket
one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
one.bind(("10.90.0.2", 40001))
one.sendto(b"of the gate", ("{VENDOR}", 9))
assert one.recv(100) == b"of the gate"
"""
    subprocess.run([*pod.inside(), *as_user(GATE_USER, "/usr/bin/python3", "-c", code)], check=True, timeout=120)
    assert "of the gate" in [packet["data"] for packet in pod.seen()]


def test_no_packet_but_the_gates_leaves_the_pod_by_any_way(pod, gate_of):
    one = gate_of(pod, start=False, resolve={"servers": ["10.91.0.1"]})
    one.config["listen"]["dns"] = ["127.0.0.1:5353", "[::1]:5353"]
    one.apply()
    one.start()
    found = {name: packets for name, packets in try_all(pod).items() if packets}
    assert found == {} and len(WAYS) >= 40
    counters = pod.counters()
    assert all(counters[name] > 0 for name in counters if name not in ("closed_tcp", "closed_impostor", "closed_direct"))
    check_records(one)


def check_records(gate):
    """Whatever was turned to the gate has a record, and nothing of it was let through."""

    def connections():
        return [record for record in gate.decisions() if "port" in record]

    # the last of them may have to be accepted yet
    wait_for(lambda: gate.metric(r"exeat_sessions_open ") == 0 and len(connections()) == gate.metric(r"exeat_sessions_total "), "the records")
    assert {(VENDOR, 443), (VENDOR, 80), (VENDOR6, 443), (VENDOR, 3306), (VENDOR, 25), (METADATA, 80)} <= {
        (record["host"], record["port"]) for record in connections()}
    assert "c2vjcmv0.tunnel.example" in {record["host"] for record in gate.decisions() if "port" not in record}
    assert {record["verdict"] for record in gate.decisions()} == {"deny"}


def test_without_the_rules_the_same_ways_lead_out(pod):
    found = {name for name, packets in try_all(pod).items() if any(packet["begins"] for packet in packets)}
    assert found == {name for name in WAYS if WAYS[name].leads_out}


def test_a_gate_is_ready_while_all_others_are_held_to_it_and_says_so(pod, gate_of):
    one = gate_of(pod, start=False)
    one.apply()
    one.start()
    wait_for(lambda: one.ready() == ["200", "ready"], "the gate to be ready")
    assert one.metric(r"exeat_contained ") == 1 and one.metric(r'exeat_containment_finding{finding="holds"}') == 1
    assert one.containment() == ["holds: all others are held to the gate"]
    done = one.run("redirect", "check")
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "ok: holds: all others are held to the gate")
    done = one.run("doctor", "redirect")
    assert done.returncode == 0 and done.stdout.startswith("well    redirect       ok: holds: "), done.stdout
    for path in [one.config_path, one.folder, *one.folder.parents]:
        if str(path).startswith("/tmp/"):
            path.chmod(0o755)
    done = one.run("doctor", "redirect", prefix=as_user(SHOP))
    assert done.returncode == 0 and "the gate found when it tried last: holds" in done.stdout, done.stdout
    assert pod.seen() == []


def test_a_pod_without_rules_is_never_ready_and_its_gate_says_what_to_do(pod, gate_of):
    one = gate_of(pod)
    (said,) = wait_for(lambda: one.events("not_contained"), "the gate to have tried")
    assert said["finding"] == "udp_leaves" and "NET_ADMIN" in said["detail"]
    why = "not ready: a datagram left the network namespace: nobody is held to the gate"
    wait_for(lambda: one.ready()[0] == "503" and one.ready()[1].startswith(why), "the probe to say so")
    assert one.metric(r"exeat_contained ") == 0 and one.metric(r"exeat_ready ") == 0
    assert one.containment()[0].startswith("udp_leaves: ")
    health = one.run("health")
    assert health.returncode == 1 and health.stdout.startswith("not ready: a datagram left")
    done = one.run("redirect", "check")
    assert done.returncode == 1 and done.stdout.startswith("no: udp_leaves: ")
    done = one.run("doctor", "redirect")
    assert done.returncode == 1 and done.stdout.startswith("to do   redirect       no: udp_leaves: ") and "-> exeat redirect apply" in done.stdout


def test_a_gate_becomes_ready_when_the_rules_come(pod, gate_of):
    one = gate_of(pod)
    wait_for(lambda: one.ready()[0] == "503", "the gate to have tried")
    one.apply()
    wait_for(lambda: one.ready()[0] == "200", "the gate to be ready")
    assert [line.split(":")[0] for line in one.containment()] == ["udp_leaves", "holds"]


def test_whoever_wants_may_have_it_ready_without_rules_and_still_be_told(pod, gate_of):
    one = gate_of(pod, redirect={"uid": GATE_USER, "missing": "warn"})
    wait_for(lambda: one.events("not_contained"), "the gate to have tried")
    assert one.ready() == ["200", "ready"]
    assert one.metric(r"exeat_contained ") == 0 and one.containment()[0].startswith("udp_leaves: ")


def nft(pod, *words):
    subprocess.run([*pod.inside(), "nft", *words], check=True, timeout=120)


@pytest.mark.parametrize(
    "change, finding",
    [
        (["flush", "ruleset"], "udp_leaves"),
        (["flush", "chain", "inet", "exeat", "leave"], "tcp_leaves"),  # the policy is drop: nothing leaves, and nothing arrives
        (["flush", "chain", "inet", "exeat", "turn"], "tcp_leaves"),
        (["flush", "chain", "inet", "exeat", "refuse"], "holds"),  # who is not refused is dropped
        (["insert", "rule", "inet", "exeat", "leave", "meta", "l4proto", "udp", "accept"], "udp_leaves"),
        (["insert", "rule", "inet", "exeat", "turn", "accept"], "tcp_leaves"),
        (["insert", "rule", "inet", "exeat", "turn", "tcp", "dport", "443", "redirect", "to", ":4444"], "tcp_foreign"),
    ],
    ids=lambda value: "-".join(value).replace(":", "") if isinstance(value, list) else value,
)
def test_a_change_of_the_rules_is_seen(pod, gate_of, change, finding):
    one = gate_of(pod, start=False)
    one.apply()
    one.start()
    wait_for(lambda: one.ready()[0] == "200", "the gate to be ready")
    if finding == "tcp_foreign":
        pod.talk(pod.program("/usr/bin/python3", "-c", GREETER, user=SHOP))
    nft(pod, *change)
    done = one.run("redirect", "check")
    assert (done.returncode, done.stdout.split(":")[1].strip()) == (0 if finding == "holds" else 1, finding)
    if "leave" not in change or "insert" in change:  # else nobody can ask it anything
        assert one.ready()[0] == ("200" if finding == "holds" else "503")
    one.apply()
    assert one.run("redirect", "check").returncode == 0


GREETER = """
import socket
server = socket.create_server(("127.0.0.1", 4444))
six = socket.create_server(("::1", 4444), family=socket.AF_INET6)
print("ready", flush=True)
while True:
    server.accept()[0].sendall(b"welcome, whoever you are")
"""


def test_a_gate_of_another_user_than_the_rules_say_is_not_ready(pod, gate_of):
    one = gate_of(pod, start=False, redirect={"uid": 64124})
    one.apply()
    one.start()
    wait_for(lambda: one.events("not_contained"), "the gate to have looked")
    assert one.run("redirect", "check").stdout.startswith("no: wrong_user: ")
    assert one.containment()[0].startswith("wrong_user: ")


def test_rules_need_the_privilege_and_say_so(pod, gate_of):
    one = gate_of(pod, start=False)
    one.write()
    done = one.run("redirect", "apply", prefix=as_user(GATE_USER))
    assert done.returncode == 5 and "NET_ADMIN" in done.stderr and "init container" in done.stderr
    assert pod.rules() == ""


def test_rules_that_the_kernel_does_not_take_change_nothing(pod, gate_of):
    """A table of that name which another process holds."""
    one = gate_of(pod, start=False)
    one.write()
    owner = subprocess.Popen([*pod.inside(), "nft", "-i"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    owner.stdin.write("add table inet exeat { flags owner; }\n")
    owner.stdin.flush()
    before = wait_for(pod.rules, "another's table")
    done = one.run("redirect", "apply")
    assert done.returncode == 5 and "the kernel did not take the rules, and nothing was changed: " in done.stderr
    assert pod.rules() == before
    owner.kill()
    owner.wait()


def test_rules_are_put_in_force_again_without_a_gap(pod, gate_of):
    """Each time in one transaction: while they are replaced, a program that tries all the time never gets out."""
    one = gate_of(pod, start=False)
    one.apply()
    pod.seen()
    trying = subprocess.Popen(pod.program("/usr/bin/python3", "-c", TRYING))
    for _ in range(20):
        one.apply()
    assert trying.poll() is None
    trying.kill()
    trying.wait()
    assert pod.seen() == []


TRYING = f"""
import socket
while True:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.sendto(b"a secret", ("{VENDOR}", 9))
        except OSError:
            pass
"""


def test_the_rules_say_how_much_they_turned_and_closed(pod, gate_of):
    one = gate_of(pod, start=False)
    one.apply()
    before = pod.counters()
    for name in ("connection", "connection_over_ipv6", "quic", "datagram", "echo", "connection_bound_to_the_device"):
        pod.try_way(name)
    after = pod.counters()
    more = {name for name in after if after[name] > before[name]}
    assert more - {"closed_other"} == {"redirected_tcp", "closed_quic", "closed_udp", "closed_icmp", "closed_device"}
    assert "closed_quic" in one.run("redirect", "check").stdout
    assert "closed_quic: packets " in one.run("doctor", "redirect").stdout


def test_what_is_printed_is_what_nft_takes_and_is_the_same_each_time(pod, gate_of):
    one = gate_of(pod, start=False)
    one.write()
    printed = one.run("redirect", "print")
    assert printed.returncode == 0 and printed.stdout == one.run("redirect", "print").stdout
    for golden in [None, *sorted((TOP / "tests/unit/redirect/golden").glob("*.nft"))]:
        text = golden.read_text() if golden else printed.stdout
        done = subprocess.run([*pod.inside(), "nft", "-c", "-f", "-"], input=text, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, (golden, done.stderr)


def test_a_configuration_without_the_section_has_no_rules(pod, gate_of):
    one = gate_of(pod, start=False)
    del one.config["redirect"]
    one.write()
    for command in ("print", "apply", "check"):
        done = one.run("redirect", command)
        assert done.returncode == 2 and "write `redirect: { uid: 64123 }`" in done.stderr
    assert "nobody looks whether anything is turned here" in one.run("check").stderr


def test_who_comes_in_is_answered_and_the_pods_containers_reach_each_other(pod, gate_of):
    one = gate_of(pod, start=False)
    one.apply()
    pod.talk(pod.program("/usr/bin/python3", "-c", SHOP_PAGE))
    outside = ["ip", "netns", "exec", pod.internet]
    for address in ("10.90.0.2", "[2001:db8:90::2]"):
        done = subprocess.run([*outside, "curl", "-sg", "--max-time", "60", f"http://{address}:8080/"], capture_output=True, text=True)
        assert done.stdout == "the shop"
    for address in ("127.0.0.1", "10.90.0.2", "[::1]"):
        done = subprocess.run(pod.program("curl", "-sg", "--max-time", "60", f"http://{address}:8080/"), capture_output=True, text=True)
        assert done.stdout == "the shop"
    assert subprocess.run([*outside, "/usr/bin/python3", "-c", ECHO], timeout=120).returncode == 0


ECHO = """
import socket
one = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
one.settimeout(60)
one.sendto(bytes.fromhex("0800f7ff00000000"), ("10.90.0.2", 0))
assert one.recv(100)[20] == 0
"""
SHOP_PAGE = """
import socket
server = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
while True:
    with server.accept()[0] as visitor:
        visitor.recv(4096)
        visitor.sendall(b"HTTP/1.1 200 OK\\r\\nContent-Length: 8\\r\\n\\r\\nthe shop")
"""


@pytest.mark.parametrize("port", [3128, 3129, 9901])
def test_nobody_answers_from_a_port_of_the_gate_while_it_is_down(pod, gate_of, port):
    one = gate_of(pod, start=False)
    one.apply()
    listener = f"""
import socket
server = socket.create_server(("127.0.0.1", {port}))
print("ready", flush=True)
print(server.accept())
"""
    impostor = pod.talk(pod.program("/usr/bin/python3", "-c", listener))
    done = subprocess.run(pod.program("curl", "-s", "--max-time", "2", f"http://127.0.0.1:{port}/", user=34), capture_output=True)
    assert done.returncode == 28  # in vain
    assert pod.counters()["closed_impostor"] > 0 and impostor.poll() is None


def test_the_gate_itself_goes_out(pod, gate_of):
    one = gate_of(pod, start=False, rules=[{"id": "vendor", "verdict": "allow", "hosts": ["vendor.example"], "schemes": ["http"],
                                            "addresses": ["198.51.100.0/24"]}])
    one.config["resolve"] = {"servers": ["10.91.0.1"]}
    one.apply()
    one.start()
    assert one.curl("-o", "/dev/null", "-w", "%{http_code}", "-x", "http://127.0.0.1:3128", "http://vendor.example/") == "200"
    assert one.curl("-o", "/dev/null", "-w", "%{http_code}", "-x", "http://127.0.0.1:3128", "http://evil.example/") == "403"
    assert [record["verdict"] for record in one.decisions()] == ["allow", "deny"]
    assert pod.seen() == []
