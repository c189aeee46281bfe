/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of LLM call a request is: providers put their own prefix before the same paths, so the end of the path
 * tells, and often whose dialect is spoken too. */
#include "exeat/llm.h"

static const struct operation_row {
    struct text method;
    struct text ending;
    enum llm_operation operation;
} rows[] = {
    {TEXT_INIT("POST"), TEXT_INIT("/chat/completions"), LLM_CHAT},
    {TEXT_INIT("POST"), TEXT_INIT("/completions"), LLM_COMPLETIONS},
    {TEXT_INIT("POST"), TEXT_INIT("/embeddings"), LLM_EMBEDDINGS},
    {TEXT_INIT("POST"), TEXT_INIT("/responses"), LLM_RESPONSES},
    {TEXT_INIT("GET"), TEXT_INIT("/models"), LLM_MODELS},
};

/* ".../models/NAME": one segment after it. */
static bool names_one_model(struct text path)
{
    size_t slash = path.length;
    while (slash > 0 && path.data[slash - 1] != '/')
        slash--;
    return slash > 1 && slash < path.length && text_ends_with(text_part(path, 0, slash - 1), TEXT("/models"));
}

static enum llm_operation operation_of(const struct request *request)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (text_equal(request->method, rows[i].method) && text_ends_with(request->path, rows[i].ending))
            return rows[i].operation;
    bool one_model = text_equal(request->method, TEXT("GET")) && names_one_model(request->path);
    return one_model ? LLM_MODELS : LLM_OTHER;
}

/* One glob segment by segment: `*` is any one, a final `**` any number. */
static bool path_glob(struct text glob, struct text path)
{
    struct text want;
    struct text have;
    while (text_split(&glob, '/', &want)) {
        if (text_equal(want, TEXT("**")))
            return true;
        if (!text_split(&path, '/', &have) || (!text_equal(want, TEXT("*")) && !text_equal(want, have)))
            return false;
    }
    return path.data == NULL;
}

static bool is_llm_path(struct text globs, struct text path)
{
    struct text glob;
    if (globs.length == 0)
        return true;
    while (text_split(&globs, ',', &glob))
        if (path_glob(text_trim(glob, " "), path))
            return true;
    return false;
}

/* --- whose dialect -------------------------------------------------------------------------------------------------
 * Most vendors answer OpenAI's calls too, beside their own: the dialect is one of the path, not of the host alone. */

struct dialect_path {
    enum llm_dialect dialect; /* of the host */
    struct text method;       /* empty: any */
    struct text glob;
};

/* What ends like one of OpenAI's operations, and is the vendor's own. */
static const struct dialect_path natives[] = {
    {DIALECT_ANTHROPIC, TEXT_INIT("GET"), TEXT_INIT("/v1/models")},
    {DIALECT_ANTHROPIC, TEXT_INIT("GET"), TEXT_INIT("/v1/models/*")},
    {DIALECT_COHERE, TEXT_INIT("GET"), TEXT_INIT("/*/models")},
    {DIALECT_COHERE, TEXT_INIT("GET"), TEXT_INIT("/*/models/*")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/models")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/models/*")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/models")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/models/*")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/publishers/*/models")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/publishers/*/models/*")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/publishers/*/models")},
    {DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/publishers/*/models/*")},
    {DIALECT_MISTRAL, TEXT_INIT("POST"), TEXT_INIT("/v1/fim/completions")},
    {DIALECT_MISTRAL, TEXT_INIT("POST"), TEXT_INIT("/v1/agents/completions")},
    {DIALECT_OLLAMA, TEXT_INIT("POST"), TEXT_INIT("/api/embeddings")},
};
/* Where a vendor has all of OpenAI's API: what is not answered there is refused in OpenAI's words. */
static const struct dialect_path openai_places[] = {
    {DIALECT_BEDROCK, TEXT_INIT(""), TEXT_INIT("/openai/**")},
    {DIALECT_COHERE, TEXT_INIT(""), TEXT_INIT("/compatibility/**")},
    {DIALECT_GEMINI, TEXT_INIT(""), TEXT_INIT("/*/openai/**")},
    {DIALECT_GEMINI, TEXT_INIT(""), TEXT_INIT("/*/projects/*/locations/*/endpoints/openapi/**")},
    {DIALECT_OLLAMA, TEXT_INIT(""), TEXT_INIT("/v1/**")},
};

static bool
stands_in(const struct dialect_path *table, size_t count, enum llm_dialect dialect, const struct request *request)
{
    for (size_t i = 0; i < count; i++) {
        bool fits = table[i].method.length == 0 || text_equal(table[i].method, request->method);
        if (table[i].dialect == dialect && fits && path_glob(table[i].glob, request->path))
            return true;
    }
    return false;
}

/* What is a vendor's own, and answered. Some have it behind a prefix, on hosts that speak OpenAI's dialect beside. */
static const struct native_row {
    enum llm_dialect dialect;
    enum llm_dialect host; /* DIALECT_NONE: of any host */
    struct text method;
    struct text ending;
    enum llm_operation operation;
} answered[] = {
    {DIALECT_ANTHROPIC, DIALECT_NONE, TEXT_INIT("POST"), TEXT_INIT("/v1/messages"), LLM_CHAT},
    {DIALECT_ANTHROPIC, DIALECT_NONE, TEXT_INIT("POST"), TEXT_INIT("/v1/messages/count_tokens"), LLM_COUNT_TOKENS},
};

static bool classify_answered(const struct request *request, struct llm_call *call)
{
    bool lists_models = operation_of(request) == LLM_MODELS;
    if (call->dialect == DIALECT_ANTHROPIC && lists_models &&
        stands_in(natives, COUNT_OF(natives), call->dialect, request)) {
        call->operation = LLM_MODELS;
        return true;
    }
    for (size_t i = 0; i < COUNT_OF(answered); i++) {
        const struct native_row *row = &answered[i];
        if ((row->host != DIALECT_NONE && row->host != call->dialect) || !text_equal(request->method, row->method) ||
            !text_ends_with(request->path, row->ending))
            continue;
        call->dialect = row->dialect;
        call->operation = row->operation;
        return true;
    }
    return false;
}

static void classify_inside(const struct request *request, struct llm_call *call)
{
    if (classify_answered(request, call))
        return;
    bool is_native = stands_in(natives, COUNT_OF(natives), call->dialect, request);
    bool speaks_openai = call->dialect == DIALECT_MISTRAL; /* the same but for details, and its own errors */
    call->operation = is_native ? LLM_OTHER : operation_of(request);
    if (speaks_openai)
        return;
    if (call->operation != LLM_OTHER || stands_in(openai_places, COUNT_OF(openai_places), call->dialect, request))
        call->dialect = DIALECT_OPENAI;
}

void llm_classify(const struct llm_catalogue *catalogue, const struct request *request, struct llm_call *call)
{
    llm_classify_entry(llm_catalogue_find(catalogue, &request->host), request, call);
}

void llm_classify_entry(const struct llm_entry *entry, const struct request *request, struct llm_call *call)
{
    *call = (struct llm_call){.operation = LLM_NONE};
    if (entry == NULL || (entry->kind != LLM_KIND_API && entry->kind != LLM_KIND_SHARED))
        return;
    call->dialect = entry->dialect;
    call->provider = entry->provider;
    call->shared = entry->kind == LLM_KIND_SHARED;
    if (!request->inside_known)
        call->operation = LLM_UNKNOWN;
    else if (call->shared && !is_llm_path(entry->paths, request->path))
        call->operation = LLM_NONE;
    else
        classify_inside(request, call);
}

bool llm_can_be_canned(enum llm_operation operation)
{
    return operation != LLM_EMBEDDINGS && operation != LLM_COUNT_TOKENS;
}
