// The table of README.md by exceljs 4.4.0 (shared strings; and streamed, with inline strings) and by
// SheetJS xlsx 0.18.5 (strings in the cells; and shared). npm install exceljs xlsx; node table.js DIR
const path = require('path');
const ExcelJS = require('exceljs');
const XLSX = require('xlsx');
const dir = process.argv[2] || '.';

const title = '通渭县务工人员花名册';
const header = ['姓名', '身份证号', '联系电话', '到岗日期', '离岗日期', '月薪', '年薪', '是否住宿', '备注', '编号'];
const day = new Date(Date.UTC(2023, 2, 1)), moment = new Date(Date.UTC(2024, 1, 29, 8, 30));

async function fill(sheet) {
    const last = 'J';
    const put = (n, cells, hidden) => {
        const row = sheet.getRow(n);
        cells.forEach((v, i) => { if (v !== null) row.getCell(i + 1).value = v; });
        if (hidden) row.hidden = true;
        return row;
    };
    put(1, [title]);
    sheet.mergeCells(`A1:${last}1`);
    put(2, header);
    let row = put(3, ['张三', '621125199003070013', 13893201234, day, '2023.11.30', 3500.5,
        { formula: 'F3*12', result: 42006 }, true,
        { richText: [{ text: '可' }, { font: { bold: true }, text: '夜班' }, { text: '&<周末>' }] }, '007']);
    row.getCell(4).numFmt = 'yyyy"年"m"月"d"日"';
    row = put(4, ['李四', 622424196811010040, '0932-5551234', 44986, null, 0.1, null, false, '两行\n文字', ' 前后空格 '], true);
    row = put(6, ['阿依古丽·买买提', '65310119850101002X', null, moment, null, -12, null, null, null, '1E5']);
    row.getCell(4).numFmt = 'yyyy-mm-dd hh:mm';
    put(7, ['合计', null, null, null, null, 1234567890123]);
}

async function exceljs() {
    const book = new ExcelJS.Workbook();
    const sheet = book.addWorksheet('花名册');
    await fill(sheet);
    await book.xlsx.writeFile(path.join(dir, 'exceljs.xlsx'));
    const streamed = new ExcelJS.stream.xlsx.WorkbookWriter(
        { filename: path.join(dir, 'exceljs-streamed.xlsx'), useSharedStrings: false, useStyles: true });
    const other = streamed.addWorksheet('花名册');
    await fill(other);
    other.commit();
    await streamed.commit();
}

function sheetjs(name, options) {
    const day_serial = 44986, moment_serial = 45351 + 8.5 / 24;
    const cells = [
        [title], header,
        ['张三', '621125199003070013', 13893201234, { t: 'n', v: day_serial, z: 'yyyy"年"m"月"d"日"' }, '2023.11.30',
            3500.5, { t: 'n', v: 42006, f: 'F3*12' }, true, '可夜班&<周末>', '007'],
        ['李四', 622424196811010040, '0932-5551234', 44986, null, 0.1, null, false, '两行\n文字', ' 前后空格 '],
        [],
        ['阿依古丽·买买提', '65310119850101002X', null, { t: 'n', v: moment_serial, z: 'yyyy-mm-dd hh:mm' }, null, -12,
            null, null, null, '1E5'],
        ['合计', null, null, null, null, 1234567890123],
    ];
    const sheet = XLSX.utils.aoa_to_sheet(cells);
    sheet['!merges'] = [XLSX.utils.decode_range('A1:J1')];
    sheet['!rows'] = [, , , { hidden: true }];
    const book = XLSX.utils.book_new();
    XLSX.utils.book_append_sheet(book, sheet, '花名册');
    XLSX.writeFile(book, path.join(dir, name), options);
}

exceljs();
sheetjs('sheetjs.xlsx', { compression: true });
sheetjs('sheetjs-shared.xlsx', { compression: true, bookSST: true });
