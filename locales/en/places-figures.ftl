# Premises as a dataset
data-premises = Premises
data-premises-hint = Markets, shops, schools and the like, one record each.
data-premises-measure-floor_area = Floor area in all (m²)
data-premises-measure-stalls = Stalls in all
data-dim-built_year = Built in
data-dim-floor_area = Floor area (m²)
data-dim-storeys = Storeys
data-dim-circuit = Electrical supply (kW)
data-dim-stalls = Stalls
premises-rounds-link = Inspections and hazards
