dwelling-life-title = What happened here
dwelling-life-moved-in = { $name } moved in ({ $relation })
dwelling-life-also-in = { $name } lives here too ({ $relation })
dwelling-life-moved-out = { $name } moved out
dwelling-life-somebody = Somebody
