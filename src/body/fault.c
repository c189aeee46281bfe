/* SPDX-License-Identifier: Apache-2.0 */
/* The table of what makes a body unreadable: its code, and what to say about it. Codes stand in records: rows are only
 * ever appended. */
#include "exeat/body/label.h"

#include "exeat/base/attributes.h"

static const struct body_fault_row rows[] = {
    [BODY_FINE] = {"fine", "the body was read"},
    [BODY_STOPPED] = {"stopped", "the look at the body was ended early"},
    [BODY_TYPE_CONFLICT] =
        {"type_conflict", "the body has two types that contradict each other; send one Content-Type"},
    [BODY_TYPE_MALFORMED] =
        {"type_malformed", "its Content-Type is none; send a type as application/json, and multipart with a boundary"},
    [BODY_TYPE_UNKNOWN] =
        {"type_unknown", "no Content-Type says what the body is, and its bytes do not; send its type"},
    [BODY_CODING_UNKNOWN] =
        {"coding_unknown", "its Content-Encoding is not read here; send it as it is, or as gzip, deflate, br or zstd"},
    [BODY_CODING_DEEP] = {"coding_deep", "it is coded more than three times; send it coded once, or as it is"},
    [BODY_CODING_MALFORMED] = {"coding_malformed", "it is not what its Content-Encoding says"},
    [BODY_CODING_UNSAID] =
        {"coding_unsaid", "it is compressed, and no Content-Encoding says so; send one, or its type"},
    [BODY_TRUNCATED] = {"truncated", "it ends in the middle; send the whole of it"},
    [BODY_TRAILING] = {"trailing", "something stands behind its end; send nothing else in the same body"},
    [BODY_TOO_LARGE] =
        {"too_large", "decoded, it is larger than the rule looks at; send less, or raise the rule's limit"},
    [BODY_BOMB] = {"bomb", "it grows more when it is decoded than any text does; send it less compressed"},
    [BODY_CHARSET_UNKNOWN] = {"charset_unknown", "its charset is not read here; send UTF-8"},
    [BODY_CHARSET_MALFORMED] = {"charset_malformed", "it has bytes that its charset has not; send UTF-8, and say so"},
    [BODY_MALFORMED] = {"malformed", "it is not well formed for its type"},
    [BODY_TOO_DEEP] = {"too_deep", "it is nested deeper than is looked at; send it flatter"},
    [BODY_TOO_MANY] = {"too_many", "it has more values, or texts within texts, than are looked at; send it in parts"},
    [BODY_ENTITIES] = {"entities", "it is XML with a document type of its own (DOCTYPE); send it without"},
};
_Static_assert(COUNT_OF(rows) == BODY_FAULT_COUNT, "every fault has a row");

const struct body_fault_row *body_fault_row(enum body_fault fault)
{
    return &rows[fault];
}
