# SPDX-License-Identifier: Apache-2.0
"""curl: sites by tunnel and by plain HTTP, a gibibyte each way in constant memory, and WebSockets."""
import os
import re
import socket
import ssl
import subprocess

import pytest
from support import gate as harness
from support.gate import allow, hosts, read_head

GIBIBYTE = 1 << 30
RELEASE = os.environ.get("EXEAT_RELEASE", str(harness.TOP / "build" / "release" / "exeat"))


def curl(gate, *words, data=None):
    return subprocess.run(
        ["curl", "-sS", "--max-time", "300", "-x", f"http://127.0.0.1:{gate.port}", *map(str, words)],
        capture_output=True, text=True, stdin=data, timeout=600,
    )


@pytest.fixture
def shop(gate):
    return gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])


def test_an_allowed_site_shows_its_own_certificate(shop, secure_origin, root):
    done = curl(shop, "-v", "--cacert", root.path, f"https://shop.example:{secure_origin.port}/hello")
    assert done.returncode == 0 and done.stdout == "hello from the origin\n"
    assert "issuer: CN=exeat test root" in done.stderr


def test_a_denied_site_is_a_403_to_the_connect(shop):
    done = curl(shop, "-w", "%{http_connect}", "https://evil.example/")
    assert done.returncode == 56 and done.stdout == "403"


def test_plain_http_works(shop, origin):
    assert curl(shop, f"http://shop.example:{origin.port}/hello").stdout == "hello from the origin\n"


def peak_memory(gate):
    """The most memory that the process ever had resident, in bytes."""
    text = open(f"/proc/{gate.process.pid}/status").read()
    return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) * 1024


@pytest.fixture
def released(gate, monkeypatch):
    """The release build: a sanitizer's own memory is not what is measured here."""
    monkeypatch.setattr(harness, "EXEAT", RELEASE)
    return gate(resolve=hosts("shop.example"), rules=[allow("shop.example")])


def urls(origin, secure_origin):
    return [(f"http://shop.example:{origin.port}", ()), (f"https://shop.example:{secure_origin.port}", ("-k",))]


def test_a_gibibyte_comes_down_in_constant_memory(released, origin, secure_origin):
    for url, more in urls(origin, secure_origin):
        curl(released, *more, "-o", "/dev/null", f"{url}/bytes/{1 << 24}")
        before = peak_memory(released)
        done = curl(released, *more, "-o", "/dev/null", "-w", "%{size_download}", f"{url}/bytes/{GIBIBYTE}")
        assert done.stdout == str(GIBIBYTE), done.stderr
        assert peak_memory(released) - before < 4 << 20


def test_a_gibibyte_goes_up_in_constant_memory(released, origin, secure_origin, tmp_path):
    path = tmp_path / "large"
    with open(path, "wb") as large:
        large.truncate(GIBIBYTE)
    small = tmp_path / "small"
    small.write_bytes(bytes(1 << 24))
    for url, more in urls(origin, secure_origin):
        curl(released, *more, "-T", small, f"{url}/upload")
        before = peak_memory(released)
        done = curl(released, *more, "-T", path, f"{url}/upload")
        assert done.stdout == str(GIBIBYTE), done.stderr
        assert peak_memory(released) - before < 4 << 20


def test_a_websocket_runs_through_a_tunnel(shop, secure_origin, root):
    connection, head = shop.tunnel("shop.example", secure_origin.port)
    assert head.startswith(b"HTTP/1.1 200")
    context = ssl.create_default_context(cafile=str(root.path))
    with context.wrap_socket(connection, server_hostname="shop.example") as secure:
        secure.sendall(
            b"GET /websocket HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        assert read_head(secure).startswith(b"HTTP/1.1 101")
        for message in (b"ping", b"pong"):
            secure.sendall(message)
            assert secure.recv(100) == b"echo:" + message
        secure.shutdown(socket.SHUT_WR)


@pytest.mark.parametrize("version", ["--http1.0", "--http1.1", "--http2"])
def test_every_version_that_curl_offers_is_answered_in_an_opened_connection(gate, version):
    one = gate(
        inference=[{"name": "canned", "builtin": "canned"}],
        rules=[{"id": "stay", "verdict": "reroute", "hosts": ["@llm"], "inference": ["canned"]}],
    )
    done = curl(one, version, "--cacert", one.bundle(), "-w", "\n%{http_code}", "https://api.openai.com/v1/models")
    assert done.returncode == 0 and done.stdout.endswith("200"), done.stderr
