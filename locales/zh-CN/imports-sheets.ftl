import-doubts-left = 存疑、没有导入的行
import-repeated = 列名在下面又出现 { $count } 次，没有当作数据。
import-explained = { $rows }当作填表说明、合计或签名，没有读。如果其实是一行数据，请删去其中“填写”“说明”一类的字，再导入一次。
field-import-too-large = 文件超过 { $megabytes } MB。请按楼栋或网格拆成几份，一份一份导入。
