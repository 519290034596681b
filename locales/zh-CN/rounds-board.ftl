board-say-now = 看到问题，说一声
board-category-choose = 请选
