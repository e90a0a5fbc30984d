"""Which script a name is written in, and how names of one script are spelled in another.

Latin spellings of one name differ with the country and the century ("Chaikovskij", "Tchaikovsky"); `skeleton` leaves of
each what they have in common, so that equal skeletons are one name. Of ideographs nothing tells how they sound.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LATIN, CYRILLIC, GREEK, KANA, HAN, HANGUL, OTHER = "latin", "cyrillic", "greek", "kana", "han", "hangul", "other"
_SCRIPTS = {
    "LATIN": LATIN, "CYRILLIC": CYRILLIC, "GREEK": GREEK, "HIRAGANA": KANA, "KATAKANA": KANA,
    "KATAKANA-HIRAGANA": KANA, "CJK": HAN, "HANGUL": HANGUL,
}  # fmt: skip
SPELLED = frozenset({CYRILLIC, GREEK, KANA, HANGUL})  # the letters of which are spelled by rule


def _spellings(letters: str, latin: str) -> dict[str, str]:
    return dict(zip(letters, latin.split(), strict=True))


_CYRILLIC = _spellings(
    "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґўјљњћђџ",
    "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch - y - e yu ya e i i e g u j lj nj c dj dz",
)
_GREEK = _spellings("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o")
_GREEK_PAIRS = {"ου": "u", "αυ": "av", "ευ": "ev", "μπ": "b", "ντ": "nt", "αι": "e", "ει": "i", "οι": "i"}
# Of Latin spellings: the longer first.
_ALIKE = (
    ("shch|tsch|sch", "s"), ("tch", "c"), ("sh", "s"), ("zh", "z"), ("ch|ts|tz", "c"), ("kh|gh", "h"), ("ph", "f"),
    ("th", "t"), ("x", "ks"), ("w", "v"), ("ck|q", "k"), ("ou|oo|oh(?=$)", "u"), ("[yj]", "i"), ("ie|ii", "i"),
    ("o", "u"), ("h(?=$)", ""), ("eu", "u"),
)  # fmt: skip
_KANA_ALIKE = (
    ("sh(?=[auoe])", "sy"), ("ch(?=[auoe])", "ty"), ("j(?=[auoe])", "zy"), ("shi", "si"), ("chi", "ti"), ("tsu", "tu"),
    ("fu", "hu"), ("ji|di", "zi"), ("dzu|du", "zu"), ("wo", "o"), ("m(?=[bmp])", "n"), ("ou|oo|oh", "o"), ("uu", "u"),
    ("ei|ee", "e"), ("aa", "a"), ("ii", "i"),
)  # fmt: skip


# Characters that titles and names often have, which the two ways of writing Chinese have in different forms.
_SIMPLIFIED = str.maketrans(
    "倫國愛轉陳夢風雲電話時間東車門開關見聽說語讀書寫畫飛馬鳥魚龍麗歲歡樂葉華張劉趙吳楊許鄧馮蔣蕭韓譚鄭謝盧羅蘇陸錢顧"
    "龔黃孫莊範賈鐘鍾嚴齊藍綠紅銀鐵錦長遠過還這邊進運達遲選遺難離雙雞靜頭題顏願類飄飯驚髮發體鬆鬥點黨齡偉個們傷傳億優"
    "兒內兩凍劇動勝勢勞區協單衛卻厲參員問啟喚喪嗎團園圖圓聖場塊墜壞壯聲處備夠夾奪奮婦媽嬌學寧寶實審將尋對導屆層島歸當"
    "錄後從徹復徵憶懷態慣應戀戰戲戶執擁擇擊擔據擺攝攔敗數敵斷無舊昇晝曉暫曆會條來極榮構樓標樣樹橋機橫檔歐殘殺氣決沒淚"
    "淨溫滅滿漢漸潛燈燒熱燦爭爺爾牆狀獨獲環現產畢異療盡監盤眾碼礎禮種稱穩窮競筆節簡籠籤粵紀約純紙級細終結絕給統經綿緊"
    "線緣練縱總績織繞繼續纏罰職聯聰膽臉臨舉與興艷藝蘭虛號蟲術衝補裝複覺觀計訊討訓記設訪評詞詩誠誤誰請諾課調談論證識譜"
    "議護變讓貓負財貨責貴買費資賞賣質賽贈跡踐軍輕輪輸轟辦農迴遊鄉醫釋針鋼鏡鑽閃閉陰陽際隨險隱隻雖霧響頁頂項順預領頻顛"
    "養餘館騎騙驗鬧鮮鳳鹽麥麼黴齒臺灣彈彎恆慶憂懶撥掛揮損換搖擋擾曠權歎毀湧濃濕濤灑煙煩燭猶瑪痺盜瞭磚禍穫築籃糧緒緩縮"
    "纖罵聞膚腦艱莖蔥藥蘋蝕蠟襯訴診詢該誌誘謊謎讚豐貝貧貼賀賓賢賭賴贏趨躍載輝轄辭適遙郵釘鈴鈍銘鋒錯鍋鎖鏈閒閱闊闖隊階"
    "雜靈韻頌頓頗頸顆餓饒駐駕駛驕鬱鬢鯨鴻鵝鷹",
    "伦国爱转陈梦风云电话时间东车门开关见听说语读书写画飞马鸟鱼龙丽岁欢乐叶华张刘赵吴杨许邓冯蒋萧韩谭郑谢卢罗苏陆钱顾"
    "龚黄孙庄范贾钟钟严齐蓝绿红银铁锦长远过还这边进运达迟选遗难离双鸡静头题颜愿类飘饭惊发发体松斗点党龄伟个们伤传亿优"
    "儿内两冻剧动胜势劳区协单卫却厉参员问启唤丧吗团园图圆圣场块坠坏壮声处备够夹夺奋妇妈娇学宁宝实审将寻对导届层岛归当"
    "录后从彻复征忆怀态惯应恋战戏户执拥择击担据摆摄拦败数敌断无旧升昼晓暂历会条来极荣构楼标样树桥机横档欧残杀气决没泪"
    "净温灭满汉渐潜灯烧热灿争爷尔墙状独获环现产毕异疗尽监盘众码础礼种称稳穷竞笔节简笼签粤纪约纯纸级细终结绝给统经绵紧"
    "线缘练纵总绩织绕继续缠罚职联聪胆脸临举与兴艳艺兰虚号虫术冲补装复觉观计讯讨训记设访评词诗诚误谁请诺课调谈论证识谱"
    "议护变让猫负财货责贵买费资赏卖质赛赠迹践军轻轮输轰办农回游乡医释针钢镜钻闪闭阴阳际随险隐只虽雾响页顶项顺预领频颠"
    "养余馆骑骗验闹鲜凤盐麦么霉齿台湾弹弯恒庆忧懒拨挂挥损换摇挡扰旷权叹毁涌浓湿涛洒烟烦烛犹玛痹盗了砖祸获筑篮粮绪缓缩"
    "纤骂闻肤脑艰茎葱药苹蚀蜡衬诉诊询该志诱谎谜赞丰贝贫贴贺宾贤赌赖赢趋跃载辉辖辞适遥邮钉铃钝铭锋错锅锁链闲阅阔闯队阶"
    "杂灵韵颂顿颇颈颗饿饶驻驾驶骄郁鬓鲸鸿鹅鹰",
)


_TRADITIONAL_ONLY = frozenset(map(chr, _SIMPLIFIED))
# Simplified forms that traditional texts have too, as characters of their own.
_SIMPLIFIED_ONLY = (
    frozenset(map(chr, _SIMPLIFIED.values())) - _TRADITIONAL_ONLY - frozenset("里后松斗合面只准家云才谷台干征几出")
)


def simplified(text: str) -> str:
    """Return a text with common traditional Chinese characters in their simplified form.

    >>> simplified("陳大文 - 愛情轉移")
    '陈大文 - 爱情转移'
    """
    return text.translate(_SIMPLIFIED)


def differing_forms(text: str) -> tuple[int, int]:
    """Return how many characters of a text are traditional ones only, and how many are simplified ones only.

    Of common ones, as `simplified` knows them; one that both ways of writing have counts for none.

    >>> differing_forms("愛情轉移"), differing_forms("爱情转移")
    ((2, 0), (0, 2))
    """
    return (
        sum(character in _TRADITIONAL_ONLY for character in text),
        sum(character in _SIMPLIFIED_ONLY for character in text),
    )


@lru_cache(maxsize=4096)
def script_of(character: str) -> str:
    """Return the script of a letter, one of the constants above; "" of what is no letter."""
    if not character.isalpha():
        return LATIN if character.isdigit() else ""
    return _SCRIPTS.get(unicodedata.name(character, "").split(" ")[0], OTHER)


def scripts_of(text: str) -> frozenset[str]:
    """Return the scripts of a text's letters.

    >>> sorted(scripts_of("IU 아이유"))
    ['hangul', 'latin']
    """
    return frozenset(script for character in text if not character.isdigit() and (script := script_of(character)))


def romanised(text: str) -> str:
    """Return a text with letters of Cyrillic, Greek, Kana and Hangul in Latin ones, by one rule a script.

    >>> romanised("Группа крови"), romanised("さくら"), romanised("한글")
    ('gruppa krovi', 'sakura', 'hangeul')
    """
    if not scripts_of(text) & SPELLED:
        return text
    bare = "".join(
        character
        for character in unicodedata.normalize("NFD", text.casefold())
        if not "\u0300" <= character <= "\u036f"
    )
    plain = unicodedata.normalize("NFC", bare)
    for pair, letters in _GREEK_PAIRS.items():
        plain = plain.replace(pair, letters)
    latin = "".join(_latin(character) for character in plain)
    latin = re.sub(r"~tu([bcdfghjkmprstyz])", r"\1\1", latin)  # the small tsu doubles what follows
    latin = re.sub(r"i~y([auo])", r"y\1", latin)
    return re.sub(r"[~-](?=\w|$)", "", latin)


@lru_cache(maxsize=4096)
def _latin(character: str) -> str:
    script = script_of(character)
    if script == CYRILLIC:
        return _CYRILLIC.get(character, character)
    if script == GREEK:
        return _GREEK.get(character, character)
    if script not in (KANA, HANGUL):
        return character
    words = unicodedata.name(character).split(" ")
    if words[0] == "KATAKANA-HIRAGANA":  # the mark that makes a vowel long
        return ""
    small = "~" if "SMALL" in words else ""
    return small + words[-1].lower()


@lru_cache(maxsize=4096)
def skeleton(text: str, *, japanese: bool = False) -> str:
    """Return what Latin spellings of one name have in common, without spaces.

    >>> skeleton("Znaesh") == skeleton(romanised("Знаешь"))
    True
    >>> skeleton("Shoujo", japanese=True) == skeleton(romanised("しょうじょ"), japanese=True)
    True
    """
    plain = re.sub(r"[^a-z0-9]", "", romanised(text).casefold())
    for pattern, letters in _KANA_ALIKE if japanese else _ALIKE:
        plain = re.sub(pattern, letters, plain)
    return re.sub(r"(.)\1+", r"\1", plain)
