# SPDX-License-Identifier: Apache-2.0
"""squid as a corporate proxy: it wants credentials, refuses ports, and connects from an address of its own."""
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from support.gate import free_port
from support.wait import wait_for

FROM = "127.0.0.9"  # whom origins see
USER, SECRET = "gate", "secret"


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Squid:
    """What it asks about credentials is a line in, a line out: no file that its own user could not read."""

    def __init__(self, folder, refused_ports=()):
        self.port = free_port()
        deny = f"acl refused port {' '.join(map(str, refused_ports))}\nhttp_access deny refused\n" if refused_ports else ""
        conf = folder / "squid.conf"
        self.folder = tempfile.TemporaryDirectory(prefix="exeat-squid-")
        os.chmod(self.folder.name, 0o755)
        names = pathlib.Path(self.folder.name) / "hosts"
        names.write_text("127.0.0.1 localhost\n")  # the origins are there, and not at ::1; squid's own user reads it
        conf.write_text(f"""hosts_file {names}
http_port 127.0.0.1:{self.port}
visible_hostname corp
auth_param basic program /bin/sed -u -e s/^{USER}.{SECRET}$/OK/ -e t -e s/.*/ERR/
auth_param basic children 1 startup=1
acl known proxy_auth REQUIRED
{deny}http_access allow known
http_access deny all
tcp_outgoing_address {FROM}
cache deny all
cache_mem 8 MB
access_log none
cache_log /dev/null
cache_store_log none
pid_filename none
netdb_filename none
coredump_dir none
pinger_enable off
max_filedescriptors 1024
shutdown_lifetime 0 seconds
""")
        self.process = subprocess.Popen([shutil.which("squid", path="/usr/sbin:/usr/bin:/sbin:/bin"), "-N", "-f", str(conf)],
                                        cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for(lambda: answers(self.port) or self.process.poll() is not None, "squid to listen")
        assert self.process.poll() is None, "squid ended"

    def close(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(timeout=30)
        self.folder.cleanup()
