people-aged = { $age } years: entered as born about { $year }.
import-sheet-note-full = With what the file holds already the note is longer than { $max } characters. Shorten one of the two first.
import-sheet-head-circular = Rows { $rows } name each other as head of household. Taken in as proposed they are one household, with the person of row { $first } as its head.
import-sheet-head-elsewhere = The head of household does not live here: row { $first } has them elsewhere. Taken in as proposed the address stays, with the head the sheet names.
