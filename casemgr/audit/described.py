"""An indicator as a sealed report says it, so that its paper reads the same whatever the plan's file says later."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from casemgr.plans.model import Indicator, Input, Plan, Setting
from casemgr.programmes.words import Text


def said(indicator: Indicator, plan: Plan) -> dict:
    """Everything that its line on a paper is written with, as plain JSON."""
    inputs = {code: plan.inputs[code] for code in indicator.uses.values() if code in plan.inputs}
    return {
        "name": _text(indicator.name),
        "unit_of_count": _text(indicator.unit_of_count),
        "source": _text(indicator.source),
        "text": _text(indicator.text),
        "note": _text(indicator.note) if indicator.note else None,
        "measure": indicator.measure,
        "range": [str(end) for end in indicator.range] if indicator.range else None,
        "uses": dict(indicator.uses),
        "settings": {
            name: [_value(setting.value), setting.tag, _text(setting.text)]
            for name, setting in indicator.settings.items()
        },
        "inputs": {
            code: {"name": _text(item.name), "kind": item.kind, "unit_of_count": _text(item.unit_of_count)}
            for code, item in inputs.items()
        },
    }


def indicator_of(one: Mapping, today: Plan | None) -> Indicator | None:
    """The indicator as it was sealed. A report of before this was kept has its name, target and direction; the rest is
    today's, if the plan still has it."""
    target = None if one["target"] is None else Decimal(one["target"])
    own = {"target": target, "direction": one["direction"], "rule": one["rule"], "programme": one["programme"]}
    told = one.get("said")
    if told is None:
        known = today.indicators.get(one["code"]) if today else None
        return None if known is None else replace(known, **own, name=replace(known.name, vi=one["name"]))
    return Indicator(
        code=one["code"],
        name=Text(**told["name"]),
        unit_of_count=Text(**told["unit_of_count"]),
        source=Text(**told["source"]),
        text=Text(**told["text"]),
        note=Text(**told["note"]) if told["note"] else None,
        measure=told["measure"],
        range=tuple(map(Decimal, told["range"])) if told["range"] else None,
        uses=told["uses"],
        settings={name: Setting(value, tag, Text(**text)) for name, (value, tag, text) in told["settings"].items()},
        **own,
    )


def inputs_of(one: Mapping, today: Plan | None) -> dict[str, Input]:
    """The names of the values that stand side by side, as they were sealed."""
    told = one.get("said")
    if told is None:
        return dict(today.inputs) if today else {}
    return {
        code: Input(code, Text(**item["name"]), item["kind"], Text(**item["unit_of_count"]), (), ())
        for code, item in told["inputs"].items()
    }


def _text(text: Text) -> dict[str, str]:
    return {"vi": text.vi, "en": text.en}


def _value(value):
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    return list(value) if isinstance(value, tuple) else value
