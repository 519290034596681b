# 分值：只给地方打分，不给人打分。
checklist-points = 分值
checklist-points-hint = 有标准规定分值时才填。选项写“字段名=分”，如 clear=10 goods=0；数字写区间，如 ..3=0 3..4=5 4..=10（含下限，不含上限）。
checklist-pass = 合格线（占应得分的百分之几）
checklist-pass-hint = 如 80。不填就只算分，不判合格不合格。
checklist-tell-points = 分值：{ $text }
checklist-score-got = 得分 { $got } / { $most }
checklist-score-mark = 合格线 { $percent }%
checklist-score-passed = 合格
checklist-score-failed = 不合格
checklist-score-open = 还有 { $count } 项没看，先不判合格不合格
checklist-score-rest = 其他项目
checklist-score-box = { $label }（{ $points } 分）
checklist-fault-not-scored = { $name }：分值写得不对（{ $what }）。选项要在选项表里，数字写成 3..4=5，合格线不超过 100。
checklist-fault-scored-visit = 走访不打分：分值只用于检查和巡查。
