data-seconded_hours = Seconded hours
data-seconded_hours-hint = Each time given by seconded staff.
data-seconded_hours-measure-minutes = Total (minutes)
data-seconded_hours-measure-people = People
data-dim-unit = Unit
data-dim-hours_state = Confirmed or not
data-dim-minutes = Minutes
data-dim-given = Day given
