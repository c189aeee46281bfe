/* SPDX-License-Identifier: Apache-2.0 */
/* What kind of LLM call a request is: providers put their own prefix before the same paths, so the end of the path
 * tells, and often whose dialect is spoken too. */
#include "exeat/llm.h"
#include "llm_internal.h"

static const struct operation_row {
    struct text method;
    struct text ending;
    enum llm_operation operation;
} rows[] = {
    {TEXT_INIT("POST"), TEXT_INIT("/chat/completions"), LLM_CHAT},
    {TEXT_INIT("POST"), TEXT_INIT("/completions"), LLM_COMPLETIONS},
    {TEXT_INIT("POST"), TEXT_INIT("/embeddings"), LLM_EMBEDDINGS},
    {TEXT_INIT("POST"), TEXT_INIT("/responses"), LLM_RESPONSES},
    {TEXT_INIT("POST"), TEXT_INIT("/rerank"), LLM_RERANK},
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

/* Where a vendor has all of OpenAI's API: what is not answered there is refused in OpenAI's words. */
static const struct dialect_path openai_places[] = {
    {DIALECT_BEDROCK, TEXT_INIT(""), TEXT_INIT("/openai/**")},
    {DIALECT_COHERE, TEXT_INIT(""), TEXT_INIT("/compatibility/**")},
    {DIALECT_GEMINI, TEXT_INIT(""), TEXT_INIT("/*/openai/**")},
    {DIALECT_GEMINI, TEXT_INIT(""), TEXT_INIT("/*/projects/*/locations/*/endpoints/openapi/**")},
    {DIALECT_OLLAMA, TEXT_INIT(""), TEXT_INIT("/v1/**")},
};

static bool fits(const struct dialect_path *path, enum llm_dialect dialect, const struct request *request)
{
    return path->dialect == dialect && (path->method.length == 0 || text_equal(path->method, request->method)) &&
           path_glob(path->glob, request->path);
}

static bool is_openai_place(enum llm_dialect dialect, const struct request *request)
{
    for (size_t i = 0; i < COUNT_OF(openai_places); i++)
        if (fits(&openai_places[i], dialect, request))
            return true;
    return false;
}

/* What ends like one of OpenAI's operations, and is the vendor's own. */
static const struct native_path {
    struct dialect_path path;
    enum llm_operation operation;
} natives[] = {
    {{DIALECT_ANTHROPIC, TEXT_INIT("GET"), TEXT_INIT("/v1/models")}, LLM_MODELS},
    {{DIALECT_ANTHROPIC, TEXT_INIT("GET"), TEXT_INIT("/v1/models/*")}, LLM_MODELS},
    {{DIALECT_COHERE, TEXT_INIT("POST"), TEXT_INIT("/v2/chat")}, LLM_CHAT},
    {{DIALECT_COHERE, TEXT_INIT("POST"), TEXT_INIT("/v2/embed")}, LLM_EMBEDDINGS},
    {{DIALECT_COHERE, TEXT_INIT("POST"), TEXT_INIT("/v1/rerank")}, LLM_RERANK},
    {{DIALECT_COHERE, TEXT_INIT("POST"), TEXT_INIT("/v2/rerank")}, LLM_RERANK},
    {{DIALECT_COHERE, TEXT_INIT("GET"), TEXT_INIT("/*/models")}, LLM_MODELS},
    {{DIALECT_COHERE, TEXT_INIT("GET"), TEXT_INIT("/*/models/*")}, LLM_MODELS},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/models")}, LLM_MODELS},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/models/*")}, LLM_MODELS},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/models")}, LLM_OTHER},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/models/*")}, LLM_OTHER},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/publishers/*/models")}, LLM_OTHER},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/projects/*/locations/*/publishers/*/models/*")}, LLM_OTHER},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/publishers/google/models")}, LLM_MODELS},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/publishers/google/models/*")}, LLM_MODELS},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/publishers/*/models")}, LLM_OTHER},
    {{DIALECT_GEMINI, TEXT_INIT("GET"), TEXT_INIT("/*/publishers/*/models/*")}, LLM_OTHER},
    {{DIALECT_OLLAMA, TEXT_INIT("POST"), TEXT_INIT("/api/chat")}, LLM_CHAT},
    {{DIALECT_OLLAMA, TEXT_INIT("POST"), TEXT_INIT("/api/generate")}, LLM_CHAT},
    {{DIALECT_OLLAMA, TEXT_INIT("POST"), TEXT_INIT("/api/embed")}, LLM_EMBEDDINGS},
    {{DIALECT_OLLAMA, TEXT_INIT("POST"), TEXT_INIT("/api/embeddings")}, LLM_EMBEDDINGS},
    {{DIALECT_OLLAMA, TEXT_INIT("GET"), TEXT_INIT("/api/tags")}, LLM_MODELS},
    {{DIALECT_OLLAMA, TEXT_INIT("GET"), TEXT_INIT("/api/ps")}, LLM_MODELS},
    {{DIALECT_OLLAMA, TEXT_INIT("GET"), TEXT_INIT("/api/version")}, LLM_MODELS},
    {{DIALECT_OLLAMA, TEXT_INIT("POST"), TEXT_INIT("/api/show")}, LLM_MODELS},
    {{DIALECT_OPENAI, TEXT_INIT("POST"), TEXT_INIT("/v1/sonar")}, LLM_CHAT},                /* Perplexity's */
    {{DIALECT_OPENAI, TEXT_INIT("POST"), TEXT_INIT("/async/chat/completions")}, LLM_OTHER}, /* of a later answer */
    {{DIALECT_OPENAI, TEXT_INIT("GET"), TEXT_INIT("/models/info")}, LLM_OTHER},             /* Azure Foundry's */
};
static const struct native_path *find_native(enum llm_dialect dialect, const struct request *request)
{
    for (size_t i = 0; i < COUNT_OF(natives); i++)
        if (fits(&natives[i].path, dialect, request))
            return &natives[i];
    return NULL;
}

/* What is a vendor's own by its end, and answered. Some have it behind a prefix, on hosts that speak OpenAI's dialect
 * beside. */
static const struct native_ending {
    enum llm_dialect dialect;
    enum llm_dialect host; /* DIALECT_NONE: of any host */
    struct text ending;
    enum llm_operation operation;
} endings[] = {
    {DIALECT_ANTHROPIC, DIALECT_NONE, TEXT_INIT("/v1/messages"), LLM_CHAT},
    {DIALECT_ANTHROPIC, DIALECT_NONE, TEXT_INIT("/v1/messages/count_tokens"), LLM_COUNT_TOKENS},
    {DIALECT_GEMINI, DIALECT_GEMINI, TEXT_INIT(":generateContent"), LLM_CHAT},
    {DIALECT_GEMINI, DIALECT_GEMINI, TEXT_INIT(":streamGenerateContent"), LLM_CHAT},
    {DIALECT_GEMINI, DIALECT_GEMINI, TEXT_INIT(":countTokens"), LLM_COUNT_TOKENS},
    {DIALECT_GEMINI, DIALECT_GEMINI, TEXT_INIT(":embedContent"), LLM_EMBEDDINGS},
    {DIALECT_GEMINI, DIALECT_GEMINI, TEXT_INIT(":batchEmbedContents"), LLM_EMBEDDINGS},
};

static const struct native_ending *find_ending(enum llm_dialect dialect, const struct request *request)
{
    if (!text_equal(request->method, TEXT("POST")))
        return NULL;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if ((endings[i].host == DIALECT_NONE || endings[i].host == dialect) &&
            text_ends_with(request->path, endings[i].ending))
            return &endings[i];
    return NULL;
}

static void classify_openai(const struct request *request, struct llm_call *call)
{
    call->operation = operation_of(request);
    if (call->dialect == DIALECT_MISTRAL) { /* at OpenAI's paths, and in words of its own */
        if (call->operation == LLM_COMPLETIONS || call->operation == LLM_RESPONSES || call->operation == LLM_RERANK)
            call->operation = LLM_OTHER;
    } else if (call->operation != LLM_OTHER || is_openai_place(call->dialect, request)) {
        call->dialect = DIALECT_OPENAI;
    }
}

static void classify_inside(const struct request *request, struct llm_call *call)
{
    const struct native_path *native = find_native(call->dialect, request);
    const struct native_ending *ending = find_ending(call->dialect, request);
    bool is_bedrock = call->dialect == DIALECT_BEDROCK && !is_openai_place(call->dialect, request);
    if (llm_vertex_call(request, call))
        return;
    if (native != NULL) {
        call->operation = native->operation;
    } else if (is_bedrock) {
        call->operation = llm_bedrock_operation(request);
    } else if (ending != NULL) {
        call->dialect = ending->dialect;
        call->operation = ending->operation;
    } else {
        classify_openai(request, call);
    }
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
