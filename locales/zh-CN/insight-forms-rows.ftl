form-rows-by-names = 看栏目名称自己认
form-rows-merchants = 一行一个商户
form-rows-dwellings = 一行一套房屋
form-rows-premises = 一行一个场所
form-rows-buildings = 一行一栋楼
form-choose-persons = 选哪些居民
form-choose-merchants = 选哪些商户
form-choose-dwellings = 选哪些房屋
form-choose-premises = 选哪些场所
form-choose-buildings = 选哪些楼栋
form-choose-hint = 到“问数据”里选好条件，点“作为表的行”就回到这里。
form-unheld-unasked = 这几栏不会去问居民。每行都一样的，在下面选“固定内容”填上；不一样的，下载后手工补。
form-why-hint-merchants = 不写就记为“填报这张表”。表里有商户电话和人名时，本人能看到谁用了、为了什么。
form-field-estate = 小区
form-field-entrance = 单元
form-field-room = 室号
form-field-floor = 楼层
form-field-usage = 房屋用途
form-field-size = 面积（平方米）
form-field-storeys = 层数
form-field-premises-name = 场所名称
form-field-premises-kind = 场所类型
form-field-premises-address = 场所地址
form-field-floor_area = 面积（平方米）
form-field-built_year = 建成年份
form-field-circuit = 供电容量（千瓦）
form-field-stalls = 摊位数
form-field-count-persons = 居住人数
form-field-count-dwellings = 户数
form-field-count-merchants = 商户数
form-field-merchants-name = 商户名称
form-field-credit_code = 统一社会信用代码
form-field-merchants-kind = 主体类型
form-field-trade = 业态
form-field-goods = 主营商品
form-field-operator = 经营者
form-field-safety_officer = 安全员
form-field-employees = 从业人数
form-field-used_area = 营业面积（平方米）
form-field-load = 用电负荷（千瓦）
form-field-hours = 营业时间
form-field-opened_on = 开业日期
form-field-merchants-address = 经营地址
form-field-premises = 所在场所
form-field-stall = 摊位号
field-form-other-rows = 这张表的一行不是这种记录。请先到表的页面上改“一行是什么”，再来选。
field-form-other-kind = { $kind ->
    [image] 这是图片，不是表格。
    [pdf] 这是 PDF 文件，不是表格。
    [docx] 这是 Word 文档，不是表格。
    [html] 这是网页，不是表格。
    [zip] 这是压缩包，不是表格。
    [ods] 这是 LibreOffice 的表格（.ods），这里读不了。
   *[other] 这不是表格。
}请交 .xlsx 格式的空白表：要么向发表的单位要，要么照着它做一份。
