form-quarter = { $year }, quarter { $n }
form-half = { $year }, { $n ->
    [1] first half
   *[other] second half
 }
form-ask-open = { $count } questions have not been asked yet.
form-withdraw = Take back what was not asked
form-withdrawn = { $count } questions taken back; nobody is asked any more. Answers already given stay.
form-ask-sure = { $people } people × { $columns } columns = { $count } questions. Ask them?
form-ask-yes = Yes, ask at the next visit
form-ask-which = Which columns to ask ({ $people } people in the form)
form-ask-count = Count the questions
form-closed-words = This form is closed: it is not filled and nobody is asked because of it.
form-closed-done = Closed. Questions not yet asked were taken back.
form-closed-list = Closed forms ({ $count })
form-reopen = Open again
form-reopened = Open again.
form-close = Close this form
form-close-sure = Close “{ $name }”? Questions not yet asked are taken back; past fillings stay, and it can be opened again.
form-rows-choose = Choose the residents
form-rows-choose-hint = Only those over 80 living alone, for instance: choose the conditions under “Ask the data”, then “Use as rows” brings you back here.
form-rows-chosen = One row for each resident you chose.
form-rows-use = Use as rows
form-rows-which = Of which form
form-same = There is already “{ $name }” from { $requester }. Is this a newer version, or another form?
form-same-newer = Newer version: keep how its columns are filled
form-same-other = Another form
form-unknown = Not one column was recognised: this does not look like a form about residents or grids.
form-unknown-drop = Choose another file
form-unknown-anyway = Enter it anyway, I will map the columns
problem-form-closed = This form is closed. Open it again first.
field-form-nothing-ticked = Tick the columns to ask.
field-form-not-sure = It is { $count } questions now; please confirm again.
field-form-asked-about = Please answer the question above first.
form-ledger-all = All requesters
form-ledger-form = Form
form-ledger-cells-once = One filling (cells)
form-ledger-times = Times a year
form-ledger-expected = about { $cells } (never filled: lines as they are now × columns)
form-ledger-left-out = not in the total
form-ledger-again = filled again later, not counted
form-ledger-who = Who is asked
form-ledger-question = Question
form-ledger-since = Planned on
form-ledger-year = Fillings count from this day a year ago; closed forms no longer count towards what is asked for a year.
form-ledger-count = { $count } lines in all.
