# 场所作为数据集
data-premises = 场所
data-premises-hint = 市场、店铺、学校等场所，一处一条。
data-premises-measure-floor_area = 面积合计（平方米）
data-premises-measure-stalls = 摊位合计
data-dim-built_year = 建成年份
data-dim-floor_area = 建筑面积（平方米）
data-dim-storeys = 层数
data-dim-circuit = 供电容量（千瓦）
data-dim-stalls = 摊位数
premises-rounds-link = 检查与隐患
