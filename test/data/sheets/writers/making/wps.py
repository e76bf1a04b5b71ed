#!/usr/bin/env python3
"""The table of README.md in the shape that WPS Office gives a workbook: parts named from the root, strings shared
with runs and phonetic guides, styles through custom formats, elements of its own beside the standard's."""
import sys
import zipfile

main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
strings, uses = [], 0


def si(text):
    """The index of a shared string; a text may be given as the inside of an <si>."""
    global uses
    uses += 1
    inside = text if text.startswith("<") else f'<t xml:space="preserve">{text}</t>' if text != text.strip() or "\n" in text else f"<t>{text}</t>"
    if inside not in strings:
        strings.append(inside)
    return strings.index(inside)


def s(ref, text, style=1):
    return f'<c r="{ref}" s="{style}" t="s"><v>{si(text)}</v></c>'


def n(ref, digits, style=1):
    return f'<c r="{ref}" s="{style}"><v>{digits}</v></c>'


names = ["姓名", "身份证号", "联系电话", "到岗日期", "离岗日期", "月薪", "年薪", "是否住宿", "备注", "编号"]
guide = '<r><rPr><sz val="11"/><rFont val="宋体"/><charset val="134"/></rPr><t>张三</t></r><rPh sb="0" eb="2"><t>zhang san</t></rPh><phoneticPr fontId="1" type="noConversion"/>'
rich = '<r><t>可</t></r><r><rPr><b/><sz val="11"/><rFont val="宋体"/><charset val="134"/></rPr><t>夜班</t></r><r><rPr><sz val="11"/></rPr><t>&amp;&lt;周末&gt;</t></r>'
rows = [
    (1, "", s("A1", "通渭县务工人员花名册", 2) + "".join(f'<c r="{c}1" s="2"/>' for c in "BCDEFGHIJ")),
    (2, "", "".join(s(f"{c}2", t) for c, t in zip("ABCDEFGHIJ", names))),
    (3, "", s("A3", guide) + s("B3", "621125199003070013", 5) + n("C3", "13893201234") + n("D3", "44986", 3) + s("E3", "2023.11.30")
     + n("F3", "3500.5") + '<c r="G3" s="1"><f>F3*12</f><v>42006</v></c><c r="H3" s="1" t="b"><v>1</v></c>' + s("I3", rich) + s("J3", "007", 5)),
    (4, ' hidden="1"', s("A4", "李四") + n("B4", "6.2242419681101E+17") + s("C4", "0932-5551234") + n("D4", "44986") + '<c r="E4" s="1"/>'
     + n("F4", "0.1") + '<c r="G4" s="1"/><c r="H4" s="1" t="b"><v>0</v></c>' + s("I4", "两行\n文字") + s("J4", " 前后空格 ")),
    (5, "", "".join(f'<c r="{c}5" s="1"/>' for c in "ABCDEFGHIJ")),
    (6, "", s("A6", "阿依古丽·买买提") + s("B6", "65310119850101002X", 5) + '<c r="C6" s="1"/>' + n("D6", "45351.3541666667", 4) + '<c r="E6" s="1"/>'
     + n("F6", "-12") + s("J6", "1E5", 5)),
    (7, "", s("A7", "合计") + n("F7", "1234567890123")),
]
sheet = (f'{head}<worksheet xmlns="{main}" xmlns:r="{rel}" xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
         ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData">'
         '<sheetPr/><dimension ref="A1:J7"/><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews>'
         '<sheetFormatPr defaultColWidth="9" defaultRowHeight="13.5"/><cols><col min="2" max="2" width="20.6" customWidth="1"/></cols><sheetData>'
         + "".join(f'<row r="{r}" spans="1:10"{a}>{cells}</row>' for r, a, cells in rows)
         + '</sheetData><mergeCells count="1"><mergeCell ref="A1:J1"/></mergeCells><pageMargins left="0.75" right="0.75" top="1" bottom="1" header="0.5" footer="0.5"/>'
         '<headerFooter/></worksheet>')
styles = (f'{head}<styleSheet xmlns="{main}"><numFmts count="3"><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>'
          '<numFmt numFmtId="177" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="43" formatCode="_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * &quot;-&quot;??_ ;_ @_ "/></numFmts>'
          '<fonts count="2"><font><sz val="11"/><name val="宋体"/><charset val="134"/><scheme val="minor"/></font><font><sz val="9"/><name val="宋体"/></font></fonts>'
          '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>'
          '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
          '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"><alignment vertical="center"/></xf></cellStyleXfs>'
          '<cellXfs count="6">' + "".join(f'<xf numFmtId="{f}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' for f in (0, 0, 0, 176, 177, 49))
          + '</cellXfs><cellStyles count="1"><cellStyle name="常规" xfId="0" builtinId="0"/></cellStyles></styleSheet>')
shared = "".join(f"<si>{t}</si>" for t in strings)
parts = {
    "[Content_Types].xml": f'{head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>',
    "_rels/.rels": f'{head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="{rel}/officeDocument" Target="/xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{head}<workbook xmlns="{main}" xmlns:r="{rel}"><fileVersion appName="xl" lastEdited="3" lowestEdited="5" rupBuild="9302"/><workbookPr/><bookViews><workbookView windowWidth="28800" windowHeight="12375"/></bookViews><sheets><sheet name="花名册" sheetId="1" r:id="rId1"/></sheets><calcPr calcId="144525"/></workbook>',
    "xl/_rels/workbook.xml.rels": f'{head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId3" Type="{rel}/sharedStrings" Target="/xl/sharedStrings.xml"/><Relationship Id="rId2" Type="{rel}/styles" Target="/xl/styles.xml"/><Relationship Id="rId1" Type="{rel}/worksheet" Target="/xl/worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": sheet,
    "xl/styles.xml": styles,
    "xl/sharedStrings.xml": f'{head}<sst xmlns="{main}" count="{uses}" uniqueCount="{len(strings)}">{shared}</sst>',
}
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as z:
    for name, text in parts.items():
        z.writestr(zipfile.ZipInfo(name, (2019, 1, 20, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
