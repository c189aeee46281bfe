/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal is called in Proxy-Status (RFC 9209 section 2.3): one table for all reasons, one for what was wrong
 * with a host's reply. */
#include "exeat/base/check.h"
#include "exeat/model/fault.h"

static const char denied[] = "http_request_denied";
static const char request[] = "http_request_error";
static const char prohibited[] = "destination_ip_prohibited";
static const char ours[] = "proxy_internal_error";

static const char *const of_reasons[] = {
    [REASON_NONE] = ours,
    [REASON_RULE] = denied,
    [REASON_NO_RULE] = denied,
    [REASON_LLM_GUARD] = denied,
    [REASON_LLM_OPERATION] = denied,
    [REASON_OBSERVED] = ours,
    [REASON_MALFORMED_HEAD] = request,
    [REASON_MALFORMED_BODY] = request,
    [REASON_BAD_TARGET] = request,
    [REASON_BAD_PATH] = request,
    [REASON_HEAD_TOO_LARGE] = request,
    [REASON_TARGET_TOO_LONG] = request,
    [REASON_BODY_TOO_LARGE] = request,
    [REASON_METHOD_UNSUPPORTED] = request,
    [REASON_TIMEOUT_HEAD] = request,
    [REASON_TIMEOUT_BODY] = request,
    [REASON_MISDIRECTED] = request,
    [REASON_LOOP] = "proxy_loop_detected",
    [REASON_ADDRESS] = prohibited,
    [REASON_ADDRESS_METADATA] = prohibited,
    [REASON_DNS_FAILED] = "dns_error",
    [REASON_DNS_TIMEOUT] = "dns_timeout",
    [REASON_CONNECT_FAILED] = "connection_refused",
    [REASON_CONNECT_TIMEOUT] = "connection_timeout",
    [REASON_UPSTREAM_TLS] = "tls_certificate_error",
    [REASON_UPSTREAM_BROKEN] = "connection_terminated",
    [REASON_UPSTREAM_TIMEOUT] = "http_response_timeout",
    [REASON_INFERENCE_DOWN] = "destination_unavailable",
    [REASON_INFERENCE_BUSY] = "destination_unavailable",
    [REASON_SNI_MISMATCH] = denied,
    [REASON_SNI_ABSENT] = denied,
    [REASON_NOT_TLS] = denied,
    [REASON_ECH] = denied,
    [REASON_CLIENT_TLS] = request,
    [REASON_CLIENT_GONE] = request,
    [REASON_IDLE] = "connection_read_timeout",
    [REASON_DRAIN] = ours,
    [REASON_AUDIT_UNAVAILABLE] = ours,
    [REASON_OPENED_UNUSED] = ours,
    [REASON_LIMIT] = "proxy_internal_response",
    [REASON_CLIENT_UNKNOWN] = denied,
    [REASON_INTERNAL] = ours,
    [REASON_PATTERN_LIMIT] = denied,
    [REASON_BYPASSED] = ours,
    [REASON_POLICY_CHANGED] = denied,
    [REASON_BODY_ENCODED] = request,
    [REASON_CREDENTIALS_NEEDED] = denied,
    [REASON_ANSWER_TOO_LARGE] = "http_response_body_size",
    [REASON_CLIENT_NOBODY] = denied,
    [REASON_UPSTREAM_PIN] = "tls_certificate_error",
    [REASON_UPSTREAM_REVOKED] = "tls_certificate_error",
    [REASON_DNS_TYPE] = ours, /* this and what follows is never said in HTTP */
    [REASON_DNS_SEARCH] = ours,
    [REASON_DNS_LIMIT] = ours,
    [REASON_DNS_HERE] = ours,
    [REASON_DNS_MALFORMED] = ours,
    [REASON_FOLLOWED] = ours,
    [REASON_UPSTREAM_PROXY] = "destination_unavailable",
    [REASON_LIMIT_REQUESTS] = denied,
    [REASON_LIMIT_CONCURRENT] = denied,
    [REASON_LIMIT_BYTES] = denied,
    [REASON_LIMIT_TOKENS] = denied,
    [REASON_TOO_LONG] = "http_response_timeout",
    [REASON_MEMORY] = ours,
    [REASON_NET_UNREACHABLE] = "destination_ip_unroutable",
    [REASON_HOST_UNREACHABLE] = "destination_ip_unroutable",
    [REASON_INSPECT_DENIED] = denied,
    [REASON_INSPECT_UNREADABLE] = request,
    [REASON_INSPECT_UNSEEN] = denied,
    [REASON_INSPECT_UNCHANGED] = denied,
    [REASON_INSPECT_ANSWER] = "http_protocol_error",
    [REASON_KEY_ELSEWHERE] = denied,
    [REASON_CREDENTIAL_MISPLACED] = denied,
    [REASON_CREDENTIAL_MISSING] = denied,
    [REASON_CANARY_SEEN] = denied,
};
_Static_assert(COUNT_OF(of_reasons) == REASON_COUNT, "every reason has an error type");

const char *proxy_error(enum reason reason, enum flaw flaw)
{
    ASSERT(reason < REASON_COUNT);
    switch (flaw) {
    case FLAW_NONE:
        break;
    case FLAW_SYNTAX:
        return "http_protocol_error";
    case FLAW_HEAD_SIZE:
        return "http_response_header_section_size";
    case FLAW_CODING:
        return "http_response_transfer_coding";
    case FLAW_CLOSED:
        return "connection_terminated";
    case FLAW_PARTIAL:
        return "http_response_incomplete";
    case FLAW_UPGRADE:
        return "http_upgrade_failed";
    }
    return of_reasons[reason];
}
