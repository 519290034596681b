data-seconded_hours = 下沉时间
data-seconded_hours-hint = 下沉干部每次给的时间一条。
data-seconded_hours-measure-minutes = 时间合计（分钟）
data-seconded_hours-measure-people = 人数
data-dim-unit = 派出单位
data-dim-hours_state = 是否确认
data-dim-minutes = 分钟
data-dim-given = 日期
