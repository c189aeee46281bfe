# SPDX-License-Identifier: Apache-2.0
"""Paths that a filter and a server might read in two ways, where a rule looks at them."""
from support.gate import read_reply

from .doors import ask, connected, filled
from .table import Try, case


def path(written, fields=b""):
    """Of a host whose rule allows /v1/** and not /v1/admin/**."""
    return ask(b"GET http://paths.example:<plain>%s HTTP/1.1\r\nHost: x\r\n%s\r\n" % (written, fields))


def bad(*written):
    """Of what has two readings it is the policy that says no."""
    return [path(one).refused(400, "bad_path") for one in written]


def as_it_came(written):
    """What an origin gets is what was judged."""

    def run(yard):
        with connected(yard) as connection:
            connection.sendall(filled(yard, b"GET http://paths.example:<plain>%s HTTP/1.1\r\nHost: x\r\n\r\n" % written))
            return read_reply(connection).status, yard.plain.requests[-1]["target"].encode("latin-1")

    return Try(f"{written!r}", run).passed((200, written))


case(83, "A path with dots that leads elsewhere is not the path that it begins with", "forward",
     *bad(b"/v1/../admin", b"/v1/%2e%2e/admin", b"/v1/.%2e/", b"/v1/a/../../x", b"/x/../v1/a", b"/v1/..", b"/v1/%2E%2E/x"),
     path(b"/../v1/../x").refused(403, "no_rule"),
     path(b"/v1/a/../admin/x").refused(403, "rule"), as_it_came(b"/v1/a/../b"))
case(84, "Parameters of a segment do not hide dots, and are part of it", "forward",
     *(path(one).malformed(400, "bad_path") for one in (b"/v1/..;/admin", b"/v1/..;a=b/admin", b"/v1/.;/x", b"/v1/%2e%2e;/x", b"/v1/..%3b/x")),
     as_it_came(b"/v1/a;x=1/b"), path(b"/v1;x/a").refused(403, "no_rule"))
case(85, "What servers may unpack into slashes, ends or percents is refused", "forward",
     *bad(b"/v1/a%2fb", b"/v1/a%2Fadmin", b"/v1/%5c..%5cadmin", b"/v1/%252e%252e/admin", b"/v1/%25", b"/v1/%c0%ae%c0%ae/admin", b"/v1/%c0%af", b"/v1/\xe0\x80\xaf"),
     *(path(one).malformed(400, "bad_path") for one in (b"/v1/%00", b"/v1/a%00.jpg", b"/v1/%", b"/v1/%4", b"/v1/%u002e", b"/v1/%2", b"/v1/%g0")))
case(86, "Empty segments, long paths and other letters have one reading, or none", "forward",
     *bad(b"//v1/a", b"///v1/a"), as_it_came(b"/v1/./a"), as_it_came(b"/v1//a"), as_it_came(b"/v1/caf\xc3\xa9"), path(b"").refused(403, "no_rule"),
     as_it_came(b"/v1/" + b"a" * 8000), path(b"/v1/" + b"a" * 70000).malformed(414, "target_too_long"))
case(87, "A query is no path, and a fragment is for nobody", "forward",
     path(b"/x?/v1/").refused(403, "no_rule"), path(b"/?../v1/a").refused(403, "no_rule"), as_it_came(b"/v1/a?/../../admin"),
     path(b"/v1/a#/../admin").malformed(400, "bad_target"), path(b"/x%3f/v1/").refused(403, "no_rule"), *bad(b"/x%23/../v1/a"))
case(88, "An expression that gives up denies", "forward",
     ask(b"GET http://slow.example:<plain>/%s! HTTP/1.1\r\nHost: x\r\n\r\n" % (b"a" * 3000)).refused(403, "pattern_limit"),
     ask(b"GET http://lines.example:<plain>/ok%0a HTTP/1.1\r\nHost: x\r\n\r\n").refused(403, "no_rule"),
     ask(b"GET http://lines.example:<plain>/ok HTTP/1.1\r\nHost: x\r\n\r\n").passed(),
     ask(b"GET http://lines.example:<plain>/ok%ff HTTP/1.1\r\nHost: x\r\n\r\n").refused(403, "no_rule"),
     by=("scenario/test_forward.py::test_a_regular_expression_that_gives_up_refuses_the_request_and_is_counted_and_named",))

# What stands in no list.
case(130, "Fields that rewrite a path change nothing of it", "forward",
     *(path(b"/x", field).refused(403, "no_rule") for field in (b"X-Original-URL: /v1/a\r\n", b"X-Rewrite-URL: /v1/a\r\n", b"X-Forwarded-Prefix: /v1\r\n", b"X-Accel-Redirect: /v1/a\r\n")))
case(131, "A path is as long as its letters, not as its escapes", "forward", path(b"/%76%31/%61dmin/x").refused(403, "rule"), as_it_came(b"/%76%31/a"))
case(132, "Full-width dots and slashes are letters", "forward", as_it_came("/v1/．．/admin".encode()), as_it_came("/v1/a／admin".encode()), as_it_came(b"/v1/%ef%bc%8e%ef%bc%8e/admin"))
