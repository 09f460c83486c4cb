"""Invented sentences for the free text of entries, as an official would write them. They name nobody."""

from random import Random

NOTES = {
    "screened": (
        "Trẻ còn hoảng sợ, ít nói. Hàng xóm cho biết gia đình hay to tiếng về đêm.",
        "Trẻ có vết bầm ở tay, đã báo trạm y tế. Mẹ trẻ hợp tác.",
        "Trẻ sinh hoạt bình thường, nhà trường tiếp tục theo dõi.",
        "Người gây hại vẫn ở gần nhà, cần bố trí người trông trẻ.",
    ),
    "child_state": ("Trẻ ăn ngủ thất thường, ngại tiếp xúc.", "Thể chất ổn định, còn lo lắng.", "Trẻ đi học lại, tập trung kém."),
    "family_state": (
        "Cha mẹ làm thuê xa, trẻ ở với bà ngoại.",
        "Hộ cận nghèo, mẹ làm thuê theo mùa vụ.",
        "Gia đình thương trẻ nhưng thiếu người trông ban ngày.",
    ),
    "opinions": ("Trẻ muốn ở với bà ngoại và được đi học.", "Gia đình đồng ý phối hợp.", "Mẹ trẻ mong được tư vấn."),
    "no_need": ("Đã được gia đình bảo đảm.", "Không phát sinh qua đánh giá.", "Trẻ đang được nhà trường hỗ trợ."),
    "conclusion": ("Thống nhất các nhu cầu và dịch vụ như dự thảo kế hoạch.", "Thống nhất ưu tiên an toàn và tâm lý của trẻ."),
    "goal": ("Trẻ an toàn, ổn định tâm lý, đi học đều.", "Ổn định cuộc sống, không tái diễn.", "Gia đình đủ khả năng chăm sóc."),
    # The same for grown people.
    "aim": ("Ổn định sức khỏe, không tái diễn.", "Ổn định cuộc sống, có việc làm.", "Gia đình đồng hành, hỗ trợ."),
    "agreed": ("Thống nhất các nhu cầu và dịch vụ như dự thảo kế hoạch.", "Thống nhất ưu tiên sức khỏe và việc làm."),
    "not_needed": ("Đã được gia đình bảo đảm.", "Không phát sinh qua đánh giá.", "Người được hỗ trợ tự lo được."),
    "served": ("Đã thực hiện, có giấy xác nhận.", "Đã thực hiện buổi thứ nhất.", "Kết quả tốt, hẹn gặp lại.", "Đã bàn giao đủ hồ sơ kèm theo."),
    "refused": ("Từ chối vì ngại đi xa.", "Chưa muốn tiếp xúc người lạ.", "Cho rằng không cần thiết, đã giải thích."),
    "visited": (
        "Gặp tại nhà, tình hình ổn định.",
        "Sức khỏe tốt, tinh thần khá hơn lần trước.",
        "Gia đình bận mùa vụ, đã hẹn lại tuần sau.",
        "Không có dấu hiệu bất thường.",
    ),
    "reviewed": ("Tình trạng ổn định, không còn dấu hiệu nguy cơ.", "Tiến triển tốt, tiếp tục theo dõi."),
    "closed": ("Đã hoàn thành kế hoạch, tình trạng ổn định.", "Không còn nguy cơ, gia đình đủ khả năng chăm sóc."),
    "reopened": ("Có thông tin mới cần theo dõi tiếp.", "Gia đình đề nghị hỗ trợ thêm."),
    "returned": ("Bổ sung ngày thực hiện của từng dịch vụ.", "Ghi rõ người chịu trách nhiệm.", "Bổ sung ý kiến của gia đình."),
    "void": ("Nhập nhầm ngày, nhập lại bản ghi đúng.", "Ghi nhầm nội dung của hồ sơ khác.", "Nhập hai lần."),
    "verified": ("Đã gặp gia đình và trưởng ấp, thông tin đúng.", "Đối chiếu với nhà trường và công an xã.", "Xác minh tại nơi ở."),
    "unsubstantiated": ("Không có dấu hiệu như tin báo, hàng xóm hiểu nhầm.", "Xác minh nhiều nguồn, không có căn cứ."),
    "answered": ("Đã trả lời nơi báo tin về việc tiếp nhận và xử lý.", "Đã phản hồi qua điện thoại, không nêu thông tin của trẻ."),
    "condition": ("Trẻ đang ở với người thân, còn sợ hãi.", "Trẻ có vết thương nhẹ.", "Chưa rõ tình trạng."),
    "exclusion": ("Nơi ở thực tế thuộc tỉnh khác, đã chuyển thông tin.", "Kết quả xác minh chỉ ở mức có nguy cơ."),
    "treatment": ("Chấp hành tốt nội quy.", "Còn mệt, ăn ngủ kém.", "Gia đình phối hợp chặt chẽ."),
    "household": ("Nhà ở kiên cố, con cháu chăm sóc chu đáo.", "Nhà xuống cấp, thu nhập chủ yếu từ trợ cấp.", "Sức khỏe yếu, cần theo dõi."),
}  # fmt: skip
WHO = (
    "Cán bộ bảo vệ trẻ em",
    "Trạm y tế",
    "Hội Phụ nữ",
    "Đoàn Thanh niên",
    "Công an xã",
    "Trường học",
    "Công tác xã hội tỉnh",
)
HELPERS = (
    "Cán bộ phụ trách",
    "Trạm y tế",
    "Hội Phụ nữ",
    "Đoàn Thanh niên",
    "Công an xã",
    "Trung tâm dịch vụ việc làm",
    "Công tác xã hội tỉnh",
)


def note(rng: Random, key: str) -> str:
    return rng.choice(NOTES[key])
