# SPDX-License-Identifier: Apache-2.0
"""exeat scan over a generated tree of the size of Magento: GB a minute of one core; and what it finds of planted strings, and in
innocent ones, by kind. Arguments: megabytes (400 without). The tree is made of one seed."""
import json
import os
import pathlib
import random
import resource
import shutil
import string
import subprocess
import sys
import tempfile

EXEAT = os.environ["EXEAT"]
ALNUM = string.ascii_letters + string.digits


def word(rng, low=3, high=12):
    return "".join(rng.choice(string.ascii_lowercase) for _ in range(rng.randint(low, high)))


def php(rng):
    name = word(rng).capitalize()
    lines = ["<?php", "declare(strict_types=1);", f"namespace Magento\\{name}\\Model;", f"class {name}{word(rng).capitalize()}", "{"]
    for _ in range(rng.randint(10, 120)):
        a, b, c = word(rng), word(rng), word(rng)
        lines.append(rng.choice([
            f"    /** @var \\Magento\\Framework\\{a.capitalize()}\\{b.capitalize()}Interface ${c} */",
            f"    protected ${a}{b.capitalize()} = ['{c}' => '{a}/{b}/{c}', 'sort_order' => {rng.randint(0, 999)}];",
            f"        return $this->{a}->{b}($this->{c}(), '{a}_{b}.{c}');",
            f"    public function get{a.capitalize()}(string ${b}): ?array",
            f"        $this->{a}->setData('{b}', sprintf('%s.%s', ${c}, __METHOD__));"]))
    return "\n".join([*lines, "}"])


def minified(rng):
    return "".join(f"function {word(rng, 1, 2)}(e,t){{return e.{word(rng)}.{word(rng)}(t)?e.{word(rng)}:!1}}" for _ in range(400))


def xml(rng):
    rows = (f'    <type name="Magento\\{word(rng)}\\{word(rng)}"><arguments><argument name="{word(rng)}" xsi:type="string">{word(rng)}/{word(rng)}.phtml'
            "</argument></arguments></type>" for _ in range(rng.randint(5, 80)))
    return "<?xml version=\"1.0\"?>\n<config>\n" + "\n".join(rows) + "\n</config>"


def dump(rng):
    rows = (f"({i},'{word(rng)}','{word(rng)}.example','{rng.getrandbits(128):032x}',{rng.random() * 999:.4f},'2026-11-{rng.randint(1, 30):02}')"
            for i in range(2000))
    return "INSERT INTO `catalog_product_entity` VALUES " + ",".join(rows) + ";"


def grow(folder, megabytes):
    rng = random.Random(14)
    samples = {kind: [make(rng) for _ in range(60)] for kind, make in (("php", php), ("js", minified), ("xml", xml), ("sql", dump))}
    total = count = 0
    while total < megabytes * 1000000:
        kind = rng.choices(("php", "js", "xml", "sql"), (60, 15, 20, 5))[0]
        path = folder / f"{word(rng)[:2]}/{word(rng)[:2]}/{count}.{kind}"
        path.parent.mkdir(parents=True, exist_ok=True)
        total += path.write_text(rng.choice(samples[kind]) + f"\n// {rng.random()}\n")
        count += 1
    return count, total


def run(folder, *words):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([EXEAT, "scan", str(folder), "-o", "json", *words], capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return json.loads(done.stdout), after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def some(rng, alphabet, length):
    return "".join(rng.choice(alphabet) for _ in range(length))


def planted(rng):
    """(rule, line) that is to be found"""
    key, hexes = some(rng, ALNUM, 48), some(rng, "0123456789abcdef", 32)
    off, name = rng.choice(["false", "0", "FALSE"]), word(rng)
    path = rng.choice(["api.openai.com/v1", "api.anthropic.com/v1/messages", "api.groq.com/openai/v1", "openrouter.ai/api/v1", f"{name}.openai.azure.com/openai"])
    return [
        ("vendor-key", f"'{name}' => 'sk-proj-{key}{key[:10]}T3BlbkFJ{some(rng, ALNUM, 58)}'"), ("vendor-key", f"{name}=shpat_{hexes}"),
        ("vendor-key", f"{name}: sk_live_{some(rng, ALNUM, 24)}"), ("vendor-key", f"\"{name}\": \"gsk_{key}{key[:4]}\""),
        ("llm-host", f"$url = 'https://{path}';"), ("llm-host", "\"https:\\/\\/" + path.replace("/", "\\/") + "\""),
        ("llm-sdk", rng.choice(["\\OpenAI::client($key)", "import OpenAI from 'openai';", "require('openai')", "from openai import OpenAI", "'openai-php/client'"])),
        ("tls-off", f"curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, {off});"), ("tls-off", f"['verify' => {off}]"),
        ("tls-off", "rejectUnauthorized: false"), ("tls-off", f"'verify_peer' => {off}"),
        ("proxy-overridden", "curl_setopt($ch, CURLOPT_PROXY, '');"), ("proxy-overridden", "putenv('HTTPS_PROXY=');"),
        ("private-key", "-----BEGIN PRIVATE KEY-----\\n" + some(rng, ALNUM, 64) + "\\n"),
    ]


def innocent(rng):
    name, hexes = word(rng), some(rng, "0123456789abcdef", 40)
    return [
        ("vendor-key", f".sk-{name}-grow risk-{name}-analysis"), ("vendor-key", f"\"reference\": \"{hexes}\""), ("vendor-key", "sk_live_" + "x" * 24),
        ("vendor-key", f"sku: {some(rng, string.ascii_uppercase + string.digits, 14)}"), ("llm-host", f"{name}@openai.com"),
        ("llm-host", f"https://{name}.openai.example/"), ("llm-sdk", f"class {name}OpenAI {{}}"), ("tls-off", "curl_setopt($ch, CURLOPT_SSL_VERIFYPEER, true);"),
        ("tls-off", f"${name}_verify = false;"), ("tls-off", "if ($a[CURLOPT_SSL_VERIFYPEER] == false)"), ("proxy-overridden", "curl_setopt($ch, CURLOPT_PROXY, $proxy);"),
        ("proxy-overridden", f"$url = getenv('HTTPS_PROXY') ?: '{name}';"), ("private-key", "-----BEGIN PRIVATE KEY----- is how it begins"),
    ]


def figures(folder):
    rng = random.Random(41)
    rows = {}
    for index in range(200):
        for kind, lines in (("p", planted(rng)), ("i", innocent(rng))):
            for number, (rule, line) in enumerate(lines):
                rows[f"{kind}{index}-{number}.php"] = (kind, rule, line)
                (folder / f"{kind}{index}-{number}.php").write_text(line + "\n")
    found = {}
    for row in run(folder)[0]["findings"]:
        found.setdefault(row["file"], set()).add("llm-host" if row["rule"] == "llm-base-url" else row["rule"])
    print(f"{'kind':18} {'planted':>8} {'recall':>8} {'innocent':>9} {'precision':>10}")
    for rule in sorted({rule for _, rule, _ in rows.values()}):
        there = [name for name, (kind, which, _) in rows.items() if kind == "p" and which == rule]
        clean = [name for name, (kind, which, _) in rows.items() if kind == "i" and which == rule]
        hits = sum(rule in found.get(name, ()) for name in there)
        wrong = sum(rule in found.get(name, ()) for name, (kind, which, _) in rows.items() if kind == "i" or which != rule)
        print(f"{rule:18} {len(there):8} {hits / len(there):8.3f} {len(clean):9} {hits / max(1, hits + wrong):10.3f}")


def main():
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 400
    folder = pathlib.Path(tempfile.mkdtemp(dir="build"))
    try:
        (folder / "strings").mkdir()
        figures(folder / "strings")
        count, total = grow(folder / "tree", megabytes)
        report, seconds = run(folder / "tree")
        seconds = min(seconds, run(folder / "tree")[1])
        assert report["bytes"] == total, (report["bytes"], total)
        print(f"{count} files, {total / 1e6:.0f} MB, {len(report['findings'])} findings, {seconds:.2f} s of one core: {total / 1e9 / seconds * 60:.1f} GB a minute")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
