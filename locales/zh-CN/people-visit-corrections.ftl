# 入户时改正登记
problem-correct-meanwhile = 您看过以后，已经有人改过同一项。
field-correct-nothing = 没有要改的内容：请写电话或选居住身份。
field-correct-no-home = 登记里没有这位居民的住处，先补住处。
problem-facts-meanwhile = 您出门以后，别人登记了同一项，和您写的不一样。这次走访还没有交，请定下用哪一个。
field-held-phone = { $name }的手机号：{ $by } { $when } 登记为 { $held }
field-held-birth = { $name }的出生年份：{ $by } { $when } 登记为 { $held } 年
field-held-sex = { $name }的性别：{ $by } { $when } 登记为{ $held ->
    [female] 女
   *[male] 男
}
field-held-answer = { $name }的这一问：{ $by } { $when } 记的是“{ $held }”
