"""Run every benchmark and print its table."""

import torch

from benchmarks import plan, report, scheduler, training_loop

if __name__ == "__main__":
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads\n")
    plan.main()
    print()
    scheduler.main()
    print()
    training_loop.main()
    print()
    report.main()
