/* SPDX-License-Identifier: Apache-2.0 */
/* exeat audit new-origin: a new log in place of one that must not be signed any more. */
#include <stdio.h>

#include "auditor_internal.h"
#include "exeat/admin.h"
#include "exeat/base/memory.h"
#include "exeat/store/succession.h"

/* The gate that writes the store does it, and ends so that its next start begins the new log. */
static bool ask_gate(const struct auditor_call *call, const char *reason, struct buffer *answer)
{
    struct buffer line = {0};
    buffer_printf(&line, "new-origin %s", reason);
    bool answered = call->control[0] != '\0' && control_ask(call->control, buffer_text(&line), answer);
    buffer_clear(&line);
    return answered;
}

static enum exit_code say_answer(struct text answer)
{
    struct text done = TEXT("ok ");
    if (!text_starts_with(answer, done))
        return complain(EXIT_IO, "the gate says: %.*s", TEXT_ARG(text_trim(answer, "\n")));
    answer = text_trim(text_after(answer, done.length), "\n");
    put_foreign(answer);
    put_text(TEXT("\n"));
    fprintf(
        stderr, "exeat: the gate ends now, as after SIGTERM; when it is started again its log is %.*s\n",
        TEXT_ARG(answer));
    return EXIT_DONE;
}

static enum exit_code make_one(const struct auditor_call *call, const char *reason)
{
    struct buffer name = {0};
    char *error = NULL;
    bool done = store_succession_make(call->directory, text_from(call->origin), text_from(reason), &name, &error);
    if (done)
        printf("%.*s\n", TEXT_ARG(buffer_text(&name)));
    buffer_clear(&name);
    return done ? EXIT_DONE : complain_free(EXIT_IO, error);
}

enum exit_code auditor_new_origin(const struct auditor_call *call)
{
    const char *reason = call->words[OPTION_WHY];
    struct buffer answer = {0};
    if (reason == NULL || reason[0] == '\0')
        return complain(EXIT_USAGE, "new-origin wants --reason TEXT: it is the first thing that the new log says");
    if (call->origin == NULL)
        return complain(EXIT_USAGE, "new-origin is about the store of a configuration: -c FILE, not --store");
    bool answered = ask_gate(call, reason, &answer);
    enum exit_code code = answered ? say_answer(buffer_text(&answer)) : make_one(call, reason);
    buffer_clear(&answer);
    return code;
}
