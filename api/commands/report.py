"""What a run writes for people, as the commands settle and report share it; and the command report."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from .shared import QUIET, check_folder, command, end

if TYPE_CHECKING:
    from singlepot.models.settlement.settlement import Settlement
    from singlepot.reports.outputs import Outputs
    from singlepot.solver.control import Progress


def showing(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say what is written for people."""
    options = (
        click.option("--area-pages", is_flag=True, help="Also write a page for every area, area-pages/CODE.html."),
        click.option("--pictures", type=click.Choice(["png", "svg"]), help="Also write the report's pictures."),
    )
    for add in reversed(options):
        command = add(command)
    return command


def insist_on_pages(area_pages: bool, pictures: str | None) -> None:
    """Refuse to begin where pages or pictures are asked for and the libraries that make them are not installed."""
    if area_pages or pictures:
        from singlepot.models.extras import insist_on

        option = "--area-pages" if area_pages else "--pictures"
        insist_on("report", option, f"leave {option} out")


@command("report out/bucks")
@click.argument("directory", type=click.Path())
@click.option("--out", "target", type=click.Path(), help="Folder to write; it must not exist.  [default: DIRECTORY]")
@showing
@QUIET
@click.option("--overwrite", is_flag=True, help="With --out: replace a settlement that stands there.")
def report(
    directory: str, target: str | None, area_pages: bool, pictures: str | None, quiet: bool, overwrite: bool
) -> None:
    """Make workbook and report of a written settlement again.

    The same bytes as those that settle wrote; what settle was asked for beside them is made again too. With --out the
    whole settlement is written there, else in its own folder.
    """
    insist_on_pages(area_pages, pictures)
    if target is not None:
        check_folder(target, "SETTLEMENT", overwrite, directory)
    import singlepot
    from singlepot.reports.outputs import insist_on_all, outputs, price_of, wanted_again

    settlement = singlepot.read_settlement(directory)
    if target is None:
        check_folder(directory, "SETTLEMENT", True)
    with progress_line(quiet, ("without give", "without bands", "writing")) as line:
        price = price_of(settlement, directory, progress=line.follow)
        line.enter("writing")
        made = outputs(settlement, price, wanted_again(directory, area_pages, pictures or ""))
        if target is None:
            insist_on_all(directory, made)
        write(settlement, target or directory, made, overwrite=overwrite or target is None)
    if not quiet:
        click.echo(written(target or directory, made), nl=False)
    end(made.failed)


def write(settlement: Settlement, directory: str, made: Outputs, *, overwrite: bool) -> None:
    """Write a settlement with what was made of it; where the folder refuses it by now, beside it, and say so.

    The folder was looked at before the work was done. What refuses it now came about since then, a workbook that was
    opened for instance, and must not cost the work.
    """
    from singlepot.models.files.folder import beside
    from singlepot.models.files.ownership import FolderRefusedError

    try:
        settlement.write(directory, overwrite=overwrite, further=made.files, entries=made.manifest)
    except FolderRefusedError as refused:
        other = beside(directory)
        try:
            settlement.write(other, further=made.files, entries=made.manifest)
        except FolderRefusedError:
            raise refused from None
        raise FolderRefusedError(
            f"{refused.cause}; nothing is lost: all was written to {other}", refused.remedy
        ) from None


def written(directory: str, made: Outputs) -> str:
    """Say where things are, and what could not be made."""
    missing = f"{made.missing}\n" if made.missing else ""
    return f"{missing}Written to {directory}\n"


class Line:
    """One changing line: what is done, how far it is, and the time left."""

    def __init__(self, parts: tuple[str, ...], bar: Any = None) -> None:
        self._parts, self._bar, self._part, self._last = parts, bar, 0, 0.0
        self.follow: Callable[[Progress], None] | None = self._follow if bar is not None else None

    def enter(self, name: str) -> None:
        """Say that a part begins."""
        if self._bar is not None:
            self._part, self._last = self._parts.index(name), 0.0
            self._show(name)

    def _follow(self, event: Progress) -> None:
        if event.fraction < self._last:  # the next run began
            self._part = min(self._part + 1, len(self._parts) - 1)
        self._last = event.fraction
        part = self._parts[self._part]
        from singlepot.models.tables.stage_words import STAGE_WORDS, stage_words

        words = stage_words(event.stage) if event.stage.partition("[")[0] in STAGE_WORDS else event.stage
        self._show(words if self._part == 0 else f"{part}: {words}")

    def _show(self, said: str) -> None:
        done = 1000 * (self._part + self._last) / len(self._parts)
        self._bar.label = f"{said[:LABEL]:<{LABEL}}"
        self._bar.update(max(0, int(done) - self._bar.pos))
        self._bar.render_progress()


LABEL = 31
"""Characters of the label; with bar, share and time left the line stays below 80."""


@contextmanager
def progress_line(quiet: bool, parts: tuple[str, ...]) -> Iterator[Line]:
    """Show one changing line on standard error while somebody is looking at it."""
    if quiet or not sys.stderr.isatty():
        yield Line(parts)
        return
    with click.progressbar(length=1000, label=" " * LABEL, file=sys.stderr, show_eta=True, width=24) as bar:
        yield Line(parts, bar)
