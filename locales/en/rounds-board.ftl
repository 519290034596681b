board-say-now = Tell us what you see
board-category-choose = Please choose
