"""Outlines of units from a boundary file, TopoJSON or GeoJSON, as SVG paths in a square of 1000. Plain Python.

Corners are put on a grid that is coarse enough for a page to stay light; neighbours share corners and so stay
neighbours. Nothing of such a file belongs into this project: an operator loads it.
"""

import json
import math
from collections.abc import Mapping, Sequence

from casemgr.units.names import N_, UnitError

SIDE = 1000
STEPS = (2, 3, 4, 5, 8, 10)  # between the lines of the grid; tried from fine to coarse
LIGHT = 16_000  # characters of all paths together
KEYS = ("code", "c", "ma", "MA", "maXa", "ma_xa", "MA_XA")  # where files keep the code of a unit
Ring = Sequence[tuple[float, float]]


def read_outlines(text: str, key: str | None = None) -> dict[str, list[Ring]]:
    """{code: rings} of a file's text. Raises UnitError that says what is wrong."""
    try:
        data = json.loads(text)
    except ValueError as error:
        raise UnitError(N_("Tệp không phải là JSON (dòng %(line)s)."), line=getattr(error, "lineno", 1)) from None
    if not isinstance(data, dict) or data.get("type") not in ("Topology", "FeatureCollection"):
        raise UnitError(N_("Tệp phải là TopoJSON (Topology) hoặc GeoJSON (FeatureCollection)."))
    shapes = _topology(data) if data["type"] == "Topology" else _features(data)
    found: dict[str, list[Ring]] = {}
    for number, (properties, rings) in enumerate(shapes, start=1):
        code = _code(properties, key, number)
        if code in found:
            raise UnitError(N_("Mã %(code)s có hai ranh giới trong tệp."), code=code)
        found[code] = _checked(rings, code)
    if not found:
        raise UnitError(N_("Tệp không có ranh giới nào."))
    return found


def _code(properties: Mapping, key: str | None, number: int) -> str:
    for name in (key,) if key else KEYS:
        if properties.get(name) not in (None, ""):
            return str(properties[name])
    raise UnitError(
        N_("Ranh giới thứ %(n)s không có mã đơn vị (tìm ở: %(keys)s)."), n=number, keys=key or ", ".join(KEYS)
    )


def _checked(rings: list, code: str) -> list[Ring]:
    for ring in rings:
        corners = all(
            isinstance(p, list | tuple)
            and len(p) >= 2
            and all(isinstance(x, int | float) and math.isfinite(x) for x in p[:2])
            for p in ring
        )
        if len(ring) < 4 or not corners:
            raise UnitError(N_("Ranh giới của mã %(code)s không vẽ được."), code=code)
    if not rings:
        raise UnitError(N_("Ranh giới của mã %(code)s không vẽ được."), code=code)
    return [[(p[0], p[1]) for p in ring] for ring in rings]


def _features(data: dict):
    for feature in data.get("features") or ():
        geometry = feature.get("geometry") or {} if isinstance(feature, dict) else {}
        yield (
            (feature.get("properties") or {}) if isinstance(feature, dict) else {},
            _rings(geometry, lambda ring: ring),
        )


def _topology(data: dict):
    arcs = _arcs(data)

    def ring(numbers) -> list:
        """Arcs one after the other, each from where the last one ended; ~n is arc n backwards."""
        joined: list = []
        for number in numbers:
            if not isinstance(number, int) or not -len(arcs) <= number < len(arcs):
                raise UnitError(N_("Tệp TopoJSON nêu cung không có: %(n)s."), n=number)
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            joined += arc[1:] if joined else arc
        return joined

    for group in (data.get("objects") or {}).values():
        for geometry in group.get("geometries") or ():
            yield geometry.get("properties") or {}, _rings(geometry, ring, "arcs")


def _arcs(data: dict) -> list[list]:
    """The arcs with real coordinates: a topology with a transform writes each corner as the step from the one before."""
    transform, arcs = data.get("transform"), []
    try:
        for arc in data["arcs"]:
            if transform is None:
                arcs.append([(p[0], p[1]) for p in arc])
                continue
            (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
            x = y = 0
            steps = []
            for p in arc:
                x, y = x + p[0], y + p[1]
                steps.append((x * sx + tx, y * sy + ty))
            arcs.append(steps)
    except (KeyError, TypeError, ValueError, IndexError):
        raise UnitError(N_("Phần cung (arcs) của tệp TopoJSON không đọc được.")) from None
    return arcs


def _rings(geometry: dict, ring, key: str = "coordinates") -> list:
    kind, parts = geometry.get("type"), geometry.get(key)
    if kind not in ("Polygon", "MultiPolygon") or not isinstance(parts, list):
        raise UnitError(N_("Ranh giới phải là Polygon hoặc MultiPolygon, không phải %(kind)s."), kind=kind)
    try:
        polygons = [parts] if kind == "Polygon" else parts
        return [ring(each) for polygon in polygons for each in polygon]
    except TypeError:
        raise UnitError(N_("Tọa độ trong tệp không đọc được.")) from None


def draw(shapes: Mapping[str, list[Ring]]) -> dict[str, str]:
    """{code: path} of all units in one square, north up, in the finest grid in which they stay light."""
    placed = _place(shapes)
    for step in STEPS:
        paths = {code: _path(rings, step) for code, rings in placed.items()}
        if sum(map(len, paths.values())) <= LIGHT:
            break
    return paths


def _place(shapes: Mapping[str, list[Ring]]) -> dict[str, list[Ring]]:
    """On the square: degrees are stretched as they are at that latitude, other coordinates are taken as metres."""
    points = [p for rings in shapes.values() for ring in rings for p in ring]
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    degrees = max(map(abs, xs)) <= 180 and max(map(abs, ys)) <= 90
    narrow = math.cos(math.radians((min(ys) + max(ys)) / 2)) if degrees else 1.0
    wide, high = (max(xs) - min(xs)) * narrow, max(ys) - min(ys)
    scale = SIDE / max(wide, high, 1e-9)
    left, top = (SIDE - wide * scale) / 2, (SIDE - high * scale) / 2

    def put(p):
        return left + (p[0] - min_x) * narrow * scale, top + (max_y - p[1]) * scale

    min_x, max_y = min(xs), max(ys)
    return {code: [[put(p) for p in ring] for ring in rings] for code, rings in shapes.items()}


def _path(rings: list[Ring], step: int) -> str:
    """Steps between corners of the grid; a ring too small for the grid is left out, unless it is the only one."""
    drawn = [path for ring in rings if (path := _ring([(round(x / step), round(y / step)) for x, y in ring], step))]
    if not drawn:
        x, y = rings[0][0]
        drawn = [f"M{round(x)} {round(y)}h{step}v{step}h-{step}z"]
    return "".join(drawn)


def _ring(corners: list[tuple[int, int]], step: int) -> str:
    kept: list[tuple[int, int]] = []
    for corner in corners:
        if kept and corner == kept[-1]:
            continue
        if len(kept) > 1 and _straight(kept[-2], kept[-1], corner):
            kept[-1] = corner
        else:
            kept.append(corner)
    if kept and kept[0] == kept[-1]:
        kept.pop()
    if len(kept) < 3:
        return ""
    text = f"M{kept[0][0] * step} {kept[0][1] * step}l"
    steps = [((x - px) * step, (y - py) * step) for (px, py), (x, y) in zip(kept, kept[1:], strict=False)]
    return text + " ".join(f"{dx} {dy}" for dx, dy in steps).replace(" -", "-") + "z"


def _straight(a, b, c) -> bool:
    return (b[0] - a[0]) * (c[1] - b[1]) == (b[1] - a[1]) * (c[0] - b[0])
