# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments: while the gate starts, under load, while it ends. After each the store verifies, the next
start needs no hands, and whatever a client was told or an origin got is on record.
KILL_ROUNDS and KILL_SEED choose how many and which; `./dev fuzz kill` runs a thousand."""
import os
import random
import signal
import time

from support.callers import Callers, assert_recorded
from support.gate import allow, hosts
from support.wait import wait_for

ROUNDS = int(os.environ.get("KILL_ROUNDS", "50"))
SEED = int(os.environ.get("KILL_SEED", "1"))
ROUNDS_PER_STORE = 10
SEGMENTS = ["64KiB", "1MiB"]  # some stores roll all the time


def is_up(one):
    return len(one.events("started")) > one.starts


def launch(one):
    one.starts = len(one.events("started")) if one.log_path.exists() else 0
    one.launch()


def kill_while_it_starts(one, _, chance):
    launch(one)
    time.sleep(chance.uniform(0, 0.3))


def kill_under_load(one, callers, chance):
    launch(one)
    wait_for(lambda: is_up(one) or one.process.poll() is not None, "the gate to start")
    assert one.process.poll() is None, one.log()
    callers.wait_heard(1)
    time.sleep(chance.uniform(0, 0.3))


def kill_while_it_ends(one, callers, chance):
    kill_under_load(one, callers, chance)
    one.process.send_signal(signal.SIGTERM)
    time.sleep(chance.uniform(0, 0.05))


MOMENTS = [kill_while_it_starts, kill_under_load, kill_under_load, kill_while_it_ends]


def verdict(one):
    """What verify says; a store that was killed before its first record does not say anything yet."""
    report = one.verify()
    word = report.stdout.split("\n")[0].split(":")[0].split(",")[0]
    return word or report.stderr


def rounds_on_one_store(one, callers, origin, chance, count):
    for _ in range(count):
        moment = chance.choice(MOMENTS)
        moment(one, callers, chance)
        one.kill()
        said = verdict(one)
        assert said in ("OK", "UNSIGNED_TAIL") or callers.heard() == 0, (SEED, moment.__name__, said)
        if callers.heard() > 0:
            assert_recorded(one, callers, origin)


def test_after_kill_at_any_moment_nothing_is_missing_and_all_verifies(gate, quick_origin):
    print(f"KILL_SEED={SEED}")
    chance = random.Random(SEED)
    done = 0
    while done < ROUNDS:
        count = min(ROUNDS_PER_STORE, ROUNDS - done)
        one = gate(start=False, resolve=hosts("shop.example"), rules=[allow("shop.example")], audit={"segment_size": chance.choice(SEGMENTS)})
        one.config["tls"] = {}  # nothing is opened here, and an authority takes time to make
        one.write()
        quick_origin.targets.clear()
        with Callers(one, quick_origin) as callers:
            rounds_on_one_store(one, callers, quick_origin, chance, count)
            one.start()
            callers.wait_heard(1)
        one.stop()
        assert verdict(one) == "OK", SEED
        assert_recorded(one, callers, quick_origin)
        done += count
