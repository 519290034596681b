# 检查表：各地自己的检查表
field-checklist-not-draft = 这一版已经启用，不能再改。请新建下一版。
field-checklist-not-published = 这一版没有在用，不用停用。
field-checklist-code = 编号只能用小写字母、数字和短横线，最多 40 个字。
field-checklist-code-taken = 这个编号已经有人用了，请换一个。
field-checklist-area = 检查表只能归社区、街道或更上一级。
field-checklist-draft-open = 第 { $number } 版还是草稿，先把它写完启用或删掉，再新建下一版。
field-checklist-too-many = 一份检查表最多 { $max } 项，请拆成几份。
field-checklist-too-large = 这份检查表的内容太多，请拆成几份。
field-checklist-faults = 还有 { $count } 处要改，改好才能启用。
