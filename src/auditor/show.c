/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit show: everything about one request, by its id or by what that begins with. */
#include "auditor_internal.h"

enum exit_code
auditor_call_request(struct store_reader *reader, const char *word, struct request_id *id, uint64_t *sequence)
{
    if (!export_is_request(text_from(word)))
        return complain(EXIT_USAGE, "'%s' is no request id: 32 hex digits, or the first of them, at least 4", word);
    switch (export_find_request(reader, text_from(word), id, sequence)) {
    case EXPORT_MATCH_ONE:
        return EXIT_DONE;
    case EXPORT_MATCH_NONE:
        return complain(EXIT_NO, "the store has no request '%s'", word);
    case EXPORT_MATCH_MANY:
        return complain(EXIT_USAGE, "the ids of several requests begin with '%s'; give more of it", word);
    case EXPORT_MATCH_UNREADABLE:
        break;
    }
    return complain(EXIT_IO, "%s", store_reader_error(reader));
}

static enum exit_code show(const struct auditor_call *call, struct store_reader *reader)
{
    struct buffer out = {0};
    char *error = NULL;
    struct progress progress;
    struct request_id id;
    uint64_t sequence = 0;
    enum exit_code code = auditor_call_request(reader, call->operands[0], &id, &sequence);
    if (code != EXIT_DONE)
        return code;
    const struct export_progress *watch =
        progress_start(&progress, store_reader_first(reader), store_reader_size(reader));
    bool done = export_show(reader, &id, call->words[OPTION_REDACT] != NULL, watch, &out, &error);
    progress_end(&progress);
    put_text(buffer_text(&out));
    buffer_clear(&out);
    return done ? EXIT_DONE : complain_free(EXIT_IO, error);
}

enum exit_code auditor_show(const struct auditor_call *call)
{
    (void)auditor_call_announce(call, "show");
    struct store_reader *reader = auditor_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    enum exit_code code = show(call, reader);
    store_reader_free(reader);
    return code;
}
