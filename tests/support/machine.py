# SPDX-License-Identifier: Apache-2.0
"""This machine once more, to install something on: its files under an overlay in memory, a network of its own, no service manager."""
import os
import pathlib
import subprocess

# What the machine is made of; the last line is told, and then it waits for its end.
MAKE = """set -e
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o lowerdir=/,upperdir="$1/upper",workdir="$1/work" "$1/root"
mount --rbind /proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs tmpfs "$1/root/run"
mount -t tmpfs tmpfs "$1/root/tmp"
ip link set lo up
echo made
exec cat"""


class Machine:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        command = ["unshare", "--mount", "--net", "sh", "-c", MAKE, "sh", str(self.folder)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "made\n":
            raise AssertionError(f"no overlay can be mounted here: {self.process.communicate()[1]}")

    def command(self, *words):
        enter = ["nsenter", f"--target={self.process.pid}", "--mount", "--net", "chroot", f"{self.folder}/root"]
        return [*enter, *map(str, words)]

    def run(self, *words, **more):
        return subprocess.run(self.command(*words), capture_output=True, text=True, check=False, **more)

    def sh(self, script):
        """What it prints; it must end well."""
        done = self.run("sh", "-ec", script)
        assert done.returncode == 0, f"{script}: {done.stdout}{done.stderr}"
        return done.stdout

    def bring(self, path):
        """A file of the real machine, at the returned path."""
        with open(path, "rb") as source:
            subprocess.run(self.command("sh", "-c", f"cat >/tmp/{os.path.basename(path)}"), stdin=source, check=True)
        return f"/tmp/{os.path.basename(path)}"

    def close(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()
        self.process.stderr.close()
