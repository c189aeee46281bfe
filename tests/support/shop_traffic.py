# SPDX-License-Identifier: Apache-2.0
"""What a shop sends, made up from a seed: orders, catalogue, tickets, checkouts, prompts, in seven languages, each with what is
in it that should be found. It knows nothing of the detectors: numbers of states come from python3-stdnum, the rest from what
vendors and shops document.

    documents(seed, count) -> (kind, document, [(path, detector, text), ...])
"""
import json
import random
import string

from stdnum import luhn
from stdnum.iso7064 import mod_97_10

LANGUAGES = {
    "en": dict(country="GB", first=["Oliver", "Amelia", "George", "Isla"], last=["Smith", "Jones", "O'Brien", "Taylor-Reed"],
               city=["London", "Leeds"], street="{n} {name} Street", names=["High", "Church", "Victoria"], post="LS{d} {d}AB",
               phone=["020 7946 {4}", "07{3} {6}", "+44 7{3} {6}", "+44 20 7946 {4}"], label="phone: ", hello="Hi, my name is {f} {l}. ",
               born="I was born on {iso}", order="My order {order} has not arrived. "),
    "de": dict(country="DE", first=["Jürgen", "Anna", "Søren", "Käthe"], last=["Müller", "Groß", "Schmidt", "von Berg"],
               city=["Berlin", "Köln"], street="{name} {n}", names=["Musterstraße", "Lindenallee", "Goethestr."], post="{d}{d}{d}{d}{d}",
               phone=["030/{7}", "0151 {8}", "+49 151 {8}", "+49 (0)30 {7}"], label="Tel.: ", hello="Guten Tag, hier ist {f} {l}. ",
               born="geboren am {dmy}", order="Meine Bestellung {order} ist nicht da. "),
    "fr": dict(country="FR", first=["Zoé", "François", "Hélène"], last=["Lefèvre", "Dubois", "d'Artagnan"], city=["Paris", "Lyon"],
               street="{n} rue {name}", names=["de la Paix", "Victor Hugo", "du Moulin"], post="75{d}{d}{d}",
               phone=["06 {2} {2} {2} {2}", "01.{2}.{2}.{2}.{2}", "+33 6 {2} {2} {2} {2}"], label="téléphone : ",
               hello="Bonjour, je suis {f} {l}. ", born="née le {slash}", order="Ma commande {order} n'est pas arrivée. "),
    "nl": dict(country="NL", first=["Daan", "Sanne", "Jeroen"], last=["de Vries", "Jansen", "van den Berg"], city=["Amsterdam", "Utrecht"],
               street="{name} {n}", names=["Keizersgracht", "Dorpsstraat", "Kerkstraat"], post="1{d}{d}{d} AB",
               phone=["06-{8}", "020 {7}", "+31 6 {8}", "+316{8}"], label="telefoon: ", hello="Hallo, ik ben {f} {l}. ",
               born="geboren op {dash}", order="Mijn bestelling {order} is er niet. "),
    "pl": dict(country="PL", first=["Łukasz", "Małgorzata", "Jan"], last=["Kowalski", "Wiśniewska", "Nowak"], city=["Warszawa", "Kraków"],
               street="ul. {name} {n}", names=["Marszałkowska", "Długa", "Polna"], post="{d}{d}-{d}{d}{d}",
               phone=["60{1} {3} {3}", "22 {3} {2} {2}", "+48 60{1} {3} {3}"], label="telefon: ", hello="Dzień dobry, nazywam się {f} {l}. ",
               born="urodzony {dmy}", order="Moje zamówienie {order} nie dotarło. "),
    "es": dict(country="ES", first=["Íñigo", "María", "Lucía"], last=["García", "Núñez", "Fernández López"], city=["Madrid", "Sevilla"],
               street="Calle {name} {n}", names=["Mayor", "Alcalá", "Real"], post="28{d}{d}{d}",
               phone=["61{1} {3} {3}", "91 {3} {2} {2}", "+34 61{1} {3} {3}"], label="teléfono: ", hello="Hola, soy {f} {l}. ",
               born="fecha de nacimiento: {slash}", order="Mi pedido {order} no ha llegado. "),
    "it": dict(country="IT", first=["Giulia", "Niccolò", "Marco"], last=["Rossi", "D'Angelo", "Bianchi"], city=["Roma", "Milano"],
               street="Via {name} {n}", names=["Roma", "Garibaldi", "Dante Alighieri"], post="00{d}{d}{d}",
               phone=["347 {7}", "06 {4} {4}", "+39 347 {7}"], label="cellulare: ", hello="Buongiorno, sono {f} {l}. ",
               born="nata il {slash}", order="Il mio ordine {order} non è arrivato. "),
}
GAPS = ["", " ", "-", "\u00a0", "\u202f", "\u2009", "\u2013"]
BASE62 = string.ascii_letters + string.digits


class Shop:
    """Makes values; each draw is of one seed."""

    def __init__(self, seed):
        self.dice = random.Random(seed)

    def digits(self, count):
        return "".join(self.dice.choice(string.digits) for _ in range(count))

    def of(self, alphabet, count):
        return "".join(self.dice.choice(alphabet) for _ in range(count))

    def fill(self, pattern):
        out = ""
        for part in pattern.replace("{d}", "{1}").split("{"):
            count, closed, rest = part.partition("}")
            out += self.digits(int(count)) + rest if closed and count.isdigit() else part
        return out

    def card(self):
        prefix, length = self.dice.choice([("4", 16), ("51", 16), ("55", 16), ("2223", 16), ("37", 15), ("34", 15), ("6011", 16), ("3530", 16)])
        number = prefix + self.digits(length - len(prefix) - 1)
        number += luhn.calc_check_digit(number)
        gap = self.dice.choice(GAPS)
        sizes = (4, 6, 5) if length == 15 else (4, 4, 4, 4)
        parts, at = [], 0
        for size in sizes:
            parts.append(number[at:at + size])
            at += size
        return gap.join(parts)

    def iban(self):
        inside = {"DE": lambda: self.digits(18), "NL": lambda: self.of("ABCDEFGHIJ", 4) + self.digits(10), "PL": lambda: self.digits(24),
                  "AT": lambda: self.digits(16), "GB": lambda: self.of("ABCDEFGHIJ", 4) + self.digits(14), "FR": lambda: self.digits(23),
                  "IT": lambda: "X" + self.digits(22), "CH": lambda: self.digits(17), "LU": lambda: self.digits(16)}
        country = self.dice.choice(sorted(inside))
        account = inside[country]()
        whole = country + mod_97_10.calc_check_digits(account + country) + account
        if self.dice.random() < 0.5:
            return whole
        gap = self.dice.choice([" ", "\u00a0"])
        return gap.join(whole[i:i + 4] for i in range(0, len(whole), 4))

    def vat(self):
        from stdnum.at import uid
        from stdnum.be import vat as be
        from stdnum.de import vat as de
        from stdnum.it import iva
        from stdnum.pl import nip
        from stdnum.pt import nif
        while True:
            country, known, length = self.dice.choice([("DE", de, 9), ("ATU", uid, 8), ("IT", iva, 11), ("PL", nip, 10), ("PT", nif, 9), ("BE", be, 10)])
            number = self.digits(length) if country != "BE" else "0" + self.digits(9)
            if known.is_valid(("U" if country == "ATU" else "") + number):
                return country + number

    def person(self):
        from stdnum.be import nn
        from stdnum.de import idnr
        from stdnum.es import dni
        from stdnum.nl import bsn
        from stdnum.pl import pesel
        kinds = [("PESEL ", "social_security", pesel, lambda: f"{self.digits(2)}{self.dice.randint(1, 12):02}{self.dice.randint(1, 28):02}{self.digits(5)}"),
                 ("BSN: ", "social_security", bsn, lambda: self.digits(9)),
                 ("DNI ", "social_security", dni, lambda: self.digits(8) + self.dice.choice("TRWAGMYFPDXBNJZSQVHLCKE")),
                 ("Rijksregisternummer ", "social_security", nn, lambda: f"{self.digits(2)}{self.dice.randint(1, 12):02}{self.dice.randint(1, 28):02}{self.digits(5)}"),
                 ("Steuer-ID: ", "tax_id", idnr, lambda: self.digits(11))]
        label, detector, known, make = self.dice.choice(kinds)
        while True:
            number = make()
            if known.is_valid(number):
                return label, detector, number

    def key(self):
        hexes = "0123456789abcdef"
        kinds = [("vendor_key", lambda: "sk-proj-" + self.of(BASE62 + "_-", 74) + "T3BlbkFJ" + self.of(BASE62 + "_-", 73) + "a"),
                 ("vendor_key", lambda: "sk-ant-api03-" + self.of(BASE62 + "_-", 93) + "AA"), ("vendor_key", lambda: "AIzaSy" + self.of(BASE62, 33)),
                 ("vendor_key", lambda: "gsk_" + self.of(BASE62, 52)), ("vendor_key", lambda: "hf_" + self.of(BASE62, 34)),
                 ("cloud_key", lambda: "AKIA" + self.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)), ("vendor_key", lambda: "shpat_" + self.of(hexes, 32)),
                 ("vendor_key", lambda: "sk_live_" + self.of(BASE62, 24)), ("vendor_key", lambda: "ghp_" + self.of(BASE62, 36)),
                 ("vendor_key", lambda: f"xoxb-{self.digits(12)}-{self.digits(12)}-{self.of(BASE62, 24)}"),
                 ("vendor_key", lambda: f"SG.{self.of(BASE62, 22)}.{self.of(BASE62, 43)}"), ("vendor_key", lambda: "glpat-" + self.of(BASE62, 20))]
        detector, make = self.dice.choice(kinds)
        return detector, make()

    def ean(self):
        number = self.dice.choice(["40", "41", "42", "43", "44", "54", "87", "59"]) + self.digits(10)
        total = sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(number))
        return number + str(-total % 10)

    def dates(self):
        y, m, d = self.dice.randint(1940, 2005), self.dice.randint(1, 12), self.dice.randint(1, 28)
        return dict(iso=f"{y}-{m:02}-{d:02}", dmy=f"{d:02}.{m:02}.{y}", slash=f"{d:02}/{m:02}/{y}", dash=f"{d}-{m}-{y}")

    def stamp(self):
        return f"20{self.dice.randint(20, 25)}-{self.dice.randint(1, 12):02}-{self.dice.randint(1, 28):02} {self.dice.randint(0, 23):02}:{self.dice.randint(0, 59):02}:00"

    def who(self, code):
        said = LANGUAGES[code]
        first, last = self.dice.choice(said["first"]), self.dice.choice(said["last"])
        mail = f"{self.of(string.ascii_lowercase, 6)}.{self.digits(2)}@{self.dice.choice(['mail.example', 'example.com', 'shop.example.org'])}"
        street = said["street"].format(name=self.dice.choice(said["names"]), n=self.dice.randint(1, 199))
        return dict(first=first, last=last, mail=mail, street=street, city=self.dice.choice(said["city"]), post=self.fill(said["post"]),
                    phone=self.fill(self.dice.choice(said["phone"])))


def product(shop, code):
    ident = shop.digits(13)
    sku = shop.of(string.ascii_uppercase, 2) + shop.digits(2) + "-" + shop.dice.choice(["XS", "XL-Blue", "46", "0815-4711"])
    slug = "-".join(shop.of(string.ascii_lowercase, shop.dice.randint(3, 9)) for _ in range(5))
    text = shop.dice.choice([
        "100 % Baumwolle, 30° waschbar, {n} x {n} cm. Statt {p} € jetzt {q} €. Art.-Nr. {sku}, DIN EN {n}4-1, Schutzart IP67.",
        "Solid {n} W charger, firmware 2.4.{n}.1, for model {sku}. Ring size {n}. Ships in 24/7 boxes of {n} pieces, MPN {i}.",
        "Taille {n}, poids {n},5 kg, garantie 24 mois. Réf. {sku} / {e}. Livré en 48 h.",
        "Maat {n}, gewicht {n} gram, artikelnummer {i}. Levertijd 2-3 dagen.", "Rozmiar {n}, kod {e}, cena {p} zł, gwarancja 24 miesiące.",
        "Talla {n}, referencia {i}, peso {n} g, entrega en 24 horas.", "Taglia {n}, codice {e}, spedizione in 24 ore, misure {n}x{n}x{n} mm."])
    text = text.format(n=shop.dice.randint(2, 90), p=f"{shop.dice.randint(1, 9)}.{shop.digits(3)},00", q=f"{shop.digits(3)},95", sku=sku, i=shop.digits(8), e=shop.ean())
    document = {
        "id": int("4" + ident[:12]), "admin_graphql_api_id": f"gid://shopify/Product/{ident}", "sku": sku, "name": f"{slug.title()} {shop.digits(3)}",
        "price": float(f"{shop.digits(2)}.{shop.digits(2)}"), "weight": f"0.{shop.digits(4)}", "created_at": shop.stamp(), "updated_at": shop.stamp().replace(" ", "T") + "+01:00",
        "barcode": shop.ean(), "description": text, "url_key": slug + "-" + shop.digits(4), "image": f"/m/h/{slug}_{shop.of('0123456789abcdef', 32)}@2x.jpg",
        "custom_attributes": [{"attribute_code": "color", "value": shop.digits(2)}, {"attribute_code": "ean", "value": shop.ean()}],
        "variants": [{"id": int("3" + shop.digits(13)), "title": f"{n} / Blau", "inventory_quantity": n, "position": n} for n in range(1, 4)],
        "rating": {"average": 4.5211, "count": shop.dice.randint(1, 9999)}, "timestamp_us": int("17" + shop.digits(14)), "color": "#" + shop.of("0123456789abcdef", 6)}
    return document, []


def order(shop, code):
    who = shop.who(code)
    card, vat, birth = shop.card(), shop.vat(), shop.dates()["iso"]
    address = {"firstname": who["first"], "lastname": who["last"], "street": [who["street"]], "city": who["city"], "postcode": who["post"],
               "telephone": who["phone"], "country_id": LANGUAGES[code]["country"], "vat_id": vat}
    document = {"increment_id": "0000" + shop.digits(5), "entity_id": int(shop.digits(6) or 1), "created_at": shop.stamp(), "grand_total": 129.9, "customer_email": who["mail"],
                "customer_dob": birth, "billing_address": address, "remote_ip": f"203.0.{shop.dice.randint(0, 255)}.{shop.dice.randint(1, 254)}",
                "payment": {"method": "checkmo", "cc_number": card, "cc_exp_year": "2027"},
                "items": [{"sku": shop.of(string.ascii_uppercase, 3) + shop.digits(5), "qty_ordered": 2, "price": 64.95, "base_cost": 31.2, "product_id": int(shop.digits(4) or 1)}],
                "tracking_number": shop.dice.choice(["1Z999AA1" + shop.digits(10), "00340434" + shop.digits(12), "JD0146" + shop.digits(14)])}
    labels = [("customer_email", "email", who["mail"]), ("customer_dob", "birth_date", birth), ("billing_address.firstname", "name", who["first"]),
              ("billing_address.lastname", "name", who["last"]), ("billing_address.street[0]", "address", who["street"]),
              ("billing_address.city", "address", who["city"]), ("billing_address.postcode", "address", who["post"]),
              ("billing_address.telephone", "phone", who["phone"]), ("billing_address.vat_id", "vat", vat), ("remote_ip", "ip", document["remote_ip"]),
              ("payment.cc_number", "card", card), ("items[0].base_cost", "price", "31.2")]
    return document, labels


def ticket(shop, code):
    who, said = shop.who(code), LANGUAGES[code]
    label, detector, number = shop.person()
    key_kind, key = shop.key()
    parts = [(said["hello"].format(f=who["first"], l=who["last"]), []), (said["order"].format(order="1000" + shop.digits(5)), []),
             (f"{said['label']}{who['phone']}. ", [("phone", who["phone"])]), (f"<{who['mail']}> ", [("email", who["mail"])])]
    birth = shop.dates()
    told = [v for k, v in birth.items() if "{" + k + "}" in said["born"]][0]
    card, iban, vat = shop.card(), shop.iban(), shop.vat()
    extra = [(said["born"].format(**birth) + ". ", [("birth_date", told)]), (f"{card} 12/27 ", [("card", card)]), (f"IBAN {iban}. ", [("iban", iban)]),
             (f"{vat}; ", [("vat", vat)]), (f"{label}{number}, ", [(detector, number)]), (f"API_KEY={key}\n", [(key_kind, key)]),
             (f"{who['street']}, {who['post']} {who['city']}. ", [("address", who["street"])]), (f"EAN {shop.ean()}, 17{shop.digits(14)}. ", [])]
    parts += shop.dice.sample(extra, 4)
    shop.dice.shuffle(parts)
    return "".join(text for text, _ in parts), [one for _, found in parts for one in found]


def support(shop, code):
    text, found = ticket(shop, code)
    return {"ticket_id": int(shop.digits(7) or 1), "status": "open", "message": text}, [("message", kind, value) for kind, value in found]


def prompt(shop, code):
    text, found = ticket(shop, code)
    document = {"model": "gpt-4o-mini", "temperature": 0.2, "max_tokens": 512, "messages": [{"role": "system", "content": "You answer for a shop. Version 2.4.6.1."}, {"role": "user", "content": text}]}
    return document, [("messages[1].content", kind, value) for kind, value in found]


def checkout(shop, code):
    who, (kind, key) = shop.who(code), shop.key()
    document = {"cartId": shop.of(BASE62, 32), "email": who["mail"], "shippingAddress": {"firstName": who["first"], "lastName": who["last"], "address1": who["street"], "zip": who["post"], "phone": who["phone"]},
                "lines": [{"variantId": f"gid://shopify/ProductVariant/{shop.digits(14)}", "quantity": 1}], "debug": f"using {key} now"}
    labels = [("email", "email", who["mail"]), ("shippingAddress.firstName", "name", who["first"]), ("shippingAddress.lastName", "name", who["last"]),
              ("shippingAddress.address1", "address", who["street"]), ("shippingAddress.zip", "address", who["post"]), ("shippingAddress.phone", "phone", who["phone"]), ("debug", kind, key)]
    return document, labels


KINDS = {"product": product, "order": order, "ticket": support, "prompt": prompt, "checkout": checkout}


def documents(seed, count, kinds=tuple(KINDS)):
    shop = Shop(seed)
    for i in range(count):
        kind = kinds[i % len(kinds)]
        document, labels = KINDS[kind](shop, shop.dice.choice(sorted(LANGUAGES)))
        yield kind, document, labels


def places(value, path="", field=""):
    """Each scalar of a document, as (path, text)."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from places(inside, f"{path}.{name}" if path else name, name)
    elif isinstance(value, list):
        for i, inside in enumerate(value):
            yield from places(inside, f"{path}[{i}]", field)
    else:
        yield path, value if isinstance(value, str) else json.dumps(value)
