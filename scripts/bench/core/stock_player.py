"""Plays the scenarios of scenarios.ts with the stock runner's scheduler, in Python.

Usage: stock_player.py FOLDER SCENARIO COUNT [NUMBER ...], where FOLDER has jobrunner/channels.py of
the add-on, brought by whoever runs this. For every line it reads it plays, and prints a line of
JSON: elapsedMs, events, checksum.
"""

import gc
import importlib.util
import json
import sys
import time
import types
from pathlib import Path

NOW = 2e9
TEN_CHANNELS = ["c%d" % it for it in range(10)]


def stock_channels(folder):
    """The module, without Odoo: what it imports of the add-on are names of states only."""
    package = types.ModuleType("addon")
    package.__path__ = []
    runner = types.ModuleType("addon.jobrunner")
    runner.__path__ = []
    error = types.ModuleType("addon.exception")
    error.ChannelNotFound = type("ChannelNotFound", (Exception,), {})
    job = types.ModuleType("addon.job")
    for state in "cancelled done enqueued failed pending started wait_dependencies".split():
        setattr(job, state.upper(), state)
    sys.modules.update({
        "addon": package,
        "addon.jobrunner": runner,
        "addon.exception": error,
        "addon.job": job,
    })
    path = Path(folder) / "jobrunner" / "channels.py"
    spec = importlib.util.spec_from_file_location("addon.jobrunner.channels", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["addon.jobrunner.channels"] = module
    spec.loader.exec_module(module)
    return module


class Random:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
        return self.state

    def below(self, end):
        return (self.next() >> 8) % end


class Jobs:
    def __init__(self, count, channels):
        random = Random(1)
        self.uuids, self.channels, self.priorities, self.created = [], [], [], []
        self.etas = [None] * count
        for job in range(count):
            text = "%08x%08x%08x%08x" % (random.next(), random.next(), random.next(), job)
            parts = (text[:8], text[8:12], text[12:16], text[16:20], text[20:])
            self.uuids.append("-".join(parts))
            self.channels.append(channels[random.below(len(channels))])
            self.priorities.append(random.below(50))
            self.created.append(1e9 + random.below(count))


class Player:
    def __init__(self, manager, jobs):
        self.manager, self.jobs = manager, jobs

    def notify(self, job, state):
        it = self.jobs
        self.manager.notify(
            "shop", it.channels[job], it.uuids[job], job, it.created[job],
            it.priorities[job], it.etas[job], state,
        )
        if state == "done":
            # Stock forgets a job only when its row is gone: the memory is not what is compared.
            self.manager.remove_job(it.uuids[job])

    def take(self, now):
        return [int(it.uuid[28:], 16) for it in self.manager.get_jobs_to_run(now)]


def checksum_of(before, taken):
    for job in taken:
        before = (before * 31 + job) & 0xFFFFFFFF
    return before


def player_of(module, channels, jobs):
    manager = module.ChannelManager()
    manager.simple_configure(channels)
    return Player(manager, jobs)


def load(module, count):
    jobs = Jobs(count, TEN_CHANNELS)
    player = player_of(module, "root:4," + ",".join(it + ":2" for it in TEN_CHANNELS), jobs)
    begin = time.process_time()
    for job in range(count):
        player.notify(job, "pending")
    elapsed = time.process_time() - begin
    return elapsed, checksum_of(0, player.take(NOW))


def drain(module, count, capacity):
    jobs = Jobs(count, TEN_CHANNELS)
    channels = "root:%d," % capacity + ",".join(it + ":0" for it in TEN_CHANNELS)
    player = player_of(module, channels, jobs)
    for job in range(count):
        player.notify(job, "pending")
    over = checksum = 0
    begin = time.process_time()
    while over < count:
        taken = player.take(NOW)
        checksum = checksum_of(checksum, taken)
        for job in taken:
            player.notify(job, "started")
        for job in taken:
            player.notify(job, "done")
        over += len(taken)
    return time.process_time() - begin, checksum


def churn(module, count):
    tops = ["t%d" % it for it in range(5)]
    names = ["%s.c%d" % (top, it) for top in tops for it in range(10)]
    entries = [it + ":8" for it in tops] + [it + ":2" for it in names]
    jobs = Jobs(2 * count, names)
    player = player_of(module, "root:20," + ",".join(entries), jobs)
    for job in range(count):
        player.notify(job, "pending")
    random = Random(7)
    running, failed, following, checksum = [], [], count, 0
    begin = time.process_time()
    for _ in range(count):
        choice = random.below(8)
        if choice < 3:
            player.notify(following, "pending")
            following += 1
        elif choice < 7 and running:
            job = take_out(running, random.below(len(running)))
            is_failing = random.below(10) == 0
            player.notify(job, "failed" if is_failing else "done")
            if is_failing:
                failed.append(job)
        elif failed:
            player.notify(take_out(failed, random.below(len(failed))), "pending")
        taken = player.take(NOW)
        checksum = checksum_of(checksum, taken)
        for job in taken:
            player.notify(job, "started")
            running.append(job)
    return time.process_time() - begin, checksum


def eta(module, count):
    jobs = Jobs(count, TEN_CHANNELS)
    random = Random(3)
    jobs.etas = [NOW + random.below(count) for _ in range(count)]
    channels = "root:%d," % count + ",".join(it + ":0" for it in TEN_CHANNELS)
    player = player_of(module, channels, jobs)
    checksum, now = 0, NOW
    begin = time.process_time()
    for job in range(count):
        player.notify(job, "pending")
    while now <= NOW + count:
        taken = player.take(now)
        checksum = checksum_of(checksum, taken)
        for job in taken:
            player.notify(job, "started")
        for job in taken:
            player.notify(job, "done")
        player.manager.get_wakeup_time()
        now += 10
    return time.process_time() - begin, checksum


def channels(module, count, channel_count, new_count):
    names = ["c%d" % it for it in range(channel_count)]
    first = 10 * channel_count
    jobs = Jobs(first + new_count, names)
    player = player_of(module, "root:100," + ",".join(it + ":1" for it in names), jobs)
    for job in range(first):
        player.notify(job, "pending")
    taken = player.take(NOW)
    running, checksum = list(taken), checksum_of(0, taken)
    begin = time.process_time()
    for step in range(count):
        player.notify(running.pop(0), "done")
        player.notify(first + step, "pending")
        taken = player.take(NOW)
        checksum = checksum_of(checksum, taken)
        running.extend(taken)
        player.manager.get_wakeup_time()
    return time.process_time() - begin, checksum


def wakeup(module, count, channel_count):
    names = ["c%d" % it for it in range(channel_count)]
    jobs = Jobs(channel_count, names)
    jobs.channels = names
    jobs.etas = [NOW + job + 1 for job in range(channel_count)]
    player = player_of(module, "root:100," + ",".join(it + ":1" for it in names), jobs)
    for job in range(channel_count):
        player.notify(job, "pending")
    player.take(NOW)
    checksum = 0
    begin = time.process_time()
    for job in range(count):
        player.notify(job, "done")
        seconds = int(player.manager.get_wakeup_time() - NOW)
        checksum = checksum_of(checksum, [seconds])
    return time.process_time() - begin, checksum


def take_out(items, index):
    item = items[index]
    items[index] = items[-1]
    items.pop()
    return item


def main(folder, name, *numbers):
    scenarios = {it.__name__: it for it in (load, drain, churn, eta, channels, wakeup)}
    module = stock_channels(folder)
    for _ in sys.stdin:
        gc.collect()
        elapsed, checksum = scenarios[name](module, *map(int, numbers))
        signed = checksum - (1 << 32) if checksum >= 1 << 31 else checksum
        play = {"elapsedMs": elapsed * 1000, "events": int(numbers[0]), "checksum": signed}
        print(json.dumps(play), flush=True)


main(*sys.argv[1:])
