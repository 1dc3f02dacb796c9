"""HTML pages show one settlement, many settlements or one area, and their charts are written as files too."""

from .area_page import area_page_html
from .drawings.drawing import PagesNotInstalledError
from .many.report import comparison_html, ensemble_html, sweep_html
from .pictures import picture_files
from .report import report_html
