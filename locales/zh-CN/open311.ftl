# Open311：给外部系统开发者和他们的用户看的话。
open311-contact = 请联系本地社区或街道的管理员。
open311-key-service = 密钥由本地管理员发放，请向社区或街道申请。

open311-limit-hours = { $amount ->
    [0] 立即处置。
   *[other] { $amount } 小时内处置。
  }
open311-limit-days = { $amount ->
    [0] 当天处置。
   *[other] { $amount } 天内处置。
  }
open311-limit-working-hours = { $amount ->
    [0] 上班后立即处置。
   *[other] { $amount } 个工作小时内处置。
  }
open311-limit-working-days = { $amount ->
    [0] 当个工作日处置。
   *[other] { $amount } 个工作日内处置。
  }

open311-datatype-string = 一行文字
open311-datatype-number = 数字
open311-datatype-datetime = 日期和时间，例如 2026-11-11T08:30:00+08:00
open311-datatype-text = 一段文字，可以换行
open311-datatype-singlevaluelist = 从选项中选一个，填选项的 key
open311-datatype-multivaluelist = 从选项中选一个或几个，填选项的 key

open311-notice = 已登记，编号 { $number }。凭查询码 { $code } 可在 { $url } 查看进展。标题、大致位置和文字说明会公开显示，电话、证件号码和网址不公开。
open311-media-line = 图片链接：{ $url }

open311-status-reported = 已登记，等待受理。
open311-status-accepted = 已受理。
open311-status-declined = 未予受理。
open311-status-dispatched = 已派给处置单位。
open311-status-in_progress = 正在处置。
open311-status-handled = 已处置，等待核实。
open311-status-closed = 已核实，办结。
open311-status-deferred = 缓办，到期复查。
open311-status-escalated = 已转上级或专业部门。
open311-status-cancelled = 已撤回，不再办理。
open311-status-merged = 与另一件合并办理。

open311-update-accepted = 已受理。
open311-update-declined = 未予受理。
open311-update-dispatched = 已派给处置单位。
open311-update-started = 开始处置。
open311-update-deferred = 暂缓办理。
open311-update-resumed = 恢复办理。
open311-update-handled = 处置完毕，等待核实。
open311-update-closed = 已核实，办结。
open311-update-rework = 核实未通过，重新处置。
open311-update-reopened = 重新办理。
open311-update-escalated = 转上级或专业部门。
open311-update-handed-back = 上级或专业部门交回。
open311-update-cancelled = 已撤回。
open311-update-merged = 与另一件合并办理。
open311-update-unmerged = 合并已撤销，单独办理。
open311-update-noted = 有新的说明。

open311-key-missing = 缺少 api_key。请把密钥放在参数 api_key 或请求头 X-Api-Key 中。
open311-key-unknown = api_key 无效或已停用。
open311-key-before-files = 文件之前没有收到 api_key。请把 api_key 放在文件前面，或放在请求头 X-Api-Key 中。
open311-key-elsewhere = 这个密钥不能在该地点登记或修改。
open311-jurisdiction-needed = 缺少 jurisdiction_id。
open311-jurisdiction-unknown = 没有 jurisdiction_id “{ $id }”。
open311-outside-jurisdiction = 这个地点不在所选 jurisdiction_id 的范围内。
open311-format-unknown = 地址请以 .json 或 .xml 结尾。
open311-service-needed = 缺少 service_code。
open311-service-unknown = 没有 service_code “{ $code }”，请先读取服务列表。
open311-request-needed = 缺少 service_request_id。
open311-request-unknown = 没有 service_request_id “{ $id }”，或者它不公开。
open311-token-unknown = 没有 token “{ $token }”。
open311-media-unknown = 没有这张图片，或者密钥无权查看。
open311-description-needed = 缺少 description。
open311-status-unknown = status 只能是 open 或 closed，收到的是“{ $text }”。
open311-close-refused = 不能从外部办结：一件事要核实以后才算办结。请用 description 说明情况，社区会核实。
open311-not-utf8 = 内容不是有效的 UTF-8 文本。
open311-form-expected = 请以 application/x-www-form-urlencoded 或 multipart/form-data 提交。
open311-multipart = 无法读取 multipart/form-data，可能没有传完整。
open311-body-too-large = 文字内容太多，总共最多 { $kib } KiB。
open311-too-many-fields = 字段太多，最多 { $most } 个。
open311-too-many-files = 文件太多，一次最多 { $most } 个。
open311-too-many-ids = service_request_id 太多，一次最多 { $most } 个。
open311-idempotency-key = Idempotency-Key 应为 1 到 200 个字符。
open311-date = { $name } 应为 W3C 格式的日期时间，例如 2026-11-11T08:30:00+08:00，收到的是“{ $text }”。
open311-span-backwards = end_date 早于 start_date。
open311-span-too-long = start_date 到 end_date 不能超过 { $days } 天。
open311-page = { $name } 应为不小于 1 的整数，收到的是“{ $text }”。
open311-page-too-deep = 只能翻到前 { $most } 条，请用 start_date 和 end_date 缩小范围。
open311-place-needed = 缺少地点：请提供 lat 和 long，或 address_string，或 address_id。
open311-not-degrees = { $name } 应为以度为单位的数字，收到的是“{ $text }”。
open311-address-id-unknown = 没有 address_id “{ $id }”。
open311-attribute-once = attribute[{ $code }] 只能有一个值。
open311-media-url = media_url 应为 http 或 https 地址，最长 1000 个字符。

open311-field-position-incomplete = lat 和 long 要一起提供。
open311-field-position-range = 纬度 lat 应在 -90 到 90 之间，经度 long 应在 -180 到 180 之间。
open311-field-position-swapped = 经纬度好像填反了：应为 lat { $lat }、long { $lon }。
open311-field-position-outside = 这个位置不在服务范围内，最近的是{ $nearest }，相距约 { $distance } 米。
open311-field-no-boundaries = 还没有划定服务范围，暂时不能按经纬度登记，请改用 address_string。
open311-field-place-needed = 请提供 lat 和 long，或 address_string，或 address_id。
open311-field-place-unknown = 找不到这个地址，请写得更完整，或改用 lat 和 long。
open311-field-place-ambiguous = 这个地址可能指几个地方：{ $candidates }。请写得更完整，或改用 lat 和 long。
open311-field-place-too-wide = 这个范围太大，请写到社区或更具体。
open311-field-area-closed = { $area }已停止使用，不能再登记新的事项。
open311-field-unknown-category = 没有 service_code “{ $code }”。
open311-field-unknown-question = 这项服务没有这个属性。
open311-field-unknown-value = 没有这个选项，请填服务定义里的 key。
open311-field-answer-text = 应为文字，最多 2000 个字。
open311-field-answer-number = 应为数字。
open311-field-answer-datetime = 应为日期时间，例如 2026-11-11T08:30:00+08:00。
open311-field-email = 不是有效的邮箱地址。

open311-file-too-large = 文件太大，最大 { $limit } MB。
open311-file-too-many-pixels = 图片的像素太多。
open311-file-unreadable-image = 图片不完整或已损坏。
open311-file-type-not-allowed = 不接收这种文件（{ $found }）。
open311-file-empty = 文件是空的。
open311-file-interrupted = 文件没有传完整。
open311-file-not-found = 没有这个文件。
open311-file-storage-full = 暂时无法保存文件，请稍后再试。
open311-file-storage = 暂时无法保存文件，请稍后再试。
