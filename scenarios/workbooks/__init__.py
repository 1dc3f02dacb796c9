"""Excel workbooks: a sheet for each table and a sheet ``scenario`` have the same meaning as a folder.

A workbook is opened in a process of its own, limited in memory and time (:mod:`.child`): first the archive is
checked (:mod:`.archive`), then the XML of every sheet that is asked for (:mod:`.scan`), and only then are its cells
read. The parent sorts the cells into tables (:mod:`.reading`) and reports those that cannot be used.
"""
