# SPDX-License-Identifier: Apache-2.0
"""A real engine: llama.cpp (tests/engine, from npm) with a small model of tests/support/gguf.py."""
import json
import pathlib
import subprocess
import urllib.error
import urllib.request

from .gguf import write_model
from .wait import wait_for

FOLDER = pathlib.Path(__file__).resolve().parents[1] / "engine"


class Engine:
    """Listens at once; `loaded` waits until its model is there."""

    def __init__(self, folder, name="tiny", **model):
        path = write_model(folder / f"{name}.gguf", name, **model)
        self.process = subprocess.Popen(
            ["node", "--no-warnings", "serve.mjs", str(path)], cwd=FOLDER, stdout=subprocess.PIPE, text=True
        )
        self.port = json.loads(self.process.stdout.readline())["port"]

    def get(self, path):
        """(status, JSON)"""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as reply:
                return reply.status, json.load(reply)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def loaded(self):
        wait_for(lambda: self.get("/health")[0] == 200)
        return self

    def cancelled(self):
        """How many callers went before their answer was whole."""
        return self.get("/cancelled")[1]["count"]

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.process.stdout.close()
