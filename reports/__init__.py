"""What people look at: the summary that ends a run; what compares, sweeps and repairs, as text and charts."""

from .alternatives_chart import alternatives_chart
from .alternatives_text import alternatives_text
from .charts import ChartsNotInstalled
from .comparison_text import comparison_text, verdict
from .ensemble_chart import ensemble_chart
from .frontier_chart import frontier_chart
from .frontier_text import frontier_text
from .regimes_chart import regimes_chart
from .regimes_text import regimes_text
from .repair_text import reach_text, repair_text
from .robust_chart import robust_chart
from .robust_text import robust_text
from .stability_text import stability_text
from .summary import summary
from .sweep_chart import sweep_chart
from .sweep_text import sweep_text
from .what_if_text import resolved_text
from .workbook import comparison_workbook

__all__ = [
    "ChartsNotInstalled",
    "alternatives_chart",
    "alternatives_text",
    "comparison_text",
    "comparison_workbook",
    "ensemble_chart",
    "frontier_chart",
    "frontier_text",
    "reach_text",
    "regimes_chart",
    "regimes_text",
    "repair_text",
    "resolved_text",
    "robust_chart",
    "robust_text",
    "stability_text",
    "summary",
    "sweep_chart",
    "sweep_text",
    "verdict",
]
