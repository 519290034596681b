# 一行一个居民的报表，同名单一样要人同意
export-for-form = 用于填报表格：同意以后，由要的人在那张表的页面下载，只能一次。
export-form-open = 打开这张表
quality-counts_out = 统得出
quality-not-counts_out = 没有统出
quality-what-counts_out = 格，要去问或手工补
quality-cells = { $part } / { $whole } 格
