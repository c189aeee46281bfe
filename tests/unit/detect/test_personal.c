/* SPDX-License-Identifier: Apache-2.0 */
/* Personal data in texts and fields, and what looks like it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "marked.h"

static void finds_addresses_of_mail(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "write to {email:anna.mueller+shop@example.co.uk}.", "<{email:o'brien@example.ie}>",
        "mailto:{email:max@example.de}?subject=x", "{email:müller@exämple.de}", "to={email:a@b.example}&x=1",
        "'{email:info@xn--bcher-kva.example}'", "{email:a_b-c%d@mail.example.com}, {email:c@d.example}");
}

static void images_and_packages_are_no_mail(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "logo@2x.png", "pkg@1.2.3", "user@localhost", "@media screen", "react@17.0.2-alpha", "a@b", "icon@3x.webp",
        "hello @anna.b", "x@.de", "foo@bar..de", "sprite@2x.min.css");
}

static void what_stands_behind_an_address_of_mail_does_not_hide_it(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{email:anna@example.com}.pdf", "/exports/{email:anna@example.com}.json", "{email:anna@example.com}.2",
        "{email:anna@example.com}.2.pdf", "{email:anna@example.com}_2.pdf", "{email:anna@example.com}-2024.pdf",
        "{email:anna@163.com}.pdf", "{email:anna@my-shop.example}", "{email:anna@firma.zip}",
        "{email:anna@mail.firma.zip}.pdf", "{email:anna@firma.map}");
    ASSERT_MARKED(
        "logo@2x.zip", "logo@2x.map", "pkg@1.zip", "pkg@1.2.3.zip", "icon@2x-dark.png", "jquery@3.min.js",
        "anna@example.pdf", "lodash@4.17.21");
}

static void all_of_a_mailbox_is_found(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{email:bounce+anna.schmidt=shop.de@mail.example}", "{email:anna=shop.de@mail.example}",
        "SRS0={email:HHH=TT=example.com=anna@forward.example}", "prvs={email:1234567890=anna@x.example}",
        "{email:r&d@firma.example}", "{email:what?anna@x.example}");
    ASSERT_MARKED(
        "to={email:anna.mueller@example.com}", "?to={email:anna@x.example}&cc={email:b@c.example}",
        "mail.from={email:anna@shop.example}", "https://h.example/p/{email:anna@x.example}", "|{email:anna@x.example}|",
        "`{email:anna@x.example}`", "={email:anna@x.example}");
}

static void finds_international_phone_numbers_anywhere(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "{phone:+49 30 1234567}", "({phone:+49 (0)30 123-4567})", "{phone:+33 6 12 34 56 78}", "{phone:+31612345678}",
        "{phone:+48 601 234 567}", "{phone:+34 612 345 678}", "{phone:+39 06 1234 5678}", "{phone:+1 (555) 123-4567}",
        "{phone:+44 20 7946 0958}", "{phone:(+49) 151 23456789}", "tel {phone:0049 30 1234567}",
        "{phone:+49\u00a0151\u00a023456789}");
}

static void finds_national_phone_numbers_beside_a_word_or_in_a_field(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "Tel.: {phone:030/1234567}", "Telefon {phone:0151 23456789}",
        "appelez le 06… téléphone : {phone:06 12 34 56 78}", "Mobiel: {phone:06-12345678}",
        "telefon: {phone:601 234 567}", "móvil {phone:612 345 678}", "cellulare {phone:347 1234567}",
        "call me at {phone:555-123-4567}", "{phone:06 12 34 56 78}", "{phone:(030) 1234567}", "{phone:030/1234567}",
        "my number is {phone:(555) 123-4567}");
    assert_marked_in("billing_address.telephone", "{phone:0301234567}");
    assert_marked_in("customer.phone", "{phone:601234567}");
    assert_marked_in("shippingAddress.phoneNumber", "{phone:555-0123}");
}

static void numbers_of_orders_are_no_phone_numbers(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "order 000000123", "100000456", "Bestellnummer 0301234567", "2024-01-15 10:30:00",
        "Telefon, Bestellnr. 100000123", "1Z999AA10123456784", "00340434161094027318", "1.234.567,00", "2+2",
        "12345678", "0815-4711");
    assert_marked_in("increment_id", "000000123");
    assert_marked_in("sku", "0301 2345678");
}

static void a_word_before_an_address_is_of_the_address(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "call {email:anna@example.com} about 123456", "call {email:anna@example.com}\n123456",
        "call https://shop.example/y 123456", "passport {email:anna@x.example} AB123456",
        "{email:anna@example.com}, call {phone:123456}", "call me @ {phone:555123456}", "tel://{phone:0301234567}",
        "passport {passport:AB123456}", "mail {email:anna@x.example}, Tel. {phone:0301234567}");
}

static void a_short_number_stands_beside_its_word_or_in_a_list(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "call at 10:30 about 123456", "call on 2024-01-15 about 12345678", "call {ip:203.0.113.7} about 1234567",
        "call 5 people about 123456", "call {phone:123456}", "12345 Tel. {phone:1234567}",
        "Tel. {phone:1234567} / {phone:7654321}", "Tel. (8-18 Uhr) {phone:0301234567}",
        "call 5 times at {phone:555123456}");
    assert_marked_in("customer.phone", "ask for room 5: {phone:123456}");
}

static void finds_dates_of_birth(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "born {birth_date:1985-03-12}", "geboren am {birth_date:12.03.1985}", "née le {birth_date:3/12/1985}",
        "geb. {birth_date:12. März 1985}", "fecha de nacimiento: {birth_date:12 de marzo de 1985}",
        "ur. {birth_date:12 marca 1985}", "date of birth {birth_date:12 March 1985}");
    assert_marked_in("customer.dob", "{birth_date:1985-03-12}");
    assert_marked_in("geburtsdatum", "{birth_date:12.3.85}");
}

static void other_dates_are_nobodys_birth(void **state)
{
    (void)state;
    ASSERT_MARKED("2024-01-15", "delivered on 12.03.2024", "born in 1985", "1985-03-12T10:00:00Z");
    assert_marked_in("created_at", "1985-03-12 10:00:00");
}

static void finds_addresses_of_the_network(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "from {ip:203.0.113.7}", "{ip:192.168.178.34}:8080", "{ip:2001:db8::8a2e:370:7334}", "ip {ip:1.2.3.4}",
        "[{ip:2001:db8:85a3::8a2e:370:7334}]", "http://{ip:203.0.113.7}/x", "{ip:fe80::1ff:fe23:4567:890a}");
    assert_marked_in("remote_ip", "{ip:1.2.3.4}");
}

static void versions_and_macs_are_no_addresses(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "version 2.4.6.1", "1.2.3.4", "Chrome/120.0.0.0", "v203.0.113.7", "00:1a:2b:3c:4d:5e", "Foo::bar", "std::cout",
        "a::b", "dead::beef", "10:30:00", "1.2.3.4.5", "256.1.1.1", "127.0.0.1", "::1", "00:11:22:33:44:55:66:77",
        "php 203.0.113.7-rc1", "12:34:56.789");
}

static void finds_positions(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "at {geo:52.520008, 13.404954}", "{geo:-33.8688,151.2093}", "{geo:52°31'12\" N} ok", "GPS {geo:52.52, 13.40}");
    assert_marked_in("geo.lat", "{geo:52.52}");
    assert_marked_in("location.longitude", "{geo:13.404954}");
    ASSERT_MARKED("12.99, 13.99", "size 52.5 x 13.4", "1.2345, 999.1234");
}

static void finds_names_by_their_fields(void **state)
{
    (void)state;
    assert_marked_in("customer_firstname", "{name:Anna}");
    assert_marked_in("billing_address.lastname", "{name:Müller}");
    assert_marked_in("shippingAddress.firstName", "{name:Zoë}");
    assert_marked_in("billing[firstname]", "{name:Anna}");
    assert_marked_in("customer.name", "{name:Anna Müller}");
    assert_marked_in("order.billing_address.name", "{name:Anna Müller}");
    assert_marked_in("prénom", "{name:Zoé}");
    assert_marked_in("product.name", "Blue shirt");
    assert_marked_in("name", "Blue shirt");
    assert_marked_in("file_name", "a.txt");
    assert_marked_in("firstname", "");
    assert_marked_in("firstname", "null");
}

static void finds_addresses_by_their_fields(void **state)
{
    (void)state;
    assert_marked_in("billing_address.street[0]", "{address:Musterstr. 12}");
    assert_marked_in("shipping_address.postcode", "{address:10115}");
    assert_marked_in("shipping_address.region", "{address:Berlin}");
    assert_marked_in("address1", "{address:1 High Street}");
    assert_marked_in("region", "EMEA");
    assert_marked_in("email_address", "x");
}

static void finds_addresses_in_running_text(void **state)
{
    (void)state;
    ASSERT_MARKED(
        "Lieferung an {address:Musterstraße 12, 10115 Berlin} bitte", "{address:Hauptstr. 5}",
        "{address:Am-Ring-Weg 3a, 20095 Hamburg}", "{address:12 rue de la Paix, 75002 Paris}",
        "{address:Keizersgracht 123, 1015 CJ Amsterdam}", "{address:ul. Marszałkowska 10, 00-950 Warszawa}",
        "{address:Calle Mayor 5, 28013 Madrid}", "{address:Via Roma 10, 00184 Roma}",
        "{address:10 Downing Street, London SW1A 2AA}");
    ASSERT_MARKED(
        "Ring 925 Silber", "10 Road Bikes", "Ohrring 585 Gold", "via Amazon 5 Stück", "30 Tage Rückgabe", "5 Äpfel",
        "Schlüsselring 10 mm");
}

static void finds_prices_that_are_nobodys_business(void **state)
{
    (void)state;
    assert_marked_in("items[0].cost", "{price:12.50}");
    assert_marked_in("tier_prices[0].value", "{price:9.99}");
    assert_marked_in("product.costPerItem", "{price:4}");
    assert_marked_in("price", "19.99");
    assert_marked_in("shipping_cost", "4.90");
    assert_marked_in("tier_prices[0].qty", "10");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_addresses_of_mail),
        cmocka_unit_test(images_and_packages_are_no_mail),
        cmocka_unit_test(what_stands_behind_an_address_of_mail_does_not_hide_it),
        cmocka_unit_test(all_of_a_mailbox_is_found),
        cmocka_unit_test(a_word_before_an_address_is_of_the_address),
        cmocka_unit_test(finds_international_phone_numbers_anywhere),
        cmocka_unit_test(finds_national_phone_numbers_beside_a_word_or_in_a_field),
        cmocka_unit_test(numbers_of_orders_are_no_phone_numbers),
        cmocka_unit_test(a_short_number_stands_beside_its_word_or_in_a_list),
        cmocka_unit_test(finds_dates_of_birth),
        cmocka_unit_test(other_dates_are_nobodys_birth),
        cmocka_unit_test(finds_addresses_of_the_network),
        cmocka_unit_test(versions_and_macs_are_no_addresses),
        cmocka_unit_test(finds_positions),
        cmocka_unit_test(finds_names_by_their_fields),
        cmocka_unit_test(finds_addresses_by_their_fields),
        cmocka_unit_test(finds_addresses_in_running_text),
        cmocka_unit_test(finds_prices_that_are_nobodys_business),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
