/* SPDX-License-Identifier: Apache-2.0 */
/* Words that tell by themselves, or by the value behind them: names of SDKs, settings of TLS and of proxies. One table;
 * its first four bytes in a set of bits, so that most places cost one look. Case is not told apart. */
#include <string.h>

#include "scan_internal.h"
#include "setting.h"

enum sign_test {
    SIGN_ALONE,    /* the word is enough */
    SIGN_OFF,      /* its value says no */
    SIGN_ON,       /* its value says yes */
    SIGN_EMPTY,    /* its value is empty, null or false */
    SIGN_STAR,     /* its value begins with a star */
    SIGN_SET,      /* the program sets it: any value */
    SIGN_BASE_URL, /* its value is a URL */
};
enum sign_edge {
    EDGE_NONE,
    EDGE_WORD,   /* no letter, digit or `_` before or behind */
    EDGE_BEFORE, /* only before */
    EDGE_QUOTED, /* a quote before and behind: the key of an array */
};
struct sign {
    const char *word;
    enum scan_rule rule;
    enum sign_test test;
    enum sign_edge edge;
    const char *host; /* whom an SDK calls */
    const char *path;
};

#define TLS_ROW(word, test, edge)                                                                                      \
    {                                                                                                                  \
        word, SCAN_TLS_OFF, test, edge, "", ""                                                                         \
    }
#define PROXY_ROW(word, test, edge)                                                                                    \
    {                                                                                                                  \
        word, SCAN_PROXY_OVERRIDDEN, test, edge, "", ""                                                                \
    }
#define SDK_ROW(word, edge, ...)                                                                                       \
    {                                                                                                                  \
        word, SCAN_LLM_SDK, SIGN_ALONE, edge, __VA_ARGS__                                                              \
    }
#define OPENAI "api.openai.com", "/v1/chat/completions"
#define ANTHROPIC "api.anthropic.com", "/v1/messages"
#define GEMINI "generativelanguage.googleapis.com", "/v1beta/models/gemini:generateContent"
#define BASE_ROW(word)                                                                                                 \
    {                                                                                                                  \
        word, SCAN_LLM_BASE_URL, SIGN_BASE_URL, EDGE_WORD, "", ""                                                      \
    }

static const struct sign signs[] = {
    TLS_ROW("CURLOPT_SSL_VERIFYPEER", SIGN_OFF, EDGE_WORD),
    TLS_ROW("CURLOPT_SSL_VERIFYHOST", SIGN_OFF, EDGE_WORD),
    TLS_ROW("CURLOPT_PROXY_SSL_VERIFYPEER", SIGN_OFF, EDGE_WORD),
    TLS_ROW("CURLOPT_DOH_SSL_VERIFYPEER", SIGN_OFF, EDGE_WORD),
    TLS_ROW("verify_peer", SIGN_OFF, EDGE_WORD),
    TLS_ROW("verify_peer_name", SIGN_OFF, EDGE_WORD),
    TLS_ROW("verify_host", SIGN_OFF, EDGE_QUOTED),
    TLS_ROW("verifypeer", SIGN_OFF, EDGE_QUOTED),
    TLS_ROW("verifyhost", SIGN_OFF, EDGE_QUOTED),
    TLS_ROW("allow_self_signed", SIGN_ON, EDGE_WORD),
    TLS_ROW("verify", SIGN_OFF, EDGE_QUOTED),
    TLS_ROW("verify=False", SIGN_ALONE, EDGE_WORD),
    TLS_ROW("sslverify", SIGN_OFF, EDGE_WORD),
    TLS_ROW("ssl_verify", SIGN_OFF, EDGE_WORD),
    TLS_ROW("ssl_verify_peer", SIGN_OFF, EDGE_WORD),
    TLS_ROW("ssl_verifypeer", SIGN_OFF, EDGE_WORD),
    TLS_ROW("verify_ssl", SIGN_OFF, EDGE_WORD),
    TLS_ROW("verifySsl", SIGN_OFF, EDGE_WORD),
    TLS_ROW("strict-ssl", SIGN_OFF, EDGE_WORD),
    TLS_ROW("strictSSL", SIGN_OFF, EDGE_WORD),
    TLS_ROW("rejectUnauthorized", SIGN_OFF, EDGE_WORD),
    TLS_ROW("NODE_TLS_REJECT_UNAUTHORIZED", SIGN_OFF, EDGE_WORD),
    TLS_ROW("PYTHONHTTPSVERIFY", SIGN_OFF, EDGE_WORD),
    TLS_ROW("GIT_SSL_NO_VERIFY", SIGN_ON, EDGE_WORD),
    TLS_ROW("insecureSkipVerify", SIGN_ON, EDGE_WORD),
    TLS_ROW("withoutVerifying(", SIGN_ALONE, EDGE_BEFORE),
    TLS_ROW("_create_unverified_context", SIGN_ALONE, EDGE_NONE),
    TLS_ROW("ssl.CERT_NONE", SIGN_ALONE, EDGE_WORD),
    TLS_ROW("SSL_VERIFY_NONE", SIGN_ALONE, EDGE_BEFORE),
    TLS_ROW("VERIFY_NONE", SIGN_ALONE, EDGE_WORD),
    TLS_ROW("--no-check-certificate", SIGN_ALONE, EDGE_NONE),
    TLS_ROW("curl -k ", SIGN_ALONE, EDGE_BEFORE),
    TLS_ROW("curl --insecure", SIGN_ALONE, EDGE_BEFORE),
    PROXY_ROW("CURLOPT_PROXY", SIGN_EMPTY, EDGE_WORD),
    PROXY_ROW("CURLOPT_NOPROXY", SIGN_STAR, EDGE_WORD),
    PROXY_ROW("--noproxy", SIGN_STAR, EDGE_NONE),
    PROXY_ROW("NO_PROXY", SIGN_STAR, EDGE_WORD),
    PROXY_ROW("HTTPS_PROXY", SIGN_SET, EDGE_WORD),
    PROXY_ROW("HTTP_PROXY", SIGN_SET, EDGE_WORD),
    PROXY_ROW("ALL_PROXY", SIGN_SET, EDGE_WORD),
    PROXY_ROW("NO_PROXY", SIGN_SET, EDGE_WORD),
    PROXY_ROW("proxy", SIGN_EMPTY, EDGE_QUOTED),
    PROXY_ROW("proxy: false", SIGN_ALONE, EDGE_WORD),
    PROXY_ROW("proxy:!1", SIGN_ALONE, EDGE_WORD),
    PROXY_ROW("trust_env", SIGN_OFF, EDGE_WORD),
    SDK_ROW("openai-php/", EDGE_BEFORE, OPENAI),
    SDK_ROW("orhanerday/open-ai", EDGE_BEFORE, OPENAI),
    SDK_ROW("tectalic/openai", EDGE_BEFORE, OPENAI),
    SDK_ROW("OpenAI::client(", EDGE_BEFORE, OPENAI),
    SDK_ROW("OpenAI::factory(", EDGE_BEFORE, OPENAI),
    SDK_ROW("Orhanerday\\OpenAi", EDGE_BEFORE, OPENAI),
    SDK_ROW("new OpenAI(", EDGE_BEFORE, OPENAI),
    SDK_ROW("new AzureOpenAI(", EDGE_BEFORE, OPENAI),
    SDK_ROW("from openai import", EDGE_BEFORE, OPENAI),
    SDK_ROW("import openai\n", EDGE_BEFORE, OPENAI),
    SDK_ROW("import openai as", EDGE_BEFORE, OPENAI),
    SDK_ROW("require('openai')", EDGE_BEFORE, OPENAI),
    SDK_ROW("require(\"openai\")", EDGE_BEFORE, OPENAI),
    SDK_ROW("from 'openai'", EDGE_BEFORE, OPENAI),
    SDK_ROW("from \"openai\"", EDGE_BEFORE, OPENAI),
    SDK_ROW("\"openai\": \"", EDGE_NONE, OPENAI),
    SDK_ROW("@ai-sdk/", EDGE_NONE, OPENAI),
    SDK_ROW("@langchain/openai", EDGE_NONE, OPENAI),
    SDK_ROW("@anthropic-ai/", EDGE_NONE, ANTHROPIC),
    SDK_ROW("anthropic-ai/sdk", EDGE_QUOTED, ANTHROPIC),
    SDK_ROW("Anthropic::client(", EDGE_BEFORE, ANTHROPIC),
    SDK_ROW("Anthropic::factory(", EDGE_BEFORE, ANTHROPIC),
    SDK_ROW("new Anthropic(", EDGE_BEFORE, ANTHROPIC),
    SDK_ROW("from anthropic import", EDGE_BEFORE, ANTHROPIC),
    SDK_ROW("import anthropic\n", EDGE_BEFORE, ANTHROPIC),
    SDK_ROW("import anthropic as", EDGE_BEFORE, ANTHROPIC),
    SDK_ROW("from '@anthropic-ai", EDGE_BEFORE, ANTHROPIC),
    SDK_ROW("@google/generative-ai", EDGE_NONE, GEMINI),
    SDK_ROW("@google/genai", EDGE_NONE, GEMINI),
    SDK_ROW("google-gemini-php/", EDGE_BEFORE, GEMINI),
    SDK_ROW("Gemini::client(", EDGE_BEFORE, GEMINI),
    SDK_ROW("new GoogleGenAI(", EDGE_BEFORE, GEMINI),
    SDK_ROW("new GoogleGenerativeAI(", EDGE_BEFORE, GEMINI),
    SDK_ROW("@mistralai/mistralai", EDGE_NONE, "api.mistral.ai", "/v1/chat/completions"),
    SDK_ROW("cohere-ai", EDGE_QUOTED, "api.cohere.com", "/v2/chat"),
    SDK_ROW("groq-sdk", EDGE_QUOTED, "api.groq.com", "/openai/v1/chat/completions"),
    SDK_ROW("@aws-sdk/client-bedrock-runtime", EDGE_NONE, "bedrock-runtime.us-east-1.amazonaws.com", "/"),
    SDK_ROW("BedrockRuntimeClient(", EDGE_BEFORE, "bedrock-runtime.us-east-1.amazonaws.com", "/"),
    SDK_ROW("@huggingface/inference", EDGE_NONE, "router.huggingface.co", "/v1/chat/completions"),
    SDK_ROW("theodo-group/llphant", EDGE_BEFORE, OPENAI),
    SDK_ROW("prism-php/prism", EDGE_BEFORE, OPENAI),
    SDK_ROW("neuron-core/neuron-ai", EDGE_BEFORE, OPENAI),
    SDK_ROW("symfony/ai-", EDGE_BEFORE, OPENAI),
    BASE_ROW("OPENAI_BASE_URL"),
    BASE_ROW("OPENAI_API_BASE"),
    BASE_ROW("ANTHROPIC_BASE_URL"),
    BASE_ROW("AZURE_OPENAI_ENDPOINT"),
    BASE_ROW("GEMINI_BASE_URL"),
};

static uint32_t lead_of(const char *at)
{
    uint32_t lead;
    memcpy(&lead, at, sizeof(lead));
    return ((lead | 0x20202020u) * 2654435761u) >> 16;
}

void signs_index(struct scanner *scanner)
{
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        uint32_t bit = lead_of(signs[i].word);
        scanner->signs[bit / 64] |= UINT64_C(1) << (bit % 64);
    }
}

static bool is_word_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '_';
}

static bool is_quote(char byte)
{
    return byte == '"' || byte == '\'';
}

static bool has_edges(enum sign_edge edge, struct text text, size_t at, size_t end)
{
    char before = at > 0 ? text.data[at - 1] : ' ';
    char behind = end < text.length ? text.data[end] : ' ';
    if (edge == EDGE_QUOTED && behind == '\\')
        behind = end + 1 < text.length ? text.data[end + 1] : ' ';
    bool is_escape = at > 1 && text.data[at - 2] == '\\' && strchr("nrt", before) != NULL;
    switch (edge) {
    case EDGE_NONE:
        return true;
    case EDGE_BEFORE:
        return !is_word_byte(before) || is_escape;
    case EDGE_WORD:
        return (!is_word_byte(before) || is_escape) && !is_word_byte(behind) && before != '$';
    case EDGE_QUOTED:
        return is_quote(before) && is_quote(behind);
    }
    return false;
}

/* The program itself sets it, in place of whoever runs it. */
static bool is_set_by_program(const struct piece *piece, size_t at, size_t end)
{
    static const char *const setters[] = {"putenv(",     "process.env", "_SERVER[", "_ENV[",
                                          "os.environ[", "setenv(",     "unset ",   "ENV["};
    struct text line = piece_line_before(piece, at);
    struct text near = line.length > 24 ? text_after(line, line.length - 24) : line;
    struct setting value;
    for (size_t i = 0; i < COUNT_OF(setters); i++) {
        if (memmem(near.data, near.length, setters[i], strlen(setters[i])) == NULL)
            continue;
        if (strcmp(setters[i], "unset ") == 0 || memmem(line.data, line.length, "delete ", 7) != NULL)
            return true;
        return setting_read(piece->text, end, &value) || strcmp(setters[i], "putenv(") == 0;
    }
    return false;
}

/* `HTTPS_PROXY=` with nothing behind. */
static bool is_emptied(const struct piece *piece, const struct sign *sign, size_t end)
{
    struct setting value;
    return sign->word[0] != 'N' && piece->kind == SCAN_CONFIGURATION && end < piece->text.length &&
           piece->text.data[end] == '=' && setting_read(piece->text, end, &value) && value.word.length == 0;
}

static bool passes(const struct piece *piece, const struct sign *sign, size_t at, size_t end)
{
    struct setting value;
    switch (sign->test) {
    case SIGN_ALONE:
        return true;
    case SIGN_OFF:
        return setting_read(piece->text, end, &value) && setting_is_off(&value);
    case SIGN_ON:
        return setting_read(piece->text, end, &value) && setting_is_on(&value);
    case SIGN_EMPTY:
        return setting_read(piece->text, end, &value) && setting_is_empty(&value);
    case SIGN_STAR:
        return setting_read(piece->text, end, &value) && text_starts_with(value.word, TEXT("*"));
    case SIGN_SET:
        return is_set_by_program(piece, at, end) || is_emptied(piece, sign, end);
    case SIGN_BASE_URL:
        return setting_read(piece->text, end, &value) && text_starts_with(value.word, TEXT("http"));
    }
    return false;
}

/* Of a base URL that is of no vendor known here; the others are found as hosts. */
static bool name_base_url(struct piece *piece, size_t end, struct scan_finding *finding)
{
    struct setting value;
    struct host host;
    struct arena *arena = &piece->report->arena;
    bool good = setting_read(piece->text, end, &value);
    size_t colon = good ? text_index(value.word, ':', 0) : 0;
    struct text rest = good ? text_trim(text_after(value.word, colon), ":/") : TEXT("");
    struct text name;
    if (!good || !text_split(&rest, '/', &name))
        return false;
    struct text bare = text_part(name, 0, text_index(name, ':', 0));
    if (!host_parse(bare, &host) || llm_catalogue_find(piece->scanner->catalogue, &host) != NULL)
        return false;
    finding->host = arena_text(arena, host_text(&host));
    finding->is_foreign = true;
    return true;
}

static void add_sign(struct piece *piece, const struct sign *sign, size_t at, size_t end)
{
    struct scan_finding *finding = piece_add(piece, sign->rule, at);
    struct buffer what = {0};
    if (sign->test == SIGN_BASE_URL && !name_base_url(piece, end, finding)) {
        piece->report->finding_count--;
        return;
    }
    if (sign->host[0] != '\0') {
        finding->host = text_from(sign->host);
        finding->path = text_from(sign->path);
    }
    struct text word = text_trim(text_from(sign->word), "\" :(\n");
    buffer_append(&what, word);
    if (finding->host.length > 0)
        buffer_printf(&what, ", to %.*s", TEXT_ARG(finding->host));
    finding->what = arena_text(&piece->report->arena, buffer_text(&what));
    buffer_clear(&what);
    if (piece->kind == SCAN_PROSE || piece->kind == SCAN_LOCK || piece_is_comment(piece, at))
        finding->severity = SCAN_NOTE;
}

static void look_at_signs(struct piece *piece, size_t at)
{
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        const struct sign *sign = &signs[i];
        size_t length = strlen(sign->word);
        if (lead_of(piece->text.data + at) != lead_of(sign->word) || at + length > piece->text.length ||
            !text_equal_nocase(text_part(piece->text, at, length), text_from(sign->word)))
            continue;
        if (has_edges(sign->edge, piece->text, at, at + length) && passes(piece, sign, at, at + length)) {
            add_sign(piece, sign, at, at + length);
            return;
        }
    }
}

void find_signs(struct piece *piece)
{
    const uint64_t *bits = piece->scanner->signs;
    size_t last = piece->text.length < sizeof(uint32_t) ? 0 : piece->text.length - sizeof(uint32_t) + 1;
    size_t end = piece->end < last ? piece->end : last;
    for (size_t at = piece->from; at < end; at++) {
        uint32_t bit = lead_of(piece->text.data + at);
        if ((bits[bit / 64] >> (bit % 64) & 1) != 0)
            look_at_signs(piece, at);
    }
}
