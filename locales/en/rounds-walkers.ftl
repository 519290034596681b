policy-rechecker = Who looks again
policy-rechecker-usual = Whoever inspected, the community and the fire station (as usual)
policy-rechecker-hint = An organisation named here may re-check and make return visits too. Whoever put it right never does.
return-own-work = You or your organisation put this right: somebody else has to look.
problem-recheck-for-others = Whoever inspected, the community or the organisation named in the policy looks at this; you need not.
field-round-in-future = This time is still to come: look at the day and the year.
field-round-long-ago = This is more than a year ago: look at the year.
policy-stand-in = Who may go instead
policy-stand-in-none = Nobody: only those who are to go
policy-stand-in-hint = Rounds of others do not count for this policy. Rounds of the organisation named here do; so do those of a substitute agreed under “Duty”.
patrol-policy-of-others = { $title } (others go; choose it to enter a round for them)
patrol-policy-not-yours = “{ $title }” is for others to walk. You can hand yours in all the same; it is kept as an extra round.
patrol-on-behalf = Entered for those who are to go: it counts for the policy
patrol-on-behalf-more = Only for the telephone and paper: whoever is named above is one of those the policy asks, or went in their place.
round-extra = This round was handed in for “{ $title }”, which others are to walk. All of it is kept, as an extra round; it does not count for that policy.
field-round-not-theirs = This policy is for { $kind ->
    [chief] the { $level ->
        [city] city
        [district] district
        [township] township
       *[village] village
    } river chief { $who }
    [grid_worker] the grid worker of this place
   *[party] “{ $who }”
} to walk; your round cannot count for it. You can hand it in all the same: choose “no policy”, or the policy that is yours.
field-round-not-theirs-told = This policy is for { $kind ->
    [chief] the { $level ->
        [city] city
        [district] district
        [township] township
       *[village] village
    } river chief { $who }
    [grid_worker] the grid worker of this place
   *[party] “{ $who }”
} to walk. If it was they who went, tick “Entered for those who are to go”; if not, choose “no policy”.
field-round-behalf-desk = Only the community's desk can enter a round for those who are to go.
field-round-behalf-who = Write the name of whoever walked.
