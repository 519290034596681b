import-doubts-left = Doubtful rows that were left out
import-repeated = The names of the columns come again { $count } times below; those rows are not data.
import-explained = Taken for explanations, sums or signatures, and not read: { $rows }. If one is a row of data, remove words such as “填写” or “说明” from it and import it again.
field-import-too-large = The file is larger than { $megabytes } MB. Split it, by buildings or grids, and give the parts one after the other.
