policy-rechecker = 谁复查
policy-rechecker-usual = 检查的人、社区和消防站（照常）
policy-rechecker-hint = 选了单位，它也可以复查和回访。谁整改的，谁不能复查。
return-own-work = 这件事是您或您单位整改的，要换别的人来看。
problem-recheck-for-others = 这处由检查的人、社区或安排里写明的单位来看，您不用回访。
field-round-in-future = 这个时间还没到，请看看日期和年份。
field-round-long-ago = 这是一年以前的时间，请看看年份。
policy-stand-in = 谁可以代走
policy-stand-in-none = 没有，只由去的人自己走
policy-stand-in-hint = 别人走的不算这项安排的次数。代走的单位走了算；请假时在“值班”里说好的代班人走了也算。
patrol-policy-of-others = { $title }（该别人去，替他们登记时选）
patrol-policy-not-yours = “{ $title }”该由别人去走，您走的照样可以交，记作额外的一次。
patrol-on-behalf = 替该去的人登记，算在这项安排里
patrol-on-behalf-more = 只用于电话、纸质单：上面写的人就是安排里该去的人，或者是替他去的人。
round-extra = 这次是按“{ $title }”报来的，但那项安排由别人去走。记录都保存了，作为额外的一次，不算那项安排的次数。
field-round-not-theirs = 这项安排由{ $kind ->
    [chief] { $level ->
        [city] 市级
        [district] 区级
        [township] 镇级
       *[village] 村级
    }河长{ $who }
    [grid_worker] 管这里的网格员
   *[party] “{ $who }”
}去走，您这次不能算在里面。照样可以交：请选“不按安排，自己去的”，或者选该您去的那一项。
field-round-not-theirs-told = 这项安排由{ $kind ->
    [chief] { $level ->
        [city] 市级
        [district] 区级
        [township] 镇级
       *[village] 村级
    }河长{ $who }
    [grid_worker] 管这里的网格员
   *[party] “{ $who }”
}去走。如果就是他们走的，请勾选“替该去的人登记”；不是，请选“不按安排，自己去的”。
field-round-behalf-desk = 替该去的人登记，只能由社区服务台来做。
field-round-behalf-who = 替谁登记的，请写上走的人的名字。
