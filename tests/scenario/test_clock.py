# SPDX-License-Identifier: Apache-2.0
"""The wall clock is set while requests are under way: no deadline comes sooner or later for it, and what is judged by the time is
judged by the new one. Records: test_clean_logs.py; rules that lapse: test_until.py; every step of a connection:
tests/unit/session/test_faults.c."""
import ssl

import pytest
from support.gate import allow, ask, hosts, run_exeat
from support.wait import wait_for

HOUR, DAY = 3600, 86400
STEPS = pytest.mark.parametrize("step", [HOUR, -HOUR, DAY, -DAY])
CLOCK_IS_A_FILE = {"landlock": "none"}  # beside the gate's folder


@STEPS
def test_whoever_waits_waits_on(gate, origin, set_clock, step):
    one = gate(resolve=hosts("shop.example"), rules=[allow("shop.example")], confine=CLOCK_IS_A_FILE, workers=1)
    request = b"GET http://shop.example:%d/%s HTTP/1.1\r\nHost: shop.example\r\n\r\n"
    with one.connect() as idle, one.connect() as talking, one.connect() as waiting:
        assert ask(idle, request % (origin.port, b"")).status == 200
        talking.sendall(request[:20])
        waiting.sendall(request % (origin.port, b"silent"))
        wait_for(lambda: len(origin.requests) == 2, "the origin to be asked")
        set_clock(step)
        assert one.get("http://evil.example/").status == 403  # by now the gate has seen it
        talking.sendall((request % (origin.port, b""))[20:])
        assert talking.recv(12) == b"HTTP/1.1 200"
        assert ask(idle, request % (origin.port, b"")).status == 200
        origin.released.set()
        assert waiting.recv(12) == b"HTTP/1.1 502"  # the origin's end, which is no deadline of ours
    assert {outcome.get("reason") for outcome in map(one.outcome_of, one.decisions())} <= {None, "no_rule", "upstream_broken"}


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
@pytest.mark.parametrize("set_by, why", [(31 * DAY, "certificate has expired"), (-2 * DAY, "certificate is not yet valid")])
def test_a_certificate_is_judged_by_the_new_time(gate, root, secure_origin, set_clock, set_by, why, version):
    secure_origin.context.maximum_version = version
    authority = {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": ["shop.example"]}
    one = gate(start=False, resolve=hosts("shop.example"), rules=[allow("shop.example", methods=["GET"])], confine=CLOCK_IS_A_FILE,
               tls={"authority": authority, "upstream": {"roots": str(root.path)}}, workers=1)
    set_clock(-3 * DAY)  # the gate's own authority is older than that
    one.write()
    assert run_exeat("ca", "init", "-c", one.config_path).returncode == 0
    set_clock(0)
    one.start()
    context = ssl.create_default_context(cafile=str(one.bundle()))
    context.verify_flags |= 0x200000  # X509_V_FLAG_NO_CHECK_TIME: it is the gate whose clock is set

    def fetch():
        """Each time by a connection that is new, which may resume what was verified before."""
        head = b"GET /until-close HTTP/1.1\r\nHost: shop.example:%d\r\nConnection: close\r\n\r\n" % secure_origin.port
        connection, _ = one.tunnel("shop.example", secure_origin.port)
        with context.wrap_socket(connection, server_hostname="shop.example") as secure:
            return ask(secure, head)

    assert [fetch().status for _ in range(2)] == [200, 200]
    set_clock(set_by)
    refused = fetch()
    assert refused.status == 502 and why in refused.body.decode(), refused.body
    set_clock(0)
    assert fetch().status == 200
