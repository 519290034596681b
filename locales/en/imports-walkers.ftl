import-systems = Connecting systems (CSV)
import-undoable = Imports that can be taken back
import-undo-until = Can be taken back until { $day }
import-known = { $known } rows are in the register already, unchanged; { $refused } rows did not pass, see below.
import-no-rows = Only a header row, no data.
