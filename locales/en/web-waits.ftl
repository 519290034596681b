# Today: what waits for this person in all places; more: doors the bottom bar has no room for
more-doors = More
nav-lists-hint = Things to be done, tasks under way, things to borrow (wheelchairs, ladders …)
nav-rounds-hint = River patrols, fire checks, hazards and re-checks
nav-visits-hint = Visits chosen by need, door after door
nav-insight-hint = Figures of your area; each opens its list
nav-support-hint = Ask a lawyer, a doctor or a fire fighter to look
nav-places-hint = Estates, buildings and dwellings
nav-premises-hint = Markets, schools and shops
nav-rivers-hint = Reaches, chiefs and outlets
nav-merchants-hint = Who is in which shop and how to reach them
waits-begin = Begin
waits-look = Look
waits-visits = Visit { $count } { $count ->
    [one] household
   *[other] households
 } today
waits-visits-done = { $count } done
waits-and-more = { $names } and more
waits-due = { $count } { $count ->
    [one] round is
   *[other] rounds are
 } due
waits-back = { $count } to go back to
waits-recheck = { $count } to re-check
waits-list = Visiting list: { $title }
waits-list-left = { $left } of { $total } still to see
waits-field = Where there is no signal
waits-field-more = Open it once before you leave; it works in basements and at the river
