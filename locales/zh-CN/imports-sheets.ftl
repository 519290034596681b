import-doubts-left = 存疑、没有导入的行
import-repeated = 列名在下面又出现 { $count } 次，没有当作数据。
field-import-too-large = 文件超过 { $megabytes } MB。请按楼栋或网格拆成几份，一份一份导入。
