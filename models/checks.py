"""Everything that makes a scenario valid: tables parsed, then checked one against another."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .checks_cells import UNUSABLE, Floats, Integers, Labels, read_numbers, read_texts
from .columns import TABLES, TOTAL, Column, Table, attribute, grant_of, kept, outcome
from .problems import Problem, Report, did_you_mean, one_of, shown
from .raw_tables import Cells, Place, RawTable
from .settings import Settings

log = logging.getLogger("singlepot")
