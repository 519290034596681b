# 到期自己删的
retention-ending = 到期自己删的
retention-ending-hint = 这些在收的时候就说好只留多久，到期由系统自己删，不用确认，也不能延长。
retention-soon = 七天内到期
retention-ending-list = 已到期 { $due }，七天内到期 { $soon }
retention-ending-over = 下一次清理就删
