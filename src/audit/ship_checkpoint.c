/* SPDX-License-Identifier: Apache-2.0 */
/* The newest checkpoint, as a file beside the shipped segments. One that is there may be the last word about records
 * that are lost here: another goes in its place only if it continues it. */
#include <errno.h>
#include <unistd.h>

#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/store/prove.h"
#include "sealer.h"

static char *path_in(const char *folder)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s/checkpoint", folder);
    return buffer_take(&out);
}

static enum audit_shipping refuse(const char *path, const char *what, char **why)
{
    struct buffer out = {0};
    buffer_printf(&out, "%s: %s; nothing is written over it", path, what);
    *why = buffer_take(&out);
    return AUDIT_SHIP_REFUSED;
}

static enum audit_shipping fail(const struct store_reader *reader, const char *directory, char **why)
{
    *why = file_sentence(directory, "its newest checkpoint cannot be read", store_reader_error(reader));
    return AUDIT_SHIP_FAILING;
}

/* Has the store the records that it covers? Where they were pruned, nobody can say any more. */
static enum audit_shipping
compare(struct store_reader *reader, const char *path, const struct tlog_checkpoint *there, char **why)
{
    struct tlog_tree tree;
    struct digest root;
    if (there->size < store_reader_first(reader))
        return AUDIT_SHIPPED;
    if (!store_reader_frontier(reader, there->size, &tree) || !store_reader_grow(reader, &tree, there->size, NULL))
        return fail(reader, path, why);
    tlog_tree_root(&tree, &root);
    if (digest_equal(&root, &there->root))
        return AUDIT_SHIPPED;
    return refuse(path, "it covers other records than this store has: was an older copy of the store put back?", why);
}

/* `newest`: how much the store's own newest checkpoint covers. */
static enum audit_shipping
judge(struct sealer *sealer, struct store_reader *reader, const char *path, uint64_t newest, char **why)
{
    struct buffer text = {0};
    struct tlog_checkpoint there;
    enum audit_shipping done = AUDIT_SHIPPED;
    if (access(path, F_OK) != 0 && errno == ENOENT)
        return AUDIT_SHIPPED;
    if (!file_read(path, TLOG_NOTE_MAX, &text, why))
        done = AUDIT_SHIP_FAILING;
    else if (!tlog_checkpoint_parse(buffer_text(&text), &there))
        done = refuse(path, "it is no checkpoint", why);
    else if (there.size > newest)
        done = refuse(path, "it covers records that this store does not have: was an older copy of it put back?", why);
    else if (there.size != sealer->shipped.size || !digest_equal(&there.root, &sealer->shipped.root))
        done = compare(reader, path, &there, why); /* once in a run: what comes after it is ours */
    buffer_clear(&text);
    return done;
}

enum audit_shipping ship_look_at_checkpoint(struct sealer *sealer, const char *folder, struct buffer *note, char **why)
{
    const char *directory = sealer->audit->directory;
    char *path = path_in(folder);
    uint64_t newest = 0;
    struct store_reader *reader = store_reader_open(directory, why);
    enum audit_shipping done = AUDIT_SHIP_FAILING;
    if (reader != NULL && !store_reader_newest(reader, &newest, note) && store_reader_error(reader)[0] != '\0')
        done = fail(reader, directory, why);
    else if (reader != NULL)
        done = judge(sealer, reader, path, newest, why);
    store_reader_free(reader);
    base_free(path);
    return done;
}

enum audit_shipping ship_put_checkpoint(struct sealer *sealer, const char *folder, struct text note, char **why)
{
    struct tlog_checkpoint newest;
    struct buffer there = {0};
    char *error = NULL;
    char *path = path_in(folder);
    bool done = tlog_checkpoint_parse(note, &newest);
    if (!done)
        *why = file_sentence(sealer->audit->directory, "its newest checkpoint is not readable", "");
    else if (!file_read(path, TLOG_NOTE_MAX, &there, &error) || !text_equal(buffer_text(&there), note))
        done = file_replace(path, note, 0640, why);
    if (done)
        sealer->shipped = (struct shipped){newest.size, newest.root};
    base_free(error);
    buffer_clear(&there);
    base_free(path);
    return done ? AUDIT_SHIPPED : AUDIT_SHIP_FAILING;
}
