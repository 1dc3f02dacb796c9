"""The commands of talks: open, answer, move, go on, sign, and look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .shared import JSON, OVERWRITE, QUIET, command, names, put_text, show_json, time_limit

if TYPE_CHECKING:
    import singlepot

CENTRE = "the centre"

FOLDER = click.argument("folder", metavar="DIR", type=click.Path())
BY = click.option("--by", default=CENTRE, show_default=True, metavar="WHO", help="Who does it.")
DEADLINE = click.option("--deadline", default="", metavar="DATE", help="Last day for answers, 2026-05-29.")


def _standing(talks: singlepot.Talks, quiet: bool) -> None:
    """Print how talks stand; quiet, only the head."""
    from singlepot.reports import status_text

    put_text(f"Head {talks.head}\n" if quiet else status_text(talks.status))


@command("talks open bucks-and-burnley out/talks", name="open")
@click.argument("scenario")
@FOLDER
@click.option("--rounds", default=6, show_default=True, type=click.IntRange(min=1), help="Rounds that may ask.")
@DEADLINE
@BY
@time_limit("settlement")
@QUIET
def open_(
    scenario: str, folder: str, rounds: int, deadline: str, by: str, time_limit_s: float | None, quiet: bool
) -> None:
    """Open talks on SCENARIO in the new folder DIR, and settle the first round.

    DIR/rounds/SEQ/asks has a workbook for each area, to be sent and filled in. Exit code 4: the scenario cannot settle
    with no option at all, so that nothing could be signed.
    """
    import singlepot

    talks = singlepot.open_talks(scenario, folder, by=by, rounds=rounds, deadline=deadline, time_limit_s=time_limit_s)
    _standing(talks, quiet)


@command("talks asks out/talks --alone")
@FOLDER
@click.option("--area", metavar="CODE", help="Only the asks of this area.")
@click.option("--alone", is_flag=True, help="Also what each area gets if it alone refuses: one settlement an area.")
@JSON
def asks(folder: str, area: str | None, alone: bool, as_json: bool) -> None:
    """List what is asked in the round in DIR, with full reasons: for the centre alone."""
    import singlepot
    from singlepot.reports import asks_text
    from singlepot.reports.text.talks import alone_text, head_line

    talks = singlepot.Talks(folder)
    table = talks.asks
    table = table if area is None else table[table["area"] == area]
    refusing = talks.refuse_alone(None if area is None else [area]) if alone else None
    if as_json:
        values = {"head": talks.head, "asks": table.to_dict("records")}
        show_json(values if refusing is None else {**values, "alone": refusing.to_dict("records")})
        return
    money = talks.scenario.settings.money
    text = asks_text(table, money) + ("" if refusing is None else "\n" + alone_text(refusing, money))
    put_text(f"{text}\n{head_line(talks.head)}\n")


@command("talks answer out/talks back.csv --by Cornwall")
@FOLDER
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False))
@click.option("--by", required=True, metavar="WHO", help="Who answers, where a row does not say.")
@QUIET
def answer(folder: str, files: tuple[str, ...], by: str, quiet: bool) -> None:
    """Record what areas sent back: all FILES, or none.

    FILES are the workbooks of the round, filled in, or CSV files with round, area, option, asked, up_to, reason.
    """
    import singlepot

    talks = singlepot.Talks(folder)
    talks.answer_files(files, by=by)
    _standing(talks, quiet)


@command('talks move out/talks more.toml --reason "the Treasury found it"')
@FOLDER
@click.argument("what_if", metavar="WHATIF", type=click.Path(dir_okay=False))
@click.option("--reason", required=True, help="Why.")
@BY
@QUIET
def move(folder: str, what_if: str, reason: str, by: str, quiet: bool) -> None:
    """Change pot, national objectives, rules or stages by a what-if, or impose take-ups.

    WHATIF may also hold [[imposed]] with area, option, up_to and reason. It is settled first; one after which nothing
    could be signed is refused with exit code 4, and nothing is written.
    """
    import singlepot

    talks = singlepot.Talks(folder)
    talks.move(what_if, reason=reason, by=by)
    _standing(talks, quiet)


@command("talks next out/talks --deadline 2099-05-29", name="next")
@FOLDER
@DEADLINE
@BY
@time_limit("settlement")
@QUIET
def next_(folder: str, deadline: str, by: str, time_limit_s: float | None, quiet: bool) -> None:
    """Apply the answers and settle the next round; silence counts as a refusal.

    It is refused before the deadline of the round, unless all have answered.
    """
    import singlepot

    talks = singlepot.Talks(folder)
    talks.next(by=by, deadline=deadline, time_limit_s=time_limit_s)
    _standing(talks, quiet)


@command("talks agree out/talks signatures.csv")
@FOLDER
@click.argument("signatures", type=click.Path(dir_okay=False))
@BY
@QUIET
def agree(folder: str, signatures: str, by: str, quiet: bool) -> None:
    """Record who signs what is agreed so far.

    SIGNATURES is a CSV file with a row for each area: area, signed_by, role, date, page, state. The page is the hash on
    the area's sheet; the state is signed, subject to cabinet or not signed.
    """
    import singlepot

    talks = singlepot.Talks(folder)
    talks.agree(signatures, by=by)
    _standing(talks, quiet)


@command("talks undo out/talks")
@FOLDER
@BY
@QUIET
def undo(folder: str, by: str, quiet: bool) -> None:
    """Take back the last entry that stands; undone again, it stands again."""
    import singlepot

    talks = singlepot.Talks(folder)
    talks.undo(by=by)
    _standing(talks, quiet)


@command("talks status out/talks")
@FOLDER
@JSON
def status(folder: str, as_json: bool) -> None:
    """Say how far the talks can still go, what could be signed today, and who has answered."""
    import singlepot

    talks = singlepot.Talks(folder)
    if not as_json:
        _standing(talks, quiet=False)
        return
    standing = talks.status
    tables = {name: getattr(standing, name) for name in ("areas", "stages")}
    plain = ("talks", "head", "round", "rounds", "deadline", "ended", "moved", "signed")
    values = {name: getattr(standing, name) for name in plain}
    show_json({**values, **{name: table.to_dict("records") for name, table in tables.items()}})


@command("talks report out/talks --out out/round.html", name="report")
@FOLDER
@click.option("--out", "path", required=True, type=click.Path(dir_okay=False), help="File to write, .html.")
@OVERWRITE
def report_(folder: str, path: str, overwrite: bool) -> None:
    """Write the page of the round in DIR: how far it can go, what could be signed, who answered, what is open.

    It names areas and what they are asked: for the centre alone.
    """
    import singlepot
    from singlepot.models.files.single_file import check_file, write_file
    from singlepot.reports.page import round_html
    from singlepot.reports.text.talks import head_line

    check_file(path, overwrite=overwrite)
    talks = singlepot.Talks(folder)
    write_file(path, round_html(talks).encode(), overwrite=overwrite)
    put_text(f"Written to {path}\n{head_line(talks.head)}\n")


@command("talks history out/talks")
@FOLDER
def history(folder: str) -> None:
    """List the entries of the ledger."""
    import singlepot
    from singlepot.reports import history_text

    put_text(history_text(singlepot.Talks(folder).ledger))


@command("talks diff out/talks 1 2")
@FOLDER
@click.argument("first", type=int)
@click.argument("second", type=int)
def diff(folder: str, first: int, second: int) -> None:
    """Compare the grants of areas in the rounds FIRST and SECOND."""
    import singlepot
    from singlepot.reports import diff_text
    from singlepot.reports.text.talks import head_line

    talks = singlepot.Talks(folder)
    text = diff_text(talks.diff(first, second), talks.scenario.settings.money)
    put_text(f"{text}\n{head_line(talks.head)}\n")


@command("talks verify out/talks")
@FOLDER
@click.option("--head", default="", metavar="HASH", help="Hash of an entry, kept from a sheet of that time.")
def verify(folder: str, head: str) -> None:
    """Verify the chain of the ledger, and every round and agreement; exit code 6 if something does not hold."""
    import singlepot
    from singlepot.reports.text.talks import verification_text

    result = singlepot.verify_talks(folder, head=head)
    put_text(verification_text(result))
    raise click.exceptions.Exit(0 if result.passed else 6)


@command("talks simulate bucks-and-burnley out/simulated --areas truthful,stubborn --seed 7")
@click.argument("scenario")
@FOLDER
@click.option("--areas", "kinds", required=True, metavar="KINDS", help="Kinds that areas have in turn, by commas.")
@click.option("--seed", default=0, show_default=True, help="Seed of what is random.")
@click.option("--rounds", default=6, show_default=True, type=click.IntRange(min=1), help="Rounds that may ask.")
@time_limit("settlement")
@QUIET
def simulate(
    scenario: str, folder: str, kinds: str, seed: int, rounds: int, time_limit_s: float | None, quiet: bool
) -> None:
    """Talk SCENARIO to its end in the new folder DIR, with simulated areas.

    KINDS are truthful (accepts all), stubborn (refuses all), random, and inflating (opens above its bid, and accepts
    only what brings it money).
    """
    import singlepot

    talks = singlepot.simulate_talks(
        scenario, folder, areas=names(kinds) or [], seed=seed, rounds=rounds, time_limit_s=time_limit_s
    )
    _standing(talks, quiet)


@click.group(
    "talks",
    commands={
        "open": open_,
        "asks": asks,
        "answer": answer,
        "move": move,
        "next": next_,
        "agree": agree,
        "undo": undo,
        "status": status,
        "report": report_,
        "history": history,
        "diff": diff,
        "verify": verify,
        "simulate": simulate,
    },
    epilog="\b\nExample:\n  singlepot talks open bucks-and-burnley out/talks",
)
def talks() -> None:
    """Talk a scenario to an agreed end, in rounds.

    Each round settles what is possible if all is accepted and what could be signed today, and asks areas for the
    difference; a ledger holds all that was said. Every command prints its head: keep it.
    """
