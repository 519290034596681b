# 手机外勤：退回来的走访、各自打开的草稿、退出和停用以后怎么说（fieldwork-*）。
fieldwork-colon = ：
fieldwork-door-again = 说好 { $time } 再来
fieldwork-door-left = 这一户已不在今天的名单里，可能别人去过了，或住户有变动。写下的都还在，照样可以记。
fieldwork-door-wrote = 您上次写的是：
fieldwork-door-back-hint = 写过的话、照片都在下面。看一眼现在登记的人，对就再按一次。
fieldwork-door-gone = { $name }现在不登记在这一户了。为这位写下的不会送出，要留就抄进“说两句”。
fieldwork-door-gone-copy = 抄进“说两句”
fieldwork-door-as-note = 不算走访，改成记一笔
fieldwork-door-as-round = 见到了人，记一次走访
fieldwork-door-as-round-hint = 照您写的记下这次走访，不确认这户现在住着谁、有没有人住。
fieldwork-note-left = 这次走访的那一户已不在您的名单里。写下的都转到这一笔里了，请选类别后存下；不要了，就按最下面的“不要这份草稿”。
fieldwork-note-begun = { $time } 开始写的一笔
fieldwork-note-another = 另写一笔
fieldwork-sealed-other = 这台手机上有另一个账号封存的内容（{ $n } 条），只有那个账号登录后才能打开和送出。
fieldwork-revoked = 这台手机的登录已被停用（改过密码，或管理员停用了），资料已锁上。没送出的内容封存着，本人重新登录后才能打开和送出。
