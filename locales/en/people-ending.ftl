# What ends by itself
retention-ending = Ends by itself
retention-ending-hint = How long these are kept was said when they were taken; they end without anybody's confirmation, and nobody can lengthen it.
retention-soon = Over within seven days
retention-ending-list = Over: { $due }; within seven days: { $soon }
retention-ending-over = Deleted at the next run
