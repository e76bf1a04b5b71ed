/* The table of README.md by libxlsxwriter 1.1.4 (Debian libxlsxwriter-dev), in its mode of constant memory:
 * inline strings. cc table.c -lxlsxwriter && ./a.out libxlsxwriter.xlsx */
#include <xlsxwriter.h>

int main(int argc, char **argv)
{
    static const char *const header[] = { "姓名", "身份证号", "联系电话", "到岗日期", "离岗日期",
                                          "月薪", "年薪", "是否住宿", "备注", "编号" };
    lxw_workbook_options options = { .constant_memory = LXW_TRUE };
    lxw_workbook *book = workbook_new_opt(argc > 1 ? argv[1] : "libxlsxwriter.xlsx", &options);
    lxw_worksheet *s = workbook_add_worksheet(book, "花名册");
    lxw_format *day = workbook_add_format(book), *moment = workbook_add_format(book);
    lxw_datetime at = { 2024, 2, 29, 8, 30, 0 }, on = { 2023, 3, 1, 0, 0, 0 };
    lxw_row_col_options hidden = { .hidden = LXW_TRUE };

    format_set_num_format(day, "yyyy\"年\"m\"月\"d\"日\"");
    format_set_num_format(moment, "yyyy-mm-dd hh:mm");
    worksheet_merge_range(s, 0, 0, 0, 9, "通渭县务工人员花名册", NULL);
    for (lxw_col_t i = 0; i < 10; i++)
        worksheet_write_string(s, 1, i, header[i], NULL);
    worksheet_write_string(s, 2, 0, "张三", NULL);
    worksheet_write_string(s, 2, 1, "621125199003070013", NULL);
    worksheet_write_number(s, 2, 2, 13893201234.0, NULL);
    worksheet_write_datetime(s, 2, 3, &on, day);
    worksheet_write_string(s, 2, 4, "2023.11.30", NULL);
    worksheet_write_number(s, 2, 5, 3500.5, NULL);
    worksheet_write_formula_num(s, 2, 6, "=F3*12", NULL, 42006);
    worksheet_write_boolean(s, 2, 7, 1, NULL);
    worksheet_write_string(s, 2, 8, "可夜班&<周末>", NULL);
    worksheet_write_string(s, 2, 9, "007", NULL);
    worksheet_set_row_opt(s, 3, LXW_DEF_ROW_HEIGHT, NULL, &hidden);
    worksheet_write_string(s, 3, 0, "李四", NULL);
    worksheet_write_number(s, 3, 1, 622424196811010040.0, NULL);
    worksheet_write_string(s, 3, 2, "0932-5551234", NULL);
    worksheet_write_number(s, 3, 3, 44986, NULL);
    worksheet_write_number(s, 3, 5, 0.1, NULL);
    worksheet_write_boolean(s, 3, 7, 0, NULL);
    worksheet_write_string(s, 3, 8, "两行\n文字", NULL);
    worksheet_write_string(s, 3, 9, " 前后空格 ", NULL);
    worksheet_write_string(s, 5, 0, "阿依古丽·买买提", NULL);
    worksheet_write_string(s, 5, 1, "65310119850101002X", NULL);
    worksheet_write_datetime(s, 5, 3, &at, moment);
    worksheet_write_number(s, 5, 5, -12, NULL);
    worksheet_write_string(s, 5, 9, "1E5", NULL);
    worksheet_write_string(s, 6, 0, "合计", NULL);
    worksheet_write_number(s, 6, 5, 1234567890123.0, NULL);
    return workbook_close(book) == LXW_NO_ERROR ? 0 : 1;
}
