/* SPDX-License-Identifier: Apache-2.0 */
/* What a refusal is called in Proxy-Status (RFC 9209 section 2.3): one table for all reasons, one for what was wrong
 * with a host's reply. */
#include "exeat/base/check.h"
#include "exeat/model.h"

static const char DENIED[] = "http_request_denied";
static const char REQUEST[] = "http_request_error";
static const char PROHIBITED[] = "destination_ip_prohibited";
static const char OURS[] = "proxy_internal_error";

static const char *const of_reasons[] = {
    [REASON_NONE] = OURS,
    [REASON_RULE] = DENIED,
    [REASON_NO_RULE] = DENIED,
    [REASON_LLM_GUARD] = DENIED,
    [REASON_LLM_OPERATION] = DENIED,
    [REASON_OBSERVED] = OURS,
    [REASON_MALFORMED_HEAD] = REQUEST,
    [REASON_MALFORMED_BODY] = REQUEST,
    [REASON_BAD_TARGET] = REQUEST,
    [REASON_BAD_PATH] = REQUEST,
    [REASON_HEAD_TOO_LARGE] = REQUEST,
    [REASON_TARGET_TOO_LONG] = REQUEST,
    [REASON_BODY_TOO_LARGE] = REQUEST,
    [REASON_METHOD_UNSUPPORTED] = REQUEST,
    [REASON_TIMEOUT_HEAD] = REQUEST,
    [REASON_TIMEOUT_BODY] = REQUEST,
    [REASON_MISDIRECTED] = REQUEST,
    [REASON_LOOP] = "proxy_loop_detected",
    [REASON_ADDRESS] = PROHIBITED,
    [REASON_ADDRESS_METADATA] = PROHIBITED,
    [REASON_DNS_FAILED] = "dns_error",
    [REASON_DNS_TIMEOUT] = "dns_timeout",
    [REASON_CONNECT_FAILED] = "connection_refused",
    [REASON_CONNECT_TIMEOUT] = "connection_timeout",
    [REASON_UPSTREAM_TLS] = "tls_certificate_error",
    [REASON_UPSTREAM_BROKEN] = "connection_terminated",
    [REASON_UPSTREAM_TIMEOUT] = "http_response_timeout",
    [REASON_INFERENCE_DOWN] = "destination_unavailable",
    [REASON_SNI_MISMATCH] = DENIED,
    [REASON_SNI_ABSENT] = DENIED,
    [REASON_NOT_TLS] = DENIED,
    [REASON_ECH] = DENIED,
    [REASON_CLIENT_TLS] = REQUEST,
    [REASON_CLIENT_GONE] = REQUEST,
    [REASON_IDLE] = "connection_read_timeout",
    [REASON_DRAIN] = OURS,
    [REASON_AUDIT_UNAVAILABLE] = OURS,
    [REASON_OPENED_UNUSED] = OURS,
    [REASON_LIMIT] = "proxy_internal_response",
    [REASON_CLIENT_UNKNOWN] = DENIED,
    [REASON_INTERNAL] = OURS,
    [REASON_PATTERN_LIMIT] = DENIED,
    [REASON_BYPASSED] = OURS,
    [REASON_POLICY_CHANGED] = DENIED,
    [REASON_BODY_ENCODED] = REQUEST,
    [REASON_CREDENTIALS_NEEDED] = DENIED,
    [REASON_ANSWER_TOO_LARGE] = "http_response_body_size",
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
