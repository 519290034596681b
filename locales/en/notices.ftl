nav-notices = Notices
nav-webhooks = Webhooks

notices-title = Notices
notices-unread = { $count } unread
notices-unread-mark = unread
notices-filter = Show
notices-filter-all = All
notices-filter-unread = Unread only
notices-read-all = Mark all as read
notices-open = Open
notices-empty-title = No notices yet
notices-empty-text = What you should know of or deal with will stand here.
notices-empty-unread = You have read everything.
notices-older = Older
notices-badge = { $count ->
    [one] { $count } unread notice
   *[other] { $count } unread notices
}

webhooks-title = Webhooks
webhooks-lead = Tell other systems when a case moves on. Calls hold numbers and codes only, nothing personal, and each is signed.
webhooks-new = New subscription
webhooks-list = Subscriptions
webhooks-none-title = No subscriptions yet
webhooks-none-text = Add one, and the other system hears what happens here.
webhooks-name = Name
webhooks-name-hint = Whose system it is, for example: district hotline
webhooks-area = Area
webhooks-area-hint = Cases of this area and of all communities below it.
webhooks-url = Address
webhooks-url-hint = Begins with https://. The receiver should answer 2xx within 10 seconds.
webhooks-topics = What is sent
webhooks-state = State
webhooks-state-on = On
webhooks-state-off-hand = Off
webhooks-state-off-gone = Off: the receiver said it is gone (410)
webhooks-turn-on = Switch on
webhooks-turn-off = Switch off
webhooks-edit = Change
webhooks-save = Save the subscription
webhooks-new-secret = Make a new signing secret
webhooks-new-secret-hint = The old one ends at once.
webhooks-secret-title = Signing secret (shown only now)
webhooks-secret-text = Hand it to the other side now. After you leave this page it cannot be seen again, only replaced.
webhooks-saved = The subscription is saved
webhooks-back = Back to the subscriptions
webhooks-log = What was sent
webhooks-log-lead = SMS, e-mail and webhooks. Numbers and what was delivered are not kept.
webhooks-log-all = All
webhooks-log-when = When
webhooks-log-channel = By
webhooks-log-what = What
webhooks-log-community = Community
webhooks-log-state = Result
webhooks-log-attempts = Attempts
webhooks-log-next = again at { $at }
webhooks-log-empty = Nothing was sent yet.
webhooks-log-again = Send again
webhooks-log-older = Older

channel-sms = SMS
channel-mail = E-mail
channel-webhook = Webhook
channel-page = In the page
delivery-waiting = Waiting
delivery-sent = Delivered
delivery-failed = Refused
delivery-given_up = Given up
delivery-why-login = The mail server does not accept the name or the password. Ask the administrator to correct the settings smtp_user and smtp_password, then send again.
delivery-why-smtp-unable = The mail server does not offer the encryption (STARTTLS) or the way of signing in that is asked for. Ask the administrator to check the setting smtp_security and the port.
delivery-why-certificate = The mail server's certificate cannot be trusted: not issued by a public authority, for another name, or expired. For a certificate of your own, name its authority in the setting smtp_ca_file.
delivery-why-tls = The encrypted connection could not be made. Ask the administrator whether the port and the kind of encryption belong together.
delivery-why-connect = The other side cannot be reached. Ask the administrator to check the address and the network.
delivery-why-timeout = The other side did not answer for a long time.
delivery-why-address = The e-mail address is not complete; correct it in the register.
delivery-why-channel-off = This way of sending is not set up; ask the administrator to fill in the settings.
delivery-why-unreadable = The words were wiped already, or their key is gone; it cannot be sent any more.

topic-all = everything about cases
topic-cases-reported = reported
topic-cases-accepted = accepted
topic-cases-declined = declined
topic-cases-dispatched = dispatched
topic-cases-task_given = task given
topic-cases-task_done = task done
topic-cases-handled = handled
topic-cases-verified = verified
topic-cases-rework = rework
topic-cases-closed = closed
topic-cases-reopened = reopened
topic-cases-overdue = overdue
topic-cases-escalated = escalated
topic-cases-cancelled = cancelled
topic-cases-merged = merged
topic-cases-unmerged = taken apart again
topic-cases-rated = rated

problem-delivery-not-ended = This message is still on its way or has been delivered; it need not be sent again.
field-cursor = This place in the list is not known. Start again from the first page.
field-webhook-url = Please give a whole address that begins with http:// or https://.
field-webhook-url-long = The address is too long; 500 bytes at most.
field-webhook-url-credentials = The address must not hold a user name or password. Calls are signed; the receiver can check that.
field-webhook-url-private = This address lies in the internal network. If that is meant, the administrator can allow it in the server's settings.
field-webhook-name-long = The name is too long; 60 characters at most.
field-webhook-area = Please choose a community or a larger area; calls are made by community, not for one grid.
field-webhook-twice = There is a subscription with this address for this area already.

# In the page: the desk
notice-desk-reported = New case { $number } ({ $category }), waiting to be accepted
notice-desk-task_declined = { $number } ({ $category }): one party cannot help, please arrange otherwise
notice-desk-returned = { $number } ({ $category }) was returned and waits to be dispatched again
notice-desk-extension_asked = { $number } ({ $category }): more time is asked for
notice-desk-review_due = { $number } ({ $category }): the deferral is over, please review
notice-desk-overdue = { $number } ({ $category }) is overdue
notice-desk-handled = { $number } ({ $category }) is handled and waits to be verified
notice-desk-reopened = { $number } ({ $category }) is to be dealt with again
notice-desk-cancelled = { $number } ({ $category }) was taken back
notice-desk-handed_back = { $number } ({ $category }) was handed back and waits to be dispatched
notice-desk-supervised = { $number } ({ $category }) is under supervision

# In the page: those above
notice-supervisor-escalated = { $number } ({ $category }) was escalated to you

# In the page: lead and supporting parties
notice-party-task_given = { $role ->
    [lead] Please take the lead for { $number } ({ $category })
    [follow_up] Please visit again for { $number } ({ $category })
   *[other] Please help with { $number } ({ $category })
}
notice-party-task_cancelled = { $number } ({ $category }): your task was cancelled, nothing is left to do
notice-party-reassigned = { $number } ({ $category }) has another lead; your task stays
notice-party-follow_up_planned = { $at }: please visit again for { $number } ({ $category })
notice-party-follow_up_due = Reminder: the return visit at { $at }, { $number } ({ $category })
notice-party-extension_approved = { $number } ({ $category }): more time was granted
notice-party-extension_refused = { $number } ({ $category }): no more time was granted, the deadline stays
notice-party-overdue = { $number } ({ $category }) is overdue, please deal with it soon
notice-party-rework = { $number } ({ $category }) did not pass verification, please rework
notice-party-supervised = { $number } ({ $category }) is under supervision, please put it first

# In the page: the reporter
notice-reporter-reported = We have received your report, number { $number }
notice-reporter-accepted = { $number } is accepted; somebody will deal with it
notice-reporter-declined = { $number } was not accepted; open it for the reason
notice-reporter-handled = { $number } has been dealt with; we will ask you to confirm
notice-reporter-closed = { $number } is closed, thank you
notice-reporter-reopened = { $number } is being dealt with again
notice-reporter-merged = { $number } goes on together with a report of the same matter; your number stays good
notice-reporter-unmerged = { $number } goes on by itself again

# SMS: no names, addresses or numbers of anybody
sms-party-task_given = { $role ->
    [lead] Please take the lead ({ $category }, { $number }).
    [follow_up] Please visit once more ({ $category }, { $number }).
   *[other] A neighbour could use your help ({ $category }, { $number }).
} Tell us whether you can: { $link }
sms-party-task_cancelled = Your help with { $number } is no longer needed. Thank you.
sms-party-follow_up_planned = { $at }: please visit once more ({ $number }). Details and answer: { $link }
sms-party-follow_up_due = Reminder: the return visit at { $at } ({ $number }). Details: { $link }
sms-party-rework = { $number } did not pass verification; please deal with it once more. Details: { $link }
sms-reporter-reported = We have received your report: number { $number }, code { $code }. Follow it at { $link }
sms-reporter-accepted = Your report { $number } is accepted; somebody will deal with it. Follow it at { $link }
sms-reporter-declined = Your report { $number } was not accepted. The reason: { $link }
sms-reporter-handled = Your report { $number } has been dealt with; we will ask you to confirm. Details: { $link }
sms-reporter-closed = Your report { $number } is closed, thank you. Tell us how it went: { $link }
sms-reporter-reopened = Your report { $number } is being dealt with again. Follow it at { $link }
sms-reporter-merged = Your report { $number } goes on together with a report of the same matter; your code stays good. Follow it at { $link }
sms-reporter-unmerged = Your report { $number } goes on by itself again. Follow it at { $link }

# Subjects of e-mail; the body is the words of the SMS
mail-party-task_given = { $role ->
    [lead] Please take the lead: { $number } ({ $category })
    [follow_up] Please visit again: { $number } ({ $category })
   *[other] Please help: { $number } ({ $category })
}
mail-party-task_cancelled = Task cancelled: { $number } ({ $category })
mail-party-follow_up_planned = { $at }: please visit again, { $number } ({ $category })
mail-party-follow_up_due = Reminder: { $at }, { $number } ({ $category })
mail-party-rework = Please rework: { $number } ({ $category })
mail-reporter-reported = Received: { $number }
mail-reporter-accepted = Accepted: { $number }
mail-reporter-declined = Not accepted: { $number }
mail-reporter-handled = Dealt with: { $number }
mail-reporter-closed = Closed: { $number }
mail-reporter-reopened = Dealt with again: { $number }
mail-reporter-merged = Goes on with the same matter: { $number }
mail-reporter-unmerged = Goes on by itself: { $number }
mail-foot = This message was sent by Youlin by itself. Please do not answer it.
