"""A fifth programme, as somebody would write it: people with disabilities who wait for a certificate."""

SMALL = """\
code = "KT"
version = "1"
beneficiary = "person"
readers = "assigned"
sensitive = false
population = "cases"
age_bands = [[0, 16], [16]]
counts_from = { kind = "opened" }

[name]
vi = "Người khuyết tật"
en = "People with disabilities"
[short]
vi = "Khuyết tật"
en = "Disability"
[detection_name]
vi = "Đơn đề nghị"
en = "Request"
[unit_of_count]
vi = "người"
en = "persons"

[[leads]]
code = "so_yt"
vi = "Sở Y tế"
en = "Department of Health"

[codes.degree]
NANG = { vi = "Nặng", en = "Severe" }
NHE = { vi = "Nhẹ", en = "Mild" }

[services]
KT-XL = { vi = "Xe lăn", en = "Wheelchair" }

[needs.DI_LAI]
vi = "Đi lại"
en = "Mobility"
services = ["KT-XL"]
must_answer = { degree = "NANG" }

[[bands]]
code = "refused"
name = { vi = "từ chối", en = "refused" }
entry = { kind = "refused" }

[[clocks.certificate.versions]]
workdays = 25
to = 2025-06-30
article = "thông tư cũ"
tag = "M"
[[clocks.certificate.versions]]
workdays = 15
from = 2025-07-01
article = "thông tư mới"
tag = "M"
[[clocks.wheelchair.versions]]
months = 3
article = "cách tính"
tag = "D"

[detection.kinds.detected]
name = { vi = "Nhận đơn", en = "Request received" }

[case.kinds.opened]
name = { vi = "Mở hồ sơ", en = "Opened" }
offer = false
[case.kinds.certified]
name = { vi = "Giấy xác nhận", en = "Certificate" }
after = ["opened"]
fields = [
  { name = "degree", type = "choice", codes = "degree", required = true, label = { vi = "Mức độ", en = "Degree" } },
  { name = "note", type = "note", label = { vi = "Ghi chú", en = "Note" } },
]
refuse = [{ field = "degree", when = { age = { below = 1 } }, message = { vi = "Chưa xác định.", en = "Too early." } }]
[case.kinds.assessed]
name = { vi = "Nhu cầu", en = "Needs" }
fields = [{ name = "needs", type = "needs", required = true, label = { vi = "Nhu cầu", en = "Needs" } }]
[case.kinds.served]
name = { vi = "Đã hỗ trợ", en = "Served" }
fields = [{ name = "service", type = "service", required = true, label = { vi = "Dịch vụ", en = "Service" } }]
[case.kinds.refused]
name = { vi = "Từ chối", en = "Refused" }

[[case.criteria]]
code = "certified"
name = { vi = "Có giấy xác nhận", en = "Certified" }
each = [{ kind = ["opened", "linked"] }]
due = { from = [{ kind = ["opened", "linked"], field = "received_at" }], clock = "certificate" }
met = { kind = "certified", where = { degree = ["NANG", "NHE"] } }
keep = "degree"
task = "certified"
[[case.criteria]]
code = "need"
name = { vi = "Nhu cầu", en = "Need met" }
needs = true
due = { clock = "wheelchair" }
met = { served = true }

[[steps]]
code = "certified"
name = { vi = "Có giấy", en = "Certified" }
criteria = ["certified", "need"]
"""
