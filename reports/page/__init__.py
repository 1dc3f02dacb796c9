"""HTML pages: the report of one settlement, of many, a page for every area, and their pictures as files."""

from .area_page import area_page_html
from .drawings.drawing import PagesNotInstalledError
from .many.report import comparison_html, ensemble_html, sweep_html
from .pictures import picture_files
from .report import report_html
