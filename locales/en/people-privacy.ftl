# Privacy
nav-corrections = Corrections
nav-corrections-more = What residents asked to be put right in their files: accept, or say why not
nav-looks = Unusual looks
nav-looks-more = Many in an hour or a day, outside hours, at grids the account does not usually look at
nav-processing = Record of processing
nav-processing-more = Who processed residents' data for what: looks, exports, keeping, change of keys
privacy-period = Period
privacy-days = { $days ->
    [1] the last day
   *[other] the last { $days } days
  }
looks-title = Unusual looks
looks-intro = Listed by rules, without scores or ranking. A line is a question to ask, not a fault. Each figure opens to its looks.
looks-none = None.
looks-day = Day
looks-count = Looks
looks-entries = Each look
looks-entries-count = { $count } looks
looks-whom = Looked at
looks-where = Lives in
look-rule-hour = Many in an hour
look-rule-hour-more = { $count } or more within any hour.
look-rule-day = Many in a day
look-rule-day-more = { $count } or more in a day.
look-rule-hours = Outside hours
look-rule-hours-more = On a free day, before { $from } or after { $to } o'clock.
look-rule-grids = Other grids than usual
look-rule-grids-more = Accounts with { $habit } or more looks in the 90 days before, at a grid they looked at less than { $usual } times then.
processing-title = Record of processing
processing-intro = Who, when, for what, and how many people's data.
processing-kind = What
processing-persons = People
processing-none = Nothing in this period.
processing-full = Only the latest 500 are listed; choose a shorter period.
processing-by-person = the person
processing-reveal = look
processing-own_copy = own copy
processing-export = export of a list
processing-retention = end of keeping
processing-sealing = change of key
sealing-with = key { $key }
