/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's sessions in the fake world, and what their clients say. */
#ifndef EXEAT_TEST_SCENE_H
#define EXEAT_TEST_SCENE_H

#include "exeat/session.h"
#include "fake.h"
#include "fake_tls.h"

/* By which all are judged that say nothing else. */
#define POLICY                                                                                                         \
    "version: 1\n"                                                                                                     \
    "listen: { forward: [\"127.0.0.1:3128\"] }\n"                                                                      \
    "tls: { authority: { certificate: c, key: k, names: [\"@llm\", open.example] } }\n"                                \
    "inference: [{ name: local, endpoint: \"http://127.0.0.1:8000\" }, { name: canned, builtin: canned, text: x }]\n"  \
    "rules:\n"                                                                                                         \
    "  - { id: plain, verdict: allow, hosts: [shop.example], schemes: [http], ports: [80], addresses: [192.0.2.0/24] " \
    "}\n"                                                                                                              \
    "  - { id: tunnel, verdict: allow, hosts: [shop.example], schemes: [https], addresses: [192.0.2.0/24] }\n"         \
    "  - { id: mail, verdict: allow, hosts: [mail.example], schemes: [tcp], ports: [25], addresses: [192.0.2.0/24] "   \
    "}\n"                                                                                                              \
    "  - { id: open, verdict: allow, hosts: [open.example], paths: [\"/v1/**\"] }\n"                                   \
    "  - { id: llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http, https], ports: [80, 443], inference: "        \
    "[local, canned] }\n"

enum { SCENE_POLICIES = 32 };
struct scene {
    char folder[64];
    char certificate[96];
    char key[96];
    struct tls_issuer *issuer;
    struct tls_server *server;
    struct tls_client *client;
    struct route *route;
    struct engines *engines;
    struct session_worker *worker;
    struct budgets *budgets;
    struct fake_peer *browser; /* the client */
    struct {
        char *text;            /* owned */
        struct policy *policy; /* owned: compiled once */
    } policies[SCENE_POLICIES];
};

/* Keys are made once; the rest is new for each test. tear_down holds it to what must be so whatever happened. */
int set_up_once(void **state);
int tear_down_once(void **state);
int set_up(void **state);
int tear_down(void **state);
void use_policy(struct scene *scene, const char *text, bool cuts);
struct fake_peer *come(struct scene *scene);
struct fake_peer *come_by(struct scene *scene, const struct session_listener *listener);
struct fake_peer *come_turned(struct scene *scene, uint16_t port); /* meant for 192.0.2.9 */
void plant(struct scene *scene);                                   /* a policy with PLANTED, which may not leave */
void say(struct fake_peer *peer, const char *text);                /* and all that follows happens */
void expect(const struct fake_peer *peer, const char *text);

void hello(struct fake_peer *peer, const char *name); /* a ClientHello, and no more */

/* Rules that look into requests and answers. What they find: */
#define CARD "4111 1111 1111 1111"
#define PHONE "+49 30 901820"
#define IBAN "DE89 3704 0044 0532 0130 00"
#define PLACE "schemes: [http], ports: [80], addresses: [192.0.2.0/24]"
#define SCREENED                                                                                                       \
    "version: 1\n"                                                                                                     \
    "inference: [{ name: local, endpoint: \"http://127.0.0.1:8000\" }, { name: canned, builtin: canned, text: x }]\n"  \
    "rules:\n"                                                                                                         \
    "  - { id: screened, verdict: allow, hosts: [shop.example], " PLACE ", inspect: { deny: [iban], redact: "          \
    "[card, email], restore: true, types: [image/png], answers: { deny: [iban], redact: [phone] } } }\n"               \
    "  - { id: large, verdict: allow, hosts: [large.example], " PLACE ", inspect: { redact: [card], limit: 64, "       \
    "oversize: pass, answers: { redact: [phone] } } }\n"                                                               \
    "  - { id: counted, verdict: allow, mode: observe, hosts: [counted.example], " PLACE ", inspect: { deny: "         \
    "[iban], redact: [card], answers: { deny: [iban] } } }\n"                                                          \
    "  - { id: screened-llm, verdict: reroute, hosts: [\"@llm\"], schemes: [http], ports: [80], inference: [local, "   \
    "canned], inspect: { deny: [iban], redact: [card], restore: true, answers: { redact: [phone] } } }\n"

#define PLANTED "Rabogesuvitakonilepodu"
/* Its head, and its body in two halves of which neither has it. */
#define POST_PLANTED                                                                                                   \
    "POST http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\nTransfer-Encoding: chunked\r\n\r\n"                   \
    "10\r\n{\"n\":\"Rabogesuvi\r\n"
#define REST_PLANTED "e\r\ntakonilepodu\"}\r\n"

#define GET_SHOP "GET http://shop.example/ HTTP/1.1\r\nHost: shop.example\r\n\r\n"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
#define CHAT_BODY "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}"
#define CHAT                                                                                                           \
    "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: "                \
    "application/json\r\nContent-Length: 60\r\n\r\n"

#define STREAMED_CHAT                                                                                                  \
    "POST http://api.openai.com/v1/chat/completions HTTP/1.1\r\nHost: api.openai.com\r\nContent-Type: "                \
    "application/json\r\nContent-Length: 70\r\n\r\n"                                                                   \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"h\"}],\"stream\":true}"
#define CONNECT_SHOP "CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example:443\r\n\r\n"
#define CONNECT_OPEN "CONNECT open.example:443 HTTP/1.1\r\nHost: open.example:443\r\n\r\n"

#endif
