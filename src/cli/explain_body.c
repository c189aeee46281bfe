/* SPDX-License-Identifier: Apache-2.0 */
/* exeat explain METHOD URL [--body FILE]: what the rule's `inspect` would find, and what would be sent. A value that is
 * found is not printed: of a body that is changed one sees what stands in its place. */
#include <stdio.h>
#include <sys/stat.h>

#include "cli.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/inference.h"
#include "exeat/inspect.h"
#include "exeat/model/found.h"

struct looking {
    const struct policy *policy;
    const struct request *request;
    const struct decision *decision;
    const char *file; /* NULL: there is no body to look at */
    const char *type;
    struct inspected *inspected;
    struct buffer body;
    struct detail detail;
    uint64_t size;  /* of a body that is larger than is looked at; 0: it is not */
    bool is_beyond; /* such a one goes on all the same */
};

/* --- what is said ----------------------------------------------------------------------------------------------------
 */

static bool is_unseen(const struct found *found)
{
    return text_equal(found->action, TEXT("unseen"));
}

static void print_found(const struct looking *looking)
{
    struct buffer told = {0};
    struct found found;
    inspected_tell_request(looking->inspected, &told);
    struct text rest = buffer_text(&told);
    if (rest.length == 0)
        puts("found: nothing");
    while (found_next(&rest, &found))
        if (is_unseen(&found))
            printf("not seen: %.*s\n", TEXT_ARG(found.place));
        else
            printf(
                "found: %.*s, %llu in %.*s: %.*s\n", TEXT_ARG(found.kind), (unsigned long long)found.count,
                TEXT_ARG(found.place.length > 0 ? found.place : TEXT("the body")), TEXT_ARG(found.action));
    buffer_clear(&told);
}

/* What the gate would have looked at, or done, and this has not. */
static void print_not_heeded(const struct looking *looking)
{
    bool is_answered = inference_answers(looking->decision);
    if (looking->file == NULL)
        puts("not looked at: the body (--body FILE)");
    if (is_answered)
        puts("not heeded: what the endpoint's dialect refuses by itself");
    else
        puts("not heeded: fields of the head, and who signed them or the body");
}

static enum exit_code tell(const struct looking *looking, enum inspect_says says)
{
    switch (says) {
    case INSPECT_PASSES:
        if (looking->file != NULL)
            puts(looking->is_beyond ? "sent: as it is, unseen" : "sent: as it is, byte for byte");
        return EXIT_DONE;
    case INSPECT_CHANGED:
        if (looking->file != NULL)
            printf("sent:\n%.*s\n", TEXT_ARG(buffer_text(&looking->body)));
        return EXIT_DONE;
    case INSPECT_DENIED:
    case INSPECT_UNCHANGEABLE:
    case INSPECT_UNREADABLE:
        break;
    }
    printf("sent: nothing; it is refused: %s\n", looking->detail.text);
    return EXIT_NO;
}

/* --- what is looked at -----------------------------------------------------------------------------------------------
 */

static size_t limit_of(const struct looking *looking)
{
    size_t held = policy_settings(looking->policy)->run.body_held;
    size_t own = inspection_limit(looking->decision->inspection);
    return own > 0 && own < held ? own : held;
}

/* A call that is answered here is held whole, whatever the rule says of its size. */
static enum inspect_says look_beyond(struct looking *looking)
{
    bool is_held =
        !inference_answers(looking->decision) || looking->size <= policy_settings(looking->policy)->run.body_held;
    looking->is_beyond = is_held && inspection_passes_oversize(looking->decision->inspection);
    if (looking->is_beyond) {
        inspect_note_unseen(looking->inspected, TEXT("oversize"));
        return INSPECT_PASSES;
    }
    (void)detail_say(
        &looking->detail, "the rule looks into bodies of at most %zu bytes: inspect.limit, limits.body_held",
        limit_of(looking));
    return INSPECT_UNREADABLE;
}

static enum inspect_says look_at_body(struct looking *looking)
{
    struct body_label label = body_label_of(BODY_JSON);
    if (looking->size > 0)
        return look_beyond(looking);
    if (!inference_answers(looking->decision)) {
        label = (struct body_label){0};
        body_label_field(
            &label, TEXT("Content-Type"), text_from(looking->type != NULL ? looking->type : "application/json"));
        (void)body_label_end(&label);
    }
    return inspect_body(looking->inspected, &label, &looking->body, &looking->detail);
}

/* Of a call that is answered here nothing but the body goes anywhere. */
static enum inspect_says look_at_head(struct looking *looking)
{
    struct message_head *head = base_zalloc(sizeof(*head));
    struct buffer query = {0};
    enum inspect_says says = INSPECT_PASSES;
    head->target.path = looking->request->path;
    head->target.query = looking->request->query;
    if (!inference_answers(looking->decision))
        says = inspect_head(looking->inspected, head, &query, &looking->detail);
    if (says == INSPECT_CHANGED)
        printf("sent query: %.*s\n", TEXT_ARG(buffer_text(&query)));
    buffer_clear(&query);
    base_free(head);
    return says;
}

static enum exit_code look(struct looking *looking)
{
    struct inspector *inspector = inspector_new();
    looking->inspected = inspected_new(inspector, looking->decision->inspection, host_text(&looking->request->host));
    enum inspect_says of_head = look_at_head(looking);
    enum inspect_says of_body = look_at_body(looking);
    print_found(looking);
    print_not_heeded(looking);
    enum exit_code code = tell(looking, of_head > of_body && of_head > INSPECT_CHANGED ? of_head : of_body);
    inspected_free(looking->inspected);
    inspector_free(inspector);
    return code;
}

/* What is larger than is looked at is not read. */
static bool read_body(struct looking *looking)
{
    struct stat status;
    char *error = NULL;
    if (looking->file == NULL)
        return true;
    if (stat(looking->file, &status) == 0 && S_ISREG(status.st_mode) && (size_t)status.st_size > limit_of(looking)) {
        looking->size = (uint64_t)status.st_size;
        return true;
    }
    if (!file_read(looking->file, limit_of(looking), &looking->body, &error))
        complain(EXIT_IO, "%s", error);
    bool good = error == NULL;
    base_free(error);
    return good;
}

enum exit_code explain_body(
    const struct policy *policy, const struct request *request, const struct decision *decision, const char *file,
    const char *type)
{
    struct looking looking = {.policy = policy, .request = request, .decision = decision, .file = file, .type = type};
    if (decision->inspection == NULL && file == NULL)
        return EXIT_DONE;
    if (decision->inspection == NULL)
        return complain(
            EXIT_NO, "rule '%.*s' does not look into requests: it has no `inspect`", TEXT_ARG(decision->rule));
    enum exit_code code = read_body(&looking) ? look(&looking) : EXIT_IO;
    buffer_forget(&looking.body);
    return code;
}
