/* SPDX-License-Identifier: Apache-2.0 */
/* The checks inside numbers, each as its state publishes it. All take what is behind the country's prefix; of the shape
 * that the table says. */
#ifndef EXEAT_NATIONAL_CHECKS_H
#define EXEAT_NATIONAL_CHECKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The remainder of the number that the characters are, letters as 10 to 35 (ISO 7064). */
unsigned check_remainder(const char *digits, size_t length, unsigned modulus);
bool check_luhn(const char *digits, size_t length);

/* VAT */
bool check_at_vat(const char *digits, size_t length);
bool check_be_vat(const char *digits, size_t length);
bool check_bg_vat(const char *digits, size_t length);
bool check_ch_uid(const char *digits, size_t length);
bool check_ch_uid9(const char *digits, size_t length); /* with the word for the tax behind it */
bool check_cy_vat(const char *digits, size_t length);
bool check_cz_vat(const char *digits, size_t length);
bool check_mod11_10(const char *digits, size_t length); /* ISO 7064 MOD 11,10 */
bool check_de_vat(const char *digits, size_t length);
bool check_dk_vat(const char *digits, size_t length);
bool check_ee_vat(const char *digits, size_t length);
bool check_gr_vat(const char *digits, size_t length);
bool check_es_nif(const char *digits, size_t length);
bool check_fi_vat(const char *digits, size_t length);
bool check_fr_vat(const char *digits, size_t length);
bool check_fr_siret(const char *digits, size_t length);
bool check_gb_vat(const char *digits, size_t length);
bool check_hu_vat(const char *digits, size_t length);
bool check_ie_vat(const char *digits, size_t length);
bool check_it_vat(const char *digits, size_t length);
bool check_lt_vat(const char *digits, size_t length);
bool check_lu_vat(const char *digits, size_t length);
bool check_lv_vat(const char *digits, size_t length);
bool check_mt_vat(const char *digits, size_t length);
bool check_nl_vat(const char *digits, size_t length);
bool check_no_vat(const char *digits, size_t length);
bool check_pl_nip(const char *digits, size_t length);
bool check_pt_nif(const char *digits, size_t length);
bool check_ro_vat(const char *digits, size_t length);
bool check_se_vat(const char *digits, size_t length);
bool check_si_vat(const char *digits, size_t length);
bool check_sk_vat(const char *digits, size_t length);

/* persons */
bool check_at_svnr(const char *digits, size_t length);
bool check_be_person(const char *digits, size_t length);
bool check_bg_egn(const char *digits, size_t length);
bool check_ch_ahv(const char *digits, size_t length);
bool check_cz_person(const char *digits, size_t length);
bool check_de_idnr(const char *digits, size_t length);
bool check_de_pension(const char *digits, size_t length);
bool check_dk_cpr(const char *digits, size_t length);
bool check_ee_person(const char *digits, size_t length); /* and LT */
bool check_es_person(const char *digits, size_t length);
bool check_fi_hetu(const char *digits, size_t length);
bool check_fr_nir(const char *digits, size_t length);
bool check_gb_nino(const char *digits, size_t length);
bool check_gb_utr(const char *digits, size_t length);
bool check_gr_amka(const char *digits, size_t length);
bool check_hu_tax(const char *digits, size_t length);
bool check_hu_taj(const char *digits, size_t length);
bool check_ie_pps(const char *digits, size_t length);
bool check_is_person(const char *digits, size_t length);
bool check_it_person(const char *digits, size_t length);
bool check_lu_person(const char *digits, size_t length);
bool check_lv_person(const char *digits, size_t length);
bool check_mt_person(const char *digits, size_t length);
bool check_nl_bsn(const char *digits, size_t length);
bool check_no_person(const char *digits, size_t length);
bool check_pl_pesel(const char *digits, size_t length);
bool check_pl_regon(const char *digits, size_t length);
bool check_ro_cnp(const char *digits, size_t length);
bool check_se_person(const char *digits, size_t length);
bool check_si_emso(const char *digits, size_t length);
bool check_us_ssn(const char *digits, size_t length);

#endif
