#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks an evidence bundle of exeat with nothing but the log's key:  verify_bundle.py FOLDER 'KEY'
Python's standard library alone, and the openssl command (3.0 or later) for the one signature.
docs/audit-format.md has the format. Exit code 0: it holds; 3: it does not."""
import base64, hashlib, ipaddress, json, pathlib, re, subprocess, sys, tempfile
from datetime import datetime, timezone

KINDS = {1: "open", 2: "decision", 3: "heartbeat", 4: "completion", 5: "policy", 7: "time_step", 8: "gap", 9: "prune",
         10: "seal", 11: "close", 12: "model", 13: "admin", 14: "config"}
VERDICTS = ["", "allow", "deny", "reroute", "error"]
PLANS = ["", "tunnel", "forward", "open", "reroute", "answer", "refuse"]
REASONS = """none rule no_rule llm_guard llm_operation observed malformed_head malformed_body bad_target bad_path head_too_large
    target_too_long body_too_large method_unsupported timeout_head timeout_body misdirected loop address address_metadata
    dns_failed dns_timeout connect_failed connect_timeout upstream_tls upstream_broken upstream_timeout inference_down
    sni_mismatch sni_absent not_tls ech client_tls client_gone idle drain audit_unavailable opened_unused limit
    client_unknown internal pattern_limit bypassed policy_changed""".split()
OPERATIONS = "none chat completions embeddings models responses other unknown".split()
SCHEMES = ["", "http", "https", "tcp"]
# tag -> name, and how its value reads
DECISION = {1: ("policy", int), 2: ("verdict", VERDICTS), 3: ("plan", PLANS), 4: ("rule", str), 5: ("reason", REASONS), 6: ("method", str),
            7: ("scheme", SCHEMES), 8: ("host", str), 9: ("port", int), 13: ("sni", str), 19: ("llm_provider", str), 20: ("model", str), 27: ("request", bytes),
            28: ("client", str),
            31: ("llm_operation", OPERATIONS), 32: ("observed", int), 33: ("detail", str), 240: ("commitment", bytes)}
OUTCOME = {2: ("status", int), 3: ("bytes_up", int), 4: ("bytes_down", int), 5: ("duration_us", int), 6: ("tokens_in", int),
           7: ("tokens_out", int), 10: ("done", PLANS), 11: ("address", ipaddress), 12: ("reason", REASONS), 14: ("peer_key", bytes),
           21: ("served_model", str), 22: ("inference", str), 27: ("request", bytes), 33: ("detail", str)}
LIFE = {32: ("origin", str), 33: ("previous_size", int), 34: ("build", str), 37: ("boot", str), 40: ("event", str), 41: ("detail", str), 42: ("file", str), 43: ("digest", bytes),
        44: ("count", int)}
PRIVATE = {1: ("path", str), 2: ("query", str), 3: ("client_address", str)}


def need(holds, what):
    if not holds:
        sys.exit(print(f"DOES NOT HOLD: {what}") or 3)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(record):
    return sha(b"\0", record)


def append(stack, size, node):  # an RFC 6962 tree by its frontier
    while size & 1:
        node, size = sha(b"\1", stack.pop(), node), size >> 1
    stack.append(node)


def root_of(stack):
    node, rest = stack[-1], stack[:-1]
    for left in reversed(rest):
        node = sha(b"\1", left, node)
    return node


def root_by_proof(node, index, size, proof):  # RFC 9162 2.1.3.2
    last = size - 1
    for other in proof:
        need(last, "a policy's proof is too long")
        if index & 1 or index == last:
            node = sha(b"\1", other, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = sha(b"\1", node, other)
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def signed(key, message, signature):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        (path / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + key)  # RFC 8410
        (path / "message").write_bytes(message)
        (path / "signature").write_bytes(signature)
        words = ["-keyform", "DER", "-inkey", path / "key", "-rawin", "-in", path / "message", "-sigfile", path / "signature"]
        return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", *words], capture_output=True).returncode == 0


def fields(data, table):
    found = {}
    while data:
        tag, length = data[0], int.from_bytes(data[1:3], "big")
        value, data = data[3:3 + length], data[3 + length:]
        name, how = table.get(tag, (None, None))
        need(name, f"a record has a field {tag} that this script does not know")
        if isinstance(how, list):
            number = int.from_bytes(value, "big")
            found[name] = how[number] if number < len(how) else "unknown"
        else:
            found[name] = {int: lambda: int.from_bytes(value, "big"), str: lambda: value.decode(errors="replace"),
                           bytes: value.hex, ipaddress: lambda: str(ipaddress.ip_address(value))}[how]()
    return found


def check_fields(line, record):
    """The readable fields must be what the bytes say."""
    kind = KINDS[record[1]]
    said = {"kind": kind, "sequence": int.from_bytes(record[2:10], "big")}
    said.update(fields(record[26:], {"decision": DECISION, "completion": OUTCOME}.get(kind, LIFE)))
    if "salt" in line:
        private = bytes.fromhex(line["private"])
        bound = sha(b"egress-audit/private/v1\0", bytes.fromhex(line["salt"]), private)
        need(bound.hex() == said.get("commitment"), f"the private part of record {said['sequence']} is another")
        said.update(fields(private, PRIVATE))
    time = datetime.fromtimestamp(int.from_bytes(record[10:18], "big") // 10**6, timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    need(line["time"].startswith(time), f"the time of record {said['sequence']} is another")
    shown = {name: value for name, value in line.items() if name not in ("time", "record", "salt", "private", "proof")}
    plain = lambda members: {name: re.sub("\ufffd+", "\ufffd", str(value)) for name, value in members.items()}  # noqa: E731
    need(plain(shown) == plain(said), f"record {said['sequence']}: the line says {shown}, the bytes say {said}")
    return said


def main(folder, vkey):
    folder = pathlib.Path(folder)
    head, *rest = (folder / "range.proof").read_text().splitlines()
    need(head == "exeat-range-proof 1", "range.proof is of another format")
    first, end = int(rest[0].removeprefix("first ")), int(rest[1].removeprefix("end "))
    stack = [base64.b64decode(line) for line in rest[2:]]
    need(len(stack) == bin(first).count("1") and all(len(node) == 32 for node in stack), "range.proof is malformed")
    data = (folder / "leaves.bin").read_bytes()
    leaves = [data[at:at + 32] for at in range(0, len(data), 32)]
    need(len(leaves) == end - first and len(data) == 32 * len(leaves), "leaves.bin does not have the hashes of the range")
    for size, node in enumerate(leaves, first):
        append(stack, size, node)

    text, _, signatures = (folder / "checkpoint.note").read_text().partition("\n\n")
    origin, size, root = text.split("\n")
    name, key_hash, key = vkey.strip().split("+", 2)
    key = base64.b64decode(key)
    need(origin == name and key[0] == 1 and sha(name.encode(), b"\n", key)[:4].hex() == key_hash, "the key is of another log, or damaged")
    lines = [base64.b64decode(line.split(" ")[2]) for line in signatures.splitlines() if line.startswith(f"\u2014 {name} ")]
    need(any(line[:4].hex() == key_hash and signed(key[1:], f"{text}\n".encode(), line[4:]) for line in lines), "no good signature of the key")
    need(int(size) == end and base64.b64decode(root) == root_of(stack), "the hashes do not lead to the signed root")

    last, verdicts = first - 1, {}
    for number, line in enumerate((folder / "records.jsonl").read_text().splitlines(), 1):
        line = json.loads(line)
        record = bytes.fromhex(line["record"])
        said = check_fields(line, record)
        need(last < said["sequence"] < end, f"line {number} of records.jsonl is out of order, twice or out of the range")
        need(leaf(record) == leaves[said["sequence"] - first], f"record {said['sequence']} is not the one that was logged at this place")
        last = said["sequence"]
        verdicts[said.get("verdict")] = verdicts.get(said.get("verdict"), 0) + 1
    shown = sum(verdicts.values())
    for line in map(json.loads, (folder / "context.jsonl").read_text().splitlines()):
        record, proof = bytes.fromhex(line["record"]), [bytes.fromhex(node) for node in line["proof"]]
        said = check_fields(line, record)
        need(root_by_proof(leaf(record), said["sequence"], end, proof) == root_of(stack), f"policy {said['sequence']} is not in the log")
    for path in (folder / "policy").iterdir():
        need(hashlib.sha256(path.read_bytes()).hexdigest() == path.name, f"{path} is not the text that the log names")
    manifest = json.loads((folder / "manifest.json").read_text())
    need(manifest["records"] == {"shown": shown, "left_out": end - first - shown} and all(
        manifest["requests"][word] == verdicts.get(word, 0) for word in VERDICTS[1:]), "the manifest's counts are others")
    policies = len((folder / "context.jsonl").read_text().splitlines())
    need(manifest["origin"] == origin and manifest["policies"] == policies, "the manifest is of another log, or policies were taken out")
    print(f"HOLDS: {shown} records of {origin}, out of the {end - first} from {first} to {end - 1}; {end - first - shown} were left out")


if __name__ == "__main__":
    main(*sys.argv[1:3]) if len(sys.argv) == 3 else sys.exit(__doc__)
