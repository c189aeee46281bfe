# SPDX-License-Identifier: Apache-2.0
"""The Debian package: what it holds, what a Debian package must be, and what it does to a machine: this one, under an overlay."""
import hashlib
import pathlib
import re
import stat
import subprocess
import tarfile

import pytest
import support.gate
from support.machine import Machine
from support.wait import wait_for

RELEASE = pathlib.Path(support.gate.RELEASE).parent
# what lies where, beside folders; all is root's, and all can be read by everybody but the configuration
HOLDS = {
    "etc/exeat/exeat.yaml": 0o640,
    "usr/bin/exeat": 0o755,
    "usr/lib/systemd/system/exeat.service": 0o644,
    "usr/lib/sysusers.d/exeat.conf": 0o644,
    "usr/lib/tmpfiles.d/exeat.conf": 0o644,
    "usr/share/bash-completion/completions/exeat": 0o644,
    "usr/share/doc/exeat/changelog.gz": 0o644,
    "usr/share/doc/exeat/copyright": 0o644,
    "usr/share/exeat/credentials.conf": 0o644,
    "usr/share/exeat/exeat.schema.json": 0o644,
    "usr/share/exeat/exeat.yaml": 0o644,
    "usr/share/exeat/minimal.yaml": 0o644,
    "usr/share/exeat/policies/git-read-only.yaml": 0o644,
    "usr/share/exeat/policies/magento.yaml": 0o644,
    "usr/share/exeat/policies/shopify.yaml": 0o644,
    "usr/share/exeat/prometheus/alerts.yaml": 0o644,
    "usr/share/man/man1/exeat.1.gz": 0o644,
}


def out(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


class Package:
    def __init__(self, folder):
        log = out("cpack", "-G", "DEB", "--config", RELEASE / "CPackConfig.cmake", "-B", folder)
        (self.path,) = folder.glob("*.deb")
        assert "warning" not in log.lower(), log
        self.files, self.control = folder / "files", folder / "control"
        out("dpkg-deb", "-x", self.path, self.files)
        out("dpkg-deb", "-e", self.path, self.control)
        archive = subprocess.run(["dpkg-deb", "--fsys-tarfile", self.path], capture_output=True, check=True).stdout
        (folder / "files.tar").write_bytes(archive)
        with tarfile.open(folder / "files.tar") as tar:
            self.members = {member.name.removeprefix("./"): member for member in tar.getmembers()}

    def field(self, name):
        return out("dpkg-deb", "-f", self.path, name).rstrip("\n")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    return Package(tmp_path_factory.mktemp("package"))


def test_a_package_holds_these_files_as_roots_and_nobody_else_may_change_one(package):
    files = {name: member.mode for name, member in package.members.items() if not member.isdir()}
    assert files == HOLDS
    for member in package.members.values():
        assert (member.uname, member.gname, member.uid, member.gid) == ("root", "root", 0, 0), member.name
        assert member.isfile() or (member.isdir() and member.mode == 0o755), member.name


def test_a_package_says_what_it_is_what_it_needs_and_what_an_operator_may_change(package):
    version = out(RELEASE / "exeat", "version").split()[1]
    assert (package.field("Package"), package.field("Version")) == ("exeat", version)
    assert package.field("Architecture") == out("dpkg", "--print-architecture").strip()
    assert (package.control / "conffiles").read_text().split() == ["/" + name for name in HOLDS if name.startswith("etc/")]
    needs = {part.split()[0] for part in package.field("Depends").split(",")}
    linked = re.findall(r"NEEDED +(\S+)", out("objdump", "-p", package.files / "usr/bin/exeat"))
    owners = {"libc.so.6": "libc6", "libssl.so.3": "libssl3", "libcrypto.so.3": "libssl3", "libsqlite3.so.0": "libsqlite3-0"}
    assert {owners[name] for name in linked if name in owners} | {"ca-certificates", "passwd", "systemd"} <= needs
    assert len(linked) <= len(needs), (linked, needs)
    summary, *more = package.field("Description").splitlines()
    assert len(summary) <= 60 and not summary.endswith("."), summary
    assert more and all(re.match(r" \S", line) and len(line) <= 80 for line in more), more


def test_a_package_keeps_debians_rules(package):
    """What lintian would look at: checksums, pages and changelog packed, a program that is stripped and bound early."""
    for line in (package.control / "md5sums").read_text().splitlines():
        digest, name = line.split(maxsplit=1)
        assert hashlib.md5((package.files / name).read_bytes()).hexdigest() == digest, name
    headers = out("readelf", "-hldS", package.files / "usr/bin/exeat")
    assert "DYN (" in headers and "BIND_NOW" in headers and "GNU_RELRO" in headers
    assert ".debug_info" not in headers and "RPATH" not in headers and "RUNPATH" not in headers
    page = out("gzip", "-dc", package.files / "usr/share/man/man1/exeat.1.gz")
    judged = subprocess.run(["groff", "-man", "-ww", "-z"], input=page, capture_output=True, text=True, check=False)
    assert judged.returncode == 0 and judged.stderr == ""
    assert out("gzip", "-dc", package.files / "usr/share/doc/exeat/changelog.gz").startswith(f"exeat ({package.field('Version')}) ")
    assert "Apache-2.0" in (package.files / "usr/share/doc/exeat/copyright").read_text()
    out("bash", "-n", package.files / "usr/share/bash-completion/completions/exeat")


@pytest.mark.parametrize("name", ["postinst", "prerm", "postrm"])
def test_a_script_of_the_package_stops_at_its_first_error_and_opens_nothing(package, name):
    path = package.control / name
    words = path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o755
    assert words.startswith("#!/bin/sh\nset -e\n")
    out("sh", "-n", path)
    for number in re.findall(r"chmod (\S+)", words):
        assert int(number, 8) & 0o077 == 0, words
    assert not re.search(r"/tmp|curl|wget|\bchmod [ugo+]", words)


def unit_of(package, tmp_path):
    unit = tmp_path / "exeat.service"
    unit.write_text((package.files / "usr/lib/systemd/system/exeat.service").read_text())
    return unit


def test_the_unit_is_as_closed_as_a_gate_can_be(package, tmp_path):
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=15", unit_of(package, tmp_path)],
        capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_unit_is_one_that_systemd_understands(package, tmp_path):
    unit = unit_of(package, tmp_path)
    words = unit.read_text()
    assert "/usr/local" not in words and words.count("/usr/bin/exeat ") == 4
    unit.write_text(re.sub(r"/usr/bin/exeat ", f"{RELEASE / 'exeat'} ", re.sub(r"(?m)^Documentation=.*$", "", words)))
    judged = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    assert "exeat.service" not in judged.stderr, judged.stderr


@pytest.fixture(scope="module")
def machine(package, tmp_path_factory):
    """One with the package installed."""
    one = Machine(tmp_path_factory.mktemp("machine"))
    try:
        one.sh("if dpkg -s exeat >/dev/null 2>&1; then dpkg --no-triggers -P exeat; fi; rm -rf /etc/exeat /var/lib/exeat")
        one.package = one.bring(package.path)
        one.install = f"dpkg --no-triggers --force-unsafe-io --force-confold -i {one.package}"
        one.sh(one.install)
        yield one
    finally:
        one.close()


def owner_and_mode(machine, path):
    return machine.sh(f"stat -c '%U:%G %a' {path}").strip()


def running(machine):
    """A gate as the unit starts it, but for the service manager's walls."""
    machine.sh("mkdir -p /run/exeat && chown exeat: /run/exeat")
    command = ["setpriv", "--reuid=exeat", "--regid=exeat", "--clear-groups", "exeat", "run"]
    return subprocess.Popen(machine.command(*command), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def is_ready(machine):
    return machine.run("curl", "-sf", "http://127.0.0.1:9901/readyz").returncode == 0


def test_a_machine_gets_a_gate_by_two_commands_and_keeps_only_evidence_after_a_purge(machine):
    assert owner_and_mode(machine, "/etc/exeat/exeat.yaml") == "root:exeat 640"
    assert owner_and_mode(machine, "/var/lib/exeat") == "exeat:exeat 700"
    said = machine.sh("exeat setup")
    assert re.findall(r"^made +(\S+)", said, re.M) == ["/var/lib/exeat/keys/log.key", "/var/lib/exeat/keys/ca.pem", "/etc/exeat/bundle.pem"]
    assert said.endswith("systemctl enable --now exeat\n")
    assert owner_and_mode(machine, "/var/lib/exeat/keys/ca.key") == "exeat:exeat 600"
    assert owner_and_mode(machine, "/var/lib/exeat/keys/log.key") == "exeat:exeat 600"
    assert owner_and_mode(machine, "/etc/exeat/bundle.pem") == "root:root 644"
    machine.sh("systemctl --quiet enable exeat")

    gate = running(machine)
    try:
        wait_for(lambda: gate.poll() is not None or is_ready(machine), "the gate to be ready")
        call = "curl -s -x http://127.0.0.1:3128 --cacert /etc/exeat/bundle.pem"
        assert "being updated" in machine.sh(call + """ https://api.openai.com/v1/chat/completions -d '{"model":"m","messages":[{"role":"user","content":"hi"}]}'""")
        assert machine.sh(call + " -o /dev/null -w '%{http_code}' http://evil.example/") == "403"
    finally:
        gate.terminate()
        assert gate.wait(60) == 0, gate.stdout.read()
        gate.stdout.close()

    everything = "sha256sum /var/lib/exeat/keys/* /etc/exeat/bundle.pem"
    before = machine.sh(everything)
    again = machine.sh("exeat setup")
    assert "made" not in again and "nothing was changed" in again and "/var/lib/exeat/audit" in again
    machine.sh("echo '# ours' >>/etc/exeat/exeat.yaml; " + machine.install)  # an upgrade
    assert machine.sh(everything) == before
    assert machine.sh("tail -n 1 /etc/exeat/exeat.yaml") == "# ours\n"
    assert owner_and_mode(machine, "/etc/exeat/exeat.yaml") == "root:exeat 640"

    vkey = machine.sh("exeat audit keys").strip()
    machine.sh("dpkg --no-triggers --force-unsafe-io -r exeat")
    assert "exeat.yaml" in machine.sh("ls /etc/exeat") and "ca.key" in machine.sh("ls /var/lib/exeat/keys")
    machine.sh("dpkg --no-triggers --force-unsafe-io -P exeat")
    assert owner_and_mode(machine, "/var/lib/exeat") == "root:root 700"
    assert machine.sh("ls -A /var/lib/exeat") == "audit\n"
    assert machine.sh("find /var/lib/exeat -not -user root") == ""
    assert machine.sh("find /etc /usr/bin /usr/lib /usr/share -xdev -name '*exeat*'") == ""
    assert machine.run("getent", "passwd", "exeat").returncode != 0 and machine.run("getent", "group", "exeat").returncode != 0
    program = machine.bring(RELEASE / "exeat")
    machine.sh(f"chmod 755 {program}; {program} audit verify --store /var/lib/exeat/audit --vkey '{vkey}'")
