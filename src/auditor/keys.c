/* SPDX-License-Identifier: Apache-2.0 */
/* --vkey: a key line, or a file of them, of which the one that is named like the log is taken. */
#include <string.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

enum { KEYS_MAX = 4 << 20 };

bool auditor_vkey_is_file(const char *word)
{
    return strchr(word, '+') == NULL || access(word, F_OK) == 0;
}

bool auditor_vkeys_read(const char *word, struct buffer *keys)
{
    char *error = NULL;
    if (word == NULL || !auditor_vkey_is_file(word)) {
        buffer_append_string(keys, word == NULL ? "" : word);
        return true;
    }
    bool done = file_read(word, KEYS_MAX, keys, &error);
    if (!done)
        complain(EXIT_IO, "--vkey: no key line, and no file of such lines: %s", error == NULL ? word : error);
    base_free(error);
    return done;
}

bool auditor_vkeys_choose(struct text keys, struct text origin, struct tlog_vkey *vkey)
{
    struct text line;
    while (text_split(&keys, '\n', &line))
        if (tlog_vkey_parse(text_trim(line, " \r\t"), vkey) && vkey->type == TLOG_KEY_LOG &&
            text_equal(vkey->name, origin))
            return true;
    return false;
}

/* Of which log a bundle is. */
static bool read_origin(const char *folder, struct buffer *note, struct text *origin)
{
    struct buffer path = {0};
    struct tlog_checkpoint checkpoint;
    char *error = NULL;
    buffer_printf(&path, "%s/checkpoint.note", folder);
    char *file = buffer_take(&path);
    bool done = file_read(file, TLOG_NOTE_MAX, note, &error) || (complain_free(EXIT_IO, error), false);
    base_free(file);
    if (done && !tlog_checkpoint_parse(buffer_text(note), &checkpoint))
        return complain(EXIT_IO, "%s/checkpoint.note: is no checkpoint", folder) == EXIT_DONE;
    if (done)
        *origin = checkpoint.origin;
    return done;
}

static bool read_store_origin(const char *directory, struct buffer *name, struct text *origin)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(directory, &error);
    if (reader == NULL)
        return complain_free(EXIT_IO, error) == EXIT_DONE;
    buffer_append(name, store_reader_origin(reader));
    *origin = buffer_text(name);
    store_reader_free(reader);
    return true;
}

enum exit_code auditor_call_choose(struct auditor_call *call, const char *bundle)
{
    struct buffer keys = {0};
    struct buffer name = {0};
    struct text origin = TEXT("");
    struct tlog_vkey vkey;
    enum exit_code code = EXIT_IO;
    bool known =
        auditor_vkeys_read(call->words[OPTION_VKEY], &keys) &&
        (bundle != NULL ? read_origin(bundle, &name, &origin) : read_store_origin(call->directory, &name, &origin));
    call->has_key = known && auditor_vkeys_choose(buffer_text(&keys), origin, &vkey);
    if (call->has_key) {
        memcpy(call->key, vkey.key, sizeof(call->key));
        code = EXIT_DONE;
    } else if (known) {
        code = complain(EXIT_USAGE, "none of the keys given is of the log %.*s", TEXT_ARG(origin));
    }
    buffer_clear(&keys);
    buffer_clear(&name);
    return code;
}
