# The field client: visits that came back, drafts each opened by its own name, what is said after signing out or being ended (fieldwork-*).
fieldwork-colon = :{" "}
fieldwork-door-again = Come again { $time }, as agreed
fieldwork-door-left = This home is no longer on today's list: somebody may have been there, or people moved. What you wrote is all here and can still be handed in.
fieldwork-door-wrote = What you had put down:
fieldwork-door-back-hint = Your words and photographs are below. Look who is registered now; if it is right, press once more.
fieldwork-door-gone = { $name } is no longer registered at this home. What you wrote about them is not sent; to keep it, copy it into your words.
fieldwork-door-gone-copy = Copy into my words
fieldwork-door-as-note = Not a visit: make it a note
fieldwork-door-as-round = Somebody was there: note the visit
fieldwork-door-as-round-hint = Notes this visit as you wrote it, without confirming who lives here now or whether anybody does.
fieldwork-note-left = The home of this visit is no longer on your list. All that was written is in this note: choose a category and keep it, or throw it away at the end of the page.
fieldwork-note-begun = Note begun { $time }
fieldwork-note-another = Write another
fieldwork-sealed-other = Work of another account lies sealed on this telephone ({ $n }). It opens and is sent only when that account signs in.
fieldwork-revoked = The sign-in of this telephone was ended (the password was changed, or an administrator ended it), so it is locked. Unsent work lies sealed until its owner signs in again.
