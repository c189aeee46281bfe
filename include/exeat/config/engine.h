/* SPDX-License-Identifier: Apache-2.0 */
/* The servers behind inference endpoints, and which of them may answer for a rule: as written. */
#ifndef EXEAT_CONFIG_ENGINE_H
#define EXEAT_CONFIG_ENGINE_H

#include "exeat/config/values.h"

/* What an endpoint speaks. */
enum endpoint_dialect { SPEAKS_OPENAI, SPEAKS_OLLAMA, SPEAKS_ANTHROPIC, SPEAKS_RESPONSES };
enum { SPEAKS_COUNT = SPEAKS_RESPONSES + 1 };

/* What is known of the server behind an endpoint beside where it is. */
enum engine_kind { ENGINE_KIND_NONE, ENGINE_KIND_LLAMA, ENGINE_KIND_VLLM, ENGINE_KIND_OLLAMA, ENGINE_KIND_TGI };
struct settings_engine {
    struct setting_text pool; /* it is one of several equals; empty: it stands alone */
    uint64_t slots;           /* calls that it serves at once; 0: as it says itself */
    uint64_t queue_length;    /* calls that wait for it when it is full */
    uint64_t queue_ms;        /* and for how long */
    enum engine_kind kind;    /* whose pages it has */
    struct text health_path;  /* empty: that of its kind */
    bool is_asked;            /* how it is */
    uint64_t health_ms;       /* how often */
    uint64_t keepalive_ms;    /* how often a stream says that its caller shall wait; 0: it does not */
    bool stands_by;           /* gets no calls before a swap */
    struct setting_text region;
    struct text region_file;  /* where `region` was read; empty: it is written, or nobody knows it */
    struct setting_text told; /* by that file */
    struct text adapter;
    struct setting_text expected; /* "sha256:" and 64 hex digits; empty: any model will do */
    struct text digest_file;      /* empty: none */
};

/* Answers to calls that say the very same. */
struct settings_cache {
    bool is_on;
    bool is_shared; /* by clients */
    uint64_t keep_ms;
    uint64_t size; /* bytes */
};

/* Who may answer for a rule, and how long they may take; 0: as `timeouts.stream`. */
struct settings_answerers {
    struct setting_texts residency; /* regions that an endpoint must be in; absent: any */
    uint64_t first_ms;              /* from the call to the first content */
    uint64_t between_ms;            /* from content to content */
    bool tells_who;                 /* answers say who served them */
    struct settings_cache cache;
    size_t *items; /* indexes of `inference` lists, in order: pools as their endpoints */
    size_t count;
};

#endif
