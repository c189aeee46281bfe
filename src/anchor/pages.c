/* SPDX-License-Identifier: Apache-2.0 */
/* The witness's pages: what is asked for where, and by which method. No sockets here. */
#include "anchor_internal.h"
#include "exeat/base/memory.h"

/* A token is compared by its digest, with every one that is known. */
static bool has_token(const struct witness_server_options *options, const struct http_head *head)
{
    const struct http_field *field = http_field_find(head, TEXT("Authorization"));
    struct text scheme = TEXT("Bearer ");
    struct digest given;
    bool good = false;
    if (field == NULL || field->value.length <= scheme.length ||
        !text_equal_nocase(text_part(field->value, 0, scheme.length), scheme))
        return false;
    digest_sha256(bytes_of_text(text_after(field->value, scheme.length)), &given);
    for (size_t i = 0; i < options->token_count; i++)
        good = digest_equal(&given, &options->tokens[i]) || good;
    return good;
}

static void answer_add_checkpoint(const struct witness_visit *visit, struct witness_answer *answer)
{
    witness_add_checkpoint(visit->options->witness, visit->body, answer);
}

static void answer_enrol(const struct witness_visit *visit, struct witness_answer *answer)
{
    if (has_token(visit->options, visit->head)) {
        witness_enrol(visit->options->witness, visit->body, answer);
        return;
    }
    witness_note_bad_token(visit->options->witness);
    witness_answer_text(
        answer, 401, "enrolment wants 'Authorization: Bearer TOKEN' with one of this witness's tokens\n");
}

static void answer_checkpoint(const struct witness_visit *visit, struct witness_answer *answer)
{
    struct buffer origin = {0};
    if (anchor_origin_of_path(text_after(visit->head->target.path, sizeof("/checkpoint/") - 1), &origin))
        witness_last(visit->options->witness, buffer_text(&origin), answer);
    else
        witness_answer_text(
            answer, 404,
            "behind /checkpoint/ stands an origin; what a path may not have is "
            "percent-encoded\n");
    buffer_clear(&origin);
}

static void answer_live(const struct witness_visit *visit, struct witness_answer *answer)
{
    (void)visit;
    witness_answer_text(answer, 200, "live\n");
}

static void answer_metrics(const struct witness_visit *visit, struct witness_answer *answer)
{
    *answer = (struct witness_answer){.status = 200, .type = "text/plain; version=0.0.4; charset=utf-8"};
    witness_metrics_write(visit->options->witness, &answer->body);
}

static const struct page {
    struct text path;
    bool is_prefix;
    bool posts;
    void (*answer)(const struct witness_visit *visit, struct witness_answer *answer);
} pages[] = {
    {TEXT_INIT("/add-checkpoint"), false, true, answer_add_checkpoint},
    {TEXT_INIT("/enrol"), false, true, answer_enrol},
    {TEXT_INIT("/checkpoint/"), true, false, answer_checkpoint},
    {TEXT_INIT("/metrics"), false, false, answer_metrics},
    {TEXT_INIT("/livez"), false, false, answer_live},
};

static bool has_method(const struct page *page, struct text method)
{
    if (page->posts)
        return text_equal(method, TEXT("POST"));
    return text_equal(method, TEXT("GET")) || text_equal(method, TEXT("HEAD"));
}

void witness_answer_page(const struct witness_visit *visit, struct witness_answer *answer)
{
    struct text path = visit->head->target.path;
    for (size_t i = 0; i < COUNT_OF(pages); i++) {
        bool is_it = pages[i].is_prefix ? text_starts_with(path, pages[i].path) : text_equal(path, pages[i].path);
        if (!is_it)
            continue;
        if (has_method(&pages[i], visit->head->method))
            pages[i].answer(visit, answer);
        else
            witness_answer_text(answer, 405, pages[i].posts ? "POST goes here\n" : "GET goes here\n");
        return;
    }
    witness_answer_text(
        answer, 404, "a witness has /add-checkpoint, /enrol, /checkpoint/ORIGIN, /metrics and /livez\n");
}
