"""Balances, pledges and amounts in words, without a database."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.funds import rules
from casemgr.ledger.rules import Entry
from casemgr.refused import Refused

TODAY = date(2022, 6, 15)


def entry(seq: int, kind: str, amount: int, way="cash", **coded) -> Entry:
    fixed = dict.fromkeys(Entry.__slots__)
    said = {"amount": str(amount), "way": way} | coded
    when = datetime(2022, 3, seq % 28 + 1)
    return Entry(
        **(fixed | {"id": UUID(int=seq), "seq": seq, "kind": kind, "occurred_at": when, "coded": said, "author": "x"})
    )


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        (0, "Không đồng"),
        (5, "Năm đồng"),
        (15, "Mười lăm đồng"),
        (21, "Hai mươi mốt đồng"),
        (105, "Một trăm linh năm đồng"),
        (50_000, "Năm mươi nghìn đồng"),
        (1_000_000, "Một triệu đồng"),
        (1_250_005, "Một triệu hai trăm năm mươi nghìn không trăm linh năm đồng"),
        (2_055_000, "Hai triệu không trăm năm mươi lăm nghìn đồng"),
        (4_000_000_000, "Bốn tỷ đồng"),
        (10_101_010, "Mười triệu một trăm linh một nghìn không trăm mười đồng"),
    ],
)
def test_an_amount_in_words(amount, said):
    assert rules.in_words(Decimal(amount)) == said


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["received", "disbursed"]),
            st.integers(1, 10**6),
            st.sampled_from(["cash", "goods"]),
            st.booleans(),
        )
    )
)
def test_no_balance_falls_below_zero_without_a_reason(moves):
    """Whatever is tried, what the rule lets through leaves the balance at or above zero, or marked with a reason."""
    kept, money = [], {"cash": 0, "goods": 0}
    for seq, (kind, amount, way, reason) in enumerate(moves, 1):
        values = {
            "amount": Decimal(amount),
            "way": way,
            "day": TODAY,
            "donor": "A",
            "goods": "gạo",
            "reason": "khẩn" if reason else None,
        }
        short = kind == "disbursed" and amount > money[way]
        if short and not reason:
            with pytest.raises(Refused, match="Quỹ chỉ còn"):
                rules.check_move(rules.fold(kept), kind, values, TODAY)
            continue
        coded = rules.check_move(rules.fold(kept), kind, values, TODAY)
        kept.append(entry(seq, kind, **(coded | {"amount": amount})))
        money[way] += amount if kind == "received" else -amount
    folded = rules.fold(kept)
    assert (folded.money, folded.goods) == (money["cash"], money["goods"])
    assert folded.overdrawn or min(money.values()) >= 0


def test_what_was_pledged_is_not_what_was_received():
    pledge = entry(1, "pledged", 100)
    part = entry(2, "received", 40, pledge=pledge.id.hex)
    folded = rules.fold([pledge, part])
    assert folded.money == 40
    assert [(m.seq, left) for m, left in folded.pledges()] == [(1, 60)]
    said = rules.totals(folded.moves, date(2022, 1, 1), TODAY, ("cash",))
    assert (said.counted, said.pledged) == (40, 100)
    values = {"amount": Decimal(61), "way": "cash", "day": TODAY, "donor": "A", "pledge": pledge.id}
    with pytest.raises(Refused, match="chỉ còn 60 đồng"):
        rules.check_move(folded, "received", values, TODAY)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": Decimal("0.5")}, "amount"),
        ({"amount": Decimal(0)}, "amount"),
        ({"amount": Decimal(-5)}, "amount"),
        ({"amount": Decimal(10) ** 14}, "amount"),
        ({"way": "gold"}, "way"),
        ({"day": date(2022, 6, 16)}, "day"),
        ({"donor": None}, "donor"),
        ({"way": "goods"}, "goods"),
    ],
)
def test_what_is_not_accepted(values, field):
    good = {"amount": Decimal(5), "way": "cash", "day": TODAY, "donor": "Ông A"}
    assert rules.check_move(rules.Fund(), "received", good, TODAY) == {"amount": "5", "way": "cash"}
    with pytest.raises(Refused) as refused:
        rules.check_move(rules.Fund(), "received", good | values, TODAY)
    assert refused.value.field == field


def test_a_receipt_that_was_paid_out_is_not_struck_through():
    got, paid = entry(1, "received", 100), entry(2, "disbursed", 80)
    with pytest.raises(Refused, match="đã được chi"):
        rules.check_void([got, paid], got.id, "nhập nhầm")
    rules.check_void([got, paid], paid.id, "nhập nhầm")
    with pytest.raises(Refused, match="vì sao"):
        rules.check_void([got, paid], paid.id, None)
