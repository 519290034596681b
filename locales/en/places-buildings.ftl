# Buildings as a dataset
data-buildings = Buildings
data-buildings-hint = Buildings of the register, one record each; the year built is the estate's.
data-buildings-measure-dwellings = Dwellings in all
data-dim-dwellings = Dwellings
places-building-rounds = Rounds and findings
