/* SPDX-License-Identifier: Apache-2.0 */
/* Random conversations, said in each dialect: who said what, which tools were called with what, and what they gave,
 * must reach the endpoint whole; and so must a random answer of the endpoint's reach the caller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "exeat/base/json.h"
#include "exeat/dialect.h"

enum { ROUNDS = 200, SOME_ROUNDS = 50, TURNS = 4, CALLS = 3, WORDS_SIZE = 24 };

/* --- a conversation --------------------------------------------------------------------------------------------------
 */

struct said_call {
    char id[48];
    char name[16];
    char value[WORDS_SIZE]; /* of its one argument */
    char result[WORDS_SIZE];
};
/* The user asks; the assistant says something, calls tools, and gets their results. */
struct turn {
    char question[WORDS_SIZE];
    char answer[WORDS_SIZE];
    struct said_call calls[CALLS];
    size_t call_count;
};
struct conversation {
    char system[WORDS_SIZE];
    struct turn turns[TURNS];
    size_t count;
};

static uint64_t random_state = 88172645463325252u;

static uint32_t draw(uint32_t below)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (uint32_t)(random_state >> 33) % below;
}

/* Letters, quotes, backslashes, line ends and what takes several bytes. */
static void draw_words(char words[WORDS_SIZE])
{
    static const char *const pieces[] = {
        "a", "B ", "\"", "\\", "\n", "\t", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "{", "x"};
    size_t count = 1 + draw(5);
    words[0] = '\0';
    for (size_t i = 0; i < count; i++)
        strcat(words, pieces[draw(sizeof(pieces) / sizeof(pieces[0]))]);
}

static void draw_turn(struct turn *turn, size_t index)
{
    draw_words(turn->question);
    draw_words(turn->answer);
    turn->call_count = draw(CALLS + 1);
    for (size_t i = 0; i < turn->call_count; i++) {
        struct said_call *call = &turn->calls[i];
        (void)snprintf(call->id, sizeof(call->id), "c%zu_%zu", index, i);
        (void)snprintf(call->name, sizeof(call->name), "f%u", draw(2));
        draw_words(call->value);
        draw_words(call->result);
    }
}

static void draw_conversation(struct conversation *said)
{
    draw_words(said->system);
    said->count = 1 + draw(TURNS);
    for (size_t i = 0; i < said->count; i++)
        draw_turn(&said->turns[i], i);
}

/* --- the conversation in OpenAI's words, as the endpoint must have it
 * -------------------------------------------------
 */

static json_t *arguments_of(const struct said_call *call)
{
    return json_pack("{s:s}", "v", call->value);
}

static json_t *spelled(const struct said_call *call)
{
    json_t *tree = arguments_of(call);
    struct buffer text = {0};
    json_append_tree(&text, tree);
    json_t *string = json_stringn(text.data, text.length);
    buffer_clear(&text);
    json_decref(tree);
    return string;
}

static json_t *openai_calls(const struct turn *turn)
{
    json_t *list = json_array();
    for (size_t i = 0; i < turn->call_count; i++) {
        const struct said_call *call = &turn->calls[i];
        json_array_append_new(
            list, json_pack(
                      "{s:s,s:s,s:{s:s,s:o}}", "id", call->id, "type", "function", "function", "name", call->name,
                      "arguments", spelled(call)));
    }
    return list;
}

static json_t *openai_messages(const struct conversation *said)
{
    json_t *list = json_array();
    json_array_append_new(list, json_pack("{s:s,s:s}", "role", "system", "content", said->system));
    for (size_t i = 0; i < said->count; i++) {
        const struct turn *turn = &said->turns[i];
        json_array_append_new(list, json_pack("{s:s,s:s}", "role", "user", "content", turn->question));
        json_t *message = json_pack("{s:s,s:s}", "role", "assistant", "content", turn->answer);
        if (turn->call_count > 0)
            json_object_set_new(message, "tool_calls", openai_calls(turn));
        json_array_append_new(list, message);
        for (size_t k = 0; k < turn->call_count; k++)
            json_array_append_new(
                list, json_pack(
                          "{s:s,s:s,s:s}", "role", "tool", "content", turn->calls[k].result, "tool_call_id",
                          turn->calls[k].id));
    }
    return list;
}

/* --- the same in the words of others ---------------------------------------------------------------------------------
 */

static json_t *openai_body(const struct conversation *said)
{
    return json_pack("{s:s,s:o}", "model", "m", "messages", openai_messages(said));
}

static void add_anthropic_turn(json_t *list, const struct turn *turn)
{
    json_t *blocks = json_pack("[{s:s,s:s}]", "type", "text", "text", turn->answer);
    json_t *results = json_array();
    for (size_t i = 0; i < turn->call_count; i++) {
        const struct said_call *call = &turn->calls[i];
        json_array_append_new(
            blocks, json_pack(
                        "{s:s,s:s,s:s,s:o}", "type", "tool_use", "id", call->id, "name", call->name, "input",
                        arguments_of(call)));
        json_array_append_new(
            results,
            json_pack("{s:s,s:s,s:s}", "type", "tool_result", "tool_use_id", call->id, "content", call->result));
    }
    json_array_append_new(list, json_pack("{s:s,s:s}", "role", "user", "content", turn->question));
    json_array_append_new(list, json_pack("{s:s,s:o}", "role", "assistant", "content", blocks));
    if (turn->call_count > 0)
        json_array_append_new(list, json_pack("{s:s,s:o}", "role", "user", "content", results));
    else
        json_decref(results);
}

static json_t *anthropic_body(const struct conversation *said)
{
    json_t *list = json_array();
    for (size_t i = 0; i < said->count; i++)
        add_anthropic_turn(list, &said->turns[i]);
    return json_pack("{s:s,s:s,s:o}", "model", "m", "system", said->system, "messages", list);
}

/* Arguments of Mistral's may be objects. */
static json_t *mistral_body(const struct conversation *said)
{
    json_t *body = openai_body(said);
    size_t at;
    json_t *message;
    json_array_foreach(json_object_get(body, "messages"), at, message)
    {
        size_t index;
        json_t *call;
        char error[160];
        json_array_foreach(json_object_get(message, "tool_calls"), index, call)
        {
            json_t *function = json_object_get(call, "function");
            json_object_set_new(function, "arguments", json_read(json_text(function, "arguments"), error));
        }
    }
    return body;
}

/* What was said before tools were called is a plan, and results are documents. */
static json_t *cohere_body(const struct conversation *said)
{
    json_t *body = openai_body(said);
    size_t at;
    json_t *message;
    json_array_foreach(json_object_get(body, "messages"), at, message)
    {
        json_t *content = json_incref(json_object_get(message, "content"));
        if (json_object_get(message, "tool_calls") != NULL) {
            json_object_set(message, "tool_plan", content);
            json_object_del(message, "content");
        }
        if (json_object_get(message, "tool_call_id") != NULL)
            json_object_set_new(
                message, "content", json_pack("[{s:s,s:{s:O}}]", "type", "document", "document", "data", content));
        json_decref(content);
    }
    return body;
}

/* Results are objects there, and reach the endpoint as the text that spells them. */
static json_t *result_of(const struct said_call *call)
{
    return json_pack("{s:s}", "output", call->result);
}

static void add_gemini_turn(json_t *list, const struct turn *turn)
{
    json_t *parts = json_pack("[{s:s}]", "text", turn->answer);
    json_t *results = json_array();
    for (size_t i = 0; i < turn->call_count; i++) {
        const struct said_call *call = &turn->calls[i];
        json_array_append_new(
            parts,
            json_pack(
                "{s:{s:s,s:s,s:o}}", "functionCall", "id", call->id, "name", call->name, "args", arguments_of(call)));
        json_array_append_new(
            results, json_pack(
                         "{s:{s:s,s:s,s:o}}", "functionResponse", "id", call->id, "name", call->name, "response",
                         result_of(call)));
    }
    json_array_append_new(list, json_pack("{s:s,s:[{s:s}]}", "role", "user", "parts", "text", turn->question));
    json_array_append_new(list, json_pack("{s:s,s:o}", "role", "model", "parts", parts));
    if (turn->call_count > 0)
        json_array_append_new(list, json_pack("{s:s,s:o}", "role", "user", "parts", results));
    else
        json_decref(results);
}

static json_t *gemini_body(const struct conversation *said)
{
    json_t *list = json_array();
    for (size_t i = 0; i < said->count; i++)
        add_gemini_turn(list, &said->turns[i]);
    return json_pack("{s:{s:[{s:s}]},s:o}", "systemInstruction", "parts", "text", said->system, "contents", list);
}

static json_t *gemini_messages(const struct conversation *said)
{
    json_t *list = openai_messages(said);
    size_t at;
    json_t *message;
    json_array_foreach(list, at, message)
    {
        struct buffer text = {0};
        if (json_object_get(message, "tool_call_id") == NULL)
            continue;
        json_t *result = json_pack("{s:O}", "output", json_object_get(message, "content"));
        json_append_tree(&text, result);
        json_object_set_new(message, "content", json_stringn(text.data, text.length));
        buffer_clear(&text);
        json_decref(result);
    }
    return list;
}

static void add_bedrock_turn(json_t *list, const struct turn *turn)
{
    json_t *blocks = json_pack("[{s:s}]", "text", turn->answer);
    json_t *results = json_array();
    for (size_t i = 0; i < turn->call_count; i++) {
        const struct said_call *call = &turn->calls[i];
        json_array_append_new(
            blocks, json_pack(
                        "{s:{s:s,s:s,s:o}}", "toolUse", "toolUseId", call->id, "name", call->name, "input",
                        arguments_of(call)));
        json_array_append_new(
            results,
            json_pack("{s:{s:s,s:[{s:s}]}}", "toolResult", "toolUseId", call->id, "content", "text", call->result));
    }
    json_array_append_new(list, json_pack("{s:s,s:[{s:s}]}", "role", "user", "content", "text", turn->question));
    json_array_append_new(list, json_pack("{s:s,s:o}", "role", "assistant", "content", blocks));
    if (turn->call_count > 0)
        json_array_append_new(list, json_pack("{s:s,s:o}", "role", "user", "content", results));
    else
        json_decref(results);
}

static json_t *bedrock_body(const struct conversation *said)
{
    json_t *list = json_array();
    for (size_t i = 0; i < said->count; i++)
        add_bedrock_turn(list, &said->turns[i]);
    return json_pack("{s:[{s:s}],s:o}", "system", "text", said->system, "messages", list);
}

/* --- trying ----------------------------------------------------------------------------------------------------------
 */

struct dialect_case {
    enum llm_dialect dialect;
    const char *path;
    json_t *(*body_of)(const struct conversation *said);
    json_t *(*messages_of)(const struct conversation *said); /* of the endpoint */
};
static const struct dialect_case cases[] = {
    {DIALECT_OPENAI, "/v1/chat/completions", openai_body, openai_messages},
    {DIALECT_ANTHROPIC, "/v1/messages", anthropic_body, openai_messages},
    {DIALECT_MISTRAL, "/v1/chat/completions", mistral_body, openai_messages},
    {DIALECT_COHERE, "/v2/chat", cohere_body, openai_messages},
    {DIALECT_OLLAMA, "/api/chat", mistral_body, openai_messages},
    {DIALECT_GEMINI, "/v1beta/models/m:generateContent", gemini_body, gemini_messages},
    {DIALECT_BEDROCK, "/model/m/converse", bedrock_body, openai_messages},
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

static struct dialect_call *read_call(const struct dialect_case *one, json_t *body)
{
    const struct llm_call llm = {.operation = LLM_CHAT, .dialect = one->dialect};
    const struct dialect_target target = {.path = text_from(one->path), .id = TEXT("01")};
    struct dialect_call *call = NULL;
    struct buffer text = {0};
    struct detail detail = {0};
    json_append_tree(&text, body);
    json_decref(body);
    if (dialect_call_read(&llm, &target, &text, &call, &detail) != REASON_NONE)
        fail_msg("%s: %s", llm_dialect_name(one->dialect), detail.text);
    return call;
}

static void a_conversation_reaches_the_endpoint_whole_from_every_dialect(void **state)
{
    (void)state;
    const struct dialect_endpoint endpoint = {.model = TEXT("m")};
    for (size_t round = 0; round < ROUNDS; round++) {
        struct conversation said;
        char error[160];
        draw_conversation(&said);
        for (size_t i = 0; i < CASES; i++) {
            struct dialect_call *call = read_call(&cases[i], cases[i].body_of(&said));
            struct buffer body = {0};
            json_t *expected = cases[i].messages_of(&said);
            dialect_call_write(call, &endpoint, &body);
            json_t *tree = json_read(buffer_text(&body), error);
            if (!json_equal(json_object_get(tree, "messages"), expected))
                fail_msg("%s: %.*s", llm_dialect_name(cases[i].dialect), TEXT_ARG(buffer_text(&body)));
            json_decref(expected);
            json_decref(tree);
            buffer_clear(&body);
            dialect_call_free(call);
        }
    }
}

/* --- through endpoints that speak otherwise --------------------------------------------------------------------------
 */

static const struct tongue {
    enum endpoint_dialect speaks;
    enum llm_dialect dialect;
} tongues[] = {
    {SPEAKS_OLLAMA, DIALECT_OLLAMA}, {SPEAKS_ANTHROPIC, DIALECT_ANTHROPIC}, {SPEAKS_RESPONSES, DIALECT_OPENAI}};
enum { TONGUES = sizeof(tongues) / sizeof(tongues[0]) };

/* The texts of an item, joined. */
static json_t *text_of(const json_t *content)
{
    struct buffer text = {0};
    size_t at;
    json_t *part;
    if (json_is_string(content))
        return json_deep_copy(content);
    json_array_foreach(content, at, part)
    {
        const json_t *piece = json_object_get(part, "text");
        buffer_append(&text, (struct text){json_string_value(piece), json_string_length(piece)});
    }
    json_t *joined = json_stringn(text.length > 0 ? text.data : "", text.length);
    buffer_clear(&text);
    return joined;
}

/* A call is a member of what its caller said last. */
static void add_item(json_t *messages, const json_t *item)
{
    const char *type = json_string_value(json_object_get(item, "type"));
    json_t *last = json_array_get(messages, json_array_size(messages) - 1);
    if (strcmp(type, "function_call") == 0) {
        if (json_object_get(last, "tool_calls") == NULL)
            json_object_set_new(last, "tool_calls", json_array());
        json_array_append_new(
            json_object_get(last, "tool_calls"),
            json_pack(
                "{s:O,s:s,s:{s:O,s:O}}", "id", json_object_get(item, "call_id"), "type", "function", "function", "name",
                json_object_get(item, "name"), "arguments", json_object_get(item, "arguments")));
    } else if (strcmp(type, "function_call_output") == 0) {
        json_array_append_new(
            messages, json_pack(
                          "{s:s,s:o,s:O}", "role", "tool", "content", text_of(json_object_get(item, "output")),
                          "tool_call_id", json_object_get(item, "call_id")));
    } else {
        json_array_append_new(
            messages, json_pack(
                          "{s:O,s:o}", "role", json_object_get(item, "role"), "content",
                          text_of(json_object_get(item, "content"))));
    }
}

static json_t *messages_of_items(const json_t *body)
{
    json_t *messages = json_array();
    size_t at;
    json_t *item;
    json_array_foreach(json_object_get(body, "input"), at, item) add_item(messages, item);
    return messages;
}

/* What an endpoint gets, read as its own clients' calls are, and said in OpenAI's words. */
static json_t *messages_there(const struct tongue *tongue, struct dialect_call *call)
{
    const struct dialect_endpoint endpoint = {.model = TEXT("m")};
    bool is_items = tongue->speaks == SPEAKS_RESPONSES;
    const struct llm_call llm = {.operation = is_items ? LLM_RESPONSES : LLM_CHAT, .dialect = tongue->dialect};
    struct dialect_target target = {.id = TEXT("01")};
    struct dialect_call *again = NULL;
    struct detail detail = {0};
    struct buffer body = {0};
    struct buffer out = {0};
    char error[160];
    assert_true(dialect_call_fits(call, tongue->speaks, &detail));
    dialect_call_give(call, tongue->speaks);
    dialect_call_write(call, &endpoint, &body);
    target.path = dialect_call_path(call);
    if (dialect_call_read(&llm, &target, &body, &again, &detail) != REASON_NONE)
        fail_msg("%s: %s", llm_dialect_name(tongue->dialect), detail.text);
    dialect_call_write(again, &endpoint, &out);
    json_t *tree = json_read(buffer_text(&out), error);
    json_t *messages = is_items ? messages_of_items(tree) : json_incref(json_object_get(tree, "messages"));
    json_decref(tree);
    buffer_clear(&out);
    dialect_call_free(again);
    return messages;
}

static void a_conversation_reaches_endpoints_of_other_words_whole_from_every_dialect(void **state)
{
    (void)state;
    for (size_t round = 0; round < SOME_ROUNDS; round++) {
        struct conversation said;
        draw_conversation(&said);
        for (size_t i = 0; i < CASES * TONGUES; i++) {
            const struct dialect_case *one = &cases[i / TONGUES];
            struct dialect_call *call = read_call(one, one->body_of(&said));
            json_t *expected = one->messages_of(&said);
            json_t *messages = messages_there(&tongues[i % TONGUES], call);
            if (!json_equal(messages, expected))
                fail_msg(
                    "%s to %s: %s", llm_dialect_name(one->dialect), llm_dialect_name(tongues[i % TONGUES].dialect),
                    json_dumps(messages, 0));
            json_decref(messages);
            json_decref(expected);
            dialect_call_free(call);
        }
    }
}

/* --- answers ---------------------------------------------------------------------------------------------------------
 */

/* What a caller finds in an answer: its texts, and its calls as [id, name, value]. */
struct found {
    struct buffer words;
    json_t *calls; /* owned */
};

static void find_call(struct found *found, const json_t *id, const json_t *name, const json_t *arguments)
{
    char error[160];
    json_t *tree = json_is_string(arguments)
                       ? json_read((struct text){json_string_value(arguments), json_string_length(arguments)}, error)
                       : json_deep_copy(arguments);
    json_array_append_new(
        found->calls,
        json_pack(
            "[s,s,s]", json_string_value(id), json_string_value(name), json_string_value(json_object_get(tree, "v"))));
    json_decref(tree);
}

static void find_function(struct found *found, const json_t *call)
{
    const json_t *function = json_object_get(call, "function");
    find_call(
        found, json_object_get(call, "id"), json_object_get(function, "name"), json_object_get(function, "arguments"));
}

static void find_text(struct found *found, const json_t *text)
{
    if (json_is_string(text))
        buffer_append(&found->words, (struct text){json_string_value(text), json_string_length(text)});
}

/* A call that is a member of a block or part, as two vendors have it. */
static void find_inner(struct found *found, const json_t *item)
{
    const json_t *function = json_object_get(item, "functionCall");
    const json_t *use = json_object_get(item, "toolUse");
    if (function != NULL)
        find_call(
            found, json_object_get(function, "id"), json_object_get(function, "name"),
            json_object_get(function, "args"));
    if (use != NULL)
        find_call(
            found, json_object_get(use, "toolUseId"), json_object_get(use, "name"), json_object_get(use, "input"));
}

/* Blocks of any kind, and functions. */
static void find_all(struct found *found, const json_t *message)
{
    const json_t *parts = json_object_get(message, "parts");
    const json_t *content = parts != NULL ? parts : json_object_get(message, "content");
    size_t at;
    json_t *item;
    find_text(found, content);
    find_text(found, json_object_get(message, "tool_plan"));
    json_array_foreach(content, at, item)
    {
        find_text(found, json_object_get(item, "text"));
        find_inner(found, item);
        if (json_object_get(item, "input") != NULL)
            find_call(
                found, json_object_get(item, "id"), json_object_get(item, "name"), json_object_get(item, "input"));
    }
    json_array_foreach(json_object_get(message, "tool_calls"), at, item) find_function(found, item);
}

static const json_t *message_of(const json_t *answer)
{
    const json_t *candidate = json_array_get(json_object_get(answer, "candidates"), 0);
    const json_t *output = json_object_get(answer, "output");
    const json_t *choice = json_array_get(json_object_get(answer, "choices"), 0);
    if (candidate != NULL)
        return json_object_get(candidate, "content");
    if (output != NULL)
        return json_object_get(output, "message");
    const json_t *message = json_object_get(choice != NULL ? choice : answer, "message");
    return message != NULL ? message : answer;
}

static void expect_found(const struct dialect_case *one, const struct turn *turn, struct text body)
{
    char error[160];
    json_t *tree = json_read(body, error);
    struct found found = {.calls = json_array()};
    json_t *expected = json_array();
    for (size_t i = 0; i < turn->call_count; i++)
        json_array_append_new(
            expected, json_pack("[s,s,s]", turn->calls[i].id, turn->calls[i].name, turn->calls[i].value));
    find_all(&found, message_of(tree));
    if (!text_equal(buffer_text(&found.words), text_from(turn->answer)) || !json_equal(found.calls, expected))
        fail_msg("%s: %.*s", llm_dialect_name(one->dialect), TEXT_ARG(body));
    buffer_clear(&found.words);
    json_decref(found.calls);
    json_decref(expected);
    json_decref(tree);
}

static void answer_of(const struct turn *turn, struct buffer *out)
{
    json_t *tree = json_pack(
        "{s:[{s:i,s:{s:s,s:s,s:o},s:s}]}", "choices", "index", 0, "message", "role", "assistant", "content",
        turn->answer, "tool_calls", openai_calls(turn), "finish_reason", "stop");
    json_append_tree(out, tree);
    json_decref(tree);
}

static void an_answer_reaches_every_caller_whole(void **state)
{
    (void)state;
    for (size_t round = 0; round < ROUNDS; round++) {
        struct conversation said;
        struct buffer answer = {0};
        draw_conversation(&said);
        answer_of(&said.turns[0], &answer);
        for (size_t i = 0; i < CASES; i++) {
            struct dialect_call *call = read_call(&cases[i], cases[i].body_of(&said));
            struct dialect_usage usage = {0};
            struct buffer out = {0};
            assert_true(dialect_reply_rewrite(call, buffer_text(&answer), &out, &usage));
            expect_found(&cases[i], &said.turns[0], buffer_text(&out));
            buffer_clear(&out);
            dialect_call_free(call);
        }
        buffer_clear(&answer);
    }
}

static json_t *ollama_answer(const struct turn *turn)
{
    json_t *calls = json_array();
    for (size_t i = 0; i < turn->call_count; i++)
        json_array_append_new(
            calls, json_pack(
                       "{s:s,s:{s:s,s:o}}", "id", turn->calls[i].id, "function", "name", turn->calls[i].name,
                       "arguments", arguments_of(&turn->calls[i])));
    return json_pack(
        "{s:{s:s,s:s,s:o},s:b,s:s}", "message", "role", "assistant", "content", turn->answer, "tool_calls", calls,
        "done", 1, "done_reason", "stop");
}

static json_t *anthropic_answer(const struct turn *turn)
{
    json_t *blocks = json_pack("[{s:s,s:s}]", "type", "text", "text", turn->answer);
    for (size_t i = 0; i < turn->call_count; i++)
        json_array_append_new(
            blocks, json_pack(
                        "{s:s,s:s,s:s,s:o}", "type", "tool_use", "id", turn->calls[i].id, "name", turn->calls[i].name,
                        "input", arguments_of(&turn->calls[i])));
    return json_pack("{s:o,s:s}", "content", blocks, "stop_reason", "end_turn");
}

static json_t *response_answer(const struct turn *turn)
{
    json_t *items = json_pack(
        "[{s:s,s:s,s:s,s:[{s:s,s:s,s:[]}]}]", "type", "message", "id", "m", "role", "assistant", "content", "type",
        "output_text", "text", turn->answer, "annotations");
    for (size_t i = 0; i < turn->call_count; i++)
        json_array_append_new(
            items, json_pack(
                       "{s:s,s:s,s:s,s:o}", "type", "function_call", "call_id", turn->calls[i].id, "name",
                       turn->calls[i].name, "arguments", spelled(&turn->calls[i])));
    return json_pack("{s:s,s:o}", "status", "completed", "output", items);
}

static json_t *answer_there(enum endpoint_dialect speaks, const struct turn *turn)
{
    switch (speaks) {
    case SPEAKS_OLLAMA:
        return ollama_answer(turn);
    case SPEAKS_ANTHROPIC:
        return anthropic_answer(turn);
    case SPEAKS_OPENAI:
    case SPEAKS_RESPONSES:
        break;
    }
    return response_answer(turn);
}

static void an_answer_in_other_words_reaches_every_caller_whole(void **state)
{
    (void)state;
    for (size_t round = 0; round < SOME_ROUNDS; round++) {
        struct conversation said;
        draw_conversation(&said);
        for (size_t i = 0; i < CASES * TONGUES; i++) {
            const struct dialect_case *one = &cases[i / TONGUES];
            const struct tongue *tongue = &tongues[i % TONGUES];
            struct dialect_call *call = read_call(one, one->body_of(&said));
            struct dialect_usage usage = {0};
            struct buffer body = {0};
            struct buffer out = {0};
            json_t *tree = answer_there(tongue->speaks, &said.turns[0]);
            json_append_tree(&body, tree);
            json_decref(tree);
            dialect_call_give(call, tongue->speaks);
            assert_true(dialect_reply_rewrite(call, buffer_text(&body), &out, &usage));
            expect_found(one, &said.turns[0], buffer_text(&out));
            buffer_clear(&body);
            buffer_clear(&out);
            dialect_call_free(call);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_conversation_reaches_the_endpoint_whole_from_every_dialect),
        cmocka_unit_test(an_answer_reaches_every_caller_whole),
        cmocka_unit_test(a_conversation_reaches_endpoints_of_other_words_whole_from_every_dialect),
        cmocka_unit_test(an_answer_in_other_words_reaches_every_caller_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
