/* SPDX-License-Identifier: Apache-2.0 */
/* A file that the policy is made of: who may write it, and what is kept of it for the record and for messages. */
#include <string.h>
#include <unistd.h>

#include "config_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

int load_add_file(struct load *load, const char *path, struct text content)
{
    struct settings_lists *lists = &load->settings->lists;
    struct settings_file *files = arena_array(&load->settings->arena, lists->file_count + 1, sizeof(*files));
    if (lists->file_count > 0)
        memcpy(files, lists->files, lists->file_count * sizeof(*files));
    struct settings_file *file = &files[lists->file_count++];
    file->path = arena_text(&load->settings->arena, text_from(path));
    file->content = arena_text(&load->settings->arena, content);
    digest_sha256(bytes_of_text(content), &file->digest);
    lists->files = files;
    return diags_add_file(load->diags, path, content);
}

bool load_read_file(struct load *load, const char *path, struct mark mark, size_t limit, struct buffer *content)
{
    char *error = NULL;
    if (!file_read(path, limit, content, &error)) {
        diag_error(load->diags, mark, "%s", error);
        base_free(error);
        return false;
    }
    if (geteuid() == 0 && file_is_writable_by_all(path)) {
        diag_error(load->diags, mark, "%s may be written by anybody, and root does what it says", path);
        diag_note(load->diags, "run: chmod o-w %s", path);
        return false;
    }
    return true;
}

const char *settings_path_of(const struct settings_lists *lists, struct mark mark)
{
    bool is_known = mark.file >= 0 && (size_t)mark.file < lists->file_count;
    return lists->files[is_known ? (size_t)mark.file : 0].path.data;
}
