"""Run every benchmark and print its table."""

import torch

from benchmarks import checker, journal, layers, plan, report, scheduler, tracing, training_loop

if __name__ == "__main__":
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads\n")
    plan.main()
    print()
    scheduler.main()
    print()
    training_loop.main()
    print()
    journal.main()
    print()
    tracing.main()
    print()
    layers.main()
    print()
    report.main()
    print()
    checker.main()
