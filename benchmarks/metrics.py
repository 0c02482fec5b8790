"""Speed and memory of the metrics against every library that computes the same.

Run it whole, or name cases: ``python benchmarks/metrics.py ssim kid --rounds 5``.
"""

from pathlib import Path

from interleave import main

MODULES = ("metrics_images", "metrics_features")

if __name__ == "__main__":
    main(MODULES, Path(__file__).parent / "results" / "metrics.json", __doc__.partition("\n")[0])
