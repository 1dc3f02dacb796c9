"""HTML pages show one settlement, many settlements or one area, and their charts are written as files too."""

from .area_page import area_page_html
from .drawings.drawing import PagesNotInstalledError
from .many.alternatives import alternatives_html
from .many.frontier import frontier_html
from .many.regimes import regimes_html
from .many.report import comparison_html, ensemble_html, sweep_html
from .many.robust import robust_html
from .many.stability import stability_html
from .pictures import picture_files
from .report import report_html
from .round import round_html
