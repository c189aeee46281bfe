# SPDX-License-Identifier: Apache-2.0
"""Numbers of states and banks: our checks against those of python3-stdnum, on random codes of each form."""
import os
import pathlib
import random
import re
import subprocess

import pytest
import stdnum
from stdnum import iban

HERE = pathlib.Path(__file__).resolve().parents[2]
FORMS = re.findall(r'\{"(\w\w)", "([^"]+)", NATIONAL_(\w+), NATIONAL_\w+, "[^"]*", "(\w+)", (\d), (\w+)\}',
                   re.sub(r"\s*\n\s*", " ", (HERE / "src/national/forms.c").read_text()).replace("{ ", "{"))
ACCOUNTS = re.findall(r'\{"(\w\w)", "(\w+)", (\w+), \d+, \d+\}', (HERE / "src/national/iban.c").read_text())
assert FORMS and ACCOUNTS
# what stdnum calls the numbers that are no VAT number; None: it has none, or checks less (or more) than its state says
PERSONS = {"check_de_idnr": "de.idnr", "check_it_person": "it.codicefiscale", "check_pl_regon": "pl.regon", "check_luhn": "fr.siren", "check_fr_siret": "fr.siret",
           "check_at_svnr": "at.vnr", "check_be_person": "be.nn", "check_bg_egn": "bg.egn", "check_ch_ahv": "ch.ssn",
           "check_cz_person": "cz.rc", "check_dk_cpr": "dk.cpr", "check_ee_person": "ee.ik", "check_es_person": "es.nif",
           "check_fi_hetu": "fi.hetu", "check_fr_nir": "fr.nir", "check_gr_amka": "gr.amka", "check_mod11_10": "hr.oib",
           "check_is_person": "is_.kennitala", "check_lv_person": "lv.pvn", "check_nl_bsn": "nl.bsn",
           "check_no_person": "no.fodselsnummer", "check_pl_pesel": "pl.pesel", "check_ro_cnp": "ro.cnp",
           "check_se_person": "se.personnummer", "check_si_emso": "si.emso", "check_us_ssn": "us.ssn", "check_gb_utr": "gb.utr",
           "check_ie_pps": "ie.pps"}
# Where we look less closely (at the year of a date), and where more (that there is a date at all).
LAXER = {"bg.egn", "cz.rc", "dk.cpr", "fi.hetu", "is_.kennitala", "no.fodselsnummer", "pl.pesel", "ro.cnp", "se.personnummer", "si.emso", "lv.pvn",
         "ee.ik", "us.ssn", "BG", "CZ", "SK", "BE iban", "it.codicefiscale", "gr.amka"}
STRICTER = {"at.vnr", "be.nn", "fr.nir", "es.nif", "lv.pvn", "BE", "CZ", "ES"}


def module(name):
    return __import__(f"stdnum.{name}", fromlist=["x"])


def random_code(dice, shape, prefix):
    """Of a shape, with dates that often are some: else most numbers of persons would be none for the date alone."""
    holes = {"9": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "x": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    code = [dice.choice(holes[c]) if i >= prefix and c in holes else c for i, c in enumerate(shape)]
    for at in (0, 2, 4):  # a month, where a date may stand
        if dice.random() < 0.5 and shape[prefix + at:prefix + at + 2] == "99":
            code[prefix + at:prefix + at + 2] = f"{dice.randint(1, 12):02}"
    return "".join(code)


@pytest.fixture(scope="module")
def ours():
    program = pathlib.Path(os.environ.get("EXEAT", HERE / "build/dev/exeat")).parent / "national_codes"

    def ask(codes):
        done = subprocess.run([program], input="\n".join(codes) + "\n", capture_output=True, text=True, check=True)
        return [set(line.split()) for line in done.stdout.splitlines()]
    return ask


def compare(ours, codes, label, theirs, who):
    """Codes that only one of both holds to be good, and should not; some must be good, or nothing was compared."""
    found = [label in labels for labels in ours(codes)]
    expected = [theirs(code) for code in codes]
    assert any(expected), label
    return [(code, mine) for code, mine, other in zip(codes, found, expected)
            if (mine and not other and who not in LAXER) or (other and not mine and who not in STRICTER)]


def close_to_good(dice, shape, prefix, good, count=800):
    """Random codes, and good ones of them with one digit changed."""
    codes = [random_code(dice, shape, prefix) for _ in range(count)]
    for code in [code for code in codes if good(code)][:60]:
        at = dice.randrange(prefix, len(code))
        codes.append(code[:at] + (dice.choice("0123456789") if code[at].isdigit() else code[at]) + code[at + 1:])
    return codes


@pytest.mark.parametrize("country", sorted({form[0] for form in FORMS if form[2] == "VAT"} - {"XI"}))
def test_vat_numbers_are_good_where_their_state_says_so(ours, country):
    dice = random.Random(country)
    known = stdnum.get_cc_module(country.lower(), "vat")
    for _, _, _, shape, prefix, check in [f for f in FORMS if f[0] == country and f[2] == "VAT" and f[5] != "NULL"]:
        codes = close_to_good(dice, shape, int(prefix), known.is_valid)
        if any(known.is_valid(code) for code in codes):
            assert not compare(ours, codes, f"{country}:vat", known.is_valid, country)[:5], shape


@pytest.mark.parametrize("form", [f for f in FORMS if f[5] in PERSONS and f[2] != "VAT"], ids=lambda f: f"{f[0]}-{f[5]}-{f[3]}")
def test_numbers_of_persons_are_good_where_their_state_says_so(ours, form):
    country, name, kind, shape, prefix, check = form
    known = module(PERSONS[check])
    codes = close_to_good(random.Random(shape + name), shape, int(prefix), known.is_valid)
    if any(known.is_valid(code) for code in codes):
        assert not compare(ours, codes, f"{country}:{kind.lower()}", known.is_valid, PERSONS[check])[:5]


@pytest.mark.parametrize("country, shape", [(country, shape) for country, shape, _ in ACCOUNTS])
def test_accounts_are_good_where_their_bank_says_so(ours, country, shape):
    dice = random.Random(country)
    codes = []
    for _ in range(80):
        inside = random_code(dice, shape, 0)
        digits = "".join(str(int(c, 36)) for c in inside + country + "00")
        codes.append(f"{country}{98 - int(digits) % 97 + dice.choice((0, 0, 0, 1)):02}{inside}")
    if any(iban.is_valid(code) for code in codes):
        assert not compare(ours, codes, "iban", iban.is_valid, country + " iban")[:5]
