household-title = Household file
household-members = In the household now
household-nobody = Nobody is entered in this household now.
household-homes = Dwellings
household-former = In the household earlier
household-since = since { $day }
household-span = { $from } to { $to }
dwelling-life-case = Case { $case }
