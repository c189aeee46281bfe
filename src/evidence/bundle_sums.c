/* SPDX-License-Identifier: Apache-2.0 */
/* SHA256SUMS of a bundle, as sha256sum writes and checks it: every file of the folder and of policy/, by name. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "exeat/base/memory.h"

/* All of them are taken, so that what is no file of a bundle shows. */
static bool collect(const char *folder, const char *prefix, struct bundle_names *names)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", folder, prefix);
    char *name = buffer_take(&path);
    DIR *opened = opendir(name);
    base_free(name);
    if (opened == NULL)
        return false;
    bool has_room = true;
    for (struct dirent *entry; has_room && (entry = readdir(opened)) != NULL;) {
        bool is_known =
            prefix[0] == '\0' && (strcmp(entry->d_name, BUNDLE_SUMS) == 0 || strcmp(entry->d_name, "policy") == 0);
        if (is_known || strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        has_room = names->count < BUNDLE_NAMES_MAX;
        buffer_printf(&path, "%s%s", prefix, entry->d_name);
        char *taken = buffer_take(&path);
        if (has_room)
            names->list[names->count++] = taken;
        else
            base_free(taken);
    }
    closedir(opened);
    return has_room;
}

bool bundle_names_read(const char *folder, struct bundle_names *names)
{
    *names = (struct bundle_names){.count = 0};
    bool done = collect(folder, "", names) && collect(folder, "policy/", names);
    qsort(names->list, names->count, sizeof(names->list[0]), string_compare);
    return done;
}

void bundle_names_clear(struct bundle_names *names)
{
    for (size_t i = 0; i < names->count; i++)
        base_free(names->list[i]);
    names->count = 0;
}

bool bundle_digest(const char *folder, struct text name, struct digest *digest)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%.*s", folder, TEXT_ARG(name));
    char *whole = buffer_take(&path);
    bool done = digest_file(whole, digest);
    base_free(whole);
    return done;
}

void bundle_sums_append(const struct digest *digest, const char *name, struct buffer *out)
{
    buffer_append_hex(out, (struct bytes){digest->bytes, sizeof(digest->bytes)});
    buffer_printf(out, "  %s\n", name);
}

static bool write_sums(const char *folder, const struct bundle_names *names, char **error)
{
    struct buffer out = {0};
    bool done = true;
    for (size_t i = 0; done && i < names->count; i++) {
        struct digest digest;
        done = bundle_digest(folder, text_from(names->list[i]), &digest);
        if (done)
            bundle_sums_append(&digest, names->list[i], &out);
    }
    if (!done)
        *error = text_copy(TEXT("a file of the bundle cannot be read back"));
    done = done && bundle_write_file(folder, BUNDLE_SUMS, buffer_text(&out), error);
    buffer_clear(&out);
    return done;
}

bool bundle_sums_write(const char *folder, char **error)
{
    struct bundle_names *names = base_zalloc(sizeof(*names));
    bool done = bundle_names_read(folder, names);
    if (done)
        done = write_sums(folder, names, error);
    else
        *error = text_copy(TEXT("the bundle's folder cannot be read back"));
    bundle_names_clear(names);
    base_free(names);
    return done;
}
