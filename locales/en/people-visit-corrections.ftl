# Corrections of the register at the door
problem-correct-meanwhile = Somebody corrected the same thing after you looked.
field-correct-nothing = There is nothing to correct: write a number or say whether they own or rent.
field-correct-no-home = The register knows no home of this resident; enter it first.
