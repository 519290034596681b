# 个人信息保护
nav-corrections = 居民的更正
nav-corrections-more = 居民在自己的档案里提出的更正，同意或者说明理由
nav-looks = 异常查看
nav-looks-more = 一小时或一天里看得太多、下班后看、看平时不管的网格
nav-processing = 处理记录
nav-processing-more = 谁为了什么处理过居民的信息：查看、导出、到期清理、换钥匙
privacy-period = 时段
privacy-days = { $days ->
    [1] 最近一天
   *[other] 最近 { $days } 天
  }
looks-title = 异常查看
looks-intro = 按规则列出，不打分、不排名。列出来不等于有错，是要问一问。点数字看每一次。
looks-none = 没有。
looks-day = 日期
looks-count = 次数
looks-entries = 每一次查看
looks-entries-count = 共 { $count } 次
looks-whom = 被查看的人
looks-where = 住在
look-rule-hour = 一小时里看得很多
look-rule-hour-more = 任意一小时里达到 { $count } 次。
look-rule-day = 一天里看得很多
look-rule-day-more = 一天里达到 { $count } 次。
look-rule-hours = 下班时间查看
look-rule-hours-more = 休息日，或者早上 { $from } 点前、晚上 { $to } 点后。
look-rule-grids = 看了平时不看的网格
look-rule-grids-more = 前 90 天看过 { $habit } 次以上的账号，看了那 90 天里看过不到 { $usual } 次的网格。
processing-title = 处理记录
processing-intro = 谁、什么时候、为了什么、处理了多少人的信息。
processing-kind = 做了什么
processing-persons = 人数
processing-none = 这段时间没有记录。
processing-full = 只列出最近 500 条，请缩短时段。
processing-by-person = 本人
processing-reveal = 查看
processing-own_copy = 本人带走
processing-export = 导出名单
processing-retention = 到期清理
processing-sealing = 换钥匙
sealing-with = 第 { $key } 号钥匙
