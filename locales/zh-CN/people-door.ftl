# 上门看一户：只问缺的、更正、标签有变化、底下两个按钮
round-years = { $age } 岁
round-nothing-changed = 没有改动。
round-person-entered = 已登记。
round-labels-changed = 标签有变化
round-met = 见到本人
round-birth-hint = 例如 1942-03-05；只知道哪年，写 1942；只知道多大，写 84岁。
round-old-phone = 原来的号码
round-phone-replaces = 换掉 { $number }
round-phone-keeps = 都留着
round-moved-out = 已登记搬走。住过这里会留在记录里。
