/* SPDX-License-Identifier: Apache-2.0 */
/* SHA256SUMS of a bundle, as sha256sum writes and checks it: every file of the folder and of policy/, by name. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bundle.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

static const char sums_name[] = "SHA256SUMS";
enum { NAMES_MAX = 4096 };

struct names {
    char *list[NAMES_MAX]; /* owned */
    size_t count;
};

static void collect(const char *folder, const char *prefix, struct names *names)
{
    struct buffer path = {0};
    buffer_printf(&path, "%s/%s", folder, prefix);
    char *name = buffer_take(&path);
    DIR *opened = opendir(name);
    base_free(name);
    if (opened == NULL)
        return;
    for (struct dirent *entry; (entry = readdir(opened)) != NULL && names->count < NAMES_MAX;) {
        if (entry->d_type != DT_REG || strcmp(entry->d_name, sums_name) == 0)
            continue;
        buffer_printf(&path, "%s%s", prefix, entry->d_name);
        names->list[names->count++] = buffer_take(&path);
    }
    closedir(opened);
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

static bool append_sum(const char *folder, const char *name, struct buffer *out)
{
    struct digest digest;
    if (!bundle_digest(folder, text_from(name), &digest))
        return false;
    buffer_append_hex(out, (struct bytes){digest.bytes, sizeof(digest.bytes)});
    buffer_printf(out, "  %s\n", name);
    return true;
}

bool bundle_sums_write(const char *folder, char **error)
{
    struct names names = {.count = 0};
    struct buffer out = {0};
    struct buffer path = {0};
    bool done = true;
    collect(folder, "", &names);
    collect(folder, "policy/", &names);
    qsort(names.list, names.count, sizeof(names.list[0]), string_compare);
    for (size_t i = 0; i < names.count; i++) {
        done = done && append_sum(folder, names.list[i], &out);
        base_free(names.list[i]);
    }
    buffer_printf(&path, "%s/%s", folder, sums_name);
    char *file = buffer_take(&path);
    if (!done)
        *error = text_copy(TEXT("a file of the bundle cannot be read back"));
    done = done && file_replace(file, buffer_text(&out), 0644, error);
    base_free(file);
    buffer_clear(&out);
    return done;
}

/* A name of a bundle never leads out of it. */
static bool is_inside(struct text name)
{
    if (text_starts_with(name, TEXT("policy/")))
        name = text_after(name, strlen("policy/"));
    return name.length > 0 && !text_has(name, '/') && !text_equal(name, TEXT("..")) && !text_has(name, '\0');
}

bool bundle_sums_parse_line(struct text line, struct digest *digest, struct text *name)
{
    enum { HEX = 64, NAME = 66 };
    if (line.length <= NAME || line.data[HEX] != ' ' || line.data[HEX + 1] != ' ' ||
        !hex_decode(text_part(line, 0, HEX), digest->bytes, sizeof(digest->bytes)))
        return false;
    *name = text_after(line, NAME);
    return is_inside(*name);
}
