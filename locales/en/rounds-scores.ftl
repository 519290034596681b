# Points: places are scored, never people.
checklist-points = Points
checklist-points-hint = Only where a standard gives points. Choices as name=points, clear=10 goods=0; numbers in bands, ..3=0 3..4=5 4..=10 (from the first on, below the second).
checklist-pass = Pass mark (per cent of the points there were to get)
checklist-pass-hint = For example 80. Left empty, points are added up and nothing is concluded.
checklist-tell-points = Points: { $text }
checklist-score-got = { $got } of { $most } points
checklist-score-mark = pass mark { $percent }%
checklist-score-passed = passed
checklist-score-failed = not passed
checklist-score-open = { $count } not yet looked at, so nothing is concluded
checklist-score-rest = Other questions
checklist-score-box = { $label } ({ $points } points)
checklist-fault-not-scored = { $name }: these points cannot be read or do not fit ({ $what }). A choice has to be in its list, a number is written 3..4=5, the pass mark is at most 100.
checklist-fault-scored-visit = Visits are not scored: points are for inspections and patrols only.
