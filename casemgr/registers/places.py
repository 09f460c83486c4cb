"""From a commune's name, or an address, to the unit: by name, within the unit that the register covers. Plain Python."""

import re
from collections import defaultdict
from datetime import date

from casemgr.people.names import fold_name
from casemgr.units.rules import UnitTree

# Words and their short forms before a name: "TT.Tri Tôn", "P. Mỹ Bình", "H Tri Tôn".
_WORD = {
    "commune": r"(?:xa|phuong|thi tran|dac khu|tt|p|x)",
    "district": r"(?:huyen|thi xa|thanh pho|tp|tx|h)",
    "province": r"(?:tinh|t)",
    "hamlet": r"(?:ap|khom|khu pho|to)",
}
_LEADING = {level: re.compile(rf"^{word}\s+") for level, word in _WORD.items()}


class Places:
    """The communes below a unit, by folded name, in force on a day; names that ended lead to what they became."""

    def __init__(self, tree: UnitTree, unit: str, on: date):
        self.tree, self.on = tree, on
        self._found: dict[tuple, tuple[str, str]] = {}
        self.only = unit if tree.level(unit) == "commune" else ""
        self.communes: dict[str, set[str]] = defaultdict(set)
        former: dict[str, set[str]] = defaultdict(set)
        for id in tree.communes(unit):
            name = fold_name(tree[id].name)
            if tree[id].valid(on):
                self.communes[name].add(id)
            else:
                now = tree.map_to(id, on)
                if now is not None and now in tree.below(unit):
                    former[name].add(now)
        for name, found in former.items():
            self.communes.setdefault(name, found)

    def find(self, commune: str, district: str = "", address: str = "") -> tuple[str, str]:
        """(unit id, doubt): `unit_unknown` where no commune bears the name, `unit_ambiguous` where several do."""
        if self.only:
            return self.only, ""
        key = (commune, district, address)
        if key not in self._found:
            self._found[key] = self._find(*key)
        return self._found[key]

    def _find(self, commune: str, district: str, address: str) -> tuple[str, str]:
        named = self._named(commune)
        if named:
            return self._one(named, district or address)
        # Of the parts of an address the one that says it is a commune, else the first that bears such a name: what
        # comes after it may be a district of the same name.
        parts = [part for part in re.split(r"[,;\n]| - ", address) if part.strip()]
        parts = [part for part in parts if not _LEADING["hamlet"].match(fold_name(part))]
        said = [part for part in parts if _LEADING["commune"].match(fold_name(part))]
        for part in said + [part for part in parts if not _LEADING["district"].match(fold_name(part))]:
            named = self._named(part)
            if named:
                return self._one(named, district or address)
        # A whole address without commas: "ấp Tô Thuận xã Núi Tô huyện Tri Tôn".
        for whole in (commune, address):
            found = self._inside(whole)
            if found:
                return self._one(found, district or whole)
        return "", "unit_unknown"

    def _named(self, text: str) -> set[str]:
        folded = fold_name(text)
        return self.communes.get(_LEADING["commune"].sub("", folded)) or self.communes.get(folded) or set()

    def _inside(self, text: str) -> set[str]:
        folded = f" {fold_name(text)} "
        for name in sorted(self.communes, key=len, reverse=True):
            if re.search(rf" {_WORD['commune']} {re.escape(name)} ", folded):
                return self.communes[name]
        return set()

    def _one(self, found: set[str], hint: str) -> tuple[str, str]:
        if len(found) > 1 and hint.strip():
            folded = f" {fold_name(hint)} "
            near = {
                id
                for id in found
                if any(f" {fold_name(self.tree[up].name)} " in folded for up in self.tree.line(id)[1:-1])
            }
            found = near or found
        if len(found) == 1:
            return next(iter(found)), ""
        return "", "unit_ambiguous"
