# 入户时改正登记
problem-correct-meanwhile = 您看过以后，已经有人改过同一项。
field-correct-nothing = 没有要改的内容：请写电话或选居住身份。
field-correct-no-home = 登记里没有这位居民的住处，先补住处。
