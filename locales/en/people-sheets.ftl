people-aged = { $age } years: entered as born about { $year }.
import-sheet-note-full = With what the file holds already the note is longer than { $max } characters. Shorten one of the two first.
import-sheet-head-circular = { $rows } name each other as head of household. Taken in as proposed they are one household, with the person of { $first } as its head.
import-sheet-head-elsewhere = The head of household does not live here: { $first } has them elsewhere. Taken in as proposed the address stays, with the head the sheet names.
import-sheet-head-held-elsewhere = The head of household with this number is entered at another address. Taken in as proposed the address stays, with the head the sheet names.
import-sheet-head-held-several = { $count } people of that name are entered here: it is not clear which of them is the head. With a column of the head's identity number they are told apart; taken in as proposed the row is of a household of its own under that name.
import-sheet-alone-with = Said to live alone, but { $count } more are entered or in the sheet at the same dwelling. If they really live alone, take it in as proposed; if not, remove it from the sheet and import again. Note first who moved out.
import-field-head_identity = Identity number of the head of household
