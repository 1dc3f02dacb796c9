"""Workbooks in and out: a sheet for each table and a sheet ``scenario``, the same meaning as a folder.

A workbook is opened in a process of its own, capped in memory and time (:mod:`.child`): first the archive is
looked at (:mod:`.archive`), then the XML of every sheet that is wanted (:mod:`.scan`), and only then are its cells
read. The parent sorts the cells into tables (:mod:`.reading`) and names what cannot be taken.
"""
