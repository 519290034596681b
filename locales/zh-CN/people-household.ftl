household-title = 一户一档
household-members = 现在的家人
household-nobody = 现在没有人登记在这一户。
household-homes = 住处
household-former = 以前的家人
household-since = { $day } 起
household-span = { $from } 至 { $to }
dwelling-life-case = 事件 { $case }
