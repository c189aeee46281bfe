/* SPDX-License-Identifier: Apache-2.0 */
/* For tests: a code a line, without gaps; on its line the forms that fit it, as COUNTRY:KIND with blanks between, and
 * "iban". */
#include <stdio.h>
#include <string.h>

#include "exeat/national.h"

int main(void)
{
    static const char *const kinds[] = {"vat", "tax", "person"};
    char line[128];
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        struct text code = text_from(line);
        const struct national_form *form = NULL;
        while ((form = national_fit(code, form)) != NULL)
            printf("%s:%s ", form->country, kinds[form->kind]);
        printf("%s\n", national_iban(code) == NATIONAL_IBAN_WHOLE ? "iban" : "");
    }
    return 0;
}
