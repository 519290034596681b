list-searched = search “{ $q }”
list-labelled = { $label }
list-aged = { $age } and over
list-living = living at { $address }
list-and = {", "}
list-area = Where
list-chips = Lists by label and age
list-export = Take this list out
list-clear = Drop the conditions
list-count = { $count ->
    [one] { $count } person
   *[other] { $count } people
  } in all
list-first = The first { $count } are shown; the list that is taken out holds them all.
list-nobody = Nobody here fits the conditions.
field-list-age = A whole number of years, 0 to { $max }.
export-filtered = On the list: { $filter }
export-filter-see = See the list
export-filter-drop = Drop the conditions, ask for everybody
export-purpose-filtered = { $purpose } (on the list: { $filter })
field-export-filter-nobody = Nobody fits these conditions now.
field-export-filter-persons = These conditions cut down persons, not merchants. Drop them, or choose a list of persons.
