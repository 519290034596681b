people-aged = 按 { $age } 岁记为 { $year } 年左右出生。
import-sheet-note-full = 备注加上档案里原有的，超过 { $max } 字，放不下。请先把其中一处改短。
import-sheet-head-circular = 第 { $rows } 行互相写成户主。选“按这样导入”：算作一家，以第 { $first } 行的人为户主。
import-sheet-head-elsewhere = 户主不住这一户：第 { $first } 行登记在另一处。选“按这样导入”：住址不变，仍按表里写的户主算一家。
