# 楼栋作为数据集
data-buildings = 楼栋
data-buildings-hint = 登记在册的楼栋，一栋一条；建成年份按小区的。
data-buildings-measure-dwellings = 户数合计
data-dim-dwellings = 户数
places-building-rounds = 巡查与发现
