"""A page of a long run: how big it is, and how long it takes."""

import math
import random
import tempfile
import time
from pathlib import Path

from rampup.report.write import write_report
from rampup.trace.journal import Journal
from rampup.trace.record import SCHEMA, End, Epoch, Event, Header, Observation, Planned, Update

UPDATES = 1_000_000


def write_long(folder: Path, *, updates: int, updates_per_epoch: int) -> None:
    """Write the journal of a made-up run with one spike, epoch by epoch."""
    warmup, spike, per = updates // 20, updates // 3, updates_per_epoch
    noise = random.Random(0)

    def rate(k: int) -> float:
        past = (k - warmup) / (updates - warmup)
        return 1e-3 * ((k + 1) / warmup if k < warmup else 0.5 * (1 + math.cos(math.pi * past)))

    text, ends = "warmup 5% >> decay cosine", range(per, updates + 1, per)
    plan = Planned(
        text=text, base=1e-3, updates=updates, updates_per_epoch=per, warmup=warmup, peak=1e-3,
        peak_at=warmup - 1, classes=10,
        epochs=[
            {"epoch": n, "first": rate(end - per), "last": rate(end - 1)}
            for n, end in enumerate(ends, 1)
        ],
    )  # fmt: skip
    header = Header(
        schema=SCHEMA, rampup="0", started="2030-01-01T00:00:00+00:00",
        config={"schedule": text}, environment={},
    )  # fmt: skip
    with Journal(folder / "trace.jsonl") as journal:
        group: list[Event] = [header, plan]
        for k in range(updates):
            used = rate(k)
            loss = 30.0 if k == spike else 2.3 * math.exp(-5 * k / updates) + 0.2 * noise.random()
            norm = 0.5 + noise.random()
            group.append(Update(
                k=k, planned=used, used=used, reported=used, loss=loss, grad_norm=norm,
                ratio=1e-3 * norm,
            ))  # fmt: skip
            if (k + 1) % per == 0:
                group += _epoch(k + 1, per, used, loss, spike)
                journal.append(group)
                group = []
        journal.append([*group, End(status="finished", updates=updates, reason="", seconds=1.0)])


def _epoch(done: int, per: int, rate: float, loss: float, spike: int) -> list[Event]:
    epoch = Epoch(
        epoch=done // per, updates=done, rate_first=rate, rate_last=rate, train_loss=loss,
        train_accuracy=0.9, held_out_loss=loss + 0.1, held_out_accuracy=0.8, held_out_rows=1000,
        grad_norm=1.0,
    )  # fmt: skip
    said = [("rate", f"rate down to {rate:.4g}"), ("loss-change", f"training loss {loss:.3g}")]
    if done - per <= spike < done:
        said.append(("loss-spike", "loss spike: 15 × the best so far"))
    return [
        epoch,
        *(
            Observation(rule=rule, first=done - per, last=done - 1, sentence=sentence)
            for rule, sentence in said
        ),
    ]


def main() -> None:
    """Write a run of a million updates, then its report; print what both took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_long(folder, updates=UPDATES, updates_per_epoch=1000)
        started, worked = time.perf_counter(), time.process_time()
        page = write_report(folder, folder / "report.html")
        seconds, work = time.perf_counter() - started, time.process_time() - worked
        trace = (folder / "trace.jsonl").stat().st_size
        print(
            f"report of {UPDATES:,} updates ({trace / 1e6:.0f} MB): "
            f"{page.stat().st_size / 1000:.0f} kB in {seconds:.1f} s, "
            f"{work:.1f} s of a processor"
        )


if __name__ == "__main__":
    main()
