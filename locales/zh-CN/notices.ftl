nav-notices = 通知
nav-webhooks = 消息推送

notices-title = 通知
notices-unread = 未读 { $count }
notices-unread-mark = 未读
notices-filter = 显示
notices-filter-all = 全部
notices-filter-unread = 只看未读
notices-read-all = 全部标为已读
notices-open = 打开
notices-empty-title = 还没有通知
notices-empty-text = 有需要您知道或处理的事，会写在这里。
notices-empty-unread = 都看过了。
notices-older = 更早的
notices-badge = { $count } 条未读通知

webhooks-title = 消息推送
webhooks-lead = 工单有进展时，把消息推送给别的系统。内容只含编号和代码，不含个人信息；每次推送都带签名。
webhooks-new = 新增订阅
webhooks-list = 订阅
webhooks-none-title = 还没有订阅
webhooks-none-text = 新增一个订阅，对方系统就能收到这里的进展。
webhooks-name = 名称
webhooks-name-hint = 对方是谁，例如：区热线平台
webhooks-area = 范围
webhooks-area-hint = 推送这个区域和它下面所有社区的工单。
webhooks-url = 接收地址
webhooks-url-hint = 以 https:// 开头。对方应在 10 秒内回答 2xx。
webhooks-topics = 推送内容
webhooks-state = 状态
webhooks-state-on = 推送中
webhooks-state-off-hand = 已停用
webhooks-state-off-gone = 对方已不再接收（410），已停用
webhooks-turn-on = 启用
webhooks-turn-off = 停用
webhooks-edit = 修改
webhooks-save = 保存订阅
webhooks-new-secret = 更换签名密钥
webhooks-new-secret-hint = 旧密钥立即失效。
webhooks-secret-title = 签名密钥（只显示这一次）
webhooks-secret-text = 请现在交给对方保管。离开本页后无法再看，只能更换。
webhooks-saved = 订阅已保存
webhooks-back = 回到订阅列表
webhooks-log = 发送记录
webhooks-log-lead = 短信、邮件和推送的发送情况。不保存对方号码和已发内容。
webhooks-log-all = 全部
webhooks-log-when = 时间
webhooks-log-channel = 方式
webhooks-log-what = 内容
webhooks-log-community = 社区
webhooks-log-state = 结果
webhooks-log-attempts = 次数
webhooks-log-next = 下次 { $at }
webhooks-log-empty = 还没有发送记录。
webhooks-log-again = 重发
webhooks-log-older = 更早的

channel-sms = 短信
channel-mail = 邮件
channel-webhook = 推送
channel-page = 站内
delivery-waiting = 等待发送
delivery-sent = 已送达
delivery-failed = 被拒绝
delivery-given_up = 已放弃
delivery-why-login = 邮件服务器不接受所设的用户名或密码。请管理员改正设置 smtp_user、smtp_password，再点“重发”。
delivery-why-smtp-unable = 邮件服务器不提供所要求的加密（STARTTLS）或登录方式。请管理员核对设置 smtp_security 和端口。
delivery-why-certificate = 邮件服务器的证书不可信：不是公认机构签发、名称不符或已过期。自建证书请在设置 smtp_ca_file 中指明。
delivery-why-tls = 与对方建立加密连接时出错。请管理员核对端口与加密方式是否相配。
delivery-why-connect = 连接不上对方。请管理员核对地址和网络。
delivery-why-timeout = 对方长时间没有回应。
delivery-why-address = 这个邮箱地址不完整，请在名册中改正。
delivery-why-channel-off = 这种发送方式没有开通，请管理员在设置中填写。
delivery-why-unreadable = 内容已经清除，或密钥不在了，不能再发。

topic-all = 工单的全部进展
topic-cases-reported = 上报
topic-cases-accepted = 立案
topic-cases-declined = 不予立案
topic-cases-dispatched = 派遣
topic-cases-task_given = 交办任务
topic-cases-task_done = 任务完成
topic-cases-handled = 处置完成
topic-cases-verified = 核查
topic-cases-rework = 返工
topic-cases-closed = 结案
topic-cases-reopened = 重新办理
topic-cases-overdue = 超期
topic-cases-escalated = 上报升级
topic-cases-cancelled = 撤回
topic-cases-merged = 并单
topic-cases-unmerged = 撤销并单
topic-cases-rated = 评价

problem-delivery-not-ended = 这条消息还在发送或已经送达，不需要重发。
field-cursor = 翻页位置无效，请从第一页重新开始。
field-webhook-url = 请填写以 http:// 或 https:// 开头的完整地址。
field-webhook-url-long = 地址太长，最多 500 个字节。
field-webhook-url-credentials = 地址里不能带用户名和密码。推送本身带签名，对方可以据此核验。
field-webhook-url-private = 这个地址在内部网络里，不能推送。确有需要时，请管理员在服务器设置中放开。
field-webhook-name-long = 名称太长，最多 60 个字。
field-webhook-area = 请选一个社区或更大的区域；推送按社区发，不能只订一个网格。
field-webhook-twice = 这个区域已经有同样地址的订阅。

# 站内通知：坐席
notice-desk-reported = 新工单 { $number }（{ $category }），等待受理
notice-desk-task_declined = { $number }（{ $category }）：有一方不能承担任务，请另作安排
notice-desk-returned = { $number }（{ $category }）被退回，等待重新派遣
notice-desk-extension_asked = { $number }（{ $category }）申请延期，等待审批
notice-desk-review_due = { $number }（{ $category }）缓办到期，请复核
notice-desk-overdue = { $number }（{ $category }）已超期
notice-desk-handled = { $number }（{ $category }）已处置，等待核查
notice-desk-reopened = { $number }（{ $category }）要求重新办理
notice-desk-cancelled = { $number }（{ $category }）已撤回
notice-desk-handed_back = { $number }（{ $category }）由上级交回，等待派遣
notice-desk-supervised = { $number }（{ $category }）被督办

# 站内通知：上级
notice-supervisor-escalated = { $number }（{ $category }）已上报，请接办

# 站内通知：主办、协办
notice-party-task_given = { $role ->
    [lead] 请您主办 { $number }（{ $category }）
    [follow_up] 请您回访 { $number }（{ $category }）
   *[other] 请您协办 { $number }（{ $category }）
}
notice-party-task_cancelled = { $number }（{ $category }）：交给您的任务已取消，不用再办
notice-party-reassigned = { $number }（{ $category }）换了主办，您的任务不变
notice-party-follow_up_planned = { $at } 请您再去一次：{ $number }（{ $category }）
notice-party-follow_up_due = 提醒：{ $at } 约好再去一次，{ $number }（{ $category }）
notice-party-extension_approved = { $number }（{ $category }）的延期已同意
notice-party-extension_refused = { $number }（{ $category }）的延期没有同意，请按原时限办理
notice-party-overdue = { $number }（{ $category }）已超期，请尽快办理
notice-party-rework = { $number }（{ $category }）核查没有通过，请返工
notice-party-supervised = { $number }（{ $category }）被督办，请优先办理

# 站内通知：反映人
notice-reporter-reported = 您反映的事已收到，编号 { $number }
notice-reporter-accepted = { $number } 已受理，我们会安排人办理
notice-reporter-declined = { $number } 没有受理，原因请点开查看
notice-reporter-handled = { $number } 已处理，我们会请您确认
notice-reporter-closed = { $number } 已办结，谢谢您
notice-reporter-reopened = { $number } 已重新办理
notice-reporter-merged = { $number } 与同一件事合并办理，您仍可用原编号查看进展
notice-reporter-unmerged = { $number } 恢复单独办理

# 短信：不写姓名、地址和电话
sms-party-task_given = { $role ->
    [lead] 有一件事请您主办（{ $category }，{ $number }）。
    [follow_up] 有一件事请您回访（{ $category }，{ $number }）。
   *[other] 邻居有事请您搭把手（{ $category }，{ $number }）。
}能不能来请点开回复：{ $link }
sms-party-task_cancelled = 之前请您帮忙的事（{ $number }）不用再办了，谢谢您。
sms-party-follow_up_planned = { $at } 想请您再去一次（{ $number }）。详情和回复：{ $link }
sms-party-follow_up_due = 提醒您：{ $at } 约好再去一次（{ $number }）。详情：{ $link }
sms-party-rework = { $number } 核查没有通过，请您再处理一次。详情：{ $link }
sms-reporter-reported = 您反映的事已收到，编号 { $number }，查询码 { $code }。进展请看 { $link }
sms-reporter-accepted = 您反映的事（{ $number }）已受理，我们会安排人办理。进展请看 { $link }
sms-reporter-declined = 您反映的事（{ $number }）没有受理，原因请看 { $link }
sms-reporter-handled = 您反映的事（{ $number }）已处理，我们会请您确认。详情请看 { $link }
sms-reporter-closed = 您反映的事（{ $number }）已办结，谢谢您。评价请看 { $link }
sms-reporter-reopened = 您反映的事（{ $number }）已重新办理。进展请看 { $link }
sms-reporter-merged = 您反映的事（{ $number }）与同一件事合并办理，查询码不变。进展请看 { $link }
sms-reporter-unmerged = 您反映的事（{ $number }）恢复单独办理。进展请看 { $link }

# 邮件标题；正文用短信的话
mail-party-task_given = { $role ->
    [lead] 请主办 { $number }（{ $category }）
    [follow_up] 请回访 { $number }（{ $category }）
   *[other] 请协办 { $number }（{ $category }）
}
mail-party-task_cancelled = { $number }（{ $category }）的任务已取消
mail-party-follow_up_planned = { $at } 请再去一次：{ $number }（{ $category }）
mail-party-follow_up_due = 提醒：{ $at }，{ $number }（{ $category }）
mail-party-rework = { $number }（{ $category }）请返工
mail-reporter-reported = 已收到：{ $number }
mail-reporter-accepted = 已受理：{ $number }
mail-reporter-declined = 没有受理：{ $number }
mail-reporter-handled = 已处理：{ $number }
mail-reporter-closed = 已办结：{ $number }
mail-reporter-reopened = 已重新办理：{ $number }
mail-reporter-merged = 合并办理：{ $number }
mail-reporter-unmerged = 恢复单独办理：{ $number }
mail-foot = 这封邮件由友邻自动发出，请不要直接回复。
