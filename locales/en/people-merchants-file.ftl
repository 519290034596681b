merchants-take = Take as a file
export-merchants = { $count } merchants
export-contents-merchants = Merchants with their telephone numbers
