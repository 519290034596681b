dwelling-life-title = 这户的经过
dwelling-life-moved-in = { $name } 住进来（{ $relation }）
dwelling-life-also-in = { $name } 也住在这里（{ $relation }）
dwelling-life-moved-out = { $name } 搬走
dwelling-life-somebody = 有人
