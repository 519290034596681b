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
patrol-outcome-withdrawn = taken back
finding-step-withdrawn = taken back
round-withdrawn = This round was taken back and does not count.
round-withdrawn-by = Taken back by { $name }, { $when }.
round-withdrawn-why = Reason: { $reason }
round-withdraw = Written down by mistake: take this round back
round-withdraw-lead = This page stays, with who took it back and why; it no longer counts for what is due, the public board or any figure. What was confirmed of residents on a visit is not changed by it.
round-withdraw-reason = Why
round-withdraw-reason-hint = For example: the wrong reach was chosen; it was entered twice.
round-withdraw-along = { $count } cases of what was found are still open: cancel them too
round-withdraw-along-more = Whoever they were given to sees that and why. Without this the round cannot be taken back.
round-withdraw-now = Take back
field-round-withdraw-why = Write in a sentence why it is taken back.
field-round-withdraw-late = It was handed in more than three days ago: ask the community's staff to take it back.
field-round-withdraw-worked = Somebody is working at { $count } of the cases found on it, so you cannot take it back. Ask the community's staff: they decide whether those are cancelled too.
field-round-withdraw-cases = { $count } cases of it are still open ({ $worked } of them being worked at). To take it back, tick that they are cancelled too; if they should go on, do not take it back.
field-round-outcome = A new round cannot be handed in as taken back.
problem-return-late-passed = { $by } was there at { $when } already: it is put right and the case is closed, so you need not go back.
problem-return-late-failed = { $by } was there at { $when } already: it is not put right yet and went back to be done again, so please go back when it is done again.
problem-return-late-closed = The case is closed, so no return visit is needed.
problem-return-late-open = It is still being handled; please go back when it is done.
problem-return-late-ended = Nobody handles this any more (declined, withdrawn or merged into another case), so no return visit is needed.
return-noted-mark = note only
return-note = Keep as a note
return-saved = The return visit is written down. Whoever handles it sees the result.
return-noted = Kept as a note beside the other return visits. The case stays as it is.
field-too-many-photographs = There is room for { $max } photographs here. The first { $max } are kept, the others were not taken. If that is all, send it again.
return-late-kept = What you wrote and your photographs are still below. Press “Keep as a note” to keep them beside the other return visits; the case stays as it is.
return-others-kept = What you wrote is still below; copy it for whoever has to look.
round-extra-short = This round was handed in for “{ $title }” and does not count for it: { $why }. All of it is kept, as an extra round.
round-short-minutes = it lasted { $has } minutes (at least { $asked } are asked)
round-short-photographs = it has { $has } photographs (at least { $asked } are asked)
round-short-gap = it is too near the one of { $last } ({ $days } days between two are asked)
round-short-not-due = { $why ->
    [done] it was walked on { $last } already
    [skipped] it was left out on { $last } already
    [over] it was due { $span ->
        [one] on { $last }
       *[many] from { $first } to { $last }
    }, and that was over
    [coming] it was not due before { $first }
   *[not_asked] nothing was asked for there at that time
}
field-round-skip-done = It was walked on { $last } already: there is nothing to leave out. To leave a word about it, choose “no policy”.
field-round-skip-again = It was left out on { $last } already. To add a word about it, choose “no policy”.
field-round-skip-over = It was due { $span ->
    [one] on { $last }
   *[many] from { $first } to { $last }
}, and that is over. To leave a word about it, choose “no policy”.
field-round-skip-coming = It is not due before { $first }: there is nothing to leave out yet. Mend the times if they are wrong; to leave a word about it, choose “no policy”.
field-round-skip-not-asked = This policy asks for nothing here at that time. Mend the times if they are wrong; to leave a word about it, choose “no policy”.
round-phone-times = The telephone wrote { $began } to { $ended }. That cannot be, so the time of receipt stands instead.
round-short-walk = Walked, but not far enough: the track does not reach what the policy asks, so it is not counted as done.
round-no-track-yet = The policy goes by how far the track reaches, and there is none yet: not counted as done. It is worked out anew once there is one.
round-uncounted = does not count
policy-short = Not far enough
policy-standing-short = Walked, not far enough
policy-left-short = { $count } to go ({ $short } walked, not far enough)
