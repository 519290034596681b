# 上门看一户：只问缺的、更正、标签有变化、底下两个按钮
round-years = { $age } 岁
round-nothing-changed = 没有改动。
round-person-entered = 已登记。
round-labels-changed = 标签有变化
round-met = 见到本人
round-birth-hint = 例如 1942-03-05；只知道年月，写 1942-03，月份会记在备注里；只知道哪年，写 1942；只知道多大，写 84岁。
round-old-phone = 原来的号码
round-phone-replaces = 换掉 { $number }
round-phone-keeps = 都留着
round-moved-out = 已登记搬走。住过这里会留在记录里。
alone-sure-title = 确实独居吗？
alone-sure = 确实一个人住，其他人不常住这里
field-alone-with = 这里还登记着{ $who }。他们搬走了吗？搬走了请先登记搬走；确实一个人住，请勾选下面这一项再保存。
old-sure = 核对过，确实是这个岁数
field-birth-very-old = 照这个生日，这个人已经 { $age } 岁了。请核对；1900-01-01 常常是表格里没填。确实如此请勾选再保存。
field-day-unread = 读不懂这个日期。请写成 2026-11-05 或 2026年11月5日；不知道哪一天就空着。
field-consent-of-dead = 此人已去世，不再登记同意。
