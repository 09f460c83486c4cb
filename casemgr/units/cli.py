"""`flask unit ...`: a real installation's units, hamlets and days off."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from casemgr.clock import now
from casemgr.db import begin_write, db
from casemgr.units import areas, boundaries, services
from casemgr.units.names import WORDS, UnitError
from casemgr.units.reading import read_day

unit = AppGroup("unit", help="Administrative units, hamlets and days off.")


class Day(click.ParamType):
    """dd/mm/yyyy or yyyy-mm-dd."""

    name = "day"

    def convert(self, value, param, ctx):
        if not isinstance(value, str):
            return value
        try:
            return read_day(value)
        except UnitError as error:
            return self.fail(str(error), param, ctx)


@unit.command("import")
@click.argument("file", default="an-giang")
def import_command(file: str) -> None:
    """Import communes, their districts and what they became. FILE: a CSV, or "an-giang" (the list that is included)."""
    result = _write(lambda: services.import_file(db.session, file, now()))
    click.echo(f"{result.added} đơn vị mới, {result.lineage} quan hệ kế thừa mới, {result.unchanged} dòng đã có.")


@unit.command("hamlets")
@click.argument("file")
@click.option("--on", type=Day(), help="The codes in FILE are those of this day (default: today).")
def hamlets_command(file: str, on) -> None:
    """Import hamlets. FILE: a CSV with unit_code, name, kind and, if known, valid_from, moved_to."""
    result = _write(lambda: services.import_hamlets(db.session, file, on or now().date(), now()))
    click.echo(f"{result.added} ấp, khóm mới, {result.lineage} được ghi nơi chuyển đến, {result.unchanged} đã có.")


@unit.command("areas")
@click.argument("file")
def areas_command(file: str) -> None:
    """Import zones and specially difficult hamlets. FILE: a CSV with unit_code, zone (I, II, III, ĐBKK), valid_from
    and, if known, hamlet, poor_rate, minority_rate, valid_to, document, member, member_from, member_to."""
    result = _write(lambda: areas.import_areas(db.session, file, now()))
    click.echo(f"{result.added} địa bàn mới, {result.lineage} phân công mới, {result.unchanged} dòng đã có.")


@unit.command("boundaries")
@click.argument("file", required=False)
@click.option("--on", type=Day(), help="The codes in FILE are those of this day (default: the newest units).")
@click.option("--key", help="The property that holds a unit's code.")
@click.option("--remove", is_flag=True, help="Take away the outlines that were loaded.")
def boundaries_command(file: str | None, on, key: str | None, remove: bool) -> None:
    """Load the outlines of units for the maps. FILE: TopoJSON or GeoJSON; it replaces what was loaded before."""
    if remove == bool(file):
        raise click.ClickException("Nêu một tệp, hoặc --remove.")
    if remove:
        click.echo(f"Đã bỏ {_write(lambda: boundaries.remove(db.session))} ranh giới.")
        return
    count = _write(lambda: boundaries.load_file(db.session, file, now(), on, key))
    click.echo(f"Đã nạp ranh giới của {count} đơn vị.")


@unit.command("list")
@click.option("--on", type=Day(), help="As on this day (default: today).")
@click.option("--below", metavar="CODE", help="Only this unit and those below it.")
def list_command(on, below: str | None) -> None:
    """List the units in force as a tree: id and name."""
    day = on or now().date()
    tree = services.load(db.session)
    roots = tree.children(None, day) if below is None else [_id(tree, below, day)]
    if not roots:
        raise click.ClickException(f"Không có đơn vị nào vào ngày {day:%d/%m/%Y}; chạy flask unit import trước.")
    for root in roots:
        _print(tree, root, day, 0)


@unit.command("add")
@click.argument("code")
@click.argument("name")
@click.option("--kind", type=click.Choice(list(WORDS)), required=True)
@click.option("--parent", metavar="CODE", help="The unit directly above, by the code it bears on the first day.")
@click.option("--from", "valid_from", type=Day(), required=True, help="First day.")
@click.option("--to", "valid_to", type=Day(), help="Last day.")
@click.option("--note", default="")
def add_command(code: str, name: str, kind: str, parent: str | None, valid_from, valid_to, note: str) -> None:
    """Add one unit; NAME without the word of its kind ("Núi Tô")."""

    def add():
        parent_id = _id(services.load(db.session), parent, valid_from) if parent else None
        return services.add_unit(
            db.session,
            code=code,
            name=name,
            kind=kind,
            parent_id=parent_id,
            valid_from=valid_from,
            valid_to=valid_to,
            note=note,
            now=now(),
        ).id

    click.echo(_write(add))


@unit.command("close")
@click.argument("code")
@click.option("--last-day", type=Day(), required=True)
@click.option("--heir", "heirs", multiple=True, metavar="CODE", help="What it became; the first took the largest part.")
@click.option("--act", default="", help="The legal act.")
def close_command(code: str, last_day, heirs: tuple[str, ...], act: str) -> None:
    """End a unit on its last day and say what it became."""

    def close():
        tree = services.load(db.session)
        after = [_id(tree, heir, last_day + timedelta(days=1)) for heir in heirs]
        pairs = [(id, place == 0) for place, id in enumerate(after)]
        return services.close_unit(db.session, _id(tree, code, last_day), last_day, now(), heirs=pairs, act=act).id

    click.echo(_write(close))


@unit.command("holiday")
@click.argument("day", type=Day())
@click.option("--off/--working", "is_off", required=True, help="A further day off, or a day worked instead.")
@click.option("--name", required=True)
@click.option("--document", default="", help="Number and date of the decision.")
def holiday_command(day, is_off: bool, name: str, document: str) -> None:
    """Enter the state's decision on one day."""
    _write(lambda: services.set_holiday(db.session, day, is_off=is_off, name=name, document=document, now=now()))
    click.echo(f"{day:%d/%m/%Y}: {'nghỉ' if is_off else 'làm việc'}")


def _write(change):
    begin_write(db.session())
    try:
        result = change()
        db.session.commit()
    except UnitError as error:
        db.session.rollback()
        raise click.ClickException(str(error)) from error
    return result


def _id(tree, code: str, day) -> str:
    found = tree.find(code, day)
    if found is None:
        raise click.ClickException(f"Không có đơn vị mã {code} vào ngày {day:%d/%m/%Y}.")
    return found


def _print(tree, id: str, day, depth: int) -> None:
    click.echo(f"{'  ' * depth}{id}  {tree.label(id)}")
    for child in tree.children(id, day):
        _print(tree, child, day, depth + 1)
