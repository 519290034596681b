register-column-consents = Agreed to
register-column-language = Language
register-about-consents = What the person agreed to here. Consent holds here only and is asked for anew elsewhere; an import does not read this column.
register-about-language = What the person usually speaks; empty where it is not known.
import-field-language = Language
register-column-key = File number
register-about-key = What other files (merchants, roles) call this person; elsewhere it is kept with the person.
import-field-key = File number
