/* SPDX-License-Identifier: Apache-2.0 */
/* The media types that are looked into. A type without a row is binary: it has a name that a
 * rule may let through, and nobody looks into it. */
#include "label.h"

static const struct {
    struct text type;
    enum body_kind kind;
} types[] = {
    {TEXT_INIT("application/json"), BODY_JSON},
    {TEXT_INIT("text/json"), BODY_JSON},
    {TEXT_INIT("text/x-json"), BODY_JSON},
    {TEXT_INIT("application/x-json"), BODY_JSON},
    {TEXT_INIT("application/csp-report"), BODY_JSON},
    {TEXT_INIT("application/x-amz-json-1.0"), BODY_JSON},
    {TEXT_INIT("application/x-amz-json-1.1"), BODY_JSON},
    {TEXT_INIT("application/x-ndjson"), BODY_LINES},
    {TEXT_INIT("application/ndjson"), BODY_LINES},
    {TEXT_INIT("application/jsonl"), BODY_LINES},
    {TEXT_INIT("application/x-jsonl"), BODY_LINES},
    {TEXT_INIT("application/jsonlines"), BODY_LINES},
    {TEXT_INIT("application/x-jsonlines"), BODY_LINES},
    {TEXT_INIT("application/json-lines"), BODY_LINES},
    {TEXT_INIT("application/stream+json"), BODY_LINES},
    {TEXT_INIT("text/jsonl"), BODY_LINES},
    {TEXT_INIT("application/json-seq"), BODY_SEQUENCE},
    {TEXT_INIT("application/geo+json-seq"), BODY_SEQUENCE},
    {TEXT_INIT("text/event-stream"), BODY_EVENTS},
    {TEXT_INIT("application/x-www-form-urlencoded"), BODY_FORM},
    {TEXT_INIT("application/xml"), BODY_XML},
    {TEXT_INIT("text/xml"), BODY_XML},
    {TEXT_INIT("text/csv"), BODY_TABLE},
    {TEXT_INIT("application/csv"), BODY_TABLE},
    {TEXT_INIT("text/x-csv"), BODY_TABLE},
    {TEXT_INIT("text/comma-separated-values"), BODY_TABLE},
    {TEXT_INIT("text/tab-separated-values"), BODY_TABLE},
    {TEXT_INIT("application/graphql"), BODY_TEXT},
    {TEXT_INIT("application/javascript"), BODY_TEXT},
    {TEXT_INIT("application/x-javascript"), BODY_TEXT},
    {TEXT_INIT("application/ecmascript"), BODY_TEXT},
    {TEXT_INIT("application/sql"), BODY_TEXT},
    {TEXT_INIT("application/yaml"), BODY_TEXT},
    {TEXT_INIT("application/x-yaml"), BODY_TEXT},
    {TEXT_INIT("application/toml"), BODY_TEXT},
    {TEXT_INIT("application/jwt"), BODY_TEXT},
    {TEXT_INIT("application/jose"), BODY_TEXT},
    {TEXT_INIT("application/x-pem-file"), BODY_TEXT},
    {TEXT_INIT("application/x-httpd-php"), BODY_TEXT},
    {TEXT_INIT("application/x-php"), BODY_TEXT},
    {TEXT_INIT("application/x-sh"), BODY_TEXT},
};

enum body_kind kind_of_type(struct text type)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (text_equal(types[i].type, type))
            return types[i].kind;
    if (text_starts_with(type, TEXT("multipart/")))
        return BODY_MULTIPART;
    if (text_ends_with(type, TEXT("+json")))
        return BODY_JSON;
    if (text_ends_with(type, TEXT("+ndjson")) || text_ends_with(type, TEXT("+x-ndjson")))
        return BODY_LINES;
    if (text_ends_with(type, TEXT("+json-seq")))
        return BODY_SEQUENCE;
    if (text_ends_with(type, TEXT("+xml")))
        return BODY_XML;
    if (text_starts_with(type, TEXT("text/")) || text_ends_with(type, TEXT("+yaml")))
        return BODY_TEXT;
    return BODY_BINARY;
}
