/* SPDX-License-Identifier: Apache-2.0 */
/* The verdict on a store: what it is checked against, how it is told, and how it ends a command. */
#include <dirent.h>
#include <stdio.h>

#include "auditor_internal.h"
#include "exeat/base/clock.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"

/* --- checkpoints from outside: a file, or a folder of them
 * ------------------------------------------------------------------- */

struct anchors {
    struct evidence_anchor *list; /* owned; they point into `notes` */
    struct buffer *notes;         /* owned, both */
    char **names;
    size_t count;
};

static void clear_anchors(struct anchors *anchors)
{
    for (size_t i = 0; i < anchors->count; i++) {
        buffer_clear(&anchors->notes[i]);
        base_free(anchors->names[i]);
    }
    base_free(anchors->names);
    base_free(anchors->notes);
    base_free(anchors->list);
}

static bool read_anchor(struct anchors *anchors, const char *path)
{
    struct buffer note = {0};
    char *error = NULL;
    if (!file_read(path, TLOG_NOTE_MAX, &note, &error)) {
        buffer_clear(&note);
        complain_free(EXIT_IO, error);
        return false;
    }
    anchors->list = base_resize(anchors->list, anchors->count + 1, sizeof(*anchors->list));
    anchors->notes = base_resize(anchors->notes, anchors->count + 1, sizeof(*anchors->notes));
    anchors->notes[anchors->count] = note;
    anchors->names = base_resize(anchors->names, anchors->count + 1, sizeof(*anchors->names));
    anchors->names[anchors->count] = text_copy(text_from(path));
    anchors->list[anchors->count] =
        (struct evidence_anchor){buffer_text(&note), text_from(anchors->names[anchors->count])};
    anchors->count++;
    return true;
}

static bool read_anchors(struct anchors *anchors, const char *path)
{
    DIR *folder = path != NULL ? opendir(path) : NULL;
    bool done = true;
    if (folder == NULL)
        return path == NULL || read_anchor(anchors, path);
    for (struct dirent *entry; done && (entry = readdir(folder)) != NULL;) {
        struct buffer file = {0};
        if (entry->d_name[0] == '.' || entry->d_type == DT_DIR)
            continue;
        buffer_printf(&file, "%s/%s", path, entry->d_name);
        char *name = buffer_take(&file);
        done = read_anchor(anchors, name);
        base_free(name);
    }
    closedir(folder);
    return done;
}

/* --- the report
 * ---------------------------------------------------------------------------------------------------------- */

enum exit_code auditor_code_of(enum evidence_verdict verdict)
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
    case EVIDENCE_VERDICTS:
        break;
    }
    return EXIT_IO;
}

/* Names of files and words of records may be in it. */
static void say_detail(const char *detail)
{
    put_foreign(text_from(detail));
    put_text(TEXT("\n"));
}

/* With --all each place is said as it is found. */
static void say_place(void *context, enum evidence_verdict verdict, const char *detail)
{
    (void)context;
    printf("  %s: ", evidence_verdict_name(verdict));
    say_detail(detail);
}

const struct evidence_told *auditor_call_told(const struct auditor_call *call)
{
    static const struct evidence_told told = {say_place, NULL};
    return call->words[OPTION_ALL] != NULL ? &told : NULL;
}

static void print_finding(const struct evidence_report *report, enum evidence_verdict verdict)
{
    const struct evidence_finding *finding = &report->findings[verdict];
    paint(COLOUR_BAD);
    printf("%s", evidence_verdict_name(verdict));
    paint(COLOUR_NONE);
    printf(": ");
    say_detail(finding->detail);
    if (finding->count > 1 && report->told == NULL)
        printf(
            "    and %llu more place%s of this kind (--all shows %s)\n", (unsigned long long)finding->count - 1,
            finding->count == 2 ? "" : "s", finding->count == 2 ? "it" : "them");
    printf("    this means: %s\n", evidence_verdict_meaning(verdict));
}

/* What is pasted into a mail is the first line. */
static void print_good(const struct evidence_report *report, bool has_key)
{
    paint(has_key ? COLOUR_GOOD : COLOUR_WARNING);
    fputs("OK", stdout);
    paint(COLOUR_NONE);
    if (!has_key)
        fputs(", but the signatures were not checked (no key)", stdout);
    else if (report->outside.size == 0)
        fputs(", as far as it goes (UNANCHORED)", stdout);
    fputc('\n', stdout);
}

/* The gravest first, then whatever else was found. */
static void print_findings(const struct evidence_report *report, bool has_key)
{
    if (report->verdict == EVIDENCE_OK)
        print_good(report, has_key);
    else
        print_finding(report, report->verdict);
    for (int i = 0; i < EVIDENCE_VERDICTS; i++)
        if (i != (int)report->verdict && report->findings[i].count > 0)
            print_finding(report, (enum evidence_verdict)i);
}

static void print_span(const struct evidence_report *report)
{
    char first[CLOCK_TEXT_SIZE];
    char last[CLOCK_TEXT_SIZE];
    if (report->records == 0 || report->last_us == 0)
        return;
    clock_write(report->first_us, first);
    clock_write(report->last_us, last);
    printf(
        "from record %llu, %.19sZ, to record %llu, %.19sZ\n", (unsigned long long)report->first, first,
        (unsigned long long)report->size - 1, last);
}

static void print_numbers(const struct evidence_report *report)
{
    printf(
        "records %llu, checkpoints %llu, unsigned tail %llu, erased private parts %llu, unclean starts %llu, clock "
        "steps "
        "%llu, policies %llu\n",
        (unsigned long long)report->records, (unsigned long long)report->checkpoints,
        (unsigned long long)report->unsigned_tail, (unsigned long long)report->erased,
        (unsigned long long)report->crashes, (unsigned long long)report->clock_steps,
        (unsigned long long)report->policies);
}

enum exit_code auditor_print_report(const struct evidence_report *report, bool has_key)
{
    print_findings(report, has_key);
    print_span(report);
    print_numbers(report);
    if (!has_key)
        puts("SIGNATURES NOT CHECKED: give the log's key with --vkey (from `exeat audit keys`)");
    if (report->outside.size > 0)
        printf(
            "ANCHORED: someone outside vouches for the first %llu records\n", (unsigned long long)report->outside.size);
    else
        puts("UNANCHORED: without an outside checkpoint (--checkpoint FILE) a cut tail cannot be seen");
    if (!has_key && report->verdict == EVIDENCE_OK)
        return EXIT_INCOMPLETE;
    return auditor_code_of(report->verdict);
}

/* --- verifying
 * -------------------------------------------------------------------------------------------------------- */

static bool read_witness(const struct auditor_call *call, struct tlog_vkey *witness)
{
    const char *word = call->words[OPTION_WITNESS];
    if (word == NULL || (tlog_vkey_parse(text_from(word), witness) && witness->type == TLOG_KEY_WITNESS))
        return true;
    complain(EXIT_USAGE, "--witness wants the verification key of a witness (name+hash+base64)");
    return false;
}

static void verify_with(
    const struct auditor_call *call, struct store_reader *reader, struct evidence_check *check,
    struct evidence_report *report)
{
    struct progress progress;
    check->key = call->has_key ? call->key : NULL;
    check->has_many_logs = call->is_one_of_many;
    check->told = auditor_call_told(call);
    check->progress = progress_start(&progress, store_reader_first(reader), store_reader_size(reader));
    evidence_verify(reader, check, report);
    progress_end(&progress);
}

enum exit_code
auditor_call_verify(const struct auditor_call *call, struct store_reader *reader, struct evidence_report *report)
{
    struct anchors anchors = {0};
    struct tlog_vkey witness;
    struct evidence_check check = {.witnesses = &witness, .witness_count = call->words[OPTION_WITNESS] != NULL ? 1 : 0};
    enum exit_code code = EXIT_USAGE;
    if (read_witness(call, &witness))
        code = read_anchors(&anchors, call->words[OPTION_CHECKPOINT]) ? EXIT_DONE : EXIT_IO;
    check.anchors = anchors.list;
    check.anchor_count = anchors.count;
    if (code == EXIT_DONE)
        verify_with(call, reader, &check, report);
    clear_anchors(&anchors);
    return code;
}
