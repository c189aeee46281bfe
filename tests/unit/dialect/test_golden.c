/* SPDX-License-Identifier: Apache-2.0 */
/* The golden corpus: tests/unit/dialect/golden/DIALECT/CASE. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "eventstream.h"
#include "exeat/base/file.h"
#include "exeat/base/memory.h"
#include "exeat/dialect.h"
#include "exeat/llm.h"
#include "golden.h"

enum { LIMIT = 1 << 16, NOW = 1700000000 };

/* A case that is being tried. */
struct trial {
    const char *name;
    struct golden_case golden;
    struct llm_call llm;
    struct dialect_target target;
    struct dialect_call *call;
    bool is_wrong;
    bool is_call_alone; /* answers are looked at elsewhere */
};

static void expect(struct trial *trial, const char *what, struct text expected, struct text got)
{
    if (golden_equal(expected, got))
        return;
    trial->is_wrong = true;
    print_error("%s: %s: expected\n%.*s\ngot\n%.*s\n\n", trial->name, what, TEXT_ARG(expected), TEXT_ARG(got));
}

static void complain(struct trial *trial, const char *what)
{
    trial->is_wrong = true;
    print_error("%s: %s\n", trial->name, what);
}

/* --- the call ------------------------------------------------------------------------------------------------------
 */

static void classify(const struct llm_catalogue *catalogue, struct trial *trial)
{
    struct request request = {
        .method = trial->golden.method,
        .path = trial->golden.path,
        .query = trial->golden.query,
        .inside_known = true,
    };
    trial->target = (struct dialect_target){trial->golden.path, trial->golden.query, TEXT("01")};
    if (!host_parse(trial->golden.host, &request.host))
        complain(trial, "no host");
    llm_classify(catalogue, &request, &trial->llm);
}

static void write_for_endpoint(const struct dialect_call *call, struct buffer *out)
{
    const struct dialect_endpoint endpoint = {.model = TEXT("local"), .takes_usage = true};
    dialect_call_write(call, &endpoint, out);
}

/* What an endpoint speaks, and who would call it so. */
static const struct tongue {
    const char *name;
    enum endpoint_dialect speaks;
    enum llm_dialect dialect;
} tongues[] = {
    {"", SPEAKS_OPENAI, DIALECT_OPENAI},
    {"ollama", SPEAKS_OLLAMA, DIALECT_OLLAMA},
    {"anthropic", SPEAKS_ANTHROPIC, DIALECT_ANTHROPIC},
    {"responses", SPEAKS_RESPONSES, DIALECT_OPENAI},
};

static const struct tongue *tongue_of(const struct trial *trial)
{
    static const char *const words[] = {"endpoint", "lacks", "answers"};
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        const struct golden_part *part = golden_part(&trial->golden, words[i]);
        for (size_t k = 1; part != NULL && k < COUNT_OF(tongues); k++)
            if (text_equal(part->more, text_from(tongues[k].name)))
                return &tongues[k];
    }
    return &tongues[0];
}

/* Completions and counts are said as chat there, or not said again. */
static enum llm_operation said_as(const struct trial *trial, const struct tongue *tongue)
{
    if (tongue->speaks == SPEAKS_RESPONSES && trial->llm.operation == LLM_CHAT)
        return LLM_RESPONSES;
    if (trial->llm.operation == LLM_RESPONSES && tongue->speaks != SPEAKS_RESPONSES && tongue->speaks != SPEAKS_OPENAI)
        return LLM_CHAT;
    if (trial->llm.operation == LLM_RERANK && tongue->speaks == SPEAKS_OLLAMA)
        return LLM_EMBEDDINGS;
    return trial->llm.operation == LLM_COUNT_TOKENS ? LLM_CHAT : trial->llm.operation;
}

/* What an endpoint gets is a call that can be said again, in the same words. */
static void expect_stable(struct trial *trial, struct text body)
{
    const struct tongue *tongue = tongue_of(trial);
    const struct llm_call same = {said_as(trial, tongue), tongue->dialect, TEXT(""), false};
    const struct dialect_target target = {dialect_call_path(trial->call), TEXT(""), TEXT("01")};
    struct dialect_call *again = NULL;
    struct detail detail = {0};
    struct buffer copy = {0};
    struct buffer out = {0};
    buffer_append(&copy, body);
    if (trial->llm.operation == LLM_MODELS ||
        (tongue->speaks != SPEAKS_OPENAI &&
         (trial->llm.operation == LLM_COMPLETIONS || trial->llm.operation == LLM_COUNT_TOKENS))) {
        buffer_clear(&copy);
        return;
    }
    if (dialect_call_read(&same, &target, &copy, &again, &detail) != REASON_NONE) {
        complain(trial, detail.text);
        return;
    }
    dialect_call_give(again, tongue->speaks);
    write_for_endpoint(again, &out);
    expect(trial, "the endpoint's call, said again", body, buffer_text(&out));
    buffer_clear(&out);
    dialect_call_free(again);
}

/* "POST /api/chat" stands before the body. */
static void expect_request(struct trial *trial, struct text expected)
{
    struct buffer out = {0};
    BUFFER_APPEND_ALL(&out, dialect_call_method(trial->call), TEXT(" "), dialect_call_path(trial->call), TEXT("\n"));
    write_for_endpoint(trial->call, &out);
    size_t end = text_index(buffer_text(&out), '\n', 0);
    size_t line = text_index(expected, '\n', 0);
    expect(trial, "request", text_part(expected, 0, line), text_part(buffer_text(&out), 0, end));
    expect(trial, "endpoint", text_after(expected, line + 1), text_after(buffer_text(&out), end + 1));
    expect_stable(trial, text_after(buffer_text(&out), end + 1));
    buffer_clear(&out);
}

static void expect_endpoint(struct trial *trial)
{
    const struct golden_part *part = golden_part(&trial->golden, "endpoint");
    struct buffer out = {0};
    if (part == NULL || trial->call == NULL)
        return;
    if (part->more.length > 0) {
        expect_request(trial, part->body);
        return;
    }
    write_for_endpoint(trial->call, &out);
    expect(trial, "endpoint", part->body, buffer_text(&out));
    expect_stable(trial, buffer_text(&out));
    buffer_clear(&out);
}

static void expect_lack(struct trial *trial)
{
    const struct golden_part *part = golden_part(&trial->golden, "lacks");
    struct detail detail = {0};
    if (part == NULL || trial->call == NULL)
        return;
    if (dialect_call_fits(trial->call, tongue_of(trial)->speaks, &detail))
        complain(trial, "it fits");
    expect(trial, "lacks", part->body, text_from(detail.text));
}

/* To an endpoint that speaks otherwise. */
static void give(struct trial *trial)
{
    struct detail detail = {0};
    const struct tongue *tongue = tongue_of(trial);
    if (trial->call == NULL || tongue->speaks == SPEAKS_OPENAI)
        return;
    if (golden_part(&trial->golden, "lacks") == NULL && !dialect_call_fits(trial->call, tongue->speaks, &detail))
        complain(trial, detail.text);
    dialect_call_give(trial->call, tongue->speaks);
}

static void expect_refusal(struct trial *trial, enum reason reason, const struct detail *detail)
{
    const struct golden_part *part = golden_part(&trial->golden, "refused");
    char status[8];
    if ((part != NULL) != (reason != REASON_NONE)) {
        complain(trial, part != NULL ? "taken" : detail->text);
        return;
    }
    if (part == NULL)
        return;
    struct dialect_answer answer = {0};
    const struct dialect_refusal refusal = {
        .dialect = trial->llm.dialect,
        .provider = trial->llm.provider,
        .operation = trial->llm.operation,
        .reason = reason,
        .id = TEXT("01"),
        .detail = text_from(detail->text)};
    dialect_refuse(&refusal, &answer);
    (void)snprintf(status, sizeof(status), "%u", (unsigned)reason_row(reason)->status);
    expect(trial, "status", part->more, text_from(status));
    if (!trial->is_call_alone)
        expect(trial, "refused", part->body, buffer_text(&answer.body));
    buffer_clear(&answer.body);
}

static void read_call(struct trial *trial)
{
    struct buffer body = {0};
    struct detail detail = {0};
    enum reason reason = REASON_LLM_OPERATION;
    buffer_append(&body, trial->golden.body);
    if (trial->llm.operation == LLM_MODELS) {
        trial->call = dialect_call_for_models(&trial->llm, &trial->target);
        reason = REASON_NONE;
    } else if (trial->llm.operation != LLM_OTHER) {
        reason = dialect_call_read(&trial->llm, &trial->target, &body, &trial->call, &detail);
    } else {
        const struct request request = {.path = trial->golden.path};
        (void)detail_say(&detail, "%s", llm_refused(&request));
    }
    buffer_clear(&body);
    expect_refusal(trial, reason, &detail);
}

/* --- the answer ----------------------------------------------------------------------------------------------------
 */

static void answer_whole(struct trial *trial, const struct golden_part *part, struct buffer *out)
{
    struct dialect_usage usage = {0};
    struct dialect_answer answer = {0};
    uint64_t status = 0;
    if (!text_to_number(part->more, 599, &status))
        complain(trial, "answers: no status");
    if (status == 200 && !dialect_reply_rewrite(trial->call, part->body, out, &usage)) {
        buffer_empty(out); /* nobody gets it */
        buffer_append(out, TEXT("nothing"));
    }
    if (status != 200) {
        dialect_objection(trial->call, (uint16_t)status, part->body, TEXT("01"), &answer);
        buffer_append(out, buffer_text(&answer.body));
        buffer_clear(&answer.body);
    }
}

/* A line that is JSON, or [DONE], is an event of its own; where lines are messages they stay as they are. */
static void append_events(const struct trial *trial, struct text lines, struct buffer *out)
{
    if (tongue_of(trial)->speaks == SPEAKS_OLLAMA) {
        BUFFER_APPEND_ALL(out, lines, TEXT("\n"));
        return;
    }
    struct text line;
    while (text_split(&lines, '\n', &line)) {
        bool is_event = text_starts_with(line, TEXT("{")) || text_equal(line, TEXT("[DONE]"));
        BUFFER_APPEND_ALL(out, is_event ? TEXT("data: ") : TEXT(""), line, is_event ? TEXT("\n\n") : TEXT("\n"));
    }
}

/* What a caller sees of a stream that comes in two pieces, or byte by byte when `cut` is 0. */
static bool run_stream(const struct dialect_call *call, struct text in, size_t cut, struct buffer *out)
{
    struct dialect_stream *stream = dialect_stream_new(call, LIMIT);
    enum dialect_progress progress = DIALECT_GOES_ON;
    for (size_t at = 0; at < in.length && progress == DIALECT_GOES_ON;) {
        size_t piece = cut == 0 ? 1 : at == 0 ? cut : in.length;
        progress = dialect_stream_feed(stream, text_part(in, at, piece), out);
        at += piece;
    }
    bool is_complete = progress == DIALECT_IS_COMPLETE || dialect_stream_end(stream, out);
    if (!is_complete)
        dialect_error_event(call, stream, REASON_UPSTREAM_BROKEN, TEXT("01"), out);
    dialect_stream_free(stream);
    return is_complete;
}

static void answer_stream(struct trial *trial, const struct golden_part *part, struct buffer *out)
{
    const struct golden_part *caller = golden_part(&trial->golden, "caller");
    bool is_broken = caller != NULL && text_equal(caller->more, TEXT("broken"));
    struct buffer in = {0};
    append_events(trial, part->body, &in);
    bool is_complete = run_stream(trial->call, buffer_text(&in), 0, out);
    if (is_complete == is_broken)
        complain(trial, is_complete ? "complete" : "broken");
    for (size_t cut = 1; cut <= in.length; cut++) {
        struct buffer again = {0};
        (void)run_stream(trial->call, buffer_text(&in), cut, &again);
        if (!text_equal(buffer_text(&again), buffer_text(out))) {
            complain(trial, "not the same when it is cut");
            cut = in.length;
        }
        buffer_clear(&again);
    }
    buffer_clear(&in);
}

static void answer_models(struct trial *trial, const struct golden_part *part, struct buffer *out)
{
    enum { NAMES = 8 };
    struct text names[NAMES];
    struct text rest = part->more;
    size_t count = 0;
    while (count < NAMES && text_split(&rest, ' ', &names[count]))
        count++;
    dialect_models(trial->call, names, count, out);
}

/* Binary events as server-sent ones, of which each line is compared. */
static void show_frames(struct trial *trial, struct buffer *out)
{
    struct buffer events = {0};
    if (!eventstream_show(buffer_text(out), &events))
        complain(trial, "no frames");
    buffer_clear(out);
    *out = events;
}

static void expect_answer(struct trial *trial)
{
    const struct golden_part *caller = golden_part(&trial->golden, "caller");
    const struct golden_part *part;
    struct buffer out = {0};
    if (caller == NULL || trial->call == NULL || trial->is_call_alone)
        return;
    if ((part = golden_part(&trial->golden, "answers")) != NULL)
        answer_whole(trial, part, &out);
    else if ((part = golden_part(&trial->golden, "streams")) != NULL)
        answer_stream(trial, part, &out);
    else if ((part = golden_part(&trial->golden, "models")) != NULL)
        answer_models(trial, part, &out);
    else if ((part = golden_part(&trial->golden, "canned")) != NULL)
        assert_true(dialect_canned(trial->call, part->more, TEXT("01"), NOW, &out));
    bool is_stream = dialect_call_streams(trial->call) && golden_part(&trial->golden, "answers") == NULL;
    if (is_stream && trial->llm.dialect == DIALECT_BEDROCK)
        show_frames(trial, &out);
    expect(trial, "caller", caller->body, buffer_text(&out));
    buffer_clear(&out);
}

/* --- the corpus ----------------------------------------------------------------------------------------------------
 */

/* Where a dialect's calls are answered too, at paths of its own. */
static const struct place {
    const char *dialect;
    struct text from; /* host and front of the path; others have no such place */
    struct text host;
    struct text front;
    struct text endings; /* what the path may end in */
    bool is_of_kin;      /* whose answers are otherwise */
} azure_place = {"openai",
                 TEXT_INIT("api.openai.com/v1/"),
                 TEXT_INIT("shop.openai.azure.com"),
                 TEXT_INIT("/openai/v1/"),
                 TEXT_INIT(""),
                 false},
  vertex_place = {
      "gemini",
      TEXT_INIT("generativelanguage.googleapis.com/v1beta/models/"),
      TEXT_INIT("europe-west4-aiplatform.googleapis.com"),
      TEXT_INIT("/v1/projects/p/locations/europe-west4/publishers/google/models/"),
      TEXT_INIT(":generateContent :streamGenerateContent :countTokens"),
      false};
#define KIN_PLACE(host, front)                                                                                         \
    {                                                                                                                  \
        "openai", TEXT_INIT("api.openai.com/v1/"), TEXT_INIT(host), TEXT_INIT(front), TEXT_INIT(""), true              \
    }
static const struct place kin_places[] = {
    KIN_PLACE("api.groq.com", "/openai/v1/"),
    KIN_PLACE("api.deepseek.com", "/"),
    KIN_PLACE("openrouter.ai", "/api/v1/"),
    KIN_PLACE("api.perplexity.ai", "/"),
    KIN_PLACE("api.x.ai", "/v1/"),
    KIN_PLACE("router.huggingface.co", "/v1/"),
    KIN_PLACE("api.together.xyz", "/v1/"),
};

static bool ends_so(struct text path, struct text endings)
{
    struct text ending;
    bool found = endings.length == 0;
    while (!found && text_split(&endings, ' ', &ending))
        found = text_ends_with(path, ending);
    return found;
}

/* The case as it is said there; `path` is filled. False: there is none. */
static bool move_to(const struct place *place, struct golden_case *golden, struct buffer *path)
{
    struct buffer whole = {0};
    BUFFER_APPEND_ALL(&whole, golden->host, golden->path);
    bool good = text_starts_with(buffer_text(&whole), place->from) && ends_so(golden->path, place->endings);
    if (good) {
        BUFFER_APPEND_ALL(path, place->front, text_after(buffer_text(&whole), place->from.length));
        golden->host = place->host;
        golden->path = buffer_text(path);
    }
    buffer_clear(&whole);
    return good;
}

/* `place`: NULL, where the case says itself. `*tried` grows by one, unless there is no such case there. */
static bool try_case(const struct llm_catalogue *catalogue, const char *path, const struct place *place, int *tried)
{
    struct trial trial = {.name = path, .is_call_alone = place != NULL && place->is_of_kin};
    struct buffer text = {0};
    struct buffer moved = {0};
    char *error = NULL;
    if (!file_read(path, LIMIT, &text, &error) || !golden_read(buffer_text(&text), &trial.golden)) {
        complain(&trial, "no case");
    } else if (place == NULL || move_to(place, &trial.golden, &moved)) {
        (*tried)++;
        classify(catalogue, &trial);
        read_call(&trial);
        give(&trial);
        expect_lack(&trial);
        expect_endpoint(&trial);
        expect_answer(&trial);
    }
    dialect_call_free(trial.call);
    buffer_clear(&moved);
    buffer_clear(&text);
    base_free(error);
    return !trial.is_wrong;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "README") != 0;
}

/* How many cases of the folder were tried; those that are wrong are added to `wrong`. */
static int try_folder(const struct llm_catalogue *catalogue, const char *folder, const struct place *place, int *wrong)
{
    struct dirent **entries = NULL;
    int tried = 0;
    int count = scandir(folder, &entries, is_shown, alphasort);
    for (int i = 0; i < count; i++) {
        char path[512];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        *wrong += try_case(catalogue, path, place, &tried) ? 0 : 1;
        free(entries[i]);
    }
    free(entries);
    return tried;
}

static void try_corpus(const char *dialect, const struct place *place, int least)
{
    struct llm_catalogue *catalogue = llm_catalogue_new();
    char folder[256];
    int wrong = 0;
    (void)snprintf(folder, sizeof(folder), "%s/tests/unit/dialect/golden/%s", SOURCE_FOLDER, dialect);
    int count = try_folder(catalogue, folder, place, &wrong);
    llm_catalogue_free(catalogue);
    assert_int_equal(wrong, 0);
    assert_in_range(count, least, INT32_MAX);
}

static void what_is_not_as_written_is_seen(void **state)
{
    (void)state;
    assert_true(golden_equal(TEXT("{\"a\":1,\"b\":[2]}"), TEXT("{\"b\": [2], \"a\": 1}\n")));
    assert_false(golden_equal(TEXT("{\"a\":1}"), TEXT("{\"a\":1,\"b\":2}")));
    assert_false(golden_equal(TEXT("{\"a\":1,\"b\":2}"), TEXT("{\"a\":1}")));
    assert_false(golden_equal(TEXT("[1,2]"), TEXT("[2,1]")));
    assert_false(golden_equal(TEXT("{\"a\":\"1\"}"), TEXT("{\"a\":1}")));
    assert_true(golden_equal(TEXT("{\"a\":\"~*b*\"}"), TEXT("{\"a\":\"abc\"}")));
    assert_false(golden_equal(TEXT("{\"a\":\"~*d*\"}"), TEXT("{\"a\":\"abc\"}")));
    assert_true(golden_equal(
        TEXT("event: a\ndata: {\"x\": 1}\n\ndata: 2"), TEXT("event: a\r\ndata: {\"x\":1}\r\n\r\ndata: 2\r\n")));
    assert_false(golden_equal(TEXT("event: a\ndata: {}\n\n"), TEXT("event: b\ndata: {}\n\n")));
    assert_false(golden_equal(TEXT("data: {}\ndata: {}"), TEXT("data: {}\n\ndata: {}")));
}

/* A dialect of its own has at least forty; places where others' are spoken have what is theirs, and so do endpoints. */
enum { CASES_OF_A_DIALECT = 40, CASES_OF_A_PLACE = 20, CASES_OF_AN_ENDPOINT = 15 };
#define CORPUS(dialect, least)                                                                                         \
    static void every_case_of_##dialect##_comes_out_as_it_is_written(void **state)                                     \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        try_corpus(#dialect, NULL, least);                                                                             \
    }
CORPUS(openai, CASES_OF_A_DIALECT)
CORPUS(anthropic, CASES_OF_A_DIALECT)
CORPUS(gemini, CASES_OF_A_DIALECT)
CORPUS(mistral, CASES_OF_A_DIALECT)
CORPUS(cohere, CASES_OF_A_DIALECT)
CORPUS(bedrock, CASES_OF_A_DIALECT)
CORPUS(vertex, CASES_OF_A_PLACE)
CORPUS(azure, CASES_OF_A_PLACE)
CORPUS(ollama, CASES_OF_A_DIALECT)
CORPUS(groq, CASES_OF_A_DIALECT)
CORPUS(deepseek, CASES_OF_A_DIALECT)
CORPUS(openrouter, CASES_OF_A_DIALECT)
CORPUS(perplexity, CASES_OF_A_DIALECT)
CORPUS(xai, CASES_OF_A_DIALECT)
CORPUS(huggingface, CASES_OF_A_DIALECT)
CORPUS(to_ollama, CASES_OF_AN_ENDPOINT)
CORPUS(to_anthropic, CASES_OF_AN_ENDPOINT)
CORPUS(to_responses, CASES_OF_AN_ENDPOINT)

static void what_is_said_in_openais_words_is_answered_alike_at_azure(void **state)
{
    (void)state;
    try_corpus(azure_place.dialect, &azure_place, CASES_OF_A_DIALECT);
}

static void what_is_said_in_geminis_words_is_answered_alike_at_vertex(void **state)
{
    (void)state;
    try_corpus(vertex_place.dialect, &vertex_place, CASES_OF_A_PLACE);
}

static void what_is_said_in_openais_words_reaches_endpoints_alike_from_its_kin(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kin_places); i++)
        try_corpus(kin_places[i].dialect, &kin_places[i], CASES_OF_A_DIALECT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_said_in_openais_words_is_answered_alike_at_azure),
        cmocka_unit_test(what_is_said_in_geminis_words_is_answered_alike_at_vertex),
        cmocka_unit_test(what_is_said_in_openais_words_reaches_endpoints_alike_from_its_kin),
        cmocka_unit_test(what_is_not_as_written_is_seen),
        cmocka_unit_test(every_case_of_openai_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_anthropic_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_gemini_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_mistral_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_cohere_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_bedrock_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_vertex_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_azure_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_ollama_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_groq_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_deepseek_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_openrouter_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_perplexity_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_xai_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_huggingface_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_to_ollama_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_to_anthropic_comes_out_as_it_is_written),
        cmocka_unit_test(every_case_of_to_responses_comes_out_as_it_is_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
