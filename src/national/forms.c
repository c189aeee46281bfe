/* SPDX-License-Identifier: Apache-2.0 */
/* The forms, by length. */
#include "exeat/national.h"

#include <string.h>

#include "checks.h"
#include "shape.h"

// clang-format off
static const struct national_form forms[] = {
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_WORD, "", "RO99", 2, check_ro_vat},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_WORD, "", "RO999", 2, check_ro_vat},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_WORD, "", "RO9999", 2, check_ro_vat},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_WORD, "", "RO99999", 2, check_ro_vat},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_WORD, "", "RO999999", 2, check_ro_vat},
    {"IE", "PPS", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999a", 0, check_ie_pps},
    {"MT", "identity number", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999a", 0, check_mt_person},
    {"PT", "citizen number", NATIONAL_PERSON, NATIONAL_WORD, "", "99999999", 0, NULL},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "RO9999999", 2, check_ro_vat},
    {"PL", "REGON", NATIONAL_TAX, NATIONAL_WORD, "", "999999999", 0, check_pl_regon},
    {"FR", "SIREN", NATIONAL_TAX, NATIONAL_WORD, "", "999999999", 0, check_luhn},
    {"CZ", "rodné číslo", NATIONAL_PERSON, NATIONAL_WORD, "", "999999999", 0, check_cz_person},
    {"ES", "DNI", NATIONAL_PERSON, NATIONAL_GAPS, "8-1", "99999999a", 0, check_es_person},
    {"ES", "NIE", NATIONAL_PERSON, NATIONAL_GAPS, "1-7-1", "x9999999a", 0, check_es_person},
    {"ES", "DNI", NATIONAL_PERSON, NATIONAL_GAPS, "2-3-3-1", "99999999a", 0, check_es_person},
    {"GB", "NINO", NATIONAL_PERSON, NATIONAL_GAPS, "2-2-2-2-1", "aa999999a", 0, check_gb_nino},
    {"HU", "TAJ", NATIONAL_PERSON, NATIONAL_WORD, "", "999999999", 0, check_hu_taj},
    {"IE", "PPS", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999aa", 0, check_ie_pps},
    {"NL", "BSN", NATIONAL_PERSON, NATIONAL_WORD, "", "999999999", 0, check_nl_bsn},
    {"US", "SSN", NATIONAL_PERSON, NATIONAL_GAPS, "3-2-4", "999999999", 0, check_us_ssn},
    {"CZ", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CZ99999999", 2, check_cz_vat},
    {"DK", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "DK99999999", 2, check_dk_vat},
    {"FI", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "FI99999999", 2, check_fi_vat},
    {"HU", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "HU99999999", 2, check_hu_vat},
    {"IE", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "IE9999999a", 2, check_ie_vat},
    {"IE", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "IE9a99999a", 2, check_ie_vat},
    {"LU", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "LU99999999", 2, check_lu_vat},
    {"MT", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "MT99999999", 2, check_mt_vat},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "RO99999999", 2, check_ro_vat},
    {"SI", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "SI99999999", 2, check_si_vat},
    {"HU", "adóazonosító", NATIONAL_TAX, NATIONAL_WORD, "", "9999999999", 0, check_hu_tax},
    {"GB", "UTR", NATIONAL_TAX, NATIONAL_WORD, "", "9999999999", 0, check_gb_utr},
    {"AT", "SVNR", NATIONAL_PERSON, NATIONAL_GAPS, "4-6", "9999999999", 0, check_at_svnr},
    {"BG", "EGN", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999999", 0, check_bg_egn},
    {"CZ", "rodné číslo", NATIONAL_PERSON, NATIONAL_GAPS, "6-4", "9999999999", 0, check_cz_person},
    {"DK", "CPR", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999999", 0, check_dk_cpr},
    {"FI", "HETU", NATIONAL_PERSON, NATIONAL_GAPS, "6-4", "999999999x", 0, check_fi_hetu},
    {"IS", "kennitala", NATIONAL_PERSON, NATIONAL_GAPS, "6-4", "9999999999", 0, check_is_person},
    {"SE", "personnummer", NATIONAL_PERSON, NATIONAL_GAPS, "6-4", "9999999999", 0, check_se_person},
    {"AT", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "ATU99999999", 3, check_at_vat},
    {"BG", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "BG999999999", 2, check_bg_vat},
    {"CY", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CY99999999a", 2, check_cy_vat},
    {"CZ", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CZ999999999", 2, check_cz_vat},
    {"DE", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "DE999999999", 2, check_de_vat},
    {"EE", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "EE999999999", 2, check_ee_vat},
    {"GR", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "EL999999999", 2, check_gr_vat},
    {"GR", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "GR999999999", 2, check_gr_vat},
    {"ES", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "ESx9999999x", 2, check_es_nif},
    {"GB", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "GB999999999", 2, check_gb_vat},
    {"XI", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "XI999999999", 2, check_gb_vat},
    {"IE", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "IE9999999aa", 2, check_ie_vat},
    {"LT", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "LT999999999", 2, check_lt_vat},
    {"NO", "VAT number", NATIONAL_VAT, NATIONAL_WORD, "", "NO999999999", 2, check_no_vat},
    {"PT", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "PT999999999", 2, check_pt_nif},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "RO999999999", 2, check_ro_vat},
    {"DE", "IdNr", NATIONAL_TAX, NATIONAL_GAPS, "2-3-3-3", "99999999999", 0, check_de_idnr},
    {"BE", "national number", NATIONAL_PERSON, NATIONAL_GAPS, "2-2-2-3-2", "99999999999", 0, check_be_person},
    {"EE", "isikukood", NATIONAL_PERSON, NATIONAL_WORD, "", "99999999999", 0, check_ee_person},
    {"FI", "HETU", NATIONAL_PERSON, NATIONAL_NOTHING, "", "999999a999x", 0, check_fi_hetu},
    {"GR", "AMKA", NATIONAL_PERSON, NATIONAL_WORD, "", "99999999999", 0, check_gr_amka},
    {"HR", "OIB", NATIONAL_PERSON, NATIONAL_WORD, "", "99999999999", 0, check_mod11_10},
    {"LV", "personas kods", NATIONAL_PERSON, NATIONAL_GAPS, "6-5", "99999999999", 0, check_lv_person},
    {"NO", "fødselsnummer", NATIONAL_PERSON, NATIONAL_GAPS, "6-5", "99999999999", 0, check_no_person},
    {"PL", "PESEL", NATIONAL_PERSON, NATIONAL_WORD, "", "99999999999", 0, check_pl_pesel},
    {"BE", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "BE9999999999", 2, check_be_vat},
    {"BG", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "BG9999999999", 2, check_bg_vat},
    {"CH", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CHE999999999", 3, check_ch_uid},
    {"CZ", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CZ9999999999", 2, check_cz_vat},
    {"PL", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "PL9999999999", 2, check_pl_nip},
    {"RO", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "RO9999999999", 2, check_ro_vat},
    {"SK", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "SK9999999999", 2, check_sk_vat},
    {"DE", "pension insurance number", NATIONAL_PERSON, NATIONAL_NOTHING, "", "99999999a999", 0, check_de_pension},
    {"SE", "personnummer", NATIONAL_PERSON, NATIONAL_GAPS, "8-4", "999999999999", 0, check_se_person},
    {"FR", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "FRxx999999999", 2, check_fr_vat},
    {"HR", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "HR99999999999", 2, check_mod11_10},
    {"IT", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "IT99999999999", 2, check_it_vat},
    {"LV", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "LV99999999999", 2, check_lv_vat},
    {"CH", "AHV", NATIONAL_PERSON, NATIONAL_NOTHING, "", "9999999999999", 0, check_ch_ahv},
    {"LU", "matricule", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999999999", 0, check_lu_person},
    {"RO", "CNP", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999999999", 0, check_ro_cnp},
    {"SI", "EMŠO", NATIONAL_PERSON, NATIONAL_WORD, "", "9999999999999", 0, check_si_emso},
    {"GB", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "GB999999999999", 2, check_gb_vat},
    {"XI", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "XI999999999999", 2, check_gb_vat},
    {"LT", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "LT999999999999", 2, check_lt_vat},
    {"NL", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "NL999999999B99", 2, check_nl_vat},
    {"NO", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "NO999999999MVA", 2, check_no_vat},
    {"SE", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "SE999999999999", 2, check_se_vat},
    {"FR", "SIRET", NATIONAL_TAX, NATIONAL_WORD, "", "99999999999999", 0, check_fr_siret},
    {"CH", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CHE999999999TVA", 3, check_ch_uid9},
    {"CH", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CHE999999999IVA", 3, check_ch_uid9},
    {"FR", "NIR", NATIONAL_PERSON, NATIONAL_NOTHING, "", "999999999999999", 0, check_fr_nir},
    {"FR", "NIR", NATIONAL_PERSON, NATIONAL_NOTHING, "", "999992A99999999", 0, check_fr_nir},
    {"FR", "NIR", NATIONAL_PERSON, NATIONAL_NOTHING, "", "999992B99999999", 0, check_fr_nir},
    {"CH", "VAT number", NATIONAL_VAT, NATIONAL_NOTHING, "", "CHE999999999MWST", 3, check_ch_uid9},
    {"IT", "codice fiscale", NATIONAL_TAX, NATIONAL_NOTHING, "", "aaaaaaxxaxxaxxxa", 0, check_it_person},
};
// clang-format on

const struct national_form *national_forms(size_t *count)
{
    *count = COUNT_OF(forms);
    return forms;
}

/* How many forms are shorter than 0, 1, 2 … characters: the rows stand in this order. */
static const uint8_t shorter[] = {0,  0,  0,  0,  0,  1,  2,  3,  4,  8,  20, 39, 64, 73, 81, 88, 93, 95, 95,
                                  95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95, 95};
_Static_assert(COUNT_OF(shorter) == NATIONAL_CODE_MAX + 4, "every length of a code and its prefix");

/* The first form of at least this length. */
static const struct national_form *first_of(size_t length)
{
    return &forms[shorter[length < COUNT_OF(shorter) ? length : COUNT_OF(shorter) - 1]];
}

size_t national_forms_shorter(size_t length)
{
    return shorter[length];
}

static bool is_of(const struct national_form *form, size_t length)
{
    return form >= first_of(length) && form < forms + COUNT_OF(forms) && length + 1 < COUNT_OF(shorter) &&
           form < &forms[shorter[length + 1]];
}

static bool fits(const struct national_form *form, struct text code, size_t prefix)
{
    if (!shape_fits(form->shape + form->prefix - prefix, code))
        return false;
    return form->check == NULL || form->check(code.data + prefix, code.length - prefix);
}

const struct national_form *national_fit(struct text code, const struct national_form *after)
{
    const struct national_form *form = after != NULL ? after + 1 : first_of(code.length);
    for (; is_of(form, code.length); form++)
        if (fits(form, code, form->prefix))
            return form;
    return NULL;
}

const struct national_form *national_fit_bare(struct text code, const struct national_form *after)
{
    const struct national_form *form = after != NULL ? after + 1 : first_of(code.length + 2);
    for (; form < first_of(code.length + 4); form++)
        if (form->prefix > 0 && is_of(form, code.length + form->prefix) && fits(form, code, 0))
            return form;
    return NULL;
}
