/* SPDX-License-Identifier: Apache-2.0 */
/* The last nouns: what is kept of a request, its decision and its outcome. */
#ifndef EXEAT_MODEL_RECORD_H
#define EXEAT_MODEL_RECORD_H

#include "exeat/base/digest.h"
#include "exeat/model.h"

/* What of a decision is about a person: its record holds only a commitment to it, and it can be erased. */
struct decision_personal {
    struct text client_address;
    struct text path;
    struct text query;
};

/* The LLM call that it is. Texts borrowed, empty where it is none. */
struct llm_record {
    struct text provider;
    enum llm_operation operation;
    enum llm_dialect dialect; /* in which it was asked */
    struct text model;        /* requested */
};

/* The record of a decision, as the worker knows it; the writer adds sequence and times. All texts borrowed. */
struct decision_record {
    struct request_id id;
    uint64_t policy_sequence; /* of the POLICY record in force */
    enum verdict verdict;
    enum plan plan;
    enum reason reason;
    struct text rule;
    struct text method;
    enum scheme scheme; /* 0: unknown (malformed) */
    struct text host;
    uint16_t port;
    struct text sni; /* of the handshake that the request came in, where the gate opened it */
    struct llm_record llm;
    struct text client; /* name */
    struct client_known known;
    struct decision_personal personal;
    bool observed;          /* let through by observe mode; verdict says what enforce would do */
    struct text detail;     /* what exactly was wrong, in our own words */
    struct text found;      /* what was found in it, and what became of that: see record.h */
    struct text credential; /* name of the secret that was put in; empty: none */
    struct text cut;        /* as read: names of the texts that were longer, with commas between them */
};

/* Who it was that answered an LLM call, beside name and model. Texts borrowed; what is empty or 0 is not known. */
struct service_record {
    uint8_t step;             /* of the rule's list, from 1 on: a pool is one; 0: nobody's turn came */
    enum llm_dialect dialect; /* that the endpoint speaks */
    struct text builtin;      /* what of the gate's own was given instead; empty: nothing */
    struct text finish;       /* why the answer ended */
    struct text version;      /* of the engine's program */
    struct text adapter;
    struct text region;
    struct text region_from; /* where that was read */
    struct digest digest;    /* of the model */
    bool has_digest;
    uint64_t first_us; /* from the request's beginning to the first content */
};

/* The record of what came of it. */
struct outcome_record {
    struct request_id id;
    enum plan done;
    enum reason reason; /* REASON_NONE: it went as decided */
    uint16_t status;    /* what the client was told; 0 in a tunnel */
    uint64_t bytes_up;
    uint64_t bytes_down;
    uint64_t duration_us;
    struct address address; /* dialled, or the first that was told; length 0: nothing was */
    uint8_t peer_key[32];   /* SHA-256 of the upstream's SPKI */
    bool has_peer_key;
    struct text inference; /* name of the endpoint that answered */
    struct text served_model;
    uint64_t tokens_in;
    uint64_t tokens_out;
    struct service_record service;
    struct text detail; /* of `reason` */
    struct text found;  /* in the answer; as that of a decision */
    struct text answer; /* of a question for a name: the code of DNS that was said */
    uint64_t questions; /* that were answered by this decision; 0: it is about no such question */
};

#endif
