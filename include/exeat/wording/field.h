/* SPDX-License-Identifier: Apache-2.0 */
/* What the name of a field says of its value. */
#ifndef EXEAT_WORDING_FIELD_H
#define EXEAT_WORDING_FIELD_H

#include "exeat/base/attributes.h"
#include "exeat/base/text.h"

enum field_kind {
    FIELD_UNKNOWN, /* no row has it */
    FIELD_NONE,    /* known to say nothing */
    FIELD_NAME,
    FIELD_PERSONS_NAME, /* a name, where it stands under a person or an address */
    FIELD_ADDRESS,
    FIELD_ADDRESS_PART, /* of an address, where it stands under one */
    FIELD_PHONE,
    FIELD_BIRTH,
    FIELD_LATITUDE,
    FIELD_LONGITUDE,
    FIELD_POSITION,
    FIELD_IP,
    FIELD_CARD,
    FIELD_CARD_CHECK,
    FIELD_ACCOUNT,
    FIELD_VAT,
    FIELD_TAX,
    FIELD_SOCIAL,
    FIELD_PASSPORT,
    FIELD_SECRET, /* whatever its value is */
    FIELD_TOKEN,  /* if its value looks like one */
    FIELD_COST,
    FIELD_TIERS,  /* what is in it is a price */
    FIELD_PERSON, /* what is in it is of a person */
    FIELD_PAIR    /* its value is the name of what stands beside it: {"attribute_code": "cost", "value": 9} */
};

/* The kind of a name that is written together, in lower case, without accents. */
enum field_kind field_named(struct text joined);

/* The kind of a field by its name, in any spelling: the longest row that its last words are. FIELD_PERSONS_NAME and
 * FIELD_ADDRESS_PART: it depends on what the field stands under. */
enum field_kind field_kind_open(struct text name);
/* The same, decided: `parent` is what it stands under; empty: the top. */
enum field_kind field_kind(enum field_kind open, struct text parent);
/* The same where what that is, is known already. */
enum field_kind field_kind_under(enum field_kind open, enum field_kind owner);
/* What stands before the last name of a path: "order.billing_address.street[0]" gives "billing_address". */
struct text field_parent(struct text path);
/* The kind of the nearest name of a path (the last one included) that is a table of prices. */
bool field_is_in_tiers(struct text path);

#endif
