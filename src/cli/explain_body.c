/* SPDX-License-Identifier: Apache-2.0 */
/* exeat explain METHOD URL --body FILE: what the rule's `inspect` would find in a body, and what would be sent. A value
 * that is found is not printed: of a body that is changed one sees what stands in its place. */
#include <stdio.h>

#include "cli.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/inference.h"
#include "exeat/inspect.h"
#include "exeat/model/found.h"

static void print_found(const struct inspected *inspected)
{
    struct buffer told = {0};
    struct found found;
    inspected_tell_request(inspected, &told);
    struct text rest = buffer_text(&told);
    if (rest.length == 0)
        puts("found: nothing");
    while (found_next(&rest, &found))
        printf(
            "found: %.*s, %llu in %.*s: %.*s\n", TEXT_ARG(found.kind), (unsigned long long)found.count,
            TEXT_ARG(found.place.length > 0 ? found.place : TEXT("the body")), TEXT_ARG(found.action));
    buffer_clear(&told);
}

static enum exit_code tell(enum inspect_says says, const struct buffer *body, const struct detail *detail)
{
    switch (says) {
    case INSPECT_PASSES:
        puts("sent: as it is, byte for byte");
        return EXIT_DONE;
    case INSPECT_CHANGED:
        printf("sent:\n%.*s\n", TEXT_ARG(buffer_text(body)));
        return EXIT_DONE;
    case INSPECT_DENIED:
    case INSPECT_UNCHANGEABLE:
    case INSPECT_UNREADABLE:
        break;
    }
    printf("sent: nothing; it is refused: %s\n", detail->text);
    return EXIT_NO;
}

static enum inspect_says look(
    struct inspected *inspected, const struct request *request, const struct decision *decision, const char *type,
    struct buffer *body, struct detail *detail)
{
    struct message_head *head = base_zalloc(sizeof(*head));
    struct body_label label = body_label_of(BODY_JSON);
    struct buffer query = {0};
    enum inspect_says says = INSPECT_PASSES;
    head->target.path = request->path;
    head->target.query = request->query;
    if (!inference_answers(decision)) {
        label = (struct body_label){0};
        body_label_field(&label, TEXT("Content-Type"), text_from(type != NULL ? type : "application/json"));
        (void)body_label_end(&label);
        says = inspect_head(inspected, head, &query, detail);
        if (query.length > 0)
            printf("sent query: %.*s\n", TEXT_ARG(buffer_text(&query)));
    }
    enum inspect_says of_body = inspect_body(inspected, &label, body, detail);
    buffer_clear(&query);
    base_free(head);
    return says > of_body && says > INSPECT_CHANGED ? says : of_body;
}

enum exit_code explain_body(
    const struct policy *policy, const struct request *request, const struct decision *decision, const char *file,
    const char *type)
{
    const struct inspection *inspection = decision->inspection;
    size_t held = policy_settings(policy)->run.body_held;
    struct buffer body = {0};
    struct detail detail = {0};
    char *error = NULL;
    if (inspection == NULL)
        return complain(
            EXIT_NO, "rule '%.*s' does not look into requests: it has no `inspect`", TEXT_ARG(decision->rule));
    if (!file_read(file, held, &body, &error)) {
        enum exit_code code = complain(EXIT_IO, "%s", error);
        base_free(error);
        return code;
    }
    struct inspector *inspector = inspector_new();
    struct inspected *inspected = inspected_new(inspector, inspection, host_text(&request->host));
    enum inspect_says says = look(inspected, request, decision, type, &body, &detail);
    print_found(inspected);
    enum exit_code code = tell(says, &body, &detail);
    inspected_free(inspected);
    inspector_free(inspector);
    buffer_forget(&body);
    return code;
}
