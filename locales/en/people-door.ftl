# A dwelling at the door: only what is missing is asked, corrections, labels that changed, two buttons below
round-years = { $age } years
round-nothing-changed = Nothing was changed.
round-person-entered = Entered.
round-labels-changed = Labels have changed
round-met = Met in person
round-birth-hint = For example 1942-03-05; year and month (1942-03, the month is kept in the note) or the year alone will do, and so will an age: 84
round-old-phone = The number known so far
round-phone-replaces = Replace { $number }
round-phone-keeps = Keep them all
round-moved-out = Moving out is noted. That they lived here stays in the record.
alone-sure-title = Lives alone?
alone-sure = Really lives alone; the others do not live here
field-alone-with = { $who } also stand here. Have they moved out? Then note that first. If this person really lives alone, tick it below and save again.
old-sure = Checked: really as old as that
field-birth-very-old = By this date the person would be { $age } years old. Please check it; 1900-01-01 often is an empty cell. If it is right, tick it and save again.
field-day-unread = This date cannot be read. Please write 2026-11-05, or leave it empty where the day is not known.
field-consent-of-dead = This person has died; nothing more is agreed to.
