# 走一趟时的轨迹，和别人已经去看过的问题

fieldwork-track-weak = 现在收不到位置，走到空旷的地方会自己接着记。这段时间的路会空着。
fieldwork-no-policy-way = 这一趟不算在「{ $what }」里，也不记录轨迹。
fieldwork-no-policy-only = 这一趟不算在「{ $what }」里。
fieldwork-step-on_spot = 已当场处理
fieldwork-step-noted = 只作了记录
fieldwork-step-seen = 已在隐患清单里
fieldwork-step-open = 还在处理
fieldwork-step-to_revisit = 等人去看
fieldwork-step-verified = 有人去看过，处理好了，工单已办结
fieldwork-step-ended = 工单已经结束
fieldwork-step-withdrawn = 那次巡查已撤回
