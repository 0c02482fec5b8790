"""Score two sets of images of any number: what the commands score, stats and compare call.

``score`` sees both sets shard by shard, in processes or on a Dask cluster, keeps what is done, and
returns scores with everything they depend on; ``stats`` saves one set's statistics for the next
time; ``compare`` lays two reports side by side, or says why they do not compare.
"""

from gentutor.scoring.report import Report, compare, read_report
from gentutor.scoring.score import METRICS, score, stats

__all__ = ["METRICS", "Report", "compare", "read_report", "score", "stats"]
