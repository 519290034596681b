notice-desk-correction-asked = A resident asks for a fact of their file to be put right
notice-decider-export-asked = A list of persons waits for your yes
notice-asker-export-approved = The list you asked for was agreed to and can be taken
notice-asker-export-declined = The list you asked for was declined; please see why
