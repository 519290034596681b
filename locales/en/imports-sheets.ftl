import-doubts-left = Doubtful rows that were left out
import-repeated = The names of the columns come again { $count } times below; those rows are not data.
field-import-too-large = The file is larger than { $megabytes } MB. Split it, by buildings or grids, and give the parts one after the other.
