"""The first schema.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import op

from casemgr.db_triggers import append_only, drop_append_only

revision = "0001"
down_revision = None

# Tables whose rows are never changed, with their unique keys.
APPEND_ONLY = {
    "ledger_entry": (("province", "subject", "seq"), ("province", "id"), ("province", "voids")),
    "access_log": (("province", "id"),),
}


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.String(length=32), nullable=True),
        sa.Column("programme", sa.String(length=16), nullable=True),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("endpoint", sa.String(length=80), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("province", "id", name=op.f("pk_access_log")),
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_log_province_at"), ["province", "at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_access_log_province_subject_at"), ["province", "subject", "at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_access_log_province_user_id_at"), ["province", "user_id", "at"], unique=False
        )

    op.create_table(
        "beneficiary",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("hamlet_id", sa.Uuid(), nullable=True),
        sa.Column("sex", sa.String(length=10), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("birth_precision", sa.String(length=9), nullable=False),
        sa.Column("ethnicity", sa.String(length=8), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("identity_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('person','household')", name=op.f("ck_beneficiary_kind_known")),
        sa.CheckConstraint("sex IN ('nam','nu','khong_biet')", name=op.f("ck_beneficiary_sex_known")),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_beneficiary")),
    )
    with op.batch_alter_table("beneficiary", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_beneficiary_province_unit_id"), ["province", "unit_id"], unique=False)

    op.create_table(
        "case_file",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("beneficiary", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("risk", sa.String(length=16), nullable=False),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("last_contact", sa.DateTime(), nullable=True),
        sa.Column("next_due", sa.DateTime(), nullable=True),
        sa.Column("waiting", sa.SmallInteger(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_case_file_closed_has_date")),
        sa.CheckConstraint("status IN ('open','closing','closed')", name=op.f("ck_case_file_status_known")),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_case_file")),
        sa.UniqueConstraint("province", "number", name=op.f("uq_case_file_province_number")),
    )
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.create_index("ix_case_file_beneficiary", ["province", "beneficiary"], unique=False)
        batch_op.create_index(
            "ix_case_file_list", ["province", "unit_id", "programme", "status", "next_due"], unique=False
        )
        batch_op.create_index("ix_case_file_worker", ["province", "worker", "status", "next_due"], unique=False)

    op.create_table(
        "case_span",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("track", sa.String(length=9), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("criterion", sa.String(length=24), nullable=False),
        sa.Column("item", sa.SmallInteger(), nullable=False),
        sa.Column("anchor", sa.Uuid(), nullable=False),
        sa.Column("arises", sa.DateTime(), nullable=False),
        sa.Column("due", sa.DateTime(), nullable=True),
        sa.Column("due_missing", sa.Boolean(), nullable=False),
        sa.Column("met", sa.DateTime(), nullable=True),
        sa.Column("met_entry", sa.Uuid(), nullable=True),
        sa.Column("blurred", sa.Boolean(), nullable=False),
        sa.Column("failed", sa.DateTime(), nullable=True),
        sa.Column("ended", sa.DateTime(), nullable=True),
        sa.Column("detail", sa.String(length=32), nullable=False),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("role", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", "position", name=op.f("pk_case_span")),
    )
    with op.batch_alter_table("case_span", schema=None) as batch_op:
        batch_op.create_index("ix_case_span_criterion", ["province", "programme", "criterion", "arises"], unique=False)
        batch_op.create_index("ix_case_span_due", ["province", "unit_id", "pending", "role", "due"], unique=False)

    op.create_table(
        "demo_mark",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("today", sa.Date(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_demo_mark_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_mark")),
    )
    op.create_table(
        "detected",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.Uuid(), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("received_precision", sa.String(length=6), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("level", sa.String(length=24), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("case_subject", sa.Uuid(), nullable=True),
        sa.Column("case_number", sa.String(length=12), nullable=False),
        sa.Column("beneficiary", sa.Uuid(), nullable=True),
        sa.Column("sex", sa.String(length=12), nullable=False),
        sa.Column("birth_year", sa.SmallInteger(), nullable=True),
        sa.Column("age", sa.SmallInteger(), nullable=True),
        sa.Column("ethnicity", sa.String(length=12), nullable=False),
        sa.Column("worker", sa.String(length=36), nullable=True),
        sa.Column("taken_at", sa.DateTime(), nullable=True),
        sa.Column("next_due", sa.DateTime(), nullable=True),
        sa.Column("waiting", sa.SmallInteger(), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(status = 'matched') = (case_subject IS NOT NULL)", name=op.f("ck_detected_matched_has_case")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'substantiated', 'unsubstantiated', 'matched', 'duplicate', 'excluded', 'refused')",
            name=op.f("ck_detected_status_known"),
        ),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_detected")),
        sa.UniqueConstraint("province", "number", name=op.f("uq_detected_province_number")),
    )
    with op.batch_alter_table("detected", schema=None) as batch_op:
        batch_op.create_index("ix_detected_beneficiary", ["province", "beneficiary"], unique=False)
        batch_op.create_index("ix_detected_incident", ["province", "incident"], unique=False)
        batch_op.create_index(
            "ix_detected_list", ["province", "unit_id", "programme", "status", "emergency", "next_due"], unique=False
        )

    op.create_table(
        "holiday",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_off", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_holiday")),
    )
    op.create_table(
        "household_member",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("person", sa.Uuid(), nullable=False),
        sa.Column("relation", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", "person", name=op.f("pk_household_member")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("household_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_member_province_person"), ["province", "person"], unique=False)

    op.create_table(
        "identifier_index",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("province", "kind", "digest", "subject", name=op.f("pk_identifier_index")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("identifier_index", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identifier_index_province_subject"), ["province", "subject"], unique=False)

    op.create_table(
        "incident",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("received_precision", sa.String(length=6), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("reports", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_incident")),
        sa.UniqueConstraint("province", "number", name=op.f("uq_incident_province_number")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index("ix_incident_received", ["province", "programme", "unit_id", "received_at"], unique=False)

    op.create_table(
        "ledger_pulse",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("shard", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("beats", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("province", "shard", name=op.f("pk_ledger_pulse")),
    )
    op.create_table(
        "ledger_subject",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.Column("head_mac", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("province", "id", name=op.f("pk_ledger_subject")),
    )
    with op.batch_alter_table("ledger_subject", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_ledger_subject_province_kind_id"), ["province", "kind", "id"], unique=False
        )

    op.create_table(
        "name_index",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", "bucket", name=op.f("pk_name_index")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("name_index", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_name_index_province_bucket_subject"), ["province", "bucket", "subject"], unique=False
        )

    op.create_table(
        "reported_figure",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("entry", sa.Uuid(), nullable=False),
        sa.Column("plan", sa.String(length=32), nullable=False),
        sa.Column("input", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("end", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("document", sa.String(length=60), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=False),
        sa.Column("value", sa.String(length=24), nullable=False),
        sa.Column("numerator", sa.BigInteger(), nullable=True),
        sa.Column("denominator", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(), nullable=True),
        sa.Column("head_seq", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_reported_figure_confirmed_by_someone")
        ),
        sa.CheckConstraint("confirmed_by <> author", name=op.f("ck_reported_figure_confirmed_by_another")),
        sa.CheckConstraint('start <= "end"', name=op.f("ck_reported_figure_period_ordered")),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_reported_figure")),
        sa.UniqueConstraint(
            "province",
            "plan",
            "input",
            "unit",
            "start",
            "end",
            "source",
            name=op.f("uq_reported_figure_province_plan_input_unit_start_end_source"),
        ),
    )
    op.create_table(
        "sign_in_attempt",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("account", sa.LargeBinary(length=16), nullable=False),
        sa.Column("address", sa.LargeBinary(length=16), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_attempt")),
    )
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_account_at"), ["account", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_address_at"), ["address", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_attempt_at"), ["at"], unique=False)

    op.create_table(
        "unit",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("parent_id", sa.String(length=16), nullable=True),
        sa.Column("path", sa.String(length=60), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('tinh', 'huyen', 'thanh_pho', 'thi_xa', 'xa', 'phuong', 'thi_tran', 'dac_khu')",
            name=op.f("ck_unit_kind"),
        ),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_unit_period")),
        sa.ForeignKeyConstraint(["parent_id"], ["unit.id"], name=op.f("fk_unit_parent_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_unit_code_valid_from")),
    )
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(
            "uq_unit_open_code",
            ["code"],
            unique=True,
            sqlite_where=sa.text("valid_to IS NULL"),
            postgresql_where=sa.text("valid_to IS NULL"),
        )

    op.create_table(
        "unit_version",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_unit_version_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_version")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=40), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_account_fs_uniquifier")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "vault_key",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(length=40), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", name=op.f("pk_vault_key")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "verdict",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("item", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("start", sa.DateTime(), nullable=False),
        sa.Column("end", sa.DateTime(), nullable=False),
        sa.Column("programme", sa.String(length=8), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("counted_at", sa.DateTime(), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("steps", sa.String(length=8), nullable=False),
        sa.Column("band", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("beneficiary", sa.Uuid(), nullable=True),
        sa.Column("incident", sa.Uuid(), nullable=True),
        sa.Column("sex", sa.String(length=12), nullable=False),
        sa.Column("age_band", sa.String(length=8), nullable=False),
        sa.Column("ethnicity", sa.String(length=12), nullable=False),
        sa.PrimaryKeyConstraint("province", "subject", "item", "start", name=op.f("pk_verdict")),
    )
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.create_index(
            "ix_verdict_figure",
            [
                "province",
                "programme",
                "end",
                "start",
                "counted_at",
                "unit_id",
                "verdict",
                "steps",
                "band",
                "subject",
                "item",
                "beneficiary",
                "incident",
            ],
            unique=False,
        )

    op.create_table(
        "hamlet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("moved_to", sa.String(length=16), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("kind IN ('ap', 'khom', 'khu_pho')", name=op.f("ck_hamlet_kind")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_hamlet_period")),
        sa.ForeignKeyConstraint(["moved_to"], ["unit.id"], name=op.f("fk_hamlet_moved_to_unit")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hamlet_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hamlet")),
        sa.UniqueConstraint(
            "unit_id", "kind", "name", "valid_from", name=op.f("uq_hamlet_unit_id_kind_name_valid_from")
        ),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("province", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("occurred_at", sa.DateTime(), nullable=False),
        sa.Column("precision", sa.String(length=6), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=32), nullable=False),
        sa.Column("coded", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("definition", sa.String(length=48), nullable=False),
        sa.Column("voids", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mac", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("(voids IS NULL) = (kind <> 'voided')", name=op.f("ck_ledger_entry_void_names_entry")),
        sa.CheckConstraint(
            "precision IN ('minute','day','month','year')", name=op.f("ck_ledger_entry_precision_known")
        ),
        sa.CheckConstraint("seq > 0", name=op.f("ck_ledger_entry_seq_positive")),
        sa.ForeignKeyConstraint(
            ["province", "subject"],
            ["ledger_subject.province", "ledger_subject.id"],
            name=op.f("fk_ledger_entry_province_ledger_subject"),
        ),
        sa.PrimaryKeyConstraint("province", "subject", "seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("province", "id", name=op.f("uq_ledger_entry_province_id")),
        sa.UniqueConstraint("province", "voids", name=op.f("uq_ledger_entry_province_voids")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("unit_id", sa.String(length=32), nullable=False),
        sa.Column("programmes", sa.String(length=120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.Uuid(), nullable=True),
        sa.Column("granted_at", sa.DateTime(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "role IN ('worker','supervisor','auditor','coordinator','administrator')",
            name=op.f("ck_role_grant_role_known"),
        ),
        sa.CheckConstraint("(valid_to IS NULL) = (ended_at IS NULL)", name=op.f("ck_role_grant_end_recorded")),
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_role_grant_period_ordered")),
        sa.ForeignKeyConstraint(["ended_by"], ["user_account.id"], name=op.f("fk_role_grant_ended_by_user_account")),
        sa.ForeignKeyConstraint(
            ["granted_by"], ["user_account.id"], name=op.f("fk_role_grant_granted_by_user_account")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name=op.f("fk_role_grant_user_id_user_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_grant_user_id"), ["user_id"], unique=False)

    op.create_table(
        "unit_lineage",
        sa.Column("old_id", sa.String(length=16), nullable=False),
        sa.Column("new_id", sa.String(length=16), nullable=False),
        sa.Column("split", sa.Boolean(), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("act", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["new_id"], ["unit.id"], name=op.f("fk_unit_lineage_new_id_unit")),
        sa.ForeignKeyConstraint(["old_id"], ["unit.id"], name=op.f("fk_unit_lineage_old_id_unit")),
        sa.PrimaryKeyConstraint("old_id", "new_id", name=op.f("pk_unit_lineage")),
    )
    with op.batch_alter_table("unit_lineage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_unit_lineage_new_id"), ["new_id"], unique=False)
    bind = op.get_bind()
    for table, keys in APPEND_ONLY.items():
        for statement in append_only(table, bind.dialect.name, keys):
            bind.exec_driver_sql(statement)


def downgrade() -> None:
    with op.batch_alter_table("unit_lineage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unit_lineage_new_id"))

    op.drop_table("unit_lineage")
    with op.batch_alter_table("role_grant", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_grant_user_id"))

    op.drop_table("role_grant")
    op.drop_table("ledger_entry")
    op.drop_table("hamlet")
    with op.batch_alter_table("verdict", schema=None) as batch_op:
        batch_op.drop_index("ix_verdict_figure")

    op.drop_table("verdict")
    op.drop_table("vault_key")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_account_unit_id"))

    op.drop_table("user_account")
    op.drop_table("unit_version")
    with op.batch_alter_table("unit", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_unit_open_code", sqlite_where=sa.text("valid_to IS NULL"), postgresql_where=sa.text("valid_to IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_unit_parent_id"))

    op.drop_table("unit")
    with op.batch_alter_table("sign_in_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_address_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_attempt_account_at"))

    op.drop_table("sign_in_attempt")
    op.drop_table("reported_figure")
    with op.batch_alter_table("name_index", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_name_index_province_bucket_subject"))

    op.drop_table("name_index")
    with op.batch_alter_table("ledger_subject", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_subject_province_kind_id"))

    op.drop_table("ledger_subject")
    op.drop_table("ledger_pulse")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index("ix_incident_received")

    op.drop_table("incident")
    with op.batch_alter_table("identifier_index", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_identifier_index_province_subject"))

    op.drop_table("identifier_index")
    with op.batch_alter_table("household_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_household_member_province_person"))

    op.drop_table("household_member")
    op.drop_table("holiday")
    with op.batch_alter_table("detected", schema=None) as batch_op:
        batch_op.drop_index("ix_detected_list")
        batch_op.drop_index("ix_detected_incident")
        batch_op.drop_index("ix_detected_beneficiary")

    op.drop_table("detected")
    op.drop_table("demo_mark")
    with op.batch_alter_table("case_span", schema=None) as batch_op:
        batch_op.drop_index("ix_case_span_due")
        batch_op.drop_index("ix_case_span_criterion")

    op.drop_table("case_span")
    with op.batch_alter_table("case_file", schema=None) as batch_op:
        batch_op.drop_index("ix_case_file_worker")
        batch_op.drop_index("ix_case_file_list")
        batch_op.drop_index("ix_case_file_beneficiary")

    op.drop_table("case_file")
    with op.batch_alter_table("beneficiary", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_beneficiary_province_unit_id"))

    op.drop_table("beneficiary")
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_log_province_user_id_at"))
        batch_op.drop_index(batch_op.f("ix_access_log_province_subject_at"))
        batch_op.drop_index(batch_op.f("ix_access_log_province_at"))

    op.drop_table("access_log")
    bind = op.get_bind()
    for table in APPEND_ONLY:
        for statement in drop_append_only(table, bind.dialect.name):
            bind.exec_driver_sql(statement)
