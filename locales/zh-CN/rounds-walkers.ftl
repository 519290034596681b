policy-rechecker = 谁复查
policy-rechecker-usual = 检查的人、社区和消防站（照常）
policy-rechecker-hint = 选了单位，它也可以复查和回访。谁整改的，谁不能复查。
return-own-work = 这件事是您或您单位整改的，要换别的人来看。
problem-recheck-for-others = 这处由检查的人、社区或安排里写明的单位来看，您不用回访。
field-round-in-future = 这个时间还没到，请看看日期和年份。
field-round-long-ago = 这是一年以前的时间，请看看年份。
