round-yours-of = { $own } of { $all } are yours
