import-systems = 系统对接（CSV）
import-undoable = 可以撤销的导入
import-undo-until = 可以撤销到 { $day }
import-known = { $known } 行都已在册，没有变化；{ $refused } 行没有通过，见下表。
import-no-rows = 只有表头，没有数据。
