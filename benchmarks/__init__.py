"""Side-by-side comparisons: run ``python -m benchmarks.tokenizer`` and look into ``benchmarks/results``."""
