/* SPDX-License-Identifier: Apache-2.0 */
/* The calls: a short question to a model of each vendor. */
#include "exeat/llm.h"
#include "exeat/trial.h"

#define QUESTION "Say hello in one short sentence."
#define MESSAGES "\"messages\":[{\"role\":\"user\",\"content\":\"" QUESTION "\"}]"
#define STREAM ",\"stream\":true"
#define NO_STREAM ",\"stream\":false" /* a stream is what is not said otherwise */

static const struct trial_vendor vendors[] = {
    {"openai", "api.openai.com", "/v1/chat/completions", "/v1/chat/completions",
     "{\"model\":\"gpt-4o-mini\"," MESSAGES "%s}", "", STREAM},
    {"anthropic", "api.anthropic.com", "/v1/messages", "/v1/messages",
     "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":64," MESSAGES "%s}", "", STREAM},
    {"gemini", "generativelanguage.googleapis.com", "/v1beta/models/gemini-2.5-flash:generateContent",
     "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
     "{\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"" QUESTION "\"}]}]%s}", "", ""},
    {"bedrock", "bedrock-runtime.eu-central-1.amazonaws.com",
     "/model/anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse",
     "/model/anthropic.claude-3-5-sonnet-20240620-v1%3A0/converse-stream",
     "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"" QUESTION "\"}]}]%s}", "", ""},
    {"cohere", "api.cohere.com", "/v2/chat", "/v2/chat", "{\"model\":\"command-a-03-2025\"," MESSAGES "%s}", "",
     STREAM},
    {"mistral", "api.mistral.ai", "/v1/chat/completions", "/v1/chat/completions",
     "{\"model\":\"mistral-small-latest\"," MESSAGES "%s}", "", STREAM},
    {"ollama", "ollama.com", "/api/chat", "/api/chat", "{\"model\":\"gpt-oss:20b\"," MESSAGES "%s}", NO_STREAM, ""},
    {"rerank", "api.cohere.com", "/v2/rerank", NULL,
     "{\"model\":\"rerank-v3.5\",\"query\":\"a warm coat\",\"documents\":[\"a summer dress\",\"a winter jacket\"]%s}",
     "", ""},
};

size_t trial_vendor_count(void)
{
    return COUNT_OF(vendors);
}

const struct trial_vendor *trial_vendor_at(size_t index)
{
    return &vendors[index];
}

static const struct trial_vendor *find_dialect(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(vendors); i++)
        if (text_equal(text_from(vendors[i].name), text_from(name)))
            return &vendors[i];
    return NULL;
}

const struct trial_vendor *trial_vendor_find(const struct llm_catalogue *catalogue, struct text word, struct host *host)
{
    for (size_t i = 0; i < COUNT_OF(vendors); i++)
        if (text_equal_nocase(text_from(vendors[i].name), word))
            return host_parse(text_from(vendors[i].host), host) ? &vendors[i] : NULL;
    const struct llm_entry *entry = host_parse_written(word, host) ? llm_catalogue_find(catalogue, host) : NULL;
    return entry == NULL ? NULL : find_dialect(llm_dialect_name(entry->dialect));
}
