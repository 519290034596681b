# The way of a round, and findings somebody else has looked at already

fieldwork-track-weak = No position can be had just now; recording goes on by itself in the open. The way walked meanwhile stays empty.
fieldwork-no-policy-way = This round does not count for “{ $what }”, and no track is recorded.
fieldwork-no-policy-only = This round does not count for “{ $what }”.
fieldwork-step-on_spot = Put right on the spot
fieldwork-step-noted = Only noted
fieldwork-step-seen = On the list of hazards already
fieldwork-step-open = Still being put right
fieldwork-step-to_revisit = Waits for somebody to look
fieldwork-step-verified = Somebody looked, it is put right, the case is closed
fieldwork-step-ended = The case has ended
fieldwork-step-withdrawn = That round was taken back
