/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit verify, checkpoint, keys: can the records be believed, and by what. */
#include "auditor_internal.h"

enum exit_code auditor_verify(const struct auditor_call *call)
{
    struct evidence_report report;
    if (call->words[OPTION_BUNDLE] != NULL)
        return auditor_bundle_verify(call);
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    enum exit_code code = auditor_call_verify(call, reader, &report);
    store_reader_free(reader);
    return code == EXIT_DONE ? auditor_print_report(&report, call->has_key) : code;
}

/* With the witnesses' signatures, when the newest is one that they have seen. */
static bool newest_checkpoint(struct store_reader *reader, struct buffer *note)
{
    struct buffer cosigned = {0};
    struct tlog_tree tree;
    uint64_t size = 0;
    bool found = store_reader_newest(reader, &size, note);
    if (found && store_reader_cosigned(reader, &tree, &cosigned) && tree.size == size) {
        buffer_clear(note);
        *note = cosigned;
        return true;
    }
    buffer_clear(&cosigned);
    return found;
}

enum exit_code auditor_checkpoint(const struct auditor_call *call)
{
    struct buffer note = {0};
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    bool found = newest_checkpoint(reader, &note);
    const char *error = store_reader_error(reader);
    enum exit_code code = EXIT_DONE;
    if (found)
        put_text(buffer_text(&note));
    else if (error[0] != '\0')
        code = complain(EXIT_IO, "%s", error);
    else
        code = complain(EXIT_NO, "the store has no checkpoint yet");
    store_reader_free(reader);
    buffer_clear(&note);
    return code;
}

enum exit_code auditor_keys(const struct auditor_call *call)
{
    struct buffer out = {0};
    if (!call->has_key)
        return complain(EXIT_IO, "the log's key cannot be read; is audit.key there, and readable for you?");
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    auditor_call_vkey(call, reader, &out);
    store_reader_free(reader);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return EXIT_DONE;
}
