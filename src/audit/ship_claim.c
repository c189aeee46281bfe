/* SPDX-License-Identifier: Apache-2.0 */
/* Whose folder is it? Two pods may be given one origin by mistake, and a pod may lose its store and begin another: the
 * folder belongs to the log that came first. It says so in a file `log`, made whole and never over another:
 *   "exeat-shipped v1" LF  "vkey " VKEY LF  "log " 64 hex digits LF
 * The digits are a digest of the store's hash key, which no other store has, and which it keeps for its life. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "sealer.h"

#define CLAIM_LINE "exeat-shipped v1\n"

enum { CLAIM_MAX = 4096 };

void ship_log_id(const uint8_t hash_key[32], struct digest *id)
{
    static const char context[] = "egress-audit/log/v1"; /* with its NUL */
    const struct bytes pieces[] = {{(const uint8_t *)context, sizeof(context)}, {hash_key, 32}};
    digest_sha256_pieces(pieces, COUNT_OF(pieces), id);
}

/* --- the same bytes --- */

bool ship_same_bytes(const char *left, const char *right)
{
    enum { PIECE = 65536 };
    FILE *files[] = {fopen(left, "re"), fopen(right, "re")};
    char *pieces[] = {base_alloc(PIECE), base_alloc(PIECE)};
    bool same = files[0] != NULL && files[1] != NULL;
    for (size_t got = PIECE; same && got == PIECE;) {
        got = fread(pieces[0], 1, PIECE, files[0]);
        same = fread(pieces[1], 1, PIECE, files[1]) == got && memcmp(pieces[0], pieces[1], got) == 0;
    }
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        same = same && ferror(files[i]) == 0;
        if (files[i] != NULL)
            fclose(files[i]);
        base_free(pieces[i]);
    }
    return same;
}

/* --- the claim --- */

static void write_claim(const struct audit_options *options, const struct digest *id, struct buffer *out)
{
    uint8_t key[VERIFY_KEY_SIZE];
    signing_key_public(options->key, key);
    buffer_append(out, TEXT(CLAIM_LINE "vkey "));
    tlog_vkey_write(options->origin, key, out);
    buffer_append(out, TEXT("\nlog "));
    buffer_append_hex(out, (struct bytes){id->bytes, sizeof(id->bytes)});
    buffer_append_byte(out, '\n');
}

/* A store that lost its private parts has lost its hash key, too. Then a segment that both have is what shows that the
 * folder is this log's; and so it is with one that was filled before there were claims. */
static bool shares_a_segment(const struct audit_options *options, const char *folder)
{
    size_t count;
    uint64_t *firsts = store_sealed_list(options->directory, &count);
    bool shares = false;
    for (size_t i = count; !shares && i > 0; i--) {
        char *from = store_segment_path(options->directory, firsts[i - 1], STORE_SEALED, "");
        char *to = store_segment_path(folder, firsts[i - 1], STORE_SEALED, "");
        shares = ship_same_bytes(from, to);
        base_free(from);
        base_free(to);
    }
    base_free(firsts);
    return shares;
}

/* Nothing of a log is there: no segment, and no checkpoint. */
static bool is_unused(const char *folder, const char *checkpoint)
{
    size_t count;
    uint64_t *firsts = store_sealed_list(folder, &count);
    base_free(firsts);
    return count == 0 && access(checkpoint, F_OK) != 0;
}

/* Made beside and linked, so that of two who come at once only one gets it. */
static bool put_claim(const char *path, struct text claim, char **why)
{
    struct buffer name = {0};
    uint8_t token[8];
    random_fill(token, sizeof(token));
    buffer_printf(&name, "%s.", path);
    buffer_append_hex(&name, (struct bytes){token, sizeof(token)});
    char *draft = buffer_take(&name);
    bool done = file_replace(draft, claim, 0640, why);
    if (done && link(draft, path) != 0 && errno != EEXIST)
        done = rename(draft, path) == 0; /* a file system without links */
    if (!done && *why == NULL)
        *why = file_sentence(path, "cannot make the file", strerror(errno));
    (void)unlink(draft);
    base_free(draft);
    return done;
}

static char *refusal(const char *folder)
{
    return file_sentence(
        folder,
        "another log with this audit.origin is shipped there (its key and its first record are not this store's), and "
        "nothing is written over its evidence; give each pod an origin of its own, such as "
        "audit.shop.example/{namespace}/{pod}, or ship elsewhere",
        "");
}

static enum audit_shipping
settle(const struct audit_options *options, const char *folder, const char *path, struct text claim, char **why)
{
    struct buffer there = {0};
    char *error = NULL;
    enum audit_shipping done = AUDIT_SHIP_REFUSED;
    if (file_read(path, CLAIM_MAX, &there, &error) && text_equal(buffer_text(&there), claim))
        done = AUDIT_SHIPPED;
    else if (shares_a_segment(options, folder))
        done = file_replace(path, claim, 0640, why) ? AUDIT_SHIPPED : AUDIT_SHIP_FAILING;
    else
        *why = refusal(folder);
    base_free(error);
    buffer_clear(&there);
    return done;
}

static char *path_in(const char *folder, const char *name)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s/%s", folder, name);
    return buffer_take(&out);
}

enum audit_shipping
ship_claim(const struct audit_options *options, const struct digest *id, const char *folder, char **why)
{
    struct buffer claim = {0};
    char *path = path_in(folder, "log");
    char *checkpoint = path_in(folder, "checkpoint");
    write_claim(options, id, &claim);
    bool is_new = access(path, F_OK) != 0 && is_unused(folder, checkpoint);
    enum audit_shipping done = AUDIT_SHIP_FAILING;
    if (!is_new || put_claim(path, buffer_text(&claim), why))
        done = settle(options, folder, path, buffer_text(&claim), why);
    base_free(path);
    base_free(checkpoint);
    buffer_clear(&claim);
    return done;
}
