notice-desk-correction-asked = 有居民请求更正自己的资料，等您核对
notice-decider-export-asked = 有一份名单等您同意
notice-asker-export-approved = 您申请的名单已获同意，可以取走
notice-asker-export-declined = 您申请的名单没有获得同意，请看理由
