/* SPDX-License-Identifier: Apache-2.0 */
/* Words that say what a number beside them is, in the languages of the shops; in lower case, without accents, in the
 * order of their bytes. `is_stem`: it may go on. */
#include "exeat/wording/label.h"

#include <string.h>

#include "exeat/wording/letters.h"
#include "exeat/wording/points.h"

// clang-format off
static const struct label {
    const char *word;
    bool is_stem;
    uint16_t labels;
} labels[] = {
    {"accesstoken", true, LABEL_SECRET}, {"account", true, LABEL_ACCOUNT}, {"adresseip", false, LABEL_IP},
    {"adressip", false, LABEL_IP}, {"afm", false, LABEL_TAX}, {"ahv", false, LABEL_SOCIAL},
    {"amex", false, LABEL_CARD}, {"amka", false, LABEL_SOCIAL}, {"android", false, LABEL_VERSION},
    {"anruf", true, LABEL_PHONE}, {"apikey", true, LABEL_SECRET}, {"appel", true, LABEL_PHONE},
    {"article", true, LABEL_OTHER}, {"artikel", true, LABEL_OTHER}, {"asin", true, LABEL_OTHER},
    {"asmenskodas", false, LABEL_SOCIAL}, {"auftrag", true, LABEL_OTHER}, {"ausweis", true, LABEL_PASSPORT},
    {"auth", false, LABEL_SECRET}, {"authorization", true, LABEL_SECRET}, {"bank", true, LABEL_ACCOUNT},
    {"bankcard", true, LABEL_CARD}, {"bankkart", true, LABEL_CARD}, {"bankverbindung", true, LABEL_ACCOUNT},
    {"barcode", true, LABEL_OTHER}, {"batch", true, LABEL_OTHER}, {"bearer", true, LABEL_SECRET},
    {"bel", false, LABEL_PHONE}, {"belasting", true, LABEL_TAX}, {"bellen", false, LABEL_PHONE},
    {"bestell", true, LABEL_OTHER}, {"bestelling", true, LABEL_OTHER}, {"betaalkaart", true, LABEL_CARD},
    {"birth", true, LABEL_BIRTH}, {"birthday", true, LABEL_BIRTH}, {"born", false, LABEL_BIRTH},
    {"browser", true, LABEL_IP}, {"bsn", false, LABEL_SOCIAL}, {"btw", true, LABEL_VAT},
    {"build", true, LABEL_VERSION}, {"burgerservice", true, LABEL_SOCIAL}, {"call", true, LABEL_PHONE},
    {"card", false, LABEL_CARD}, {"cardnumber", true, LABEL_CARD}, {"cards", false, LABEL_CARD},
    {"carta", false, LABEL_CARD}, {"carte", false, LABEL_CARD}, {"cartebancaire", true, LABEL_CARD},
    {"case", false, LABEL_OTHER}, {"cc", false, LABEL_CARD}, {"cell", true, LABEL_PHONE},
    {"cellular", true, LABEL_PHONE}, {"cena", true, LABEL_OTHER}, {"charge", false, LABEL_OTHER},
    {"chiam", true, LABEL_PHONE}, {"chrome", false, LABEL_VERSION}, {"cif", false, LABEL_TAX},
    {"client", false, LABEL_IP}, {"cni", false, LABEL_PASSPORT}, {"cnp", false, LABEL_SOCIAL},
    {"code", false, LABEL_ID}, {"codes", false, LABEL_ID}, {"codicefiscale", true, LABEL_TAX},
    {"colis", true, LABEL_OTHER}, {"commande", true, LABEL_OTHER}, {"compte", true, LABEL_ACCOUNT},
    {"conto", false, LABEL_ACCOUNT}, {"contrasena", true, LABEL_SECRET}, {"cookie", true, LABEL_SECRET},
    {"coordin", true, LABEL_GEO}, {"coords", false, LABEL_GEO}, {"cpr", false, LABEL_SOCIAL},
    {"credential", true, LABEL_SECRET}, {"credit", false, LABEL_CARD}, {"creditcard", true, LABEL_CARD},
    {"csrf", true, LABEL_SECRET}, {"cuenta", true, LABEL_ACCOUNT}, {"cvc", true, LABEL_CARD},
    {"cvr", false, LABEL_VAT}, {"cvv", true, LABEL_CARD}, {"debit", false, LABEL_CARD}, {"dic", false, LABEL_TAX},
    {"diners", false, LABEL_CARD}, {"discover", false, LABEL_CARD}, {"dni", false, LABEL_SOCIAL},
    {"dnie", false, LABEL_SOCIAL}, {"dns", false, LABEL_IP}, {"dob", false, LABEL_BIRTH},
    {"dowod", true, LABEL_PASSPORT}, {"dzwon", true, LABEL_PHONE}, {"ean", true, LABEL_OTHER},
    {"edg", false, LABEL_VERSION}, {"edge", false, LABEL_VERSION}, {"egn", false, LABEL_SOCIAL},
    {"eik", false, LABEL_TAX}, {"emso", false, LABEL_SOCIAL}, {"envio", true, LABEL_OTHER},
    {"erreich", true, LABEL_PHONE}, {"factura", true, LABEL_OTHER}, {"facture", true, LABEL_OTHER},
    {"factuur", true, LABEL_OTHER}, {"faktur", true, LABEL_OTHER}, {"fattura", true, LABEL_OTHER},
    {"fax", true, LABEL_PHONE}, {"festnetz", true, LABEL_PHONE}, {"firefox", false, LABEL_VERSION},
    {"firmware", true, LABEL_VERSION}, {"fiscal", true, LABEL_TAX}, {"fodsels", true, LABEL_SOCIAL},
    {"formkey", true, LABEL_SECRET}, {"fuehrerschein", true, LABEL_PASSPORT}, {"geb", false, LABEL_BIRTH},
    {"geboorte", true, LABEL_BIRTH}, {"geboren", true, LABEL_BIRTH}, {"geburt", true, LABEL_BIRTH},
    {"geo", true, LABEL_GEO}, {"gid", false, LABEL_ID}, {"girocard", false, LABEL_CARD}, {"gps", true, LABEL_GEO},
    {"gsm", true, LABEL_PHONE}, {"gtin", true, LABEL_OTHER}, {"handy", true, LABEL_PHONE},
    {"haslo", true, LABEL_SECRET}, {"henkilo", true, LABEL_SOCIAL}, {"hetu", false, LABEL_SOCIAL},
    {"host", true, LABEL_IP}, {"hotline", true, LABEL_PHONE}, {"iban", true, LABEL_ACCOUNT}, {"ico", false, LABEL_TAX},
    {"id", false, LABEL_ID}, {"idcard", true, LABEL_PASSPORT}, {"identifikation", true, LABEL_SOCIAL},
    {"identita", false, LABEL_PASSPORT}, {"identite", true, LABEL_PASSPORT},
    {"identiteitskaart", true, LABEL_PASSPORT}, {"identity", true, LABEL_SOCIAL},
    {"identitycard", true, LABEL_PASSPORT}, {"idkaart", true, LABEL_PASSPORT}, {"idnr", false, LABEL_TAX},
    {"ids", false, LABEL_ID}, {"imei", true, LABEL_OTHER}, {"impuesto", true, LABEL_TAX},
    {"increment", true, LABEL_OTHER}, {"indirizzoip", false, LABEL_IP}, {"insee", false, LABEL_SOCIAL},
    {"inss", false, LABEL_SOCIAL}, {"insurance", true, LABEL_SOCIAL}, {"invoice", true, LABEL_OTHER},
    {"ios", false, LABEL_VERSION}, {"ip", false, LABEL_IP}, {"ipaddress", true, LABEL_IP},
    {"ipadress", true, LABEL_IP}, {"ips", false, LABEL_IP}, {"ipv4", false, LABEL_IP}, {"ipv6", false, LABEL_IP},
    {"isbn", true, LABEL_OTHER}, {"isikukood", true, LABEL_SOCIAL}, {"item", true, LABEL_OTHER},
    {"iva", false, LABEL_VAT}, {"jcb", false, LABEL_CARD}, {"jmbg", false, LABEL_SOCIAL},
    {"joignable", true, LABEL_PHONE}, {"jwt", false, LABEL_SECRET}, {"kaart", true, LABEL_CARD},
    {"kart", false, LABEL_CARD}, {"karta", false, LABEL_CARD}, {"karte", false, LABEL_CARD},
    {"kartennummer", true, LABEL_CARD}, {"karty", false, LABEL_CARD}, {"kennwort", true, LABEL_SECRET},
    {"kernel", false, LABEL_VERSION}, {"key", false, LABEL_SECRET}, {"keys", false, LABEL_SECRET},
    {"klantnummer", true, LABEL_OTHER}, {"komork", true, LABEL_PHONE}, {"konto", true, LABEL_ACCOUNT},
    {"koordinat", true, LABEL_GEO}, {"kreditkart", true, LABEL_CARD}, {"kundennr", true, LABEL_OTHER},
    {"kundennummer", true, LABEL_OTHER}, {"kvk", false, LABEL_TAX}, {"lat", false, LABEL_GEO},
    {"latitude", true, LABEL_GEO}, {"licence", true, LABEL_PASSPORT}, {"license", true, LABEL_PASSPORT},
    {"llam", true, LABEL_PHONE}, {"lng", false, LABEL_GEO}, {"location", true, LABEL_GEO}, {"logged", false, LABEL_IP},
    {"login", true, LABEL_IP}, {"lon", false, LABEL_GEO}, {"longitude", true, LABEL_GEO}, {"lot", false, LABEL_OTHER},
    {"maestro", false, LABEL_CARD}, {"magento", true, LABEL_VERSION}, {"mastercard", true, LABEL_CARD},
    {"matricule", true, LABEL_SOCIAL}, {"menge", true, LABEL_OTHER}, {"mobiel", true, LABEL_PHONE},
    {"mobil", true, LABEL_PHONE}, {"mobile", true, LABEL_PHONE}, {"model", true, LABEL_OTHER},
    {"modell", true, LABEL_OTHER}, {"modul", true, LABEL_VERSION}, {"module", true, LABEL_VERSION},
    {"moms", false, LABEL_VAT}, {"motdepasse", true, LABEL_SECRET}, {"movil", true, LABEL_PHONE},
    {"mpn", false, LABEL_OTHER}, {"mva", false, LABEL_VAT}, {"mwst", true, LABEL_VAT}, {"mysql", false, LABEL_VERSION},
    {"nacid", true, LABEL_BIRTH}, {"nacim", true, LABEL_BIRTH}, {"naissance", true, LABEL_BIRTH},
    {"nascit", true, LABEL_BIRTH}, {"nata", false, LABEL_BIRTH}, {"national", true, LABEL_SOCIAL},
    {"nato", false, LABEL_BIRTH}, {"ne", false, LABEL_BIRTH}, {"nee", false, LABEL_BIRTH},
    {"nginx", false, LABEL_VERSION}, {"nie", false, LABEL_SOCIAL}, {"nif", false, LABEL_TAX},
    {"nino", false, LABEL_SOCIAL}, {"nip", false, LABEL_TAX}, {"nir", false, LABEL_SOCIAL},
    {"niss", false, LABEL_SOCIAL}, {"node", false, LABEL_VERSION}, {"nr", false, LABEL_ID}, {"oib", false, LABEL_TAX},
    {"order", true, LABEL_OTHER}, {"ordine", true, LABEL_OTHER}, {"os", false, LABEL_VERSION},
    {"paket", true, LABEL_OTHER}, {"pakket", true, LABEL_OTHER}, {"pan", false, LABEL_CARD},
    {"parcel", true, LABEL_OTHER}, {"pasaporte", true, LABEL_PASSPORT}, {"paspoort", true, LABEL_PASSPORT},
    {"pass", false, LABEL_PASSPORT | LABEL_SECRET}, {"passaporto", true, LABEL_PASSPORT},
    {"passeport", true, LABEL_PASSPORT}, {"passnr", true, LABEL_PASSPORT}, {"passnummer", true, LABEL_PASSPORT},
    {"passphrase", true, LABEL_SECRET}, {"passport", true, LABEL_PASSPORT}, {"passwd", true, LABEL_SECRET},
    {"passwor", true, LABEL_SECRET}, {"password", true, LABEL_SECRET}, {"paszport", true, LABEL_PASSPORT},
    {"patch", true, LABEL_VERSION}, {"pedido", true, LABEL_OTHER}, {"personalausweis", true, LABEL_PASSPORT},
    {"personalcode", true, LABEL_SOCIAL}, {"personalnumber", true, LABEL_SOCIAL},
    {"personaskods", false, LABEL_SOCIAL}, {"personnummer", true, LABEL_SOCIAL}, {"pesel", false, LABEL_SOCIAL},
    {"phone", true, LABEL_PHONE}, {"php", false, LABEL_VERSION}, {"phpsessid", true, LABEL_SECRET},
    {"piva", false, LABEL_VAT}, {"podatk", true, LABEL_TAX}, {"portable", true, LABEL_PHONE},
    {"position", true, LABEL_GEO}, {"pps", false, LABEL_SOCIAL}, {"ppsn", false, LABEL_SOCIAL},
    {"precio", true, LABEL_OTHER}, {"preis", true, LABEL_OTHER}, {"previdenz", true, LABEL_SOCIAL},
    {"prezzo", true, LABEL_OTHER}, {"price", true, LABEL_OTHER}, {"prijs", true, LABEL_OTHER},
    {"prix", false, LABEL_OTHER}, {"product", true, LABEL_OTHER}, {"produit", true, LABEL_OTHER},
    {"produkt", true, LABEL_OTHER}, {"proxy", false, LABEL_IP}, {"przesyl", true, LABEL_OTHER},
    {"ptu", false, LABEL_VAT}, {"pwd", false, LABEL_SECRET}, {"qty", false, LABEL_OTHER},
    {"quantite", true, LABEL_OTHER}, {"quantity", true, LABEL_OTHER}, {"rachun", true, LABEL_ACCOUNT},
    {"rappel", true, LABEL_PHONE}, {"reach", true, LABEL_PHONE}, {"recapito", false, LABEL_PHONE},
    {"rechnung", true, LABEL_OTHER}, {"ref", false, LABEL_OTHER}, {"reference", true, LABEL_OTHER},
    {"referenz", true, LABEL_OTHER}, {"refreshtoken", true, LABEL_SECRET}, {"regon", false, LABEL_TAX},
    {"reisepass", true, LABEL_PASSPORT}, {"rekening", true, LABEL_ACCOUNT}, {"release", true, LABEL_VERSION},
    {"remote", true, LABEL_IP}, {"rentenversicherung", true, LABEL_SOCIAL}, {"rijksregister", true, LABEL_SOCIAL},
    {"ring", false, LABEL_PHONE}, {"rodne", true, LABEL_SOCIAL}, {"rufnummer", true, LABEL_PHONE},
    {"safari", false, LABEL_VERSION}, {"secret", true, LABEL_SECRET}, {"secu", false, LABEL_SOCIAL},
    {"securite", true, LABEL_SOCIAL}, {"seguridad", true, LABEL_SOCIAL}, {"sendung", true, LABEL_OTHER},
    {"sendungsnummer", true, LABEL_OTHER}, {"serial", true, LABEL_OTHER}, {"seriennummer", true, LABEL_OTHER},
    {"server", true, LABEL_IP}, {"sessid", true, LABEL_SECRET}, {"session", true, LABEL_SECRET},
    {"shipment", true, LABEL_OTHER}, {"shipping", true, LABEL_OTHER}, {"sid", false, LABEL_SECRET},
    {"siren", false, LABEL_TAX}, {"siret", false, LABEL_TAX}, {"sku", true, LABEL_OTHER}, {"sms", false, LABEL_PHONE},
    {"social", true, LABEL_SOCIAL}, {"sociale", false, LABEL_SOCIAL}, {"sofi", false, LABEL_SOCIAL},
    {"sozial", true, LABEL_SOCIAL}, {"spedizione", true, LABEL_OTHER}, {"ssn", false, LABEL_SOCIAL},
    {"standort", true, LABEL_GEO}, {"steuer", true, LABEL_TAX}, {"stnr", false, LABEL_TAX},
    {"summe", true, LABEL_OTHER}, {"svnr", false, LABEL_SOCIAL}, {"svnummer", true, LABEL_SOCIAL},
    {"tajszam", false, LABEL_SOCIAL}, {"tarjeta", true, LABEL_CARD}, {"tax", true, LABEL_TAX},
    {"teilenummer", true, LABEL_OTHER}, {"tel", false, LABEL_PHONE}, {"tele", false, LABEL_PHONE},
    {"telefax", true, LABEL_PHONE}, {"telefon", true, LABEL_PHONE}, {"telefoon", true, LABEL_PHONE},
    {"telephon", true, LABEL_PHONE}, {"telnr", false, LABEL_PHONE}, {"textme", false, LABEL_PHONE},
    {"ticket", true, LABEL_OTHER}, {"timestamp", true, LABEL_OTHER}, {"tin", false, LABEL_TAX},
    {"tlf", false, LABEL_PHONE}, {"token", true, LABEL_SECRET}, {"total", true, LABEL_OTHER},
    {"tracking", true, LABEL_OTHER}, {"travel", false, LABEL_PASSPORT}, {"tva", true, LABEL_VAT},
    {"uid", false, LABEL_VAT}, {"umsatzsteuer", true, LABEL_VAT}, {"unionpay", false, LABEL_CARD},
    {"upc", true, LABEL_OTHER}, {"ur", false, LABEL_BIRTH}, {"urodz", true, LABEL_BIRTH}, {"ust", true, LABEL_VAT},
    {"utr", false, LABEL_TAX}, {"uuid", false, LABEL_ID}, {"v", false, LABEL_VERSION}, {"vaste", false, LABEL_PHONE},
    {"vat", true, LABEL_VAT}, {"ver", false, LABEL_VERSION}, {"versicherung", true, LABEL_SOCIAL},
    {"versie", true, LABEL_VERSION}, {"version", true, LABEL_VERSION}, {"versione", true, LABEL_VERSION},
    {"vies", false, LABEL_VAT}, {"visa", false, LABEL_CARD}, {"wachtwoord", true, LABEL_SECRET},
    {"wersja", true, LABEL_VERSION}, {"whatsapp", true, LABEL_PHONE}, {"xsrf", true, LABEL_SECRET},
    {"zadzwo", true, LABEL_PHONE}, {"zamowien", true, LABEL_OTHER}, {"zending", true, LABEL_OTHER},
};
// clang-format on

enum { PAIRS = 26 * 26, WORD_MOST = 32 };

static int pair_of(const char *word)
{
    bool letters = word[0] >= 'a' && word[0] <= 'z' && word[1] >= 'a' && word[1] <= 'z';
    return letters ? (word[0] - 'a') * 26 + word[1] - 'a' : -1;
}

void label_index_init(struct label_index *index)
{
    size_t at = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
        index->from[pair] = (uint16_t)at;
        /* a word of one letter stands before all that go on with it, and is found with the first of them */
        while (at < COUNT_OF(labels) && pair_of(labels[at].word) <= pair)
            at++;
    }
    index->from[PAIRS] = (uint16_t)at;
}

uint32_t label_of(const struct label_index *index, struct text word)
{
    uint32_t found = 0;
    int pair = word.length < 2 ? -1 : pair_of(word.data);
    if (pair < 0)
        return text_equal(word, TEXT("v")) ? LABEL_VERSION : 0;
    for (size_t i = index->from[pair]; i < index->from[pair + 1]; i++) {
        size_t length = strlen(labels[i].word);
        bool fits = word.length >= length && memcmp(word.data, labels[i].word, length) == 0;
        if (fits && (labels[i].is_stem || word.length == length))
            found |= labels[i].labels;
    }
    return found;
}

static uint32_t add(const struct label_index *index, uint32_t sum, struct text word, bool in_order)
{
    uint32_t labels_of_word = label_of(index, word);
    return in_order && (labels_of_word & LABEL_OTHER) != 0 ? labels_of_word : sum | labels_of_word;
}

static uint32_t sum_of(const struct label_index *index, struct text text, enum detect_spelling spelling, bool in_order)
{
    char word[WORD_MOST];
    size_t length = 0;
    uint32_t sum = 0;
    bool low = false;
    for (size_t at = 0; at < text.length;) {
        struct point point = point_at(text, at, spelling);
        bool capital =
            point.code < 0x80 && is_ascii_letter((char)point.code) && ascii_lower((char)point.code) != (char)point.code;
        bool letter = point_is_word(point.code);
        if ((!letter || (capital && low)) && length > 0) {
            sum = add(index, sum, (struct text){word, length}, in_order);
            length = 0;
        }
        if (letter)
            length += letters_plain(point.code, word + length, sizeof(word) - length);
        low = letter && !capital;
        at += point.length;
    }
    return length > 0 ? add(index, sum, (struct text){word, length}, in_order) : sum;
}

uint32_t labels_in(const struct label_index *index, struct text text, enum detect_spelling spelling)
{
    return sum_of(index, text, spelling, true);
}

uint32_t labels_of_name(const struct label_index *index, struct text name)
{
    return sum_of(index, name, DETECT_PLAIN, false);
}
