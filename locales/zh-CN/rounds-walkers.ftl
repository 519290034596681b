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
patrol-outcome-withdrawn = 已撤回
finding-step-withdrawn = 已撤回
round-withdrawn = 这次记录已撤回，不算次数。
round-withdrawn-by = { $when } { $name } 撤回。
round-withdrawn-why = 原因：{ $reason }
round-withdraw = 记错了，撤回这次记录
round-withdraw-lead = 撤回后这一页还在，写明谁撤的、为什么；次数、到点情况、公示牌和各种数字都不再算它。走访时已核实的住户信息不会跟着改。
round-withdraw-reason = 为什么撤回
round-withdraw-reason-hint = 例如：选错了河段；和另一次重复了。
round-withdraw-along = 这次发现的问题里还有 { $count } 件事件没办完，一起作废
round-withdraw-along-more = 已派给别人的，对方会看到作废和原因。不勾选就不能撤回。
round-withdraw-now = 撤回
field-round-withdraw-why = 请写一句为什么撤回。
field-round-withdraw-late = 交上来已经超过三天，请让社区工作人员来撤回。
field-round-withdraw-worked = 这次发现的问题里有 { $count } 件正有人在处理，您不能撤回。请联系社区工作人员，由他们决定是否一起作废。
field-round-withdraw-cases = 还有 { $count } 件事件没办完（其中 { $worked } 件正有人处理）。要撤回，请勾选一起作废；不该作废的，就不要撤回。
field-round-outcome = 新交的记录不能直接写成“已撤回”。
problem-return-late-passed = { $by } 在 { $when } 已经来看过，整改好了，这件事已经结案，您不用再回访。
problem-return-late-failed = { $by } 在 { $when } 已经来看过，还没整改好，已经退回去重办，现在不用您回访，等再次办好了再去看。
problem-return-late-closed = 这件事已经结案，不用再回访。
problem-return-late-open = 这件事还在办理，没到回访的时候，等办好了再去看。
problem-return-late-ended = 这件事不再办理了（不予立案、撤回或并到别的工单），不用回访。
return-noted-mark = 只作记录
return-note = 留作记录
return-saved = 回访已经记下，谢谢。办理的人会看到结果。
return-noted = 已经留作记录，和别人的回访放在一起。办理结果没有变。
field-too-many-photographs = 这里最多放 { $max } 张照片。前 { $max } 张已经留下，多的没有收。没别的要改，再提交一次就行。
return-late-kept = 您写的和照片都还在下面。要留下来，点“留作记录”：会和别人的回访放在一起，办理结果不变。
return-others-kept = 您写的还在下面，可以复制下来发给要去看的人。
round-extra-short = 这次是按“{ $title }”报来的，但没有算作那项安排的一次：{ $why }。记录都保存了，作为额外的一次。
round-short-minutes = 只走了 { $has } 分钟（要求至少 { $asked } 分钟）
round-short-photographs = 只有 { $has } 张照片（要求至少 { $asked } 张）
round-short-gap = 离 { $last } 那一次太近（两次之间要隔 { $days } 天）
round-short-not-due = { $why ->
    [done] 这一次 { $last } 已经走过了
    [skipped] { $last } 已经记过这一次不走
    [over] 这一次该在 { $span ->
        [one] { $last }
       *[many] { $first } 至 { $last }
    } 走，时间已经过了
    [coming] { $first } 起才该走，当时还没到
   *[not_asked] 这项安排没有要求那时来这里
}
field-round-skip-done = 这一次 { $last } 已经走过了，不用再记“没有去”。要留一句说明，请选“不按安排”。
field-round-skip-again = { $last } 已经记过这一次不走，不用再记。要补一句说明，请选“不按安排”。
field-round-skip-over = 这一次该在 { $span ->
    [one] { $last }
   *[many] { $first } 至 { $last }
} 走，时间已经过了。要留一句说明，请选“不按安排”。
field-round-skip-coming = 这项安排 { $first } 起才该走，现在还没到，不用先记“没有去”。时间写错了请改；要留一句说明，请选“不按安排”。
field-round-skip-not-asked = 这项安排没有要求这时来这里，不用记“没有去”。时间写错了请改；要留一句说明，请选“不按安排”。
round-phone-times = 手机上写的是 { $began } 到 { $ended }，这个时间不可能，所以按收到的时间记。
round-short-walk = 走了，没走够：轨迹没有达到这项安排的要求，不算完成。
round-no-track-yet = 这项安排要看轨迹走了多少，这次还没有轨迹，先不算完成。补上轨迹后重新算。
round-uncounted = 不算数
policy-short = 没走够
policy-standing-short = 走了，没走够
policy-left-short = 还差 { $count } 次（走了 { $short } 次，没走够）
