form-quarter = { $year } 年第 { $n } 季度
form-half = { $year } 年{ $n ->
    [1] 上半年
   *[other] 下半年
 }
form-ask-open = 还有 { $count } 条没有问到。
form-withdraw = 撤回没有问到的
form-withdrawn = 已撤回 { $count } 条，上门时不再问。已经答过的留着。
form-ask-sure = { $people } 人 × { $columns } 栏 = { $count } 条，确认？
form-ask-yes = 确认，下次上门时问
form-ask-which = 问哪几栏（表里有 { $people } 人）
form-ask-count = 算一算要问多少条
form-closed-words = 这张表已经停用：不再填报，也不再因为它上门问。
form-closed-done = 已停用。没有问到的也已撤回。
form-closed-list = 已停用的表（{ $count } 张）
form-reopen = 重新启用
form-reopened = 已重新启用。
form-close = 停用这张表
form-close-sure = 停用《{ $name }》？没有问到的问题会一并撤回；填过的记录留着，以后可以重新启用。
form-rows-choose = 选哪些居民
form-rows-choose-hint = 比如只要 80 岁以上独居的：到“问数据”里选好条件，点“作为表的行”就回到这里。
form-rows-chosen = 已按选好的居民一人一行。
form-rows-use = 作为表的行
form-rows-which = 填到哪张表
form-same = 已经有{ $requester }的《{ $name }》。换新版，还是另一张？
form-same-newer = 换新版：各栏的对应关系留着
form-same-other = 是另一张表
form-unknown = 一栏也没认出来：这不像是居民或网格的表。
form-unknown-drop = 换一个文件
form-unknown-anyway = 仍然登记，我自己对应各栏
problem-form-closed = 这张表已经停用。请先重新启用。
field-form-nothing-ticked = 请勾选要问的栏目。
field-form-not-sure = 现在一共是 { $count } 条，请重新确认。
field-form-asked-about = 请先回答上面的问题。
form-ledger-all = 所有要表的单位
form-ledger-form = 哪张表
form-ledger-cells-once = 一次要填（格）
form-ledger-times = 一年要几次
form-ledger-expected = 约 { $cells }（没填过，按现在的行数 × 栏数算）
form-ledger-left-out = 没算进合计
form-ledger-again = 后来重填过，不再计
form-ledger-who = 问谁
form-ledger-question = 问什么
form-ledger-since = 什么时候安排的
form-ledger-year = 填报从一年前的那一天算起；停用的表不再算进每年要多少。
form-ledger-count = 下面一共 { $count } 条。
