"""The measures of a call: `METRICS`, one registry of one module per family, and `measure`."""

from analysis.metrics.registry import METRICS, measure

__all__ = ["METRICS", "measure"]
