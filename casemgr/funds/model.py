"""What the file of funds says."""

from collections.abc import Mapping
from dataclasses import dataclass

from casemgr.programmes.words import Code, Text
from casemgr.refused import N_

CASH, TRANSFER, GOODS = "cash", "transfer", "goods"
WAYS = {CASH: N_("Tiền mặt"), TRANSFER: N_("Chuyển khoản"), GOODS: N_("Hiện vật (quy ra tiền)")}


@dataclass(frozen=True, slots=True)
class Fund:
    """`yearly_target` in đồng, None where the plan names none; `counts`: the ways of giving that count towards it;
    `programmes`: whose cases it pays for."""

    code: str
    number: int  # its place in the file: no address names a group
    name: Text
    keeper: Text
    source: Text
    yearly_target: int | None
    programmes: tuple[str, ...]
    counts: tuple[str, ...]
    tag: str
    purposes: Mapping[str, Code]

    @property
    def programme(self) -> str | None:
        """The one group it is for; None where it is for several."""
        return self.programmes[0] if len(self.programmes) == 1 else None
