# SPDX-License-Identifier: Apache-2.0
"""Who is measured: the gate, and what a user would run instead of it, each configured for the same job. All keep an access
log (the gate: its audit store), none caches, each lets `origin.test` through and refuses every other name.

Kinds: `forward` is a forward proxy; `reverse` relays HTTP to one fixed origin and decides nothing; `secure` is that with TLS on
both sides; `opened` is a forward proxy that opens TLS; `relay` copies bytes. What is not installed is left out."""
import http.client
import json
import shutil
import subprocess
import textwrap

NAME = "origin.test"
PLAIN, SECURE = 18080, 18443  # ports of the origin; the benchmark has a network of its own


def write(path, text):
    path.write_text(textwrap.dedent(text).lstrip())
    return path


def answers(port, target):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", target)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Contender:
    kinds = ()
    program = None  # must be there
    page_words = ()  # of the load, for pages asked of a proxy

    def __init__(self, world, folder, port, workers):
        self.world, self.folder, self.port, self.workers = world, folder, port, workers
        self.environment = {}

    @classmethod
    def is_there(cls):
        return shutil.which(cls.program, path="/usr/sbin:/usr/bin:/sbin:/bin") is not None


    def is_ready(self):
        """A program may listen before it knows its policy."""
        return "forward" not in self.kinds or answers(self.port, f"http://{NAME}:{PLAIN}/bytes/1")


class Exeat(Contender):
    """The audit store is on, with every decision committed in batches that the disk paces."""

    kinds = ("forward", "opened")
    durability = "batch"

    @classmethod
    def is_there(cls):
        return True

    def rule(self, name, scheme, port, **more):
        return {"id": name, "verdict": "allow", "hosts": [NAME], "schemes": [scheme], "ports": [port], "addresses": ["127.0.0.0/8"], **more}

    def settings(self):
        return {
            "version": 1,
            "listen": {"forward": [f"127.0.0.1:{self.port}"], "admin": f"127.0.0.1:{self.port + 1000}", "control": "control.sock"},
            "audit": {"directory": "audit", "origin": "bench/x", "key": "keys/log.key", "durability": self.durability},
            "tls": {
                "authority": {"certificate": "keys/ca.pem", "key": "keys/ca.key", "names": [NAME]},
                "upstream": {"roots": str(self.world.root.path)},
            },
            "limits": {"connections": 50000},
            "workers": self.workers,
            "resolve": {"hosts": {NAME: ["127.0.0.1"], "denied.test": ["127.0.0.1"]}},
            "rules": [
                self.rule("plain", "http", PLAIN),
                self.rule("tunnel", "https", PLAIN),
                self.rule("opened", "https", SECURE, paths=["/**"]),
            ],
        }

    def command(self):
        configuration = self.folder / "exeat.yaml"
        configuration.write_text(json.dumps(self.settings(), indent=1))
        subprocess.run([self.world.exeat, "ca", "init", "--if-absent", "-c", configuration], check=True, capture_output=True)
        self.roots = self.folder / "keys" / "ca.pem"
        self.configuration = configuration
        return [self.world.exeat, "run", "-c", configuration]


    def is_ready(self):
        return answers(self.port + 1000, "/readyz")


class ExeatCommit(Exeat):
    """Every decision is on disk before anything leaves."""

    durability = "commit"


class Nginx(Contender):
    kinds = ("reverse",)
    program = "nginx"
    listen = "listen 127.0.0.1:{port}{more}"
    upstream = ("http", PLAIN, "")

    def command(self):
        scheme, port, extra = self.upstream
        names = {"port": self.port, "leaf": self.world.leaf[0], "key": self.world.leaf[1]}
        listen, otherwise = (self.listen.format(more=more, **names) for more in (" backlog=4096", " default_server"))
        path = write(self.folder / "nginx.conf", f"""
            daemon off; worker_processes {self.workers}; pid {self.folder}/pid; error_log {self.folder}/error.log crit;
            worker_rlimit_nofile {self.world.files};
            events {{ worker_connections {self.world.files - 500}; }}
            http {{
              access_log {self.folder}/access.log combined;
              keepalive_requests 1000000000; keepalive_timeout 600s; proxy_buffering on; client_max_body_size 0;
              client_body_temp_path {self.folder}/1; proxy_temp_path {self.folder}/2; fastcgi_temp_path {self.folder}/3;
              uwsgi_temp_path {self.folder}/4; scgi_temp_path {self.folder}/5;
              upstream origin {{ server 127.0.0.1:{port}; keepalive 256; keepalive_requests 1000000000; }}
              server {{
                {listen};
                server_name {NAME};
                location / {{ proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; {extra} proxy_pass {scheme}://origin; }}
                location /events/ {{ proxy_buffering off; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host; {extra} proxy_pass {scheme}://origin; }}
              }}
              server {{ {otherwise}; server_name _; return 403; }}
            }}
            """.replace("{roots}", str(self.world.root.path)))
        return ["nginx", "-p", self.folder, "-c", path, "-e", self.folder / "error.log"]


class NginxSecure(Nginx):
    kinds = ("secure",)
    listen = "listen 127.0.0.1:{port} ssl{more}; ssl_certificate {leaf}; ssl_certificate_key {key}; ssl_session_cache shared:s:4m; ssl_protocols TLSv1.2 TLSv1.3"
    upstream = ("https", SECURE, f"proxy_ssl_verify on; proxy_ssl_trusted_certificate {{roots}}; proxy_ssl_name {NAME}; proxy_ssl_server_name on; proxy_ssl_protocols TLSv1.2 TLSv1.3;")


class Haproxy(Contender):
    kinds = ("reverse",)
    program = "haproxy"
    mode = "http"
    bind = "bind 127.0.0.1:{port} backlog 4096"
    server = f"server o 127.0.0.1:{PLAIN}"
    more = "http-reuse always\n  timeout http-keep-alive 600s\n  option httplog\n  option http-no-delay"
    refuse = f"http-request deny unless {{ hdr(host) -i {NAME}:{PLAIN} }}"

    def command(self):
        pem = self.folder / "leaf.pem"
        pem.write_bytes(self.world.leaf[0].read_bytes() + self.world.leaf[1].read_bytes())
        path = self.folder / "haproxy.cfg"
        path.write_text(f"""
global
  nbthread {self.workers}
  maxconn {self.world.files // 5}
  log stdout format raw local0
defaults
  log global
  mode {self.mode}
  timeout connect 5s
  timeout client 600s
  timeout server 600s
  {self.more}
frontend f
  {self.bind.format(port=self.port, pem=pem)}
  {self.refuse}
  default_backend b
backend b
  {self.server.format(roots=self.world.root.path)}
""")
        return ["haproxy", "-db", "-f", path]


class HaproxySecure(Haproxy):
    kinds = ("secure",)
    bind = "bind 127.0.0.1:{port} backlog 4096 ssl crt {pem}"
    server = f"server o 127.0.0.1:{SECURE} ssl verify required ca-file {{roots}} sni str({NAME}) verifyhost {NAME}"
    refuse = f"http-request deny unless {{ hdr(host) -i {NAME}:{SECURE} }}"


class HaproxyTcp(Haproxy):
    kinds = ("relay",)
    mode = "tcp"
    more = "option tcplog\n  option splice-auto"
    refuse = ""


class Squid(Contender):
    kinds = ("forward",)
    program = "squid"

    def extra(self):
        return ""

    def listen(self):
        return f"http_port 127.0.0.1:{self.port}"

    def command(self):
        (self.folder / "log").mkdir()
        path = write(self.folder / "squid.conf", f"""
            {self.listen()}
            visible_hostname bench
            hosts_file {self.world.hosts}
            acl allowed dstdomain -n {NAME}
            http_access allow allowed
            http_access deny all
            access_log stdio:{self.folder}/log/access.log squid
            cache_log {self.folder}/log/cache.log
            cache deny all
            cache_store_log none
            coredump_dir {self.folder}
            pid_filename {self.folder}/log/squid.pid
            workers {self.workers}
            max_filedescriptors 65536
            shutdown_lifetime 0 seconds
            netdb_filename none
            pinger_enable off
            {self.extra()}
            """)
        subprocess.run(["chown", "-R", "proxy:proxy", self.folder], check=False, stderr=subprocess.DEVNULL)
        return ["squid", "-N" if self.workers == 1 else "--foreground", "-f", path]


class SquidBump(Squid):
    kinds = ("opened",)
    maker = "/usr/lib/squid/security_file_certgen"

    @classmethod
    def is_there(cls):
        return super().is_there() and shutil.which(cls.maker) is not None

    def listen(self):
        self.roots = self.world.root.path
        both = self.folder / "authority.pem"
        both.write_bytes(self.world.root.path.read_bytes() + self.world.root_key)
        return f"{super().listen()} ssl-bump tls-cert={both} generate-host-certificates=on dynamic_cert_mem_cache_size=16MB"

    def extra(self):
        subprocess.run([self.maker, "-c", "-s", self.folder / "certificates", "-M", "16MB"], check=True, stdout=subprocess.DEVNULL)
        lines = (f"sslcrtd_program {self.maker} -s {self.folder}/certificates -M 16MB", "sslcrtd_children 2 startup=1 idle=1",
                 f"tls_outgoing_options cafile={self.world.root.path}", "acl step1 at_step SslBump1", "ssl_bump peek step1", "ssl_bump bump all")
        return ("\n" + " " * 12).join(lines)


class TrafficServer(Contender):
    kinds = ("forward",)
    program = "traffic_server"

    def command(self):
        etc = self.folder / "etc"
        shutil.copytree("/etc/trafficserver", etc)
        places = {"sysconfdir": etc}
        for name in ("localstatedir", "runtimedir", "logdir", "cachedir", "datadir"):
            places[name] = self.folder / name
            places[name].mkdir()
        places |= {"prefix": "/usr", "exec_prefix": "/usr", "bindir": "/usr/bin", "sbindir": "/usr/sbin", "includedir": "/usr/include",
                   "libdir": "/usr/lib", "libexecdir": "/usr/lib/trafficserver/modules"}
        (self.folder / "runroot.yaml").write_text("".join(f"{name}: {path}\n" for name, path in places.items()))
        write(etc / "records.config", f"""
            CONFIG proxy.config.http.server_ports STRING {self.port}:ip-in=127.0.0.1
            CONFIG proxy.config.exec_thread.autoconfig INT 0
            CONFIG proxy.config.exec_thread.affinity INT 0
            CONFIG proxy.config.exec_thread.limit INT {self.workers}
            CONFIG proxy.config.accept_threads INT 0
            CONFIG proxy.config.task_threads INT 1
            CONFIG proxy.config.http.cache.http INT 0
            CONFIG proxy.config.url_remap.remap_required INT 1
            CONFIG proxy.config.http.connect_ports STRING {PLAIN} {SECURE}
            CONFIG proxy.config.hostdb.host_file.path STRING {self.world.hosts}
            CONFIG proxy.config.log.logging_enabled INT 3
            CONFIG proxy.config.net.connections_throttle INT 60000
            CONFIG proxy.config.admin.user_id STRING #-1
            CONFIG proxy.config.http.transaction_no_activity_timeout_in INT 600
            CONFIG proxy.config.http.transaction_no_activity_timeout_out INT 600
            """)
        lines = (f"map {scheme}://{NAME}:{port}/ {scheme}://{NAME}:{port}/" for scheme, port in (("http", PLAIN), ("https", PLAIN), ("https", SECURE)))
        (etc / "remap.config").write_text("\n".join(lines) + "\n")
        (etc / "storage.config").write_text("")
        write(etc / "ip_allow.yaml", """
            ip_allow:
              - apply: in
                ip_addrs: 127.0.0.0/8
                action: allow
                methods: ALL
            """)
        write(etc / "logging.yaml", """
            logging:
              formats: [{name: line, format: '%<cqtq> %<ttms> %<chi> %<crc>/%<pssc> %<psql> %<cqhm> %<cquc> %<shn>'}]
              logs: [{filename: access, format: line, mode: ascii}]
            """)
        return ["traffic_server", f"--run-root={self.folder}/runroot.yaml"]


class Tinyproxy(Contender):
    """Closes after each reply, without saying so."""

    kinds = ("forward",)
    program = "tinyproxy"
    page_words = ("--per", "1")

    def command(self):
        (self.folder / "filter").write_text("^origin\\.test$\n")
        path = write(self.folder / "tinyproxy.conf", f"""
            Port {self.port}
            Listen 127.0.0.1
            Timeout 600
            MaxClients 4000
            Allow 127.0.0.0/8
            Filter "{self.folder}/filter"
            FilterExtended On
            FilterDefaultDeny Yes
            LogFile "{self.folder}/access.log"
            LogLevel Connect
            PidFile "{self.folder}/pid"
            """)
        return ["tinyproxy", "-d", "-c", path]


class RelaySplice(Contender):
    kinds = ("relay",)
    way = "splice"

    @classmethod
    def is_there(cls):
        return True

    def command(self):
        return [self.world.tools / "relay", self.way, str(self.port), str(PLAIN)]


class RelayCopy(RelaySplice):
    way = "copy"


class RelayConnect(RelaySplice):
    """Waits to be asked, as every forward proxy is, and looks at nothing."""

    kinds = ("asked",)
    way = "connect"


ALL = {
    "exeat": Exeat, "exeat-commit": ExeatCommit,
    "nginx": Nginx, "haproxy": Haproxy, "nginx-tls": NginxSecure, "haproxy-tls": HaproxySecure,
    "squid": Squid, "squid-bump": SquidBump, "ats": TrafficServer, "tinyproxy": Tinyproxy,
    "haproxy-tcp": HaproxyTcp, "relay-splice": RelaySplice, "relay-copy": RelayCopy, "relay-connect": RelayConnect,
}
FORWARD = ("squid", "ats", "tinyproxy")
