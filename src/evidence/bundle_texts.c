/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle says of itself: what was asked for, how to check it, and the sums of its files. */
#include "bundle_making.h"
#include "exeat/base/clock.h"

static bool write_file(struct bundle *bundle, const char *name, struct text content)
{
    return bundle_write_file(bundle->options->directory, name, content, bundle->error);
}

enum { TIME_SIZE = CLOCK_TEXT_SIZE };

static struct text time_text(int64_t wall_us, char out[TIME_SIZE])
{
    if (wall_us == 0)
        return TEXT("");
    clock_write(wall_us, out);
    return text_from(out);
}

static bool write_manifest(struct bundle *bundle)
{
    const struct evidence_bundle *options = bundle->options;
    char created[TIME_SIZE];
    char since[TIME_SIZE];
    char until[TIME_SIZE];
    const struct bundle_manifest manifest = {
        .tool = TEXT("exeat " EXEAT_VERSION),
        .origin = store_reader_origin(bundle->reader),
        .created = time_text(clock_wall_us(), created),
        .operator_name = options->operator_name,
        .purpose = options->purpose,
        .query = options->query,
        .since = time_text(options->filter.since_us, since),
        .until = time_text(options->filter.until_us, until),
        .custody = options->is_recorded ? TEXT("recorded") : TEXT("unrecorded"),
        .is_redacted = options->filter.redact,
        .erased = bundle->erased,
        .counts = bundle->counts,
        .unsigned_left_out = bundle->result->unsigned_left_out,
        .policies = bundle->policies.count,
        .policies_left_out = bundle->policies.left_out,
    };
    struct buffer out = {0};
    bundle_manifest_append(&manifest, &out);
    bool done = write_file(bundle, bundle_file_name(BUNDLE_MANIFEST), buffer_text(&out));
    buffer_clear(&out);
    return done;
}

static const char readme[] =
    "This folder holds records out of the log of an exeat gate, and what proves them.\n"
    "\n"
    "  manifest.json    what was asked for, by whom, and how many records are shown and left out\n"
    "  records.jsonl    the records that were asked for: fields by name, then the exact bytes (hex)\n"
    "  leaves.bin       the hash of every record of the range, also of those left out (32 bytes each)\n"
    "  range.proof      joins these hashes to the root of the whole log\n"
    "  checkpoint.note  that root, signed by the log's key (and by witnesses, if there are any)\n"
    "  context.jsonl    the policies that judged these requests, each with its proof\n"
    "  policy/          their texts, each named by its SHA-256\n"
    "  keys.txt         the log's key. Do not believe this file: compare it with the key that you were given by "
    "another way\n"
    "  SHA256SUMS       against accidents on the way; the proof does not rest on it\n"
    "\n"
    "To check it, either\n"
    "\n"
    "  exeat audit verify --bundle FOLDER --vkey 'KEY'\n"
    "\n"
    "or, with Python alone, verify_bundle.py from exeat's documentation (take it from there, not from whoever gave you "
    "this):\n"
    "\n"
    "  python3 verify_bundle.py FOLDER 'KEY'\n"
    "\n"
    "KEY is the line that `exeat audit keys` printed when the log began. What the answers mean is in "
    "docs/for-auditors.md.\n";

static bool write_range(struct bundle *bundle)
{
    struct buffer out = {0};
    bundle_range_append(&bundle->range, &out);
    bool done = write_file(bundle, bundle_file_name(BUNDLE_RANGE), buffer_text(&out));
    buffer_clear(&out);
    return done && write_file(bundle, bundle_file_name(BUNDLE_CHECKPOINT), buffer_text(&bundle->note));
}

bool bundle_write_texts(struct bundle *bundle)
{
    return write_range(bundle) && write_file(bundle, bundle_file_name(BUNDLE_KEYS), bundle->options->keys) &&
           write_manifest(bundle) && write_file(bundle, bundle_file_name(BUNDLE_README), text_from(readme)) &&
           bundle_sums_write(bundle->options->directory, bundle->error);
}
