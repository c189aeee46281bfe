# SPDX-License-Identifier: Apache-2.0
"""What is measured: a row a mode, with the goal that docs/performance.md holds the gate to."""
import dataclasses

from contenders import PLAIN, SECURE

BULK = ["--clients", "4", "--bytes", str(64 << 20)]
PAGES = {"forward": "proxy", "reverse": "direct"}
TUNNELS = {"forward": "connect", "asked": "connect", "relay": "direct"}
OPENED = {"opened": "connect", "secure": "direct"}
FORWARD = ("squid", "ats", "tinyproxy")  # the last only where it keeps up at all
STRONG = ("squid", "ats")
RELAYS = ("relay-splice", "relay-copy", "haproxy-tcp")
ASKED = ("relay-connect",)  # a relay that has to be asked, as all forward proxies have


@dataclasses.dataclass(frozen=True)
class Goal:
    """At least `ratio` times as good as the best of these, by the metric of the mode or another."""

    ratio: float
    against: tuple
    metric: str = None


@dataclasses.dataclass(frozen=True)
class Mode:
    group: str
    what: str
    metric: str  # rate, bytes_rate: more is better; p50, p99: less is
    words: list
    ways: dict  # kind of contender -> way of the load
    against: tuple
    goals: list
    commit: list = None  # goals with durability: commit
    tls: bool = False
    seconds: float = 1.0



def more_is_better(metric):
    return metric in ("rate", "bytes_rate")


TAIL = Goal(round(1 / 1.1, 2), ("nginx",), "p99")  # at most 1.1 times as long
MODES = {
    "http1k": Mode("http", "GET of 1 KiB, 64 kept connections", "rate", [], PAGES, ("nginx", "haproxy", *FORWARD),
                   [Goal(1.25, ("nginx",)), TAIL, Goal(1.9, FORWARD)], [Goal(1.0, ("nginx",)), TAIL]),
    "post4k": Mode("http", "POST of 4 KiB, 64 kept connections", "rate", ["--upload", "--bytes", "4096"], PAGES, ("nginx", "haproxy", *STRONG),
                   [Goal(1.0, ("nginx",))]),
    "http1": Mode("http", "GET of 1 KiB, one connection: p50", "p50", ["--clients", "1"], PAGES, ("nginx", "haproxy", *STRONG), [Goal(1.0, ("nginx",))]),
    "open1k": Mode("http", "1,000 GET a second, open loop: p99", "p99", ["--clients", "256", "--rate", "1000"], PAGES, ("nginx", "haproxy", *STRONG),
                   [Goal(1.0, ("nginx",))], seconds=2.0),
    "denyget": Mode("http", "refused GET, 64 kept connections", "rate", ["--host", f"denied.test:{PLAIN}", "--status", "4"], PAGES,
                    ("nginx", *STRONG), [Goal(1.9, STRONG)], [Goal(1.2, STRONG)]),
    "denycon": Mode("http", "refused CONNECT, 32 at a time", "rate",
                    ["--host", f"denied.test:{SECURE}", "--status", "4", "--connect-only", "--clients", "32"], {"forward": "connect"}, STRONG,
                    [Goal(1.9, STRONG)], [Goal(1.2, STRONG)]),
    "denycon1": Mode("http", "the same, a connection each for all", "rate",
                     ["--host", f"denied.test:{SECURE}", "--status", "4", "--connect-only", "--clients", "32", "--per", "1"], {"forward": "connect"}, STRONG,
                     [], []),
    "sse": Mode("http", "200 streams, an event each 10 ms: delay p99", "p99", ["--events", "100000/10", "--clients", "200"], PAGES,
                ("nginx", "haproxy", *STRONG), [Goal(1.0, ("nginx", "haproxy", *STRONG))], seconds=2.0),
    "connect": Mode("tunnel", "CONNECT, 64 bytes, close; 32 at a time", "rate", ["--hello", "--per", "1", "--bytes", "64", "--clients", "32"], TUNNELS,
                    (*FORWARD, *ASKED, *RELAYS), [Goal(1.5, FORWARD), Goal(0.95, ("relay-copy",)), Goal(0.85, ASKED)]),
    "down": Mode("tunnel", "bulk down, 4 tunnels", "bytes_rate", ["--hello", *BULK], TUNNELS, (*STRONG, *RELAYS),
                 [Goal(0.95, ("relay-splice",)), Goal(1.5, STRONG)]),
    "up": Mode("tunnel", "bulk up, 4 tunnels", "bytes_rate", ["--hello", "--upload", *BULK], TUNNELS, (*STRONG, *RELAYS),
               [Goal(0.95, ("relay-splice",)), Goal(1.5, STRONG)]),
    "ping": Mode("tunnel", "64 bytes to and fro in 64 tunnels", "rate", ["--hello", "--bytes", "64"], TUNNELS, (*STRONG, *RELAYS), [Goal(1.0, ("relay-copy",))]),
    "mitm": Mode("tls", "GET of 1 KiB in opened TLS, 32 kept connections", "rate", ["--clients", "32"], OPENED, ("nginx-tls", "haproxy-tls", "squid-bump"),
                 [Goal(0.95, ("nginx-tls",)), Goal(2.8, ("squid-bump",))], tls=True),
    "mitmhs": Mode("tls", "full handshake each, 16 at a time", "rate", ["--per", "1", "--bytes", "64", "--clients", "16"], OPENED,
                   ("nginx-tls", "haproxy-tls", "squid-bump"), [Goal(0.9, ("nginx-tls",))], tls=True),
    "mitmres": Mode("tls", "resumed handshake each, 16 at a time", "rate", ["--per", "1", "--resume", "--bytes", "64", "--clients", "16"], OPENED,
                    ("nginx-tls", "haproxy-tls", "squid-bump"), [Goal(0.9, ("nginx-tls",))], tls=True),
    "mitmbulk": Mode("tls", "bulk down in opened TLS, 4 connections", "bytes_rate", ["--clients", "4", "--bytes", str(16 << 20)], OPENED,
                     ("nginx-tls", "haproxy-tls", "squid-bump"), [Goal(1.0, ("nginx-tls",))], tls=True),
    "mitmsse": Mode("tls", "50 streams in opened TLS, an event each 10 ms: delay p99", "p99", ["--events", "100000/10", "--clients", "50"], OPENED,
                    ("nginx-tls", "haproxy-tls", "squid-bump"), [Goal(1.0, ("haproxy-tls", "squid-bump", "nginx-tls"))], tls=True, seconds=2.0),
}
