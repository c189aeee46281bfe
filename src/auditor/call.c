/* SPDX-License-Identifier: Apache-2.0 */
/* The store of a call: opening it, telling the gate of that, and what was asked for, in words. */
#include <stdio.h>
#include <unistd.h>

#include "auditor_internal.h"
#include "exeat/admin.h"

bool auditor_call_announce(const struct auditor_call *call, const char *what)
{
    struct buffer line = {0};
    struct buffer answer = {0};
    buffer_printf(&line, "access %s by uid %u", what, (unsigned)getuid());
    bool done = call->control[0] != '\0' && control_ask(call->control, buffer_text(&line), &answer) &&
                text_starts_with(buffer_text(&answer), TEXT("ok"));
    if (!done)
        fputs("exeat: custody: unrecorded (no running gate of this store was told)\n", stderr);
    buffer_clear(&line);
    buffer_clear(&answer);
    return done;
}

struct store_reader *auditor_call_open(const struct auditor_call *call)
{
    char *error = NULL;
    struct store_reader *reader = store_reader_open(call->directory, &error);
    if (reader == NULL)
        complain_free(EXIT_IO, error);
    else if (call->key_name.length > 0 && !text_equal(call->key_name, store_reader_origin(reader))) {
        complain(
            EXIT_IO, "--vkey is of the log %.*s, and this is %.*s", TEXT_ARG(call->key_name),
            TEXT_ARG(store_reader_origin(reader)));
        store_reader_free(reader);
        return NULL;
    }
    return reader;
}

void auditor_call_query(const struct auditor_call *call, struct buffer *out)
{
    static const uint64_t not_asked = OF(CONFIG) | OF(STORE) | OF(VKEY) | OF(BUNDLE) | OF(PURPOSE);
    for (enum option i = 0; i < OPTION_COUNT; i++) {
        if ((not_asked & option_bit(i)) != 0 || call->words[i] == NULL)
            continue;
        buffer_append_string(out, out->length > 0 ? " " : "");
        buffer_append_string(out, option_row(i)->letter != NULL ? option_row(i)->letter : option_row(i)->name);
        if (option_row(i)->value != NULL)
            buffer_printf(out, " %s", call->words[i]);
    }
}

void auditor_call_vkey(const struct auditor_call *call, const struct store_reader *reader, struct buffer *out)
{
    if (!call->has_key)
        return;
    tlog_vkey_write(store_reader_origin(reader), call->key, out);
    buffer_append_byte(out, '\n');
}
