/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of LLM hosts, and what kind of LLM call a request is. Pure after loading; immutable and shared. */
#ifndef EXEAT_LLM_H
#define EXEAT_LLM_H

#include "exeat/model.h"

enum llm_kind { LLM_KIND_API, LLM_KIND_SHARED, LLM_KIND_WEB, LLM_KIND_OTHER };

struct llm_entry {
    struct host_pattern pattern;
    struct text provider;
    enum llm_dialect dialect;
    enum llm_kind kind;
    struct text paths; /* for shared hosts: path globs, comma-separated; empty: any path may be an LLM call */
    struct text source;
};

struct llm_catalogue;

/* The catalogue built into the binary from config/llm-hosts.tsv. Never fails: its file is checked by a test. */
struct llm_catalogue *llm_catalogue_new(void);
void llm_catalogue_free(struct llm_catalogue *catalogue);
/* Adds an operator's entry (`llm:` in the YAML); texts are copied. */
void llm_catalogue_add(struct llm_catalogue *catalogue, const struct llm_entry *entry);
size_t llm_catalogue_count(const struct llm_catalogue *catalogue);
const struct llm_entry *llm_catalogue_at(const struct llm_catalogue *catalogue, size_t index);
struct text llm_catalogue_version(const struct llm_catalogue *catalogue); /* a short digest of its text */

/* The most specific entry whose pattern has this host; NULL when it is none of an LLM. Kinds API and SHARED are the
 * group
 * @llm, WEB is @llm-web. */
const struct llm_entry *llm_catalogue_find(const struct llm_catalogue *catalogue, const struct host *host);

/* What kind of call, of a host whose entry is known already; NULL: it has none. */
void llm_classify_entry(const struct llm_entry *entry, const struct request *request, struct llm_call *call);
/* What kind of call: by host, and by method and path when `request->inside_known`: then the dialect is that of the
 * path, which is OpenAI's in many places of other vendors. */
void llm_classify(const struct llm_catalogue *catalogue, const struct request *request, struct llm_call *call);

/* What a request of LLM_OTHER is, and what to do instead, in words for people; static; empty: nothing is known of it.
 */
const char *llm_refused(const struct request *request);

/* Whether a fixed text answers it: that has no vectors, and made-up ones would spoil an index; nor has it tokens. */
bool llm_can_be_canned(enum llm_operation operation);

#endif
