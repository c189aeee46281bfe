/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a bundle's folder. */
#include <string.h>

#include "bundle.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

const char *bundle_file_name(enum bundle_file file)
{
    static const char *const names[] = {"records.jsonl",   "context.jsonl", "leaves.bin",    "range.proof",
                                        "checkpoint.note", "keys.txt",      "manifest.json", "VERIFY.txt"};
    _Static_assert(COUNT_OF(names) == BUNDLE_FILES, "every file has a name");
    return names[file];
}

bool bundle_write_file(const char *folder, const char *name, struct text content, char **error)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", folder, name);
    char *whole = buffer_take(&path);
    bool done = file_replace(whole, content, 0644, error);
    base_free(whole);
    return done;
}

void bundle_policy_name(const struct digest *digest, char out[BUNDLE_POLICY_NAME_SIZE])
{
    memcpy(out, "policy/", 7);
    hex_encode((struct bytes){digest->bytes, sizeof(digest->bytes)}, out + 7);
    out[BUNDLE_POLICY_NAME_SIZE - 1] = '\0';
}

void bundle_note_progress(const struct export_progress *progress, uint64_t sequence)
{
    enum { EACH = 4096 };
    if (progress != NULL && sequence % EACH == 0)
        progress->on_progress(progress->context, sequence);
}
