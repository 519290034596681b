# Corrections of the register at the door
problem-correct-meanwhile = Somebody corrected the same thing after you looked.
field-correct-nothing = There is nothing to correct: write a number or say whether they own or rent.
field-correct-no-home = The register knows no home of this resident; enter it first.
problem-facts-meanwhile = Since you set out somebody else registered the same thing, and it differs from yours. This visit is not taken in yet: say which one holds.
field-held-phone = Number of { $name }: { $held }, by { $by } { $when }
field-held-birth = Year of birth of { $name }: { $held }, by { $by } { $when }
field-held-sex = Sex of { $name }: { $held ->
    [female] female
   *[male] male
}, by { $by } { $when }
field-held-answer = This answer of { $name }: “{ $held }”, by { $by } { $when }
