/* codes.c — code lists of a person. */
#include "people/codes.h"

const struct choice sexes[] = {
    { "MALE", "男", "Male", "男性|1" },
    { "FEMALE", "女", "Female", "女性|2" },
    { 0 },
};

/* GB/T 3304-1991; 傈傈 and 达翰尔 are misspellings found in a live system. */
const struct choice ethnic_groups[] = {
    { "01", "汉族", "Han", "汉" },
    { "02", "蒙古族", "Mongol", "蒙古" },
    { "03", "回族", "Hui", "回" },
    { "04", "藏族", "Tibetan", "藏" },
    { "05", "维吾尔族", "Uygur", "维吾尔|维族|维|维族" },
    { "06", "苗族", "Miao", "苗" },
    { "07", "彝族", "Yi", "彝" },
    { "08", "壮族", "Zhuang", "壮" },
    { "09", "布依族", "Bouyei", "布依" },
    { "10", "朝鲜族", "Korean", "朝鲜" },
    { "11", "满族", "Manchu", "满" },
    { "12", "侗族", "Dong", "侗" },
    { "13", "瑶族", "Yao", "瑶" },
    { "14", "白族", "Bai", "白" },
    { "15", "土家族", "Tujia", "土家" },
    { "16", "哈尼族", "Hani", "哈尼" },
    { "17", "哈萨克族", "Kazak", "哈萨克|哈族" },
    { "18", "傣族", "Dai", "傣" },
    { "19", "黎族", "Li", "黎" },
    { "20", "傈僳族", "Lisu", "傈僳|傈傈|傈傈族" },
    { "21", "佤族", "Va", "佤" },
    { "22", "畲族", "She", "畲" },
    { "23", "高山族", "Gaoshan", "高山" },
    { "24", "拉祜族", "Lahu", "拉祜" },
    { "25", "水族", "Sui", "水" },
    { "26", "东乡族", "Dongxiang", "东乡" },
    { "27", "纳西族", "Naxi", "纳西" },
    { "28", "景颇族", "Jingpo", "景颇" },
    { "29", "柯尔克孜族", "Kirgiz", "柯尔克孜" },
    { "30", "土族", "Tu", "土" },
    { "31", "达斡尔族", "Daur", "达斡尔|达翰尔|达翰尔族" },
    { "32", "仫佬族", "Mulao", "仫佬" },
    { "33", "羌族", "Qiang", "羌" },
    { "34", "布朗族", "Blang", "布朗" },
    { "35", "撒拉族", "Salar", "撒拉" },
    { "36", "毛南族", "Maonan", "毛南" },
    { "37", "仡佬族", "Gelao", "仡佬" },
    { "38", "锡伯族", "Xibe", "锡伯" },
    { "39", "阿昌族", "Achang", "阿昌" },
    { "40", "普米族", "Pumi", "普米" },
    { "41", "塔吉克族", "Tajik", "塔吉克" },
    { "42", "怒族", "Nu", "怒" },
    { "43", "乌孜别克族", "Uzbek", "乌孜别克" },
    { "44", "俄罗斯族", "Russian", "俄罗斯|俄|俄族" },
    { "45", "鄂温克族", "Ewenki", "鄂温克" },
    { "46", "德昂族", "Deang", "德昂" },
    { "47", "保安族", "Bonan", "保安" },
    { "48", "裕固族", "Yugur", "裕固" },
    { "49", "京族", "Gin", "京" },
    { "50", "塔塔尔族", "Tatar", "塔塔尔" },
    { "51", "独龙族", "Derung", "独龙" },
    { "52", "鄂伦春族", "Oroqen", "鄂伦春" },
    { "53", "赫哲族", "Hezhen", "赫哲" },
    { "54", "门巴族", "Monba", "门巴" },
    { "55", "珞巴族", "Lhoba", "珞巴" },
    { "56", "基诺族", "Jino", "基诺" },
    { "97", "其他", "Other", "其它" },
    { "98", "外国血统", "Foreign descent", "外国血统中国籍人士" },
    { 0 },
};

/* One internal scale; every source's words map onto it (GB/T 4658 codes in the comments). */
const struct choice educations[] = {
    { "ILLITERATE", "文盲或半文盲", "None", "文盲|半文盲|文盲、半文盲|未上学|无" }, /* 90 */
    { "PRIMARY", "小学", "Primary school", "小学及以下|小学文化" },                 /* 80 */
    { "JUNIOR", "初中", "Junior secondary", "初级中学|初中文化|初中及以下" },       /* 70 */
    { "VOCATIONAL", "中专/中技", "Vocational secondary",
      "中专|中技|中专中技|职高|技校|中职|中等职业|职业高中" },      /* 40 */
    { "SENIOR", "高中", "Senior secondary", "普通高中|高中文化" },  /* 60 */
    { "COLLEGE", "大专", "College", "专科|大学专科|高职" },         /* 30 */
    { "BACHELOR", "本科", "Bachelor", "大学|大学本科|本科及以上" }, /* 20 */
    { "MASTER", "研究生", "Postgraduate", "硕士|博士|硕士研究生" }, /* 10 */
    { 0 },
};

const struct choice health_states[] = {
    { "HEALTHY", "健康", "Healthy", "良好|健康或良好|一般" },
    { "CHRONIC", "长期慢性病", "Chronic illness", "慢性病|患有慢性病" },
    { "SERIOUS", "患有大病", "Serious illness", "大病|重病|患大病" },
    { "DISABLED", "残疾", "Disabled", "残疾人" },
    { 0 },
};

const struct choice work_abilities[] = {
    { "ORDINARY", "普通劳动力", "Ordinary", "全劳动力|有劳动能力|普通劳动能力" },
    { "SKILLED", "技能劳动力", "Skilled", "技能劳动能力" },
    { "WEAK", "弱劳动力或半劳动力", "Weak or partial", "弱劳动力|半劳动力|弱劳力|半劳力" },
    { "LOST", "丧失劳动力", "Lost", "丧失劳动能力" },
    { "NONE", "无劳动力", "None", "无劳动能力|无劳力" },
    { 0 },
};

const struct choice relations[] = {
    { "HEAD", "户主", "Head", "本人|户主本人|本人或户主" },
    { "SPOUSE", "配偶", "Spouse", "妻|夫|妻子|丈夫|之妻|之夫" },
    { "SON", "子", "Son", "之子|儿子|长子|次子|三子|独生子" },
    { "DAUGHTER", "女", "Daughter", "之女|女儿|长女|次女|三女|独生女" },
    { "CHILD_IN_LAW", "子女配偶", "Child-in-law", "儿媳|之儿媳|女婿|之女婿" },
    { "GRANDCHILD", "孙辈", "Grandchild",
      "孙子|孙女|之孙子|之孙女|外孙子|外孙女|孙子、孙女或外孙子、外孙女" },
    { "PARENT", "父母", "Parent", "父亲|母亲|之父|之母|公公|婆婆|岳父|岳母|父母" },
    { "GRANDPARENT", "祖父母", "Grandparent", "祖父|祖母|外祖父|外祖母|爷爷|奶奶" },
    { "SIBLING", "兄弟姐妹", "Sibling", "兄|弟|姐|妹|哥哥|弟弟|姐姐|妹妹|之兄弟姐妹" },
    { "OTHER", "其他", "Other", "其它|其他亲属|非亲属" },
    { 0 },
};

/* The new eight grades. */
const struct choice skill_levels[] = {
    { "0", "学徒工", "Apprentice", "学徒" },
    { "1", "五级/初级工", "Junior (5)", "初级工|五级|初级|五级初级工" },
    { "2", "四级/中级工", "Intermediate (4)", "中级工|四级|中级|四级中级工" },
    { "3", "三级/高级工", "Senior (3)", "高级工|三级|高级|三级高级工" },
    { "4", "二级/技师", "Technician (2)", "技师|二级|二级技师" },
    { "5", "一级/高级技师", "Senior technician (1)", "高级技师|一级|一级高级技师" },
    { "6", "特级技师", "Special technician", "特级" },
    { "7", "首席技师", "Chief technician", "首席" },
    { 0 },
};

/* Two attributes, because a sudden-hardship household may be poverty-exited or ordinary. */
const struct choice household_types[] = {
    { "ORDINARY", "一般农户", "Ordinary", "一般户|非贫困户|普通户|农户" },
    { "POVERTY_EXITED", "脱贫户", "Poverty-exited", "脱贫|脱贫人口|已脱贫户|已脱贫" },
    { "REGISTERED_POOR", "建档立卡贫困户", "Registered poor",
      "贫困户|建档立卡户|建档立卡|一般贫困户|低保贫困户|五保户|建卡贫困户" },
    { 0 },
};
const struct choice monitored_types[] = {
    { "UNSTABLE_EXITED", "脱贫不稳定户", "Unstable exited", "脱贫不稳定" },
    { "MARGINAL", "边缘易致贫户", "Marginal", "边缘户|边缘易致贫" },
    { "SUDDEN_HARDSHIP", "突发严重困难户", "Sudden hardship", "突发严重困难|突发困难户" },
    { 0 },
};

const struct choice willingness_states[] = {
    { "UNSURVEYED", "未摸排", "Not surveyed" },
    { "WILLING", "有意愿", "Willing", "愿意|有|是|有就业意愿|未就业有意愿|想外出" },
    { "UNWILLING", "无意愿", "Unwilling", "不愿意|无|否|无就业意愿|未就业无意愿|不想外出" },
    { "UNABLE", "无法外出", "Unable", "不能外出|无劳动能力|在校|服役|退休|丧失劳动能力" },
    { 0 },
};

const struct choice labour_statuses[] = {
    { "UNSURVEYED", "未摸排", "Not surveyed" },
    { "UNWILLING", "无意愿", "Unwilling" },
    { "UNABLE", "无法就业", "Unable" },
    { "SEEKING", "求职中", "Seeking" },
    { "MATCHED", "已匹配", "Matched" },
    { "SIGNED_UP", "已报名", "Signed up" },
    { "IN_TRANSFER", "输转途中", "In transfer" },
    { "EMPLOYED", "在岗", "Employed" },
    { "RETURNED", "已返乡", "Returned" },
    { "EXITED", "已退出", "Exited" },
    { 0 },
};

const struct choice status_kinds[] = {
    { "REGISTERED_POOR", "建档立卡贫困人口", "Registered poor" },
    { "POVERTY_EXITED", "脱贫人口", "Poverty-exited" },
    { "UNSTABLE_EXITED", "脱贫不稳定户", "Unstable exited" },
    { "MARGINAL", "边缘易致贫户", "Marginal" },
    { "SUDDEN_HARDSHIP", "突发严重困难户", "Sudden hardship" },
    { "DIFFICULTY", "就业困难人员", "Employment difficulty" },
    { "VETERAN", "退役军人", "Veteran" },
    { "GRADUATE", "高校毕业生", "Graduate" },
    { 0 },
};

const struct choice intention_needs[] = {
    { "WESTERN_FOOD", "需要面食", "Western food", "面食|清真" },
    { "COUPLE_ROOM", "需要夫妻房", "Couple room", "夫妻房|夫妻同去" },
    { "NO_NIGHT", "不上夜班", "No night work", "不夜班|不倒班" },
    { "NO_HEAVY", "不做重体力", "No heavy work", "不重活" },
    { 0 },
};
