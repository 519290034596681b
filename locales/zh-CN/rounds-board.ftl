board-say-now = 看到问题，说一声
board-category-choose = 请选
board-spot = 具体在哪里
board-spot-example = 例如：小石桥往东，第二个亭子边上
board-spot-hint = 站在边上的话，点右边的按钮，位置就记下了。只用来找地方，不公开。
