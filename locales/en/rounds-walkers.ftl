policy-rechecker = Who looks again
policy-rechecker-usual = Whoever inspected, the community and the fire station (as usual)
policy-rechecker-hint = An organisation named here may re-check and make return visits too. Whoever put it right never does.
return-own-work = You or your organisation put this right: somebody else has to look.
problem-recheck-for-others = Whoever inspected, the community or the organisation named in the policy looks at this; you need not.
field-round-in-future = This time is still to come: look at the day and the year.
field-round-long-ago = This is more than a year ago: look at the year.
