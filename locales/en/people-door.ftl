# A dwelling at the door: only what is missing is asked, corrections, labels that changed, two buttons below
round-years = { $age } years
round-nothing-changed = Nothing was changed.
round-person-entered = Entered.
round-labels-changed = Labels have changed
round-met = Met in person
round-birth-hint = For example 1942-03-05; the year alone will do, and so will an age: 84
round-old-phone = The number known so far
round-phone-replaces = Replace { $number }
round-phone-keeps = Keep them all
round-moved-out = Moving out is noted. That they lived here stays in the record.
