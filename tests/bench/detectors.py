#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recall and precision of each detector on made-up traffic of a shop, and what is found in a catalogue without anything.

    tests/bench/detectors.py [SEED [DOCUMENTS]]    (needs build/dev/detect_values or EXEAT; -v: shows what went wrong)
"""
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from support import recall  # noqa: E402

numbers = [int(word) for word in sys.argv[1:] if word.isdigit()] + [1, 10000][len([word for word in sys.argv[1:] if word.isdigit()]):]
result, size = recall.score(numbers[0], numbers[1])
print(f"{numbers[1]} documents of seed {numbers[0]}, {size / 1e6:.1f} MB of values\n")
print("\n".join(result.table()))
clean, size = recall.score(numbers[0], numbers[1], ("product",))
print(f"\nclean catalogue: {sum(clean.wrong.values())} found in {size / 1e6:.1f} MB, {sum(clean.wrong.values()) / size * 1e6:.2f} a MB")
if "-v" in sys.argv:
    for sample in (result.samples + clean.samples)[:200]:
        print(sample)
