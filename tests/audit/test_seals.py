"""Seals as an auditor meets them: the commands, the files kept outside, and proofs for one case."""

import json
from datetime import datetime
from hashlib import sha256

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from casemgr.audit import rules, sealing
from casemgr.cases.models import CaseFile
from casemgr.demo import attacks
from casemgr.ledger import services as ledger
from tests.accounts import few_units, make_user, sign_in
from tests.coverage import histories
from tests.ledger.build import draft
from tests.pages import text_of

NOW = datetime(2022, 6, 15, 17, 0)


def heads(count: int) -> list[rules.Head]:
    from uuid import UUID

    return [rules.Head(UUID(int=n), "case", n + 1, sha256(str(n).encode()).digest()) for n in range(count)]


@given(st.integers(1, 40), st.data())
def test_a_proof_leads_to_the_root_and_no_other_head_does(count, data):
    all_heads = heads(count)
    place = data.draw(st.integers(0, count - 1))
    head, steps = rules.proof(all_heads, all_heads[place].subject)
    assert rules.proven(head, steps, rules.root(all_heads))
    assert not rules.proven(head._replace(seq=head.seq + 1), steps, rules.root(all_heads))
    if count > 1:
        changed = [h._replace(mac=b"x" * 32) if i == place else h for i, h in enumerate(all_heads)]
        assert not rules.proven(head, steps, rules.root(changed))
    others = {h.mac for h in all_heads if h != head} | {h.subject.bytes for h in all_heads if h != head}
    assert not others & {step.hash for step in steps}


def test_the_root_is_that_of_a_hand_made_tree():
    a, b, c = (rules.leaf(h) for h in heads(3))
    ab = sha256(b"\1" + a + b).digest()
    assert rules.root(heads(3)) == sha256(b"\1" + ab + c).digest()
    assert rules.root([]) == sha256(b"").digest()


@pytest.fixture
def place(session):
    few_units(session)
    histories.write(session, 1, 12)
    return session


def run(app, *args):
    return app.test_cli_runner().invoke(args=list(args))


def test_a_seal_is_made_kept_and_verified(app, place, tmp_path):
    file = tmp_path / "seal.json"
    assert run(app, "seal", "--out", str(file)).exit_code == 0
    kept = json.loads(file.read_text())
    assert kept["number"] == 1
    assert len(kept["heads"]) == kept["subjects"]
    good = run(app, "ledger", "verify", "--seal", str(file))
    assert good.exit_code == 0, good.output
    ledger.append(place, ledger.create(place, "noted"), [draft()])  # what comes later changes nothing
    place.commit()
    assert run(app, "ledger", "verify", "--seal", str(file)).exit_code == 0
    again = json.loads(run(app, "seal").output)
    assert (again["number"], again["prev"], again["moved"]) == (2, kept["digest"], 1)


def test_the_first_broken_entry_is_named_and_nothing_broken_is_sealed(app, place, tmp_path):
    run(app, "seal", "--out", str(tmp_path / "seal.json.gz"))
    subject = place.scalar(sa.select(ledger.SUBJECTS.c.id).where(ledger.SUBJECTS.c.head_seq > 2).limit(1))
    chain = attacks.Chain(place, ledger.ENTRIES, subject)
    attacks.free_hands(place)
    chain.write(place, chain.rows[:2], head=True)
    place.commit()
    bad = run(app, "ledger", "verify", "--seal", str(tmp_path / "seal.json.gz"))
    assert bad.exit_code == 1
    assert f"BROKEN subject={subject} seq=3 reason=cut seal=1" in bad.output
    assert run(app, "seal").exit_code == 1
    assert place.scalar(sa.select(sa.func.count()).select_from(sealing.Seal)) == 1


def test_the_auditor_sees_what_the_last_check_found(app, place, tmp_path, client):
    auditor = sign_in(client, make_user(place, "auditor", ("auditor", "89-20210101")))
    assert "Chưa có lần nào" in text_of(auditor.get("/audit"))
    run(app, "seal", "--out", str(tmp_path / "seal.json"))
    run(app, "ledger", "verify")
    page = text_of(auditor.get("/audit"))
    assert "không có gì bị sửa" in page
    assert "chưa loại trừ được việc thay cả cơ sở dữ liệu" in page
    run(app, "ledger", "verify", "--seal", str(tmp_path / "seal.json"))
    assert "Đã đối chiếu với lần chốt số 1 giữ bên ngoài." in text_of(auditor.get("/audit"))
    assert "sổ không toàn vẹn" not in text_of(auditor.get("/coverage/KH322-2022"))

    number, subject = place.execute(sa.select(CaseFile.number, CaseFile.subject).limit(1)).one()
    chain = attacks.Chain(place, ledger.ENTRIES, subject)
    attacks.free_hands(place)
    chain.write(place, chain.altered(1, author="x"))
    place.commit()
    assert run(app, "ledger", "verify", "--seal", str(tmp_path / "seal.json")).exit_code == 1
    page = text_of(auditor.get("/audit"))
    assert f"{number}, bản ghi 2: nội dung đã bị thay đổi" in page
    assert "không có gì bị sửa" not in page
    assert "1 sổ không toàn vẹn" in text_of(auditor.get("/coverage/KH322-2022"))


def test_a_file_that_is_no_seal_of_this_installation_is_refused(app, place, tmp_path):
    file = tmp_path / "seal.json"
    run(app, "seal", "--out", str(file))
    kept = json.loads(file.read_text())
    other = rules.Statement(**{k: kept[k] for k in rules.Statement.__dataclass_fields__} | {"installation": "0" * 16})
    changed = [
        file.read_bytes().replace(b'"entries": ', b'"entries": 1', 1),
        json.dumps(kept | {"heads": kept["heads"][1:]}).encode(),
        json.dumps(kept | {"mac": "00" * 32}).encode(),
        b"{}",
        b"not a seal \xff",
        b"null",
        json.dumps(kept | {"installation": "0" * 16, "digest": other.digest().hex()}).encode(),
    ]
    for content in changed:
        file.write_bytes(content)
        answer = run(app, "ledger", "verify", "--seal", str(file))
        assert answer.exit_code == 1
        assert "Error: " in answer.output
    assert "hệ thống khác" in answer.output


def test_a_case_is_proven_without_any_other(app, place):
    run(app, "seal")
    numbers = place.execute(sa.select(CaseFile.number, CaseFile.subject)).all()
    number, subject = numbers[0]
    said = run(app, "ledger", "prove", number).output
    proof = json.loads(said)
    head = proof["head"]
    assert head["subject"] == subject.hex
    found = rules.Head(subject, head["kind"], head["seq"], bytes.fromhex(head["mac"]))
    steps = [rules.Step(side, bytes.fromhex(value)) for side, value in proof["steps"]]
    assert rules.proven(found, steps, bytes.fromhex(proof["seal"]["root"]))
    assert all(other.hex not in said for _, other in numbers[1:])
    assert run(app, "ledger", "prove", "HS-000-000").exit_code == 1
