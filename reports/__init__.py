"""Reports show settlements, comparisons, sweeps, ensembles and repairs as text, charts, HTML, workbooks and logs."""

from .charts.alternatives import alternatives_chart
from .charts.axes_and_files import ChartsNotInstalledError
from .charts.ensemble import ensemble_chart
from .charts.frontier import frontier_chart
from .charts.regimes import regimes_chart
from .charts.robust import robust_chart
from .charts.sweep import sweep_chart
from .text.alternatives import alternatives_text
from .text.comparison import comparison_text, verdict
from .text.frontier import frontier_text
from .text.regimes import regimes_text
from .text.repair import reach_text, repair_text
from .text.robust import robust_text
from .text.stability import stability_text
from .text.summary import summary
from .text.sweep import sweep_text
from .text.what_if import resolved_text
from .workbooks.workbook import comparison_workbook
