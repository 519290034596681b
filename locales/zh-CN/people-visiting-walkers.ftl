round-yours-of = 您这里 { $own } / 共 { $all }
