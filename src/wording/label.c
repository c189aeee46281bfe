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
    uint8_t length;
    bool is_stem;
    uint16_t labels;
} labels[] = {
    {"accesstoken", 11, true, LABEL_SECRET}, {"account", 7, true, LABEL_ACCOUNT}, {"adresseip", 9, false, LABEL_IP},
    {"adressip", 8, false, LABEL_IP}, {"afm", 3, false, LABEL_TAX}, {"ahv", 3, false, LABEL_SOCIAL},
    {"amex", 4, false, LABEL_CARD}, {"amka", 4, false, LABEL_SOCIAL}, {"android", 7, false, LABEL_VERSION},
    {"anruf", 5, true, LABEL_PHONE}, {"apikey", 6, true, LABEL_SECRET}, {"appel", 5, true, LABEL_PHONE},
    {"article", 7, true, LABEL_OTHER}, {"artikel", 7, true, LABEL_OTHER}, {"asin", 4, true, LABEL_OTHER},
    {"asmenskodas", 11, false, LABEL_SOCIAL}, {"auftrag", 7, true, LABEL_OTHER}, {"ausweis", 7, true, LABEL_PASSPORT},
    {"auth", 4, false, LABEL_SECRET}, {"authorization", 13, true, LABEL_SECRET}, {"bank", 4, true, LABEL_ACCOUNT},
    {"bankcard", 8, true, LABEL_CARD}, {"bankkart", 8, true, LABEL_CARD}, {"bankverbindung", 14, true, LABEL_ACCOUNT},
    {"barcode", 7, true, LABEL_OTHER}, {"batch", 5, true, LABEL_OTHER}, {"bearer", 6, true, LABEL_SECRET},
    {"bel", 3, false, LABEL_PHONE}, {"belasting", 9, true, LABEL_TAX}, {"bellen", 6, false, LABEL_PHONE},
    {"bestell", 7, true, LABEL_OTHER}, {"bestelling", 10, true, LABEL_OTHER}, {"betaalkaart", 11, true, LABEL_CARD},
    {"birth", 5, true, LABEL_BIRTH}, {"birthday", 8, true, LABEL_BIRTH}, {"born", 4, false, LABEL_BIRTH},
    {"browser", 7, true, LABEL_IP}, {"bsn", 3, false, LABEL_SOCIAL}, {"btw", 3, true, LABEL_VAT},
    {"build", 5, true, LABEL_VERSION}, {"burgerservice", 13, true, LABEL_SOCIAL}, {"call", 4, true, LABEL_PHONE},
    {"card", 4, false, LABEL_CARD}, {"cardnumber", 10, true, LABEL_CARD}, {"cards", 5, false, LABEL_CARD},
    {"carta", 5, false, LABEL_CARD}, {"carte", 5, false, LABEL_CARD}, {"cartebancaire", 13, true, LABEL_CARD},
    {"case", 4, false, LABEL_OTHER}, {"cc", 2, false, LABEL_CARD}, {"cell", 4, true, LABEL_PHONE},
    {"cellular", 8, true, LABEL_PHONE}, {"cena", 4, true, LABEL_OTHER}, {"charge", 6, false, LABEL_OTHER},
    {"chiam", 5, true, LABEL_PHONE}, {"chrome", 6, false, LABEL_VERSION}, {"cif", 3, false, LABEL_TAX},
    {"client", 6, false, LABEL_IP}, {"cni", 3, false, LABEL_PASSPORT}, {"cnp", 3, false, LABEL_SOCIAL},
    {"code", 4, false, LABEL_ID}, {"codes", 5, false, LABEL_ID}, {"codicefiscale", 13, true, LABEL_TAX},
    {"colis", 5, true, LABEL_OTHER}, {"commande", 8, true, LABEL_OTHER}, {"compte", 6, true, LABEL_ACCOUNT},
    {"conto", 5, false, LABEL_ACCOUNT}, {"contrasena", 10, true, LABEL_SECRET}, {"cookie", 6, true, LABEL_SECRET},
    {"coordin", 7, true, LABEL_GEO}, {"coords", 6, false, LABEL_GEO}, {"cpr", 3, false, LABEL_SOCIAL},
    {"credential", 10, true, LABEL_SECRET}, {"credit", 6, false, LABEL_CARD}, {"creditcard", 10, true, LABEL_CARD},
    {"csrf", 4, true, LABEL_SECRET}, {"cuenta", 6, true, LABEL_ACCOUNT}, {"cvc", 3, true, LABEL_CARD},
    {"cvr", 3, false, LABEL_VAT}, {"cvv", 3, true, LABEL_CARD}, {"debit", 5, false, LABEL_CARD},
    {"dic", 3, false, LABEL_TAX}, {"diners", 6, false, LABEL_CARD}, {"discover", 8, false, LABEL_CARD},
    {"dni", 3, false, LABEL_SOCIAL}, {"dnie", 4, false, LABEL_SOCIAL}, {"dns", 3, false, LABEL_IP},
    {"dob", 3, false, LABEL_BIRTH}, {"dowod", 5, true, LABEL_PASSPORT}, {"dzwon", 5, true, LABEL_PHONE},
    {"ean", 3, true, LABEL_OTHER}, {"edg", 3, false, LABEL_VERSION}, {"edge", 4, false, LABEL_VERSION},
    {"egn", 3, false, LABEL_SOCIAL}, {"eik", 3, false, LABEL_TAX}, {"emso", 4, false, LABEL_SOCIAL},
    {"envio", 5, true, LABEL_OTHER}, {"erreich", 7, true, LABEL_PHONE}, {"factura", 7, true, LABEL_OTHER},
    {"facture", 7, true, LABEL_OTHER}, {"factuur", 7, true, LABEL_OTHER}, {"faktur", 6, true, LABEL_OTHER},
    {"fattura", 7, true, LABEL_OTHER}, {"fax", 3, true, LABEL_PHONE}, {"festnetz", 8, true, LABEL_PHONE},
    {"firefox", 7, false, LABEL_VERSION}, {"firmware", 8, true, LABEL_VERSION}, {"fiscal", 6, true, LABEL_TAX},
    {"fodsels", 7, true, LABEL_SOCIAL}, {"formkey", 7, true, LABEL_SECRET},
    {"fuehrerschein", 13, true, LABEL_PASSPORT}, {"geb", 3, false, LABEL_BIRTH}, {"geboorte", 8, true, LABEL_BIRTH},
    {"geboren", 7, true, LABEL_BIRTH}, {"geburt", 6, true, LABEL_BIRTH}, {"geo", 3, true, LABEL_GEO},
    {"gid", 3, false, LABEL_ID}, {"girocard", 8, false, LABEL_CARD}, {"gps", 3, true, LABEL_GEO},
    {"gsm", 3, true, LABEL_PHONE}, {"gtin", 4, true, LABEL_OTHER}, {"handy", 5, true, LABEL_PHONE},
    {"haslo", 5, true, LABEL_SECRET}, {"henkilo", 7, true, LABEL_SOCIAL}, {"hetu", 4, false, LABEL_SOCIAL},
    {"host", 4, true, LABEL_IP}, {"hotline", 7, true, LABEL_PHONE}, {"iban", 4, true, LABEL_ACCOUNT},
    {"ico", 3, false, LABEL_TAX}, {"id", 2, false, LABEL_ID}, {"idcard", 6, true, LABEL_PASSPORT},
    {"identifikation", 14, true, LABEL_SOCIAL}, {"identita", 8, false, LABEL_PASSPORT},
    {"identite", 8, true, LABEL_PASSPORT}, {"identiteitskaart", 16, true, LABEL_PASSPORT},
    {"identity", 8, true, LABEL_SOCIAL}, {"identitycard", 12, true, LABEL_PASSPORT},
    {"idkaart", 7, true, LABEL_PASSPORT}, {"idnr", 4, false, LABEL_TAX}, {"ids", 3, false, LABEL_ID},
    {"imei", 4, true, LABEL_OTHER}, {"impuesto", 8, true, LABEL_TAX}, {"increment", 9, true, LABEL_OTHER},
    {"indirizzoip", 11, false, LABEL_IP}, {"insee", 5, false, LABEL_SOCIAL}, {"inss", 4, false, LABEL_SOCIAL},
    {"insurance", 9, true, LABEL_SOCIAL}, {"invoice", 7, true, LABEL_OTHER}, {"ios", 3, false, LABEL_VERSION},
    {"ip", 2, false, LABEL_IP}, {"ipaddress", 9, true, LABEL_IP}, {"ipadress", 8, true, LABEL_IP},
    {"ips", 3, false, LABEL_IP}, {"ipv4", 4, false, LABEL_IP}, {"ipv6", 4, false, LABEL_IP},
    {"isbn", 4, true, LABEL_OTHER}, {"isikukood", 9, true, LABEL_SOCIAL}, {"item", 4, true, LABEL_OTHER},
    {"iva", 3, false, LABEL_VAT}, {"jcb", 3, false, LABEL_CARD}, {"jmbg", 4, false, LABEL_SOCIAL},
    {"joignable", 9, true, LABEL_PHONE}, {"jwt", 3, false, LABEL_SECRET}, {"kaart", 5, true, LABEL_CARD},
    {"kart", 4, false, LABEL_CARD}, {"karta", 5, false, LABEL_CARD}, {"karte", 5, false, LABEL_CARD},
    {"kartennummer", 12, true, LABEL_CARD}, {"karty", 5, false, LABEL_CARD}, {"kennwort", 8, true, LABEL_SECRET},
    {"kernel", 6, false, LABEL_VERSION}, {"key", 3, false, LABEL_SECRET}, {"keys", 4, false, LABEL_SECRET},
    {"klantnummer", 11, true, LABEL_OTHER}, {"komork", 6, true, LABEL_PHONE}, {"konto", 5, true, LABEL_ACCOUNT},
    {"koordinat", 9, true, LABEL_GEO}, {"kreditkart", 10, true, LABEL_CARD}, {"kundennr", 8, true, LABEL_OTHER},
    {"kundennummer", 12, true, LABEL_OTHER}, {"kvk", 3, false, LABEL_TAX}, {"lat", 3, false, LABEL_GEO},
    {"latitude", 8, true, LABEL_GEO}, {"licence", 7, true, LABEL_PASSPORT}, {"license", 7, true, LABEL_PASSPORT},
    {"llam", 4, true, LABEL_PHONE}, {"lng", 3, false, LABEL_GEO}, {"location", 8, true, LABEL_GEO},
    {"logged", 6, false, LABEL_IP}, {"login", 5, true, LABEL_IP}, {"lon", 3, false, LABEL_GEO},
    {"longitude", 9, true, LABEL_GEO}, {"lot", 3, false, LABEL_OTHER}, {"maestro", 7, false, LABEL_CARD},
    {"magento", 7, true, LABEL_VERSION}, {"mastercard", 10, true, LABEL_CARD}, {"matricule", 9, true, LABEL_SOCIAL},
    {"menge", 5, true, LABEL_OTHER}, {"mobiel", 6, true, LABEL_PHONE}, {"mobil", 5, true, LABEL_PHONE},
    {"mobile", 6, true, LABEL_PHONE}, {"model", 5, true, LABEL_OTHER}, {"modell", 6, true, LABEL_OTHER},
    {"modul", 5, true, LABEL_VERSION}, {"module", 6, true, LABEL_VERSION}, {"moms", 4, false, LABEL_VAT},
    {"motdepasse", 10, true, LABEL_SECRET}, {"movil", 5, true, LABEL_PHONE}, {"mpn", 3, false, LABEL_OTHER},
    {"mva", 3, false, LABEL_VAT}, {"mwst", 4, true, LABEL_VAT}, {"mysql", 5, false, LABEL_VERSION},
    {"nacid", 5, true, LABEL_BIRTH}, {"nacim", 5, true, LABEL_BIRTH}, {"naissance", 9, true, LABEL_BIRTH},
    {"nascit", 6, true, LABEL_BIRTH}, {"nata", 4, false, LABEL_BIRTH}, {"national", 8, true, LABEL_SOCIAL},
    {"nato", 4, false, LABEL_BIRTH}, {"ne", 2, false, LABEL_BIRTH}, {"nee", 3, false, LABEL_BIRTH},
    {"nginx", 5, false, LABEL_VERSION}, {"nif", 3, false, LABEL_TAX}, {"nino", 4, false, LABEL_SOCIAL},
    {"nip", 3, false, LABEL_TAX}, {"nir", 3, false, LABEL_SOCIAL}, {"niss", 4, false, LABEL_SOCIAL},
    {"node", 4, false, LABEL_VERSION}, {"nr", 2, false, LABEL_ID}, {"oib", 3, false, LABEL_TAX},
    {"order", 5, true, LABEL_OTHER}, {"ordine", 6, true, LABEL_OTHER}, {"os", 2, false, LABEL_VERSION},
    {"paket", 5, true, LABEL_OTHER}, {"pakket", 6, true, LABEL_OTHER}, {"pan", 3, false, LABEL_CARD},
    {"parcel", 6, true, LABEL_OTHER}, {"pasaporte", 9, true, LABEL_PASSPORT}, {"paspoort", 8, true, LABEL_PASSPORT},
    {"pass", 4, false, LABEL_PASSPORT | LABEL_SECRET}, {"passaporto", 10, true, LABEL_PASSPORT},
    {"passeport", 9, true, LABEL_PASSPORT}, {"passnr", 6, true, LABEL_PASSPORT},
    {"passnummer", 10, true, LABEL_PASSPORT}, {"passphrase", 10, true, LABEL_SECRET},
    {"passport", 8, true, LABEL_PASSPORT}, {"passwd", 6, true, LABEL_SECRET}, {"passwor", 7, true, LABEL_SECRET},
    {"password", 8, true, LABEL_SECRET}, {"paszport", 8, true, LABEL_PASSPORT}, {"patch", 5, true, LABEL_VERSION},
    {"pedido", 6, true, LABEL_OTHER}, {"personalausweis", 15, true, LABEL_PASSPORT},
    {"personalcode", 12, true, LABEL_SOCIAL}, {"personalnumber", 14, true, LABEL_SOCIAL},
    {"personaskods", 12, false, LABEL_SOCIAL}, {"personnummer", 12, true, LABEL_SOCIAL},
    {"pesel", 5, false, LABEL_SOCIAL}, {"phone", 5, true, LABEL_PHONE}, {"php", 3, false, LABEL_VERSION},
    {"phpsessid", 9, true, LABEL_SECRET}, {"piva", 4, false, LABEL_VAT}, {"podatk", 6, true, LABEL_TAX},
    {"portable", 8, true, LABEL_PHONE}, {"position", 8, true, LABEL_GEO}, {"pps", 3, false, LABEL_SOCIAL},
    {"ppsn", 4, false, LABEL_SOCIAL}, {"precio", 6, true, LABEL_OTHER}, {"preis", 5, true, LABEL_OTHER},
    {"previdenz", 9, true, LABEL_SOCIAL}, {"prezzo", 6, true, LABEL_OTHER}, {"price", 5, true, LABEL_OTHER},
    {"prijs", 5, true, LABEL_OTHER}, {"prix", 4, false, LABEL_OTHER}, {"product", 7, true, LABEL_OTHER},
    {"produit", 7, true, LABEL_OTHER}, {"produkt", 7, true, LABEL_OTHER}, {"proxy", 5, false, LABEL_IP},
    {"przesyl", 7, true, LABEL_OTHER}, {"ptu", 3, false, LABEL_VAT}, {"pwd", 3, false, LABEL_SECRET},
    {"qty", 3, false, LABEL_OTHER}, {"quantite", 8, true, LABEL_OTHER}, {"quantity", 8, true, LABEL_OTHER},
    {"rachun", 6, true, LABEL_ACCOUNT}, {"rappel", 6, true, LABEL_PHONE}, {"reach", 5, true, LABEL_PHONE},
    {"recapito", 8, false, LABEL_PHONE}, {"rechnung", 8, true, LABEL_OTHER}, {"ref", 3, false, LABEL_OTHER},
    {"reference", 9, true, LABEL_OTHER}, {"referenz", 8, true, LABEL_OTHER}, {"refreshtoken", 12, true, LABEL_SECRET},
    {"regon", 5, false, LABEL_TAX}, {"reisepass", 9, true, LABEL_PASSPORT}, {"rekening", 8, true, LABEL_ACCOUNT},
    {"release", 7, true, LABEL_VERSION}, {"remote", 6, true, LABEL_IP}, {"rentenversicherung", 18, true, LABEL_SOCIAL},
    {"rijksregister", 13, true, LABEL_SOCIAL}, {"ring", 4, false, LABEL_PHONE}, {"rodne", 5, true, LABEL_SOCIAL},
    {"rufnummer", 9, true, LABEL_PHONE}, {"safari", 6, false, LABEL_VERSION}, {"secret", 6, true, LABEL_SECRET},
    {"secu", 4, false, LABEL_SOCIAL}, {"securite", 8, true, LABEL_SOCIAL}, {"seguridad", 9, true, LABEL_SOCIAL},
    {"sendung", 7, true, LABEL_OTHER}, {"sendungsnummer", 14, true, LABEL_OTHER}, {"serial", 6, true, LABEL_OTHER},
    {"seriennummer", 12, true, LABEL_OTHER}, {"server", 6, true, LABEL_IP}, {"sessid", 6, true, LABEL_SECRET},
    {"session", 7, true, LABEL_SECRET}, {"shipment", 8, true, LABEL_OTHER}, {"shipping", 8, true, LABEL_OTHER},
    {"sid", 3, false, LABEL_SECRET}, {"siren", 5, false, LABEL_TAX}, {"siret", 5, false, LABEL_TAX},
    {"sku", 3, true, LABEL_OTHER}, {"sms", 3, false, LABEL_PHONE}, {"social", 6, true, LABEL_SOCIAL},
    {"sociale", 7, false, LABEL_SOCIAL}, {"sofi", 4, false, LABEL_SOCIAL}, {"sozial", 6, true, LABEL_SOCIAL},
    {"spedizione", 10, true, LABEL_OTHER}, {"ssn", 3, false, LABEL_SOCIAL}, {"standort", 8, true, LABEL_GEO},
    {"steuer", 6, true, LABEL_TAX}, {"stnr", 4, false, LABEL_TAX}, {"summe", 5, true, LABEL_OTHER},
    {"svnr", 4, false, LABEL_SOCIAL}, {"svnummer", 8, true, LABEL_SOCIAL}, {"tajszam", 7, false, LABEL_SOCIAL},
    {"tarjeta", 7, true, LABEL_CARD}, {"tax", 3, true, LABEL_TAX}, {"teilenummer", 11, true, LABEL_OTHER},
    {"tel", 3, false, LABEL_PHONE}, {"tele", 4, false, LABEL_PHONE}, {"telefax", 7, true, LABEL_PHONE},
    {"telefon", 7, true, LABEL_PHONE}, {"telefoon", 8, true, LABEL_PHONE}, {"telephon", 8, true, LABEL_PHONE},
    {"telnr", 5, false, LABEL_PHONE}, {"textme", 6, false, LABEL_PHONE}, {"ticket", 6, true, LABEL_OTHER},
    {"timestamp", 9, true, LABEL_OTHER}, {"tin", 3, false, LABEL_TAX}, {"tlf", 3, false, LABEL_PHONE},
    {"token", 5, true, LABEL_SECRET}, {"total", 5, true, LABEL_OTHER}, {"tracking", 8, true, LABEL_OTHER},
    {"travel", 6, false, LABEL_PASSPORT}, {"tva", 3, true, LABEL_VAT}, {"uid", 3, false, LABEL_VAT},
    {"umsatzsteuer", 12, true, LABEL_VAT}, {"unionpay", 8, false, LABEL_CARD}, {"upc", 3, true, LABEL_OTHER},
    {"ur", 2, false, LABEL_BIRTH}, {"urodz", 5, true, LABEL_BIRTH}, {"ust", 3, true, LABEL_VAT},
    {"utr", 3, false, LABEL_TAX}, {"uuid", 4, false, LABEL_ID}, {"v", 1, false, LABEL_VERSION},
    {"vaste", 5, false, LABEL_PHONE}, {"vat", 3, true, LABEL_VAT}, {"ver", 3, false, LABEL_VERSION},
    {"versicherung", 12, true, LABEL_SOCIAL}, {"versie", 6, true, LABEL_VERSION}, {"version", 7, true, LABEL_VERSION},
    {"versione", 8, true, LABEL_VERSION}, {"vies", 4, false, LABEL_VAT}, {"visa", 4, false, LABEL_CARD},
    {"wachtwoord", 10, true, LABEL_SECRET}, {"wersja", 6, true, LABEL_VERSION}, {"whatsapp", 8, true, LABEL_PHONE},
    {"xsrf", 4, true, LABEL_SECRET}, {"zadzwo", 6, true, LABEL_PHONE}, {"zamowien", 8, true, LABEL_OTHER},
    {"zending", 7, true, LABEL_OTHER},
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
        size_t length = labels[i].length;
        bool fits = word.length >= length && word.data[length - 1] == labels[i].word[length - 1] &&
                    memcmp(word.data, labels[i].word, length) == 0;
        if (fits && (labels[i].is_stem || word.length == length))
            found |= labels[i].labels;
    }
    return found;
}

/* A Spaniard's number, and days in Polish: those are counted, and written small. */
static bool is_unit(const struct label_said *said, struct text word)
{
    return said->number_before && text_equal(word, TEXT("dni"));
}

static void hear(const struct label_index *index, struct label_said *said, struct text word, bool in_order)
{
    bool number = word.length > 0 && is_ascii_digit(word.data[word.length - 1]);
    uint32_t labels_of_word = is_ascii_digit(word.data[0]) ? 0 : label_of(index, word);
    said->number_before = number;
    if (in_order && labels_of_word != 0 && (said->has_number || (labels_of_word & LABEL_OTHER) != 0)) {
        said->labels = labels_of_word;
        said->has_number = false;
        return;
    }
    said->labels |= labels_of_word;
    said->has_number = said->has_number || number;
}

/* What a byte is to who looks for words. */
enum { BYTE_LOW = 'l', BYTE_CAPITAL = 'C', BYTE_HARD = 'h' /* more than a byte, or the beginning of an escape */ };

static inline char byte_kind(struct text text, size_t at)
{
    static const char kinds[] = "                                "
                                "                llllllllll      "
                                " CCCCCCCCCCCCCCCCCCCCCCCCCC h   "
                                " llllllllllllllllllllllllll     ";
    unsigned char byte = at < text.length ? (unsigned char)text.data[at] : 0;
    return byte < 0x80 ? kinds[byte] : BYTE_HARD;
}

/* Where the plain word ends that begins at `at`: letters and digits of ASCII up to a hump, and nothing else of a word
 * behind them; `at`: none does. */
static size_t plain_word_end(struct text text, size_t at)
{
    size_t end = at;
    while (byte_kind(text, end) == BYTE_CAPITAL)
        end++;
    while (byte_kind(text, end) == BYTE_LOW)
        end++;
    return byte_kind(text, end) == BYTE_HARD ? at : end;
}

/* No label begins like this word, and it ends in no digit. */
static bool says_nothing(const struct label_index *index, struct text word)
{
    char first = ascii_lower(word.data[0]);
    char second = word.length > 1 ? ascii_lower(word.data[1]) : ' ';
    int pair = pair_of((const char[]){first, second});
    return pair >= 0 && index->from[pair] == index->from[pair + 1] && !is_ascii_digit(word.data[word.length - 1]);
}

static void hear_plain(const struct label_index *index, struct label_said *said, struct text word, bool in_order)
{
    char lower[WORD_MOST];
    size_t length = word.length < WORD_MOST ? word.length : WORD_MOST;
    if (length == 0 || says_nothing(index, text_part(word, 0, length)) || is_unit(said, word)) {
        said->number_before = false;
        return;
    }
    for (size_t i = 0; i < length; i++)
        lower[i] = ascii_lower(word.data[i]);
    hear(index, said, (struct text){lower, length}, in_order);
}

/* The word that begins at `at`, which is no plain one, in small letters without accents. Behind it. */
static size_t
read_word(struct text text, size_t at, enum detect_spelling spelling, char word[WORD_MOST], size_t *length)
{
    bool low = false;
    *length = 0;
    while (at < text.length) {
        struct point point = point_at(text, at, spelling);
        bool letter = point_is_word(point.code);
        bool capital = letter && point.code < 0x80 && point.code <= 'Z' && point.code >= 'A';
        if (!letter)
            return *length > 0 ? at : at + point.length;
        if (*length > 0 && capital && low)
            return at;
        *length += letters_plain(point.code, word + *length, WORD_MOST - *length);
        low = !capital;
        at += point.length;
    }
    return at;
}

static void hear_all(
    const struct label_index *index, struct text text, enum detect_spelling spelling, bool in_order,
    struct label_said *said)
{
    char word[WORD_MOST];
    size_t length = 0;
    for (size_t at = 0; at < text.length;) {
        size_t plain = plain_word_end(text, at);
        if (plain > at) {
            hear_plain(index, said, text_part(text, at, plain - at), in_order);
            at = plain;
        } else if (byte_kind(text, at) == ' ') {
            at++;
        } else {
            at = read_word(text, at, spelling, word, &length);
            if (length > 0)
                hear(index, said, (struct text){word, length}, in_order);
        }
    }
}

void labels_hear(
    const struct label_index *index, struct text text, enum detect_spelling spelling, struct label_said *said)
{
    hear_all(index, text, spelling, true, said);
}

uint32_t labels_in(const struct label_index *index, struct text text, enum detect_spelling spelling)
{
    struct label_said said = {0};
    hear_all(index, text, spelling, true, &said);
    return said.labels;
}

uint32_t labels_of_name(const struct label_index *index, struct text name)
{
    struct label_said said = {0};
    hear_all(index, name, DETECT_PLAIN, false, &said);
    return said.labels;
}
