/* SPDX-License-Identifier: Apache-2.0 */
/* The table of reasons: code, sentence, status. The numbers stand in records, so rows are only ever appended. */
#include "exeat/base/check.h"
#include "exeat/model.h"

static const struct reason_row rows[] = {
    [REASON_NONE] = {"none", "it went as decided", 0},
    [REASON_RULE] = {"rule", "a rule of the policy says so", 403},
    [REASON_NO_RULE] = {"no_rule", "no rule allows this request", 403},
    [REASON_LLM_GUARD] = {"llm_guard", "an LLM host that no rule names", 403},
    [REASON_LLM_OPERATION] = {"llm_operation", "an LLM operation that cannot be answered locally", 403},
    [REASON_OBSERVED] = {"observed", "let through by observe mode", 0},
    [REASON_MALFORMED_HEAD] = {"malformed_head", "the request head is malformed", 400},
    [REASON_MALFORMED_BODY] = {"malformed_body", "the request body is malformed", 400},
    [REASON_BAD_TARGET] = {"bad_target", "the request target is malformed or contradicts itself", 400},
    [REASON_BAD_PATH] = {"bad_path", "the path is ambiguous or not canonical", 400},
    [REASON_HEAD_TOO_LARGE] = {"head_too_large", "the request head is too large", 431},
    [REASON_TARGET_TOO_LONG] = {"target_too_long", "the request target is too long", 414},
    [REASON_BODY_TOO_LARGE] = {"body_too_large", "the body is larger than may be held", 413},
    [REASON_METHOD_UNSUPPORTED] = {"method_unsupported", "the method is not supported here", 405},
    [REASON_TIMEOUT_HEAD] = {"timeout_head", "the request head took too long", 408},
    [REASON_TIMEOUT_BODY] = {"timeout_body", "the request body took too long", 408},
    [REASON_MISDIRECTED] = {"misdirected", "the request names another host than its connection", 421},
    [REASON_LOOP] = {"loop", "the request would come back to the gate itself", 403},
    [REASON_ADDRESS] = {"address", "no address of the host may be connected to", 403},
    [REASON_ADDRESS_METADATA] = {"address_metadata", "the address is a metadata service", 403},
    [REASON_DNS_FAILED] = {"dns_failed", "the host name could not be resolved", 502},
    [REASON_DNS_TIMEOUT] = {"dns_timeout", "the host name was not resolved in time", 504},
    [REASON_CONNECT_FAILED] = {"connect_failed", "the host could not be connected to", 502},
    [REASON_CONNECT_TIMEOUT] = {"connect_timeout", "the host did not accept the connection in time", 504},
    [REASON_UPSTREAM_TLS] = {"upstream_tls", "the host's TLS handshake or certificate was refused", 502},
    [REASON_UPSTREAM_BROKEN] = {"upstream_broken", "the host broke off or answered malformed", 502},
    [REASON_UPSTREAM_TIMEOUT] = {"upstream_timeout", "the host did not answer in time", 504},
    [REASON_INFERENCE_DOWN] = {"inference_down", "no local inference endpoint answered", 503},
    [REASON_SNI_MISMATCH] = {"sni_mismatch", "the TLS server name is another than the one decided on", 0},
    [REASON_SNI_ABSENT] = {"sni_absent", "the TLS handshake names no server", 0},
    [REASON_NOT_TLS] = {"not_tls", "the tunnel does not start with a TLS handshake", 0},
    [REASON_ECH] = {"ech", "the policy refuses an encrypted ClientHello", 0},
    [REASON_CLIENT_TLS] = {"client_tls", "the TLS handshake with the client failed", 0},
    [REASON_CLIENT_GONE] = {"client_gone", "the client went away", 0},
    [REASON_IDLE] = {"idle", "nothing moved for too long", 0},
    [REASON_DRAIN] = {"drain", "cut at the end of the drain", 0},
    [REASON_AUDIT_UNAVAILABLE] = {"audit_unavailable", "the decision could not be recorded", 503},
    [REASON_OPENED_UNUSED] = {"opened_unused", "the connection was opened and no request followed", 0},
    [REASON_LIMIT] = {"limit", "too many connections", 503},
    [REASON_CLIENT_UNKNOWN] = {"client_unknown", "the proxy credentials fit no client", 407},
    [REASON_INTERNAL] = {"internal", "an error of the gate itself", 500},
    [REASON_PATTERN_LIMIT] =
        {"pattern_limit", "a regular expression of the policy reached its limit on this path", 403},
    [REASON_BYPASSED] = {"bypassed", "a bypass let it through", 0},
    [REASON_POLICY_CHANGED] = {"policy_changed", "a new policy would not have this tunnel", 0},
    [REASON_BODY_ENCODED] = {"body_encoded", "the body of an LLM call has a Content-Encoding", 415},
    [REASON_CREDENTIALS_NEEDED] =
        {"credentials_needed", "it is allowed to named clients alone, and no proxy credentials were sent", 407},
    [REASON_ANSWER_TOO_LARGE] =
        {"answer_too_large", "the answer of the inference endpoint is larger than limits.answer_held", 502},
    [REASON_CLIENT_NOBODY] = {"client_nobody", "it came from outside this machine, and no client fits", 403},
    [REASON_UPSTREAM_PIN] = {"upstream_pin", "the host's certificate has no key that the rule pins", 502},
    [REASON_UPSTREAM_REVOKED] = {"upstream_revoked", "the host's certificate was revoked by its issuer", 502},
    [REASON_DNS_TYPE] = {"dns_type", "the name may not be asked for in this type", 0},
    [REASON_DNS_SEARCH] = {"dns_search", "a search list made this name of one that is allowed", 0},
    [REASON_DNS_LIMIT] = {"dns_limit", "too many different names were asked for", 0},
    [REASON_DNS_HERE] = {"dns_here", "the gate answers this question by itself", 0},
    [REASON_DNS_MALFORMED] = {"dns_malformed", "the question is malformed or of no kind that is answered", 0},
    [REASON_FOLLOWED] = {"followed", "a certificate of an allowed host names the URL", 0},
    [REASON_UPSTREAM_PROXY] = {"upstream_proxy", "the proxy on the way to the host did not connect", 502},
    [REASON_LIMIT_REQUESTS] = {"limit_requests", "more requests than the limit has for this window of time", 429},
    [REASON_LIMIT_CONCURRENT] = {"limit_concurrent", "more requests at once than the limit has", 503},
    [REASON_LIMIT_BYTES] = {"limit_bytes", "the bytes of this window of time are used up", 429},
    [REASON_LIMIT_TOKENS] = {"limit_tokens", "the tokens of this window of time are used up", 429},
    [REASON_TOO_LONG] = {"too_long", "it took longer than timeouts.longest", 504},
    [REASON_INFERENCE_BUSY] = {"inference_busy", "all local inference endpoints are busy", 503},
    [REASON_MEMORY] = {"memory", "the gate has as much in memory as it may", 503},
    [REASON_NET_UNREACHABLE] = {"net_unreachable", "no route leads to the host's network", 502},
    [REASON_HOST_UNREACHABLE] = {"host_unreachable", "the host cannot be reached at its address", 502},
    [REASON_INSPECT_DENIED] = {"inspect_denied", "it holds data that the rule lets nobody send", 403},
    [REASON_INSPECT_UNREADABLE] =
        {"inspect_unreadable", "the rule looks into bodies, and this one cannot be read", 422},
    [REASON_INSPECT_UNSEEN] =
        {"inspect_unseen", "the rule looks into requests, and what would follow cannot be seen", 403},
    [REASON_INSPECT_UNCHANGED] =
        {"inspect_unchanged", "it holds data that the rule redacts, where nothing can be changed", 403},
    [REASON_INSPECT_ANSWER] =
        {"inspect_answer", "the answer holds data that the rule keeps out, or cannot be read", 502},
    [REASON_KEY_ELSEWHERE] = {"key_elsewhere", "it carries a vendor's key to a host that is not its vendor's", 403},
    [REASON_CREDENTIAL_MISPLACED] =
        {"credential_misplaced", "the placeholder of a credential stands where it may not", 403},
    [REASON_CREDENTIAL_MISSING] =
        {"credential_missing", "the rule puts a credential in, and its placeholder is not there", 403},
    [REASON_CANARY_SEEN] = {"canary_seen", "a value is in it that was planted so that nobody sends it", 403},
};
_Static_assert(COUNT_OF(rows) == REASON_COUNT, "every reason has a row");

const struct reason_row *reason_row(enum reason reason)
{
    ASSERT(reason < REASON_COUNT);
    return &rows[reason];
}

bool reason_parse(struct text code, enum reason *reason)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (text_equal(code, text_from(rows[i].code))) {
            *reason = (enum reason)i;
            return true;
        }
    }
    return false;
}
