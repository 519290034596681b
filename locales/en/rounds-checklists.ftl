# Checklists: those a place keeps itself
field-checklist-not-draft = This version is in use and cannot be changed. Begin the next version.
field-checklist-not-published = This version is not in use.
field-checklist-code = An id has lower-case letters, digits and hyphens, at most 40.
field-checklist-code-taken = This id is taken, choose another one.
field-checklist-area = A checklist belongs to a community, a subdistrict or an area above.
field-checklist-draft-open = Version { $number } is still a draft: publish it or drop it before you begin the next one.
field-checklist-too-many = A checklist has at most { $max } questions. Make several of it.
field-checklist-too-large = This checklist is too large. Make several of it.
field-checklist-faults = { $count } things have to be mended before it can be published.
