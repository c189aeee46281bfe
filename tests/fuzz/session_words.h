/* SPDX-License-Identifier: Apache-2.0 */
/* What is said in the world of fuzz_session_bytes, and the policies that it has in force, one after the other. */
#ifndef EXEAT_FUZZ_SESSION_WORDS_H
#define EXEAT_FUZZ_SESSION_WORDS_H

#define LOCAL "addresses: [192.0.2.0/24]"
#define AUTHORITY "tls: { authority: { certificate: c, key: k, names: [\"@llm\", open.example] } }\n"

/* The first is in force at the beginning. Under the second places are few, so that calls wait and limits are used up;
 * the third lets nothing out; the fourth asks who it is; the fifth opens; the sixth looks into what leaves. A rule of
 * the fourth is called as the only client that it is for. */
static const char *const rules[] = {
    "version: 1\n"
    "inference: [{ name: local, endpoint: \"http://local.example:8000\" }, { name: canned, builtin: canned, text: x "
    "}]\n"
    "rules:\n"
    "  - { id: plain, verdict: allow, hosts: [shop.example], schemes: [http], ports: [80], " LOCAL " }\n"
    "  - { id: tunnel, verdict: allow, hosts: [shop.example], schemes: [https], " LOCAL " }\n"
    "  - { id: mail, verdict: allow, hosts: [mail.example], schemes: [tcp], ports: [25], " LOCAL " }\n"
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [local, canned] }\n",
    "version: 1\n"
    "inference: [{ name: one, endpoint: \"http://one.example:8000\", pool: shop, slots: 1, queue: { length: 1, wait: "
    "2s } }, { name: two, endpoint: \"http://two.example:8000\", pool: shop, slots: 1 }, "
    "{ name: canned, builtin: canned, text: x }]\n"
    "rules:\n"
    "  - { id: plain, verdict: allow, hosts: [shop.example], schemes: [http, https], ports: [80, 443], " LOCAL
    ", limit: { requests: 5/d, bytes: 1KiB/d, concurrent: 2 } }\n"
    "  - { id: raw, verdict: allow, schemes: [tcp], ports: [25], " LOCAL ", limit: { concurrent: 1 } }\n"
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [shop, canned], "
    "first_token: 1s, between_tokens: 1s, limit: { tokens: 3/d } }\n",
    "version: 1\nrules: []\n",
    "version: 1\n" AUTHORITY "clients:\n"
    "  web: { user: web, secret_sha256: 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b }\n"
    "  job: { token_sha256: [9f9f5111f7b27a781f1f1ddde5ebc2dd2b796bfc7365c9c28b548e564176929f] }\n"
    "rules:\n"
    "  - { id: web, verdict: allow, from: [web], hosts: [shop.example], schemes: [http, https], ports: [80, "
    "443], " LOCAL " }\n"
    "  - { id: job, verdict: allow, from: [job], hosts: [open.example], paths: [\"/v1/**\"], " LOCAL " }\n",
    "version: 1\n" AUTHORITY
    "inference: [{ name: local, endpoint: \"http://local.example:8000\" }, { name: canned, builtin: canned, text: x "
    "}]\n"
    "rules:\n"
    "  - { id: tunnel, verdict: allow, hosts: [shop.example], schemes: [https], " LOCAL " }\n"
    "  - { id: open, verdict: allow, hosts: [open.example], paths: [\"/v1/**\"], " LOCAL " }\n"
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [https], inference: [local, canned] }\n",
    "version: 1\n" AUTHORITY
    "inference: [{ name: local, endpoint: \"http://local.example:8000\" }, { name: canned, builtin: canned, text: x "
    "}]\n"
    "detectors: { planted: { pattern: 'SECRET-[0-9]{4}' }, hidden: { pattern: 'HIDDEN-[0-9]{4}' } }\n"
    "rules:\n"
    "  - { id: screened, verdict: allow, hosts: [shop.example], schemes: [http], ports: [80], " LOCAL
    ", inspect: { redact: [planted, email], deny: [iban], restore: true, answers: { deny: [hidden], redact: [phone] } "
    "} "
    "}\n"
    "  - { id: screened-open, verdict: allow, hosts: [open.example], " LOCAL
    ", inspect: { redact: [planted], restore: true } }\n"
    "  - { id: screened-llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http, https], ports: [80, 443], inference: "
    "[local, canned], inspect: { redact: [planted], restore: true, answers: { redact: [hidden] } } }\n",
};
/* What the rules that are called so let no upstream hear. */
#define PLANTED "SECRET-4711"
static const char *const known[] = {"web", "job"};

#define CHAT_BODY "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
#define PLANTED_CHAT "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"" PLANTED "\"}]}"
static const char *const asked[] = {
    "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n",
    "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n",
    "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: "
    "60\r\n\r\n" CHAT_BODY,
    "CONNECT mail.example:25 HTTP/1.1\r\nHost: mail.example:25\r\n\r\n",
    "GET http://shop.example/ws HTTP/1.1\r\nHost: shop.example\r\nUpgrade: websocket\r\nConnection: "
    "Upgrade\r\nSec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n",
    "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\nExpect: "
    "100-continue\r\n\r\n",
    "5\r\nhello\r\n0\r\n\r\n",
    "GET http://other.example/ HTTP/1.0\r\n\r\n",
    "CONNECT open.example:443 HTTP/1.1\r\nHost: open.example:443\r\n\r\n",
    "GET /v1/a HTTP/1.1\r\nHost: open.example\r\n\r\n",
    "GET /v2/b HTTP/1.1\r\nHost: open.example\r\n\r\n",
    "GET /v1/a HTTP/1.1\r\nHost: shop.example\r\n\r\n",
    "CONNECT api.openai.com:443 HTTP/1.1\r\nHost: api.openai.com:443\r\n\r\n",
    "POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 60\r\n\r\n" CHAT_BODY,
    "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nProxy-Authorization: Basic d2ViOnNlY3JldA==\r\n\r\n",
    "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nProxy-Authorization: Basic d2ViOndyb25n\r\n\r\n",
    "CONNECT open.example:443 HTTP/1.1\r\nHost: open.example:443\r\nProxy-Authorization: Bearer "
    "0123456789abcdef\r\n\r\n",
    "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\nProxy-Authorization: Basic "
    "d2ViOnNlY3JldA==\r\n\r\n",
    "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/json\r\nContent-Length: "
    "19\r\n\r\n{\"a\":\"" PLANTED "\"}",
    "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nContent-Type: text/plain\r\nTransfer-Encoding: "
    "chunked\r\n\r\n7\r\nSECRET-\r\n",
    "4\r\n4711\r\n0\r\n\r\n",
    "GET http://shop.example/?a=" PLANTED " HTTP/1.1\r\nHost: shop.example\r\n\r\n",
    "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nX-Note: " PLANTED "\r\n\r\n",
    "POST /v1/a HTTP/1.1\r\nHost: open.example\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
    "13\r\n\r\na=" PLANTED,
    "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: "
    "80\r\n\r\n" PLANTED_CHAT,
    "POST /v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Length: 80\r\n\r\n" PLANTED_CHAT,
};
#define EVENT_OF(content) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" content "\"}}]}\n\n"
static const char *const answered[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n",
    "220 hello\r\n",
    "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"model\":\"mm\"}",
    "HTTP/1.1 429 Slow\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 101 Go\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: {}\n\ndata: [DONE]\n\n",
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 19\r\n\r\n{\"a\":\"[PLANTED_1]\"}",
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nHIDDEN-\r\n",
    "4\r\n0815\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" EVENT_OF("HIDDEN-08 [PLAN"),
    EVENT_OF("TED_1] HIDDEN-0"),
    EVENT_OF("815") "data: [DONE]\n\n",
};
/* Whom a client's handshake means. */
static const char *const meant[] = {"open.example", "api.openai.com", "shop.example", "other.example"};

#endif
