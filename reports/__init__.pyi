"""The public names, listed here alone: each is loaded from the module it is imported from when it is first used."""

from .charts.alternatives import alternatives_chart as alternatives_chart
from .charts.axes_and_files import ChartsNotInstalledError as ChartsNotInstalledError
from .charts.ensemble import ensemble_chart as ensemble_chart
from .charts.frontier import frontier_chart as frontier_chart
from .charts.regimes import regimes_chart as regimes_chart
from .charts.robust import robust_chart as robust_chart
from .charts.sweep import sweep_chart as sweep_chart
from .text.alternatives import alternatives_text as alternatives_text
from .text.comparison import comparison_text as comparison_text
from .text.comparison import verdict as verdict
from .text.frontier import frontier_text as frontier_text
from .text.goal import goal_text as goal_text
from .text.regimes import regimes_text as regimes_text
from .text.repair import reach_text as reach_text
from .text.repair import repair_text as repair_text
from .text.review import review_text as review_text
from .text.robust import robust_text as robust_text
from .text.stability import stability_text as stability_text
from .text.summary import summary as summary
from .text.sweep import sweep_text as sweep_text
from .text.talks import asks_text as asks_text
from .text.talks import diff_text as diff_text
from .text.talks import history_text as history_text
from .text.talks import status_text as status_text
from .text.what_if import resolved_text as resolved_text
from .workbooks.workbook import comparison_workbook as comparison_workbook
