"""Three times what the edge can do, for a minute: it goes on serving nearly as much as it can, and is well at once."""
import contextlib
import os
import pathlib
import random

from offered import PATIENCE, offer
from services import fast_service
from stage import check, expect, until

# Of the most that it serves, what it must go on serving.
GOODPUT = 0.8
# Seconds in which it must be well again.
RECOVERY = 5
TIMES = 3
HOST = "overload.portico.localhost"


def words(size):
    """Text that takes a compressor some work: words of a small language, always the same."""
    chance = random.Random(7)
    language = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 11))) for _ in range(3000)]
    return " ".join(chance.choices(language, k=size // 5))[:size].encode()


def pin(process, cores):
    """The edge on one core, so that those who offer the load don't take its time; nothing where there is one core."""
    for task in os.listdir(f"/proc/{process.child.pid}/task"):
        os.sched_setaffinity(int(task), cores)


def precede(*pids):
    """Asks for precedence over whatever else this machine does: as root, and where sessions are weighed as one."""
    for pid in pids:
        with contextlib.suppress(OSError):
            pathlib.Path(f"/proc/{pid}/autogroup").write_text("-12")


def share(counts, seconds):
    return sum(counts[second] for second in seconds) / len(seconds)


@check("three times the load: what is served stays near the most, and refusals end with it")
def _(stage):
    (stage.home / "words").write_bytes(words(96 * 1024))
    nginx, port = fast_service(stage, f"location = /words {{ root {stage.home}; gzip off; }}")
    policy = stage.home / "compress.yml"
    # A request that costs the edge something: at the rate of small ones, those who ask would be the limit.
    policy.write_text("on_http_response:\n  - actions:\n      - type: compress-response\n")
    agent, host = stage.agent("agent-overload", "--traffic-policy-file", str(policy), "--url", f"http://{HOST}", upstream=port,
                              wanted=HOST)
    until(10, "the agent serves", lambda: stage.get_plain(host) == b"x" * 1024)
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        pin(stage.edge, {cores[0]})
        os.sched_setaffinity(0, set(cores[1:]))
    precede(os.getpid(), *(process.child.pid for process in stage.processes))
    request = f"GET /words HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: br\r\n\r\n".encode()
    try:
        return judged(stage, request)
    finally:
        os.sched_setaffinity(0, set(cores))
        pin(stage.edge, set(cores))
        for process in (agent, nginx):
            process.end()


def judged(stage, request):
    http, seconds = stage.arguments.http, max(10, round(stage.arguments.overload))

    def most():
        calm = offer(http, request, 8, at_once=24)
        bad = sum(calm.failed.values()) + sum(calm.refused.values())
        expect(bad * 50 <= sum(calm.served.values()), f"failed or refused without overload: {bad}")
        return share(calm.served, range(1, 7))

    before = most()
    flood = offer(http, request, seconds, rate=TIMES * before)
    # The offer that follows begins where this one's answers have ended.
    after = offer(http, request, 12, rate=before / 2)
    # The machine may have become slower or faster meanwhile.
    most_served = (before + most()) / 2
    behind = range(3, seconds)
    served, refused, failed = (share(counts, behind) for counts in (flood.served, flood.refused, flood.failed))
    late = [second for second in range(12) if after.refused[second] or after.failed[second]]
    recovered = late[-1] + 1 if late else 0
    words = (
        f"{most_served:.0f} requests/s at most; {TIMES * before:.0f} offered for {seconds} s: {served:.0f} served "
        f"({served / most_served:.0%}), {refused:.0f} refused, {failed:.0f} given up after {PATIENCE} s; "
        f"p99 of those served {flood.p99():.2f} s; at half load again, refusals ended after {recovered} s"
    )
    print(f"     {words}", flush=True)
    expect(refused > 0, "nothing was refused: the load was none")
    expect(served >= GOODPUT * most_served, f"{served / most_served:.0%} of the most")
    expect(recovered <= RECOVERY, f"not well after {RECOVERY} s: refused in the seconds {late}")
    return ""
