# Open311: what developers of other systems, and their users, read.
open311-contact = Please ask the administrator of your community or subdistrict.
open311-key-service = Keys are given out by the local administrator; ask your community or subdistrict.

open311-limit-hours = { $amount ->
    [0] Handled at once.
    [one] Handled within { $amount } hour.
   *[other] Handled within { $amount } hours.
  }
open311-limit-days = { $amount ->
    [0] Handled the same day.
    [one] Handled within { $amount } day.
   *[other] Handled within { $amount } days.
  }
open311-limit-working-hours = { $amount ->
    [0] Handled as soon as work begins.
    [one] Handled within { $amount } working hour.
   *[other] Handled within { $amount } working hours.
  }
open311-limit-working-days = { $amount ->
    [0] Handled the same working day.
    [one] Handled within { $amount } working day.
   *[other] Handled within { $amount } working days.
  }

open311-datatype-string = One line of text
open311-datatype-number = A number
open311-datatype-datetime = Date and time, for example 2026-11-11T08:30:00+08:00
open311-datatype-text = Text of several lines
open311-datatype-singlevaluelist = The key of one of the values
open311-datatype-multivaluelist = The keys of one or more of the values

open311-notice = Filed as { $number }. Follow it at { $url } with the code { $code }. Title, rough place and description are shown in public; telephone and identity numbers and web addresses are not.
open311-media-line = Picture: { $url }

open311-status-reported = Filed, not yet looked at.
open311-status-accepted = Accepted.
open311-status-declined = Declined.
open311-status-dispatched = Sent to those who will handle it.
open311-status-in_progress = Being handled.
open311-status-handled = Handled, to be verified.
open311-status-closed = Verified and closed.
open311-status-deferred = Deferred until its review.
open311-status-escalated = With the authority above or a line department.
open311-status-cancelled = Taken back.
open311-status-merged = Goes on together with another request.

open311-update-accepted = Accepted.
open311-update-declined = Declined.
open311-update-dispatched = Sent to those who will handle it.
open311-update-started = Work has begun.
open311-update-deferred = Deferred.
open311-update-resumed = Taken up again.
open311-update-handled = Handled, to be verified.
open311-update-closed = Verified and closed.
open311-update-rework = Not solved when verified; handled again.
open311-update-reopened = Opened again.
open311-update-escalated = Passed to the authority above or a line department.
open311-update-handed-back = Handed back by the authority above or a line department.
open311-update-cancelled = Taken back.
open311-update-merged = Goes on together with another request.
open311-update-unmerged = Taken apart from the other request again.
open311-update-noted = There is a note.

open311-key-missing = api_key is missing. Send it as the parameter api_key or in the header X-Api-Key.
open311-key-unknown = This api_key is not valid or no longer in use.
open311-key-before-files = No api_key came before the files. Send api_key ahead of them or in the header X-Api-Key.
open311-key-elsewhere = This key may not file or change anything at that place.
open311-jurisdiction-needed = jurisdiction_id is missing.
open311-jurisdiction-unknown = There is no jurisdiction_id “{ $id }”.
open311-outside-jurisdiction = This place is not within the jurisdiction_id named.
open311-format-unknown = Addresses end in .json or .xml.
open311-service-needed = service_code is missing.
open311-service-unknown = There is no service_code “{ $code }”; read the list of services first.
open311-request-needed = service_request_id is missing.
open311-request-unknown = There is no service_request_id “{ $id }”, or it is not public.
open311-token-unknown = There is no token “{ $token }”.
open311-media-unknown = There is no such picture, or the key may not see it.
open311-description-needed = description is missing.
open311-status-unknown = status is open or closed; “{ $text }” came.
open311-close-refused = Requests are not closed from outside: a matter ends when it has been verified. Say in the description what you know and the community will verify it.
open311-not-utf8 = The content is not valid UTF-8.
open311-form-expected = Send application/x-www-form-urlencoded or multipart/form-data.
open311-multipart = The multipart/form-data cannot be read; perhaps it did not arrive whole.
open311-body-too-large = Too much text; { $kib } KiB in all are taken.
open311-too-many-fields = Too many fields; { $most } are taken.
open311-too-many-files = Too many files; { $most } are taken at once.
open311-too-many-ids = Too many service_request_id; { $most } are taken at once.
open311-idempotency-key = Idempotency-Key has 1 to 200 characters.
open311-date = { $name } must be a W3C date and time, for example 2026-11-11T08:30:00+08:00; “{ $text }” came.
open311-span-backwards = end_date is before start_date.
open311-span-too-long = start_date and end_date may span { $days } days at most.
open311-page = { $name } must be a whole number from 1; “{ $text }” came.
open311-page-too-deep = Paging ends after { $most } records; narrow it with start_date and end_date.
open311-place-needed = The place is missing: send lat and long, address_string or address_id.
open311-not-degrees = { $name } must be a number of degrees; “{ $text }” came.
open311-address-id-unknown = There is no address_id “{ $id }”.
open311-attribute-once = attribute[{ $code }] takes one value.
open311-media-url = media_url must be an http or https address of 1000 characters at most.

open311-field-position-incomplete = lat and long come together.
open311-field-position-range = lat lies between -90 and 90, long between -180 and 180.
open311-field-position-swapped = lat and long seem to be swapped: lat { $lat }, long { $lon }.
open311-field-position-outside = This position is outside the area served; the nearest is { $nearest }, about { $distance } metres away.
open311-field-no-boundaries = No boundaries are known yet, so positions cannot be placed; send an address_string.
open311-field-place-needed = Send lat and long, address_string or address_id.
open311-field-place-unknown = This address is not known; say more of it, or send lat and long.
open311-field-place-ambiguous = This address may mean several places: { $candidates }. Say more of it, or send lat and long.
open311-field-place-too-wide = This is too wide; name a community or less.
open311-field-area-closed = { $area } is no longer in use and takes no new requests.
open311-field-unknown-category = There is no service_code “{ $code }”.
open311-field-unknown-question = This service has no such attribute.
open311-field-unknown-value = There is no such value; send a key of the service definition.
open311-field-answer-text = This must be text of 2000 characters at most.
open311-field-answer-number = This must be a number.
open311-field-answer-datetime = This must be a date and time, for example 2026-11-11T08:30:00+08:00.
open311-field-email = This is no valid e-mail address.

open311-file-too-large = The file is too large; { $limit } MB are taken.
open311-file-too-many-pixels = The picture has too many pixels.
open311-file-unreadable-image = The picture is incomplete or damaged.
open311-file-type-not-allowed = Files of this type are not taken ({ $found }).
open311-file-empty = The file is empty.
open311-file-interrupted = The file did not arrive whole.
open311-file-not-found = There is no such file.
open311-file-storage-full = Files cannot be stored now; please try again later.
open311-file-storage = Files cannot be stored now; please try again later.
