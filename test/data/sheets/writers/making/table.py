#!/usr/bin/env python3
"""The table of README.md by openpyxl 3.0.9 (Debian python3-openpyxl), which stores no values of formulas."""
import datetime
import sys

import openpyxl

book = openpyxl.Workbook()
sheet = book.active
sheet.title = "花名册"
sheet.append(["通渭县务工人员花名册"])
sheet.merge_cells("A1:J1")
sheet.append(["姓名", "身份证号", "联系电话", "到岗日期", "离岗日期", "月薪", "年薪", "是否住宿", "备注", "编号"])
sheet.append(["张三", "621125199003070013", 13893201234, datetime.date(2023, 3, 1), "2023.11.30", 3500.5, "=F3*12", True,
              "可夜班&<周末>", "007"])
sheet["D3"].number_format = 'yyyy"年"m"月"d"日"'
sheet.append(["李四", 622424196811010040, "0932-5551234", 44986, None, 0.1, None, False, "两行\n文字", " 前后空格 "])
sheet.row_dimensions[4].hidden = True
sheet.append([])
for column, value in zip("ABDFJ", ["阿依古丽·买买提", "65310119850101002X", datetime.datetime(2024, 2, 29, 8, 30), -12, "1E5"]):
    sheet[column + "6"] = value
sheet["D6"].number_format = "yyyy-mm-dd hh:mm"
sheet["A7"], sheet["F7"] = "合计", 1234567890123
book.save(sys.argv[1])
