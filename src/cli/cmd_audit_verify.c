/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit verify, checkpoint, keys: can the records be believed, and by what. */
#include <stdio.h>

#include "cmd_audit.h"
#include "exeat/audit/prove.h"
#include "exeat/base/file.h"

static enum exit_code code_of(enum evidence_verdict verdict)
{
    switch (verdict) {
    case EVIDENCE_OK:
        return EXIT_DONE;
    case EVIDENCE_TAMPERED:
    case EVIDENCE_TRUNCATED:
    case EVIDENCE_FORKED:
        return EXIT_TAMPERED;
    case EVIDENCE_GAP:
    case EVIDENCE_UNSIGNED_TAIL:
        return EXIT_INCOMPLETE;
    case EVIDENCE_UNREADABLE:
        break;
    }
    return EXIT_IO;
}

static enum exit_code print_report(const struct evidence_report *report, bool has_key, bool has_anchor)
{
    printf("%s", evidence_verdict_name(report->verdict));
    if (report->detail[0] != '\0')
        printf(": %s", report->detail);
    printf(
        "\nrecords %llu, checkpoints %llu, unsigned tail %llu, erased private parts %llu, unclean starts %llu\n",
        (unsigned long long)report->records, (unsigned long long)report->checkpoints,
        (unsigned long long)report->unsigned_tail, (unsigned long long)report->erased,
        (unsigned long long)report->crashes);
    if (!has_key)
        puts("SIGNATURES NOT CHECKED: give the log's key with --vkey (from `exeat audit keys`)");
    if (!has_anchor)
        puts("UNANCHORED: without an outside checkpoint (--checkpoint FILE) a cut tail cannot be seen");
    if (!has_key && report->verdict == EVIDENCE_OK)
        return EXIT_INCOMPLETE;
    return code_of(report->verdict);
}

enum exit_code audit_verify(const struct audit_call *call)
{
    struct buffer note = {0};
    struct evidence_anchor anchor;
    struct evidence_report report;
    char *error = NULL;
    if (call->words[OPTION_CHECKPOINT] != NULL && !file_read(call->words[OPTION_CHECKPOINT], 65536, &note, &error))
        return complain_free(EXIT_IO, error);
    struct audit_reader *reader = audit_call_open(call);
    if (reader == NULL) {
        buffer_clear(&note);
        return EXIT_IO;
    }
    anchor.note = buffer_text(&note);
    struct evidence_check check = {
        .key = call->has_key ? call->key : NULL,
        .anchors = &anchor,
        .anchor_count = call->words[OPTION_CHECKPOINT] != NULL ? 1 : 0,
    };
    evidence_verify(reader, &check, &report);
    audit_reader_free(reader);
    buffer_clear(&note);
    return print_report(&report, call->has_key, call->words[OPTION_CHECKPOINT] != NULL);
}

/* With the witnesses' signatures, when the newest is one that they have seen. */
static bool newest_checkpoint(struct audit_reader *reader, struct buffer *note)
{
    struct buffer cosigned = {0};
    struct audit_tree tree;
    uint64_t size = 0;
    bool found = audit_reader_newest(reader, &size, note);
    if (found && audit_reader_cosigned(reader, &tree, &cosigned) && tree.size == size) {
        buffer_clear(note);
        *note = cosigned;
        return true;
    }
    buffer_clear(&cosigned);
    return found;
}

enum exit_code audit_checkpoint(const struct audit_call *call)
{
    struct buffer note = {0};
    struct audit_reader *reader = audit_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    bool found = newest_checkpoint(reader, &note);
    audit_reader_free(reader);
    put_text(buffer_text(&note));
    buffer_clear(&note);
    return found ? EXIT_DONE : complain(EXIT_NO, "the store has no checkpoint yet");
}

enum exit_code audit_keys(const struct audit_call *call)
{
    struct buffer out = {0};
    if (!call->has_key)
        return complain(EXIT_IO, "the log's key cannot be read; is audit.key there, and readable for you?");
    struct audit_reader *reader = audit_call_open(call);
    if (reader == NULL)
        return EXIT_IO;
    audit_vkey_write(audit_reader_origin(reader), call->key, &out);
    audit_reader_free(reader);
    put_text(buffer_text(&out));
    putchar('\n');
    buffer_clear(&out);
    return EXIT_DONE;
}
