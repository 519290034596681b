merchants-take = 带走这些商户
export-merchants = { $count } 家商户
export-contents-merchants = 商户，带联系电话
