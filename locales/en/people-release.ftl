# Forms with one resident a line need a yes like lists
export-for-form = For filling a form: once it is approved, whoever asked downloads it on the form's page, once.
export-form-open = Open the form
quality-counts_out = Counts out
quality-not-counts_out = Not counted out
quality-what-counts_out = cells to be asked or typed
quality-cells = { $part } of { $whole } cells
