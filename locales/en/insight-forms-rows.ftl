form-rows-by-names = Tell by the names of the columns
form-rows-merchants = One merchant a line
form-rows-dwellings = One dwelling a line
form-rows-premises = One place of business or public use a line
form-rows-buildings = One building a line
form-choose-persons = Choose the residents
form-choose-merchants = Choose the merchants
form-choose-dwellings = Choose the dwellings
form-choose-premises = Choose the premises
form-choose-buildings = Choose the buildings
form-choose-hint = Choose the conditions under “Ask the data”, then “Use as rows” brings you back here.
form-unheld-unasked = No resident is asked for these. What is the same in every line can be given below as a fixed text; the rest is filled in by hand after downloading.
form-why-hint-merchants = Left empty, it is noted as “for this form”. Whoever is named in it, or answers for a number in it, sees who had it and what for.
form-field-estate = Estate
form-field-entrance = Entrance
form-field-room = Room
form-field-floor = Floor
form-field-usage = Use of the dwelling
form-field-size = Floor area (m²)
form-field-storeys = Storeys
form-field-premises-name = Name of the premises
form-field-premises-kind = Kind of premises
form-field-premises-address = Address of the premises
form-field-floor_area = Floor area (m²)
form-field-built_year = Year it was built
form-field-circuit = Electrical supply (kW)
form-field-stalls = Stalls
form-field-count-persons = Residents
form-field-count-dwellings = Dwellings
form-field-count-merchants = Merchants
form-field-merchants-name = Name of the merchant
form-field-credit_code = Unified credit code
form-field-merchants-kind = Legal kind
form-field-trade = Trade
form-field-goods = Goods
form-field-operator = Operator
form-field-safety_officer = Safety officer
form-field-employees = Employees
form-field-used_area = Floor area used (m²)
form-field-load = Electrical load (kW)
form-field-hours = Opening hours
form-field-opened_on = Opened on
form-field-merchants-address = Place of business
form-field-premises = In which premises
form-field-stall = Stall
field-form-other-rows = A line of this form is another kind of record. Change “What a line is” on its page first.
field-form-other-kind = This is { $kind ->
    [image] a picture
    [pdf] a PDF file
    [docx] a Word document
    [html] a web page
    [zip] a compressed folder
    [ods] a LibreOffice table (.ods)
   *[other] no table
}. Give the blank form as .xlsx: ask whoever sent it for one, or make one like it.
