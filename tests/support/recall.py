# SPDX-License-Identifier: Apache-2.0
"""What the detectors find in made-up traffic of a shop, against what is in it."""
import collections
import os
import pathlib
import subprocess

from . import shop_traffic

TOP = pathlib.Path(__file__).resolve().parents[2]


def program():
    return pathlib.Path(os.environ.get("EXEAT", TOP / "build/dev/exeat")).parent / "detect_values"


def found_in(places):
    """[(path, text)] -> for each a list of (detector, what was found)"""
    lines = [f"{path}\t{text}".replace("\\", "\\\\").replace("\n", "\\n") for path, text in places]
    done = subprocess.run([program()], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
    for (_, text), line in zip(places, done.stdout.split("\n")):
        raw = text.encode()
        hits = [hit.rsplit(":", 2) for hit in line.split()]
        yield [(detector, raw[int(start):int(start) + int(length)].decode(errors="replace")) for detector, start, length in hits]


class Score:
    def __init__(self):
        self.right, self.missed, self.wrong = collections.Counter(), collections.Counter(), collections.Counter()
        self.samples = []

    def take(self, wanted, found, text):
        """What is wanted is found where one of its kind meets it; what is found and wanted by nobody is wrong."""
        left = list(found)
        for detector, value in wanted:
            hit = next((one for one in left if one[0] == detector and (value in one[1] or one[1] in value)), None)
            (self.right if hit else self.missed)[detector] += 1
            if hit:
                left.remove(hit)
            else:
                self.samples.append(("missed", detector, value, text[:120]))
        for detector, value in left:
            self.wrong[detector] += 1
            self.samples.append(("wrong", detector, value, text[:120]))

    def recall(self, detector):
        return self.right[detector] / max(1, self.right[detector] + self.missed[detector])

    def precision(self, detector):
        return self.right[detector] / max(1, self.right[detector] + self.wrong[detector])

    def table(self):
        yield f"{'detector':16}{'there':>8}{'recall':>9}{'precision':>11}"
        for detector in sorted(set(self.right) | set(self.missed) | set(self.wrong)):
            yield f"{detector:16}{self.right[detector] + self.missed[detector]:8}{self.recall(detector):9.4f}{self.precision(detector):11.4f}"


def score(seed, count, kinds=tuple(shop_traffic.KINDS)):
    """(Score, bytes of all values)"""
    places, wanted = [], []
    for _, document, labels in shop_traffic.documents(seed, count, kinds):
        for path, text in shop_traffic.places(document):
            places.append((path, text))
            wanted.append([(detector, value) for where, detector, value in labels if where == path])
    result = Score()
    for (_, text), want, found in zip(places, wanted, found_in(places)):
        result.take(want, found, text)
    return result, sum(len(text.encode()) for _, text in places)
