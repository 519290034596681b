board-say-now = Tell us what you see
board-category-choose = Please choose
board-spot = Where exactly
board-spot-example = For example: east of the bridge, by the second pavilion
board-spot-hint = If you are standing there, press the button: your position is noted. It is used to find the place and is not published.
