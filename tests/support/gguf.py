# SPDX-License-Identifier: Apache-2.0
"""A language model that knows nothing: a llama of two layers with weights of a seeded generator, as GGUF (version 3), half a
megabyte. The same seed gives the same bytes. An output bias keeps it to whole words, so that what it says can be read."""
import random
import struct

WIDTH, FEED, HEADS, LAYERS, CONTEXT = 64, 128, 4, 2, 2048
SPECIALS = ["<unk>", "<s>", "</s>", "<|im_start|>", "<|im_end|>"]
WORDS = """the a and of to we you your our for with this that order price invoice cart parcel customer shop stock tax small large
blue red green cotton paper glass today soon again please thank will can is are was has ships costs arrives returns pays asks
keeps answers free new last first two three four five six""".split()
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6  # enum llama_token_type
END = SPECIALS.index("<|im_end|>")


def vocabulary():
    """[(text, type, bias)]: how likely a token is before anything was asked."""
    tokens = [(text, UNKNOWN if text == "<unk>" else CONTROL, -30.0) for text in SPECIALS]
    tokens += [(f"<0x{byte:02X}>", BYTE, -30.0) for byte in range(256)]
    tokens += [(chr(code) if code != 0x20 else "\u2581", NORMAL, -6.0) for code in range(0x20, 0x7F)]
    tokens += [("\u2581" + word, NORMAL, -1.0) for word in WORDS]
    return tokens


def string(text):
    data = text.encode()
    return struct.pack("<Q", len(data)) + data


KINDS = {"u32": (4, "<I"), "i32": (5, "<i"), "f32": (6, "<f"), "bool": (7, "<?")}


def value(kind, thing):
    if kind == "string":
        return struct.pack("<I", 8) + string(thing)
    number, form = KINDS[kind]
    return struct.pack("<I", number) + struct.pack(form, thing)


def array(kind, things):
    if kind == "string":
        return struct.pack("<IIQ", 9, 8, len(things)) + b"".join(map(string, things))
    number, form = KINDS[kind]
    return struct.pack("<IIQ", 9, number, len(things)) + b"".join(struct.pack(form, thing) for thing in things)


def facts(name, tokens):
    """The keys of the file, in order."""
    yield "general.architecture", value("string", "llama")
    yield "general.name", value("string", name)
    for key, number in {
        "context_length": CONTEXT,
        "embedding_length": WIDTH,
        "block_count": LAYERS,
        "feed_forward_length": FEED,
        "attention.head_count": HEADS,
        "attention.head_count_kv": HEADS,
        "rope.dimension_count": WIDTH // HEADS,
        "vocab_size": len(tokens),
    }.items():
        yield f"llama.{key}", value("u32", number)
    yield "llama.attention.layer_norm_rms_epsilon", value("f32", 1e-5)
    yield "tokenizer.ggml.model", value("string", "llama")
    yield "tokenizer.ggml.tokens", array("string", [text for text, _, _ in tokens])
    yield "tokenizer.ggml.scores", array("f32", [0.0 if kind != NORMAL else float(len(text)) for text, kind, _ in tokens])
    yield "tokenizer.ggml.token_type", array("i32", [kind for _, kind, _ in tokens])
    for key, text in {"unknown": "<unk>", "bos": "<s>", "eos": "</s>", "eot": "<|im_end|>"}.items():
        yield f"tokenizer.ggml.{key}_token_id", value("u32", SPECIALS.index(text))
    yield "tokenizer.ggml.add_bos_token", value("bool", True)


def tensors(tokens, seed, ends):
    """[(name, shape with the fastest first, numbers)]"""
    luck = random.Random(seed)

    def noise(count, spread):
        return [luck.gauss(0.0, spread) for _ in range(count)]

    def rows(count, first):
        """`count` rows of WIDTH, the first number of each given."""
        for row in range(count):
            yield from [first(row), *noise(WIDTH - 1, 1.0)]

    bias = [weight for _, _, weight in tokens]
    bias[END] = -1.0 if ends else -30.0
    yield "token_embd.weight", (WIDTH, len(tokens)), list(rows(len(tokens), lambda _: 6.0))
    yield "output_norm.weight", (WIDTH,), [1.0] * WIDTH
    yield "output.weight", (WIDTH, len(tokens)), list(rows(len(tokens), bias.__getitem__))
    for layer in range(LAYERS):
        for name, shape in {
            "attn_q": (WIDTH, WIDTH),
            "attn_k": (WIDTH, WIDTH),
            "attn_v": (WIDTH, WIDTH),
            "attn_output": (WIDTH, WIDTH),
            "ffn_gate": (WIDTH, FEED),
            "ffn_up": (WIDTH, FEED),
            "ffn_down": (FEED, WIDTH),
        }.items():
            yield f"blk.{layer}.{name}.weight", shape, noise(shape[0] * shape[1], shape[0] ** -0.5)
        for name in ("attn_norm", "ffn_norm"):
            yield f"blk.{layer}.{name}.weight", (WIDTH,), [1.0] * WIDTH


def padded(data):
    return data + b"\0" * (-len(data) % 32)


def write_model(path, name="tiny", seed=1, ends=True):
    """A model that ends after some words or, with `ends` false, talks until it is stopped."""
    tokens = vocabulary()
    keys = list(facts(name, tokens))
    parts = list(tensors(tokens, seed, ends))
    head = b"GGUF" + struct.pack("<IQQ", 3, len(parts), len(keys)) + b"".join(string(key) + data for key, data in keys)
    body = b""
    for tensor, shape, numbers in parts:
        head += string(tensor) + struct.pack("<I", len(shape)) + struct.pack(f"<{len(shape)}Q", *shape) + struct.pack("<IQ", 0, len(body))
        body += padded(struct.pack(f"<{len(numbers)}f", *numbers))
    path.write_bytes(padded(head) + body)
    return path
