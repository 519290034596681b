people-aged = 按 { $age } 岁记为 { $year } 年左右出生。
import-sheet-note-full = 备注加上档案里原有的，超过 { $max } 字，放不下。请先把其中一处改短。
import-sheet-head-circular = { $rows }互相写成户主。选“按这样导入”：算作一家，以{ $first }的人为户主。
import-sheet-head-elsewhere = 户主不住这一户：{ $first }登记在另一处。选“按这样导入”：住址不变，仍按表里写的户主算一家。
import-sheet-head-held-elsewhere = 这个身份证号的户主登记在另一处。选“按这样导入”：住址不变，仍按表里写的户主算一家。
import-sheet-head-held-several = 这一处登记了 { $count } 位同名的人，分不清哪位是户主。填上户主身份证号再导入，就归到那一家；选“按这样导入”：先按表里写的户主单独算一家。
import-sheet-alone-with = 写的是独居，同一处却还有 { $count } 人（登记着的，或表里写的）。确实一个人住，选“按这样导入”；不是独居，请在表里去掉再导入。已经搬走的，请先登记搬走。
import-field-head_identity = 户主身份证号
