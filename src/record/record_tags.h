/* SPDX-License-Identifier: Apache-2.0 */
/* The numbers of a record's fields. They stand in every record ever written: append only. */
#ifndef EXEAT_RECORD_TAGS_H
#define EXEAT_RECORD_TAGS_H

#include "exeat/record.h" /* enum event_tag */

enum decision_tag {
    TAG_POLICY = 0x01,
    TAG_VERDICT = 0x02,
    TAG_PLAN = 0x03,
    TAG_RULE = 0x04,
    TAG_REASON = 0x05,
    TAG_METHOD = 0x06,
    TAG_SCHEME = 0x07,
    TAG_HOST = 0x08,
    TAG_PORT = 0x09,
    TAG_SNI = 0x0d,
    TAG_PROVIDER = 0x13,
    TAG_MODEL = 0x14,
    TAG_CLIENT = 0x1c,
    TAG_ID = RECORD_TAG_REQUEST,
    TAG_OPERATION = 0x1f,
    TAG_OBSERVED = 0x20,
    TAG_DETAIL = 0x21,
    TAG_PROOF = 0x22,
    TAG_UID = 0x23,
    TAG_DIALECT = 0x24,
    TAG_FOUND = 0x25,
    TAG_CREDENTIAL = 0x26,
    TAG_DOOR = 0x27,
    TAG_CUT = 0xef, /* which texts are longer than the record has; of outcomes too */
};
enum outcome_tag {
    OUTCOME_STATUS = 0x02,
    OUTCOME_UP = 0x03,
    OUTCOME_DOWN = 0x04,
    OUTCOME_DURATION = 0x05,
    OUTCOME_TOKENS_IN = 0x06,
    OUTCOME_TOKENS_OUT = 0x07,
    OUTCOME_DONE = 0x0a,
    OUTCOME_ADDRESS = 0x0b,
    OUTCOME_REASON = 0x0c,
    OUTCOME_PEER_KEY = 0x0e,
    OUTCOME_SERVED = 0x15,
    OUTCOME_INFERENCE = 0x16,
    OUTCOME_DETAIL = 0x21,
    OUTCOME_ANSWER = 0x22,
    OUTCOME_QUESTIONS = 0x23,
    OUTCOME_FIRST = 0x24,
    OUTCOME_STEP = 0x25,
    OUTCOME_BUILTIN = 0x26,
    OUTCOME_FINISH = 0x27,
    OUTCOME_DIALECT = 0x28,
    OUTCOME_VERSION = 0x29,
    OUTCOME_DIGEST = 0x2a,
    OUTCOME_ADAPTER = 0x2b,
    OUTCOME_REGION = 0x2c,
    OUTCOME_REGION_FROM = 0x2d,
    OUTCOME_FOUND = 0x2e,
};
enum private_tag { PRIVATE_PATH = 0x01, PRIVATE_QUERY = 0x02, PRIVATE_CLIENT = 0x03 };

#endif
