/* SPDX-License-Identifier: Apache-2.0 */
/* The nouns: what a request, a verdict, a plan and a reason are. Read this header first; then go the way of a request:
 *
 *     session.h    a client connection: carries exchanges one after the other, is opened, or becomes a tunnel
 *     exchange.h   one request, step by step (in SOCKS, or meant for another: exchange/wish.h). Each step, with the
 *                  function that does its work:
 *     http.h       read_head: take_head of the side, however the connection frames it (its bytes: wire.h)
 *     ask.h        ... ask_read: it becomes the request that is judged, with one host (name.h), one port, one path
 *     policy.h     judge: policy_judge, to a decision: a verdict, the plan that follows, and why (its rule)
 *     budget.h     ... budget_stay_begin: is there room under its limits?
 *     inference.h  read_body: inference_hold and _read, of an LLM call (llm.h) that is answered here; its words:
 *                  dialect.h, canon.h
 *     account.h    commit: account_decide; the decision is on disk before anything leaves, with two exceptions
 *                  that the operator may choose (audit.h; record.h, store.h, tlog.h)
 *     engine.h     queue: engine_turn_take; which engine has a rerouted call, and when
 *     net.h        resolve: resolve_start, unless route_take has a connection that was kept; each address that may
 *                  be dialled becomes a judged_address (policy.h)
 *     route.h      dial: route_connect, to a judged address; tls.h binds it to the decided name
 *     filter.h     pass: filters_give, request up, reply down; what content passes on its way
 *     account.h    done: account_complete; the outcome, joined to the decision by its id
 *
 * Around it: worker.h (a thread that has all of these), daemon.h (the process), config.h (the file), names.h (questions
 * for names, by DNS), admin.h, anchor.h, export.h, evidence.h. docs/architecture.md has the floors that they stand on,
 * docs/life-of-a-request.md the tables of steps.
 *
 * Said once, for all contracts: a `struct text` borrows its bytes from where the contract says; what *_new returns is
 * the caller's and never NULL unless said (memory that is not to be had ends the process); *_free takes NULL where it
 * says so. MUST_CHECK functions return false or a reason when they refuse. Names end in their unit: _ms, _us; times are
 * steady (since some start) unless it is said that they are wall time; sizes are bytes. What belongs to a loop is used
 * from its thread alone, and calls back from its turns. */
#ifndef EXEAT_MODEL_H
#define EXEAT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "exeat/base/attributes.h"
#include "exeat/base/detail.h"
#include "exeat/base/text.h"
#include "exeat/model/client.h"
#include "exeat/model/scheme.h"
#include "exeat/name.h"

enum { REQUEST_ID_SIZE = 16, REQUEST_ID_TEXT_SIZE = 33 };
struct request_id {
    uint8_t bytes[REQUEST_ID_SIZE];
};
void request_id_write(const struct request_id *id, char out[REQUEST_ID_TEXT_SIZE]); /* hex, NUL */

/* What the policy says. The numbers stand in the records. */
enum verdict { VERDICT_ALLOW = 1, VERDICT_DENY = 2, VERDICT_REROUTE = 3, VERDICT_ERROR = 4 };
const char *verdict_name(enum verdict verdict);                         /* static */
MUST_CHECK bool verdict_parse(struct text text, enum verdict *verdict); /* false: no verdict is called so */

/* What the gate will do about it; in the outcome, `done`: what it did. The numbers stand in the records. */
enum plan {
    PLAN_TUNNEL = 1,  /* pass bytes on unread: TLS, or what a rule for tcp lets through */
    PLAN_FORWARD = 2, /* send the request to the host it names */
    PLAN_OPEN = 3,    /* terminate TLS and judge what is inside */
    PLAN_REROUTE = 4, /* answer from an inference endpoint */
    PLAN_ANSWER = 5,  /* answer from the built-in canned text */
    PLAN_REFUSE = 6,  /* say no */
};
const char *plan_name(enum plan plan); /* static */

/* Why: one row of one table (src/model/reason.c). The numbers stand in the records: append only. */
enum reason {
    REASON_NONE = 0,
    REASON_RULE,                 /* a rule of the policy says so */
    REASON_NO_RULE,              /* nothing matched */
    REASON_LLM_GUARD,            /* an LLM host that no rule names literally */
    REASON_LLM_OPERATION,        /* an LLM operation that cannot be answered here */
    REASON_OBSERVED,             /* observe mode let it through */
    REASON_MALFORMED_HEAD,       /* 400 */
    REASON_MALFORMED_BODY,       /* 400 */
    REASON_BAD_TARGET,           /* 400: host, port or target form */
    REASON_BAD_PATH,             /* 400: ambiguous, or not canonical where paths are judged */
    REASON_HEAD_TOO_LARGE,       /* 431 */
    REASON_TARGET_TOO_LONG,      /* 414 */
    REASON_BODY_TOO_LARGE,       /* 413 */
    REASON_METHOD_UNSUPPORTED,   /* 405: CONNECT inside an opened connection */
    REASON_TIMEOUT_HEAD,         /* 408 */
    REASON_TIMEOUT_BODY,         /* 408 */
    REASON_MISDIRECTED,          /* 421: inner Host is another name */
    REASON_LOOP,                 /* 403: our own Via, listener or admin socket */
    REASON_ADDRESS,              /* 403: every address of the name is forbidden */
    REASON_ADDRESS_METADATA,     /* 403: a metadata service */
    REASON_DNS_FAILED,           /* 502 */
    REASON_DNS_TIMEOUT,          /* 504 */
    REASON_CONNECT_FAILED,       /* 502 */
    REASON_CONNECT_TIMEOUT,      /* 504 */
    REASON_UPSTREAM_TLS,         /* 502: certificate or handshake */
    REASON_UPSTREAM_BROKEN,      /* 502: closed or malformed before an answer; later: the stream was cut */
    REASON_UPSTREAM_TIMEOUT,     /* 504 */
    REASON_INFERENCE_DOWN,       /* 503: no inference endpoint answered */
    REASON_SNI_MISMATCH,         /* TLS alert */
    REASON_SNI_ABSENT,           /* TLS alert */
    REASON_NOT_TLS,              /* bytes in a tunnel that are no ClientHello */
    REASON_ECH,                  /* encrypted ClientHello, and the policy says deny */
    REASON_CLIENT_TLS,           /* the client refused our certificate or the handshake failed */
    REASON_CLIENT_GONE,          /* the client closed or reset */
    REASON_IDLE,                 /* nothing moved for the inactivity limit */
    REASON_DRAIN,                /* cut at the end of the drain */
    REASON_AUDIT_UNAVAILABLE,    /* 503: the record could not be written */
    REASON_OPENED_UNUSED,        /* opened, and no request followed */
    REASON_LIMIT,                /* 503: too many connections */
    REASON_CLIENT_UNKNOWN,       /* 407: credentials that fit no client */
    REASON_INTERNAL,             /* 500: a broken promise of ours */
    REASON_PATTERN_LIMIT,        /* 403: a regular expression of the policy gave up on this path */
    REASON_BYPASSED,             /* a bypass let it through */
    REASON_POLICY_CHANGED,       /* a tunnel that a new policy would not have */
    REASON_BODY_ENCODED,         /* 415: a call that is read here came with a Content-Encoding */
    REASON_CREDENTIALS_NEEDED,   /* 407: refused to who shows none, and somebody's would help */
    REASON_ANSWER_TOO_LARGE,     /* an endpoint's answer is larger than limits.answer_held */
    REASON_CLIENT_NOBODY,        /* 403: it came from elsewhere, and no client fits */
    REASON_UPSTREAM_PIN,         /* 502: a good certificate, and none that the rule pins */
    REASON_UPSTREAM_REVOKED,     /* 502: whoever issued the certificate has taken it back */
    REASON_DNS_TYPE,             /* the name may be asked for, in another type */
    REASON_DNS_SEARCH,           /* a search list made the name */
    REASON_DNS_LIMIT,            /* too many names under one suffix, or questions */
    REASON_DNS_HERE,             /* the gate answers it by itself */
    REASON_DNS_MALFORMED,        /* no question that can be answered */
    REASON_FOLLOWED,             /* a certificate of an allowed host names the URL, and its rule follows it */
    REASON_UPSTREAM_PROXY,       /* 502: the proxy on the way said no, or nothing that it may say */
    REASON_LIMIT_REQUESTS,       /* 429: more requests than `limit` has */
    REASON_LIMIT_CONCURRENT,     /* 503: more at once */
    REASON_LIMIT_BYTES,          /* 429: later: the stream was cut */
    REASON_LIMIT_TOKENS,         /* 429 */
    REASON_TOO_LONG,             /* 504, or later: it was cut */
    REASON_INFERENCE_BUSY,       /* 503: all slots are taken, and their queue is full or too slow */
    REASON_MEMORY,               /* 503: limits.memory */
    REASON_NET_UNREACHABLE,      /* 502: no route leads to the host's network */
    REASON_HOST_UNREACHABLE,     /* 502: nothing is at the host's address */
    REASON_INSPECT_DENIED,       /* 403: it holds what the rule's `inspect` lets nobody send */
    REASON_INSPECT_UNREADABLE,   /* 422: nobody can say what it holds */
    REASON_INSPECT_UNSEEN,       /* 403: what would follow cannot be looked at: a WebSocket */
    REASON_INSPECT_UNCHANGED,    /* 403: what is to be redacted cannot be changed */
    REASON_INSPECT_ANSWER,       /* 502: the answer holds what the rule lets nobody have, or cannot be read */
    REASON_KEY_ELSEWHERE,        /* 403: a vendor's key on its way to a host that is not its vendor's */
    REASON_CREDENTIAL_MISPLACED, /* 403: the placeholder of a credential stands where it does not belong */
    REASON_CREDENTIAL_MISSING,   /* 403: it does not stand where the rule puts the secret in */
    REASON_CANARY_SEEN,          /* 403: a value is in it that was planted so that nobody sends it */
    REASON_COUNT
};
struct reason_row {
    const char *code; /* for records, metrics and bodies: snake_case */
    const char *text; /* one sentence for people */
    uint16_t status;  /* the HTTP status of the refusal; 0 when there is none to send */
};
const struct reason_row *reason_row(enum reason reason);             /* static */
MUST_CHECK bool reason_parse(struct text code, enum reason *reason); /* false: there is none */

/* What kind of LLM call it is, if any (found by llm_classify). */
enum llm_operation {
    LLM_NONE = 0, /* not an LLM host, or a path of a shared host that is no LLM call */
    LLM_CHAT,
    LLM_COMPLETIONS,
    LLM_EMBEDDINGS,
    LLM_MODELS,
    LLM_RESPONSES,
    LLM_OTHER,   /* an LLM host, an operation that cannot be answered here */
    LLM_UNKNOWN, /* an LLM host, path not known yet (CONNECT) */
    LLM_COUNT_TOKENS,
    LLM_RERANK /* texts are sorted by how well each answers a question */
};
const char *llm_operation_name(enum llm_operation operation); /* static */
enum llm_dialect {
    DIALECT_NONE = 0,
    DIALECT_OPENAI,
    DIALECT_ANTHROPIC,
    DIALECT_GEMINI,
    DIALECT_BEDROCK,
    DIALECT_COHERE,
    DIALECT_MISTRAL,
    DIALECT_OLLAMA,
    DIALECT_OTHER
};
extern const char *const llm_dialect_words[];                                   /* by enum llm_dialect */
const char *llm_dialect_name(enum llm_dialect dialect);                         /* static */
MUST_CHECK bool llm_dialect_parse(struct text text, enum llm_dialect *dialect); /* false: there is none */
struct llm_call {
    enum llm_operation operation;
    enum llm_dialect dialect;
    struct text provider; /* the catalogue's name */
    bool shared;          /* a host with other uses too */
};

/* A request of which nobody said when it is asked: what ends by itself counts against letting out. */
#define ASKED_UNKNOWN INT64_C(0)
/* Before anything has ended: a policy as it is written. */
#define ASKED_AT_FIRST INT64_MIN
/* What is asked for. At CONNECT only client, host and port are known. */
struct request {
    struct client client;
    int64_t asked_us; /* by the wall clock, since 1970; or one of the two above */
    enum scheme scheme;
    struct host host;
    uint16_t port;
    bool inside_known; /* method, path and query below are known */
    struct text method;
    struct text path;           /* canonical */
    struct text query;          /* as sent, without "?" */
    struct text path_otherwise; /* how it is read where dot segments stay; empty: as `path` */
    bool path_was_canonical; /* it is read as `path` by everybody; else as `path_otherwise` too, or nobody knows how */
};

/* An address that has been judged for one decision. The policy makes them: policy_judge_address
 * of a host's, policy_judge_endpoint and policy_judge_socket of what the operator wrote himself (endpoints, proxies);
 * and, of what no client has a say in, web_call: the peer of the gate's own calls (witness, `check --online`). */
struct judged_address {
    struct address address;
    uint16_t port;
    bool is_socket; /* none of both: the host is a Unix socket, HOST_SOCKET */
};

#endif
