# SPDX-License-Identifier: Apache-2.0
"""Disks that stall, fail or are full: libraries put before libc's, and the environment that steers them."""
import subprocess

from .gate import TOP


def build_shim(folder, name):
    """Compiles tests/support/NAME.c; returns the path to preload."""
    library = folder / f"{name}.so"
    source = TOP / "tests" / "support" / f"{name}.c"
    subprocess.run(["gcc", "-D_GNU_SOURCE", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return str(library)


def faults(gate_folder, library):
    """Making one of these files makes the disk so."""
    return {
        "LD_PRELOAD": library,
        "ASAN_OPTIONS": "verify_asan_link_order=0",
        "STALL_DISK": str(gate_folder / "stall"),
        "FAIL_DISK": str(gate_folder / "fail"),
        "FULL_DISK": str(gate_folder / "full"),
        "LITTLE_DISK": str(gate_folder / "little"),
        "NETWORK_DISK": str(gate_folder / "network"),
    }
