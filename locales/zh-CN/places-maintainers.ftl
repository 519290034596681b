equipment-maintainer-words = （不在名册里，用文字写）
equipment-maintainer-registered = 维护单位（名册里的）
field-maintainer-unknown = 名册里没有这个单位，请重新选一个，或者用文字写。
