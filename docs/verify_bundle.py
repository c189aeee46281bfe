#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks an evidence bundle of exeat with nothing but the log's key:  verify_bundle.py FOLDER 'KEY'
Python's standard library alone, and the openssl command (3.0 or later) for the one signature.
docs/audit-format.md has the format. Exit code 0: it holds; 3: it does not; 4: it holds, and something is not in it."""
import base64, hashlib, ipaddress, json, pathlib, re, subprocess, sys, tempfile
from datetime import datetime, timedelta, timezone

KINDS = {1: "open", 2: "decision", 3: "heartbeat", 4: "completion", 5: "policy", 7: "time_step", 8: "gap", 9: "prune",
         10: "seal", 11: "close", 12: "model", 13: "admin", 14: "config"}
VERDICTS = ["unknown", "allow", "deny", "reroute", "error"]
PLANS = ["unknown", "tunnel", "forward", "open", "reroute", "answer", "refuse"]
REASONS = """none rule no_rule llm_guard llm_operation observed malformed_head malformed_body bad_target bad_path head_too_large
    target_too_long body_too_large method_unsupported timeout_head timeout_body misdirected loop address address_metadata
    dns_failed dns_timeout connect_failed connect_timeout upstream_tls upstream_broken upstream_timeout inference_down
    sni_mismatch sni_absent not_tls ech client_tls client_gone idle drain audit_unavailable opened_unused limit
    client_unknown internal pattern_limit bypassed policy_changed body_encoded credentials_needed
    answer_too_large client_nobody upstream_pin upstream_revoked dns_type dns_search dns_limit dns_here
    dns_malformed followed upstream_proxy limit_requests limit_concurrent limit_bytes limit_tokens too_long
    inference_busy memory net_unreachable host_unreachable inspect_denied
    inspect_unreadable inspect_unseen inspect_unchanged inspect_answer key_elsewhere credential_misplaced credential_missing
    canary_seen""".split()
OPERATIONS = "none chat completions embeddings models responses other unknown count_tokens rerank".split()
SCHEMES = ["unknown", "http", "https", "tcp", "dns"]
DIALECTS = "none openai anthropic gemini bedrock cohere mistral ollama other".split()
DOORS = "none forward transparent socks dns".split()
PROOFS = "none secret token certificate uid listener address".split()
# tag -> name, and how its value reads
DECISION = {1: ("policy", int), 2: ("verdict", VERDICTS), 3: ("plan", PLANS), 4: ("rule", str), 5: ("reason", REASONS), 6: ("method", str),
            7: ("scheme", SCHEMES), 8: ("host", str), 9: ("port", int), 13: ("sni", str), 19: ("llm_provider", str), 20: ("model", str), 27: ("request", bytes),
            28: ("client", str),
            31: ("llm_operation", OPERATIONS), 32: ("observed", int), 33: ("detail", str), 34: ("client_proof", PROOFS), 35: ("client_uid", int),
            36: ("llm_dialect", DIALECTS), 37: ("found", str), 38: ("credential", str), 39: ("door", DOORS), 239: ("cut", str), 240: ("commitment", bytes)}
OUTCOME = {2: ("status", int), 3: ("bytes_up", int), 4: ("bytes_down", int), 5: ("duration_us", int), 6: ("tokens_in", int),
           7: ("tokens_out", int), 10: ("done", PLANS), 11: ("address", ipaddress), 12: ("reason", REASONS), 14: ("peer_key", bytes),
           21: ("served_model", str), 22: ("inference", str), 27: ("request", bytes), 33: ("detail", str), 34: ("answer", str),
           35: ("questions", int), 36: ("first_content_us", int), 37: ("step", int), 38: ("builtin", str), 39: ("finish", str),
           40: ("endpoint_dialect", DIALECTS), 41: ("engine_version", str), 42: ("model_digest", bytes), 43: ("adapter", str), 44: ("region", str),
           45: ("region_from", str), 46: ("found", str), 239: ("cut", str)}
LIFE = {32: ("origin", str), 33: ("previous_size", int), 34: ("build", str), 37: ("boot", str), 40: ("event", str), 41: ("detail", str), 42: ("file", str), 43: ("digest", bytes),
        44: ("count", int), 45: ("files", bytes), 46: ("rule", str), 47: ("owner", str)}
STEP = {44: ("count", "signed")}
PRIVATE = {1: ("path", str), 2: ("query", str), 3: ("client_address", str)}
FILES = "records.jsonl context.jsonl leaves.bin range.proof checkpoint.note keys.txt manifest.json VERIFY.txt".split()
POLICIES_MAX = 256
# Points of small order, by y; with the other sign and the encodings of y + p there are fourteen. Anything verifies under them.
P = 2**255 - 19
SMALL = [0, 1, P - 1] + [int.from_bytes(bytes.fromhex(y), "little") for y in (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a")]


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


# --- texts: each thing has one spelling, so that what is read is what would be written ---


def unbase64(text):
    data = base64.b64decode(text, validate=True)
    need(base64.b64encode(data).decode() == text, "base64 that is not written as it should be")
    return data


def text_of(path):
    return path.read_bytes().decode()


def lines_of(path):
    *lines, rest = text_of(path).split("\n")
    need(rest == "", f"{path.name} ends in the middle of a line")
    return lines


def quoted(text):
    plain = re.sub('["\\\\\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]', lambda m: "\\" + m[0] if m[0] in '"\\' else f"\\u{ord(m[0]):04x}", text)
    return '"' + re.sub("[\udc80-\udcff]", r"\\ufffd", plain) + '"'  # bytes that are no UTF-8


def time_of(wall):
    moment = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=wall)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def pairs(members):
    need(len({name for name, _ in members}) == len(members), "a member of JSON is there twice")
    return dict(members)


def unjson(text):
    return json.loads(text, object_pairs_hook=pairs)


# --- records ---


def fields(data, table):
    found, last = {}, -1
    while data:
        tag, length = data[0], int.from_bytes(data[1:3], "big")
        value, data = data[3:3 + length], data[3 + length:]
        name, how = table.get(tag, (None, None))
        need(name, f"a record has a field {tag} that this script does not know")
        need(tag > last and len(value) == length > 0, "a record is not encoded as records are")
        last = tag
        if isinstance(how, list):
            number = int.from_bytes(value, "big")
            found[name] = how[number] if number < len(how) else "unknown"
        else:
            found[name] = {int: lambda: int.from_bytes(value, "big"), "signed": lambda: int.from_bytes(value, "big", signed=True), str: lambda: value.decode(errors="surrogateescape"),
                           bytes: value.hex, ipaddress: lambda: str(ipaddress.ip_address(value))}[how]()
    return found


def line_of(said):
    return "{" + ",".join(f'"{name}":{value if isinstance(value, int) else quoted(value)}' for name, value in said.items())


def check_line(text, where):
    """The line must be what its bytes are written as. Gives those bytes, what they say, and the line as JSON."""
    line = unjson(text)
    record = bytes.fromhex(line["record"])
    kind = KINDS.get(record[1])
    need(kind and record[0] == 1, f"{where}: no record")
    said = {"sequence": int.from_bytes(record[2:10], "big"), "time": time_of(int.from_bytes(record[10:18], "big", signed=True)), "kind": kind}
    said.update(fields(record[26:], {"decision": DECISION, "completion": OUTCOME, "time_step": STEP}.get(kind, LIFE)))
    commitment, end = said.get("commitment"), f',"record":"{record.hex()}"'
    if "salt" in line:
        salt, private = bytes.fromhex(line["salt"]), bytes.fromhex(line["private"])
        bound = sha(b"egress-audit/private/v1\0", salt, private)
        need(len(salt) == 32 and bound.hex() == commitment, f"the private part of record {said['sequence']} is another")
        said.update(fields(private, PRIVATE))
        end += f',"salt":"{salt.hex()}","private":"{private.hex()}"'
    if "proof" in line:
        end += ',"proof":[' + ",".join(f'"{bytes.fromhex(node).hex()}"' for node in line["proof"]) + "]"
    if text != line_of(said) + end + "}":
        shown = {name: value for name, value in line.items() if name not in ("record", "salt", "private", "proof")}
        other = [name for name in [*said, *shown] if quoted(str(shown.get(name))) != quoted(str(said.get(name)))]
        need(False, f"{where}: {other[0] if other else 'the line'} is not what its bytes say")
    return record, said, line


def names_of(policy):
    """The digests of all files that a POLICY record names; older records list them in `detail`."""
    files = policy.get("files") or policy.get("digest", "")
    listed = [files[at:at + 64] for at in range(0, len(files) - 63, 64)]
    return listed + ([] if "files" in policy else re.findall("(?:^|, ?)([0-9a-f]{64}) ", policy.get("detail", "")))


# --- the whole ---


def check_note(path, vkey, end, root):
    body, gap, signatures = text_of(path).rpartition("\n\n")
    need(gap and not re.search("[\x00-\x09\x0b-\x1f]", body + signatures), "checkpoint.note is no note")
    origin, size, signed_root, *extensions = body.split("\n")
    name, key_hash, key = vkey.strip().split("+", 2)
    key, y = unbase64(key), int.from_bytes(unbase64(key)[1:], "little") % 2**255
    need(len(key) == 33 and key[0] == 1 and sha(name.encode(), b"\n", key)[:4].hex() == key_hash, "this is no key line, or a damaged one")
    need(y < P and y not in SMALL, "the key is one under which anything verifies")
    need(origin == name, f"the key is of the log {name}, the bundle of {origin}")
    lines = [re.fullmatch("\u2014 ([^\\s+\x00-\x20\x7f]+) ([A-Za-z0-9+/=]+)", line) for line in signatures.split("\n")[:-1]]
    need(signatures.endswith("\n") and lines and all(lines) and all(extensions), "checkpoint.note is no note")
    found = [(line[1], unbase64(line[2])) for line in lines]
    ours = [data[4:] for who, data in found if who == name and data[:4].hex() == key_hash]
    need(all(len(data) > 4 for _, data in found) and ours and all(signed(key[1:], f"{body}\n".encode(), data) for data in ours),
         "no good signature of the key")
    need(size == str(end) and unbase64(signed_root) == root, "the hashes do not lead to the signed root")
    return origin, f"{name}+{key_hash}+{base64.b64encode(key).decode()}\n"


def check_files(folder, texts):
    """The bundle's files and no others, and the sums that it has of them."""
    names = [path.name for path in folder.iterdir() if path.name not in ("policy", "SHA256SUMS")] + [f"policy/{path.name}" for path in (folder / "policy").iterdir()]
    for name in names:
        need(name in FILES or name.removeprefix("policy/") in texts, f"{name} is no file of this bundle")
        need(name in FILES or hashlib.sha256((folder / name).read_bytes()).hexdigest() == name[7:], f"{name} is not the text that the log names")
    for name in FILES:
        need(name in names, f"{name} is missing")
    sums = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" for name in sorted(names)]
    need(lines_of(folder / "SHA256SUMS") == sums, "SHA256SUMS has other sums than the files")
    return sorted(text for text in texts if f"policy/{text}" not in names)


def check_manifest(text, shown):
    """Its counts, and all else of it that the other files prove."""
    said = unjson(text)
    lines = [f"  {quoted(name)}: {json.dumps(value) if not isinstance(value, str) else quoted(value)}" for name, value in said.items()]
    names = [name for name in said if name not in ("since", "until")]
    need(text == "{\n" + ",\n".join(lines) + "\n}\n" and names == "format tool origin created times operator purpose query custody redacted erased range records requests "
         "unsigned_left_out policies policies_left_out".split(), "manifest.json is not written as a manifest is")
    need(said["format"] == "exeat-bundle 1" and said["times"] == "UTC" and said["custody"] in ("recorded", "unrecorded"), "manifest.json is of another format")
    texts, numbers = ("tool", "created", "operator", "purpose", "query", "since", "until"), ("erased", "unsigned_left_out", "policies", "policies_left_out")
    need(all(isinstance(said.get(name, ""), str) and "\0" not in said.get(name, "") for name in texts) and all(type(said[name]) is int and said[name] >= 0 for name in numbers)
         and all(said.get(name, "-") for name in ("since", "until")), "manifest.json is of another format")
    for name in ("origin", "range", "records", "requests", "policies", "policies_left_out"):
        need(json.dumps(said[name]) == json.dumps(shown[name]), f"{name} of manifest.json is not what the files show")
    need(said["redacted"] is (True if said["redacted"] else False) and (shown["private"] == 0 and said["erased"] <= shown["erased"] if said["redacted"] else said["erased"] == shown["erased"]),
         "redacted or erased of manifest.json is not what the records show")
    for name in ("since", "until"):
        moment = said.get(name)
        need(moment is None or re.fullmatch(r"(19[7-9][0-9]|[2-9][0-9]{3})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", moment, re.A) and datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%fZ"), f"{name} of manifest.json is no time")
        need(moment is None or all(time >= moment if name == "since" else time < moment for time in shown["times"]), f"{name} of manifest.json is another time than that of the records")


def main(folder, vkey):
    folder = pathlib.Path(folder)
    head, *rest = lines_of(folder / "range.proof")
    found = re.fullmatch("exeat-range-proof 1 first (0|[1-9][0-9]*) end ([1-9][0-9]*)", " ".join([head, *rest[:2]]))
    need(found, "range.proof is of another format")
    first, end = map(int, found.groups())
    stack = [unbase64(line) for line in rest[2:]]
    need(first < end and len(stack) == bin(first).count("1") and all(len(node) == 32 for node in stack), "range.proof is malformed")
    data = (folder / "leaves.bin").read_bytes()
    leaves = [data[at:at + 32] for at in range(0, len(data), 32)]
    need(len(leaves) == end - first and len(data) == 32 * len(leaves), "leaves.bin does not have the hashes of the range")
    for size, node in enumerate(leaves, first):
        append(stack, size, node)
    root = root_of(stack)
    origin, key_line = check_note(folder / "checkpoint.note", vkey, end, root)

    last, verdicts, named, beyond, times, private, erased = first - 1, dict.fromkeys(VERDICTS[1:], 0), [], 0, [], 0, 0
    count = requests = 0
    for count, text in enumerate(lines_of(folder / "records.jsonl"), 1):
        record, said, line = check_line(text, f"line {count} of records.jsonl")
        need("proof" not in line, f"line {count} of records.jsonl has a proof")
        need(last < said["sequence"] < end, f"line {count} of records.jsonl is out of order, twice or out of the range")
        need(leaf(record) == leaves[said["sequence"] - first], f"record {said['sequence']} is not the one that was logged at this place")
        last = said["sequence"]
        private += "salt" in line
        erased += "commitment" in said and "salt" not in line
        times += [said["time"]] if said["kind"] != "completion" else []
        if said["kind"] == "decision":
            requests += 1
            verdicts[said["verdict"]] = verdicts.get(said["verdict"], 0) + 1
            if said["policy"] not in named and len(named) < POLICIES_MAX:
                named.append(said["policy"])
            beyond += said["policy"] not in named

    policies, texts = {}, set()
    for number, text in enumerate(lines_of(folder / "context.jsonl"), 1):
        record, said, line = check_line(text, f"line {number} of context.jsonl")
        need(said["kind"] == "policy" and "salt" not in line and said["sequence"] not in policies, f"line {number} of context.jsonl is no policy, or one that is there already")
        need(root_by_proof(leaf(record), said["sequence"], end, [bytes.fromhex(node) for node in line["proof"]]) == root, f"policy {said['sequence']} is not in the log")
        policies[said["sequence"]] = said.get("previous_size")
        texts.update(names_of(said))
    need(len(policies) <= POLICIES_MAX, "context.jsonl has too many policies")

    missing = check_files(folder, texts)
    here = {*policies, *policies.values()}
    check_manifest(text_of(folder / "manifest.json"), {
        "origin": origin, "range": {"first": first, "end": end, "records": end - first}, "records": {"shown": count, "left_out": end - first - count},
        "requests": {"shown": requests, **{word: verdicts[word] for word in VERDICTS[1:]}}, "policies": len(policies),
        "policies_left_out": beyond + sum(policy not in here for policy in named), "private": private, "erased": erased, "times": times})
    need(text_of(folder / "keys.txt") in ("", key_line), "keys.txt has another key than the one given")
    what = f"{count} records of {origin}, out of the {end - first} from {first} to {end - 1}; {end - first - count} were left out"
    if missing:
        sys.exit(print(f"INCOMPLETE: {what}; the log names policy/{missing[0]}, which is not here") or 4)
    print(f"HOLDS: {what}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        need(False, f"a file is missing or malformed ({type(error).__name__}: {error})")
