"""What Python makes of random files and expressions, one JSON object a line.

    python3 tests/property/python/python_reads.py ini 1 500 > tests/property/python/ini.jsonl
    python3 tests/property/python/python_reads.py regex 1 600 > tests/property/python/regex.jsonl

The second argument seeds the random choices, the third is how many.
"""

import configparser
import io
import json
import random
import re
import sys
import warnings

INI_PIECES = [
    "[options]", "[queue_job]", "[DEFAULT]", "[a]", "[a] ; b", "[b]]", "[", "]", "[]",
    "db_host", "Port", "port", "CHANNELS", "É", "x y", "=", ":", " = ", ":  ", "==",
    "1", "root:4,mail:2", "False", "%d_%(x)s", "a;b", "a ; b", "a # b", '"', "'", "é",
    "#", ";", "# note", "; note", " ", "  ", "\t", "    ", "\u00a0", "\f", "\u2028",
    "\x1f", "\x85", "\ufeff", "\\",
]  # fmt: skip
INI_LINES = [
    "[options]", "[queue_job]", "[a]", "[DEFAULT]", "port = 1", "host: b", "key=",
    "  more", "\tmore = 2", "    [x]", "# note", "  ; note", "", "  ", "Key : a = b",
]  # fmt: skip
LINE_ENDS = ["\n", "\n", "\n", "\r\n", "\r"]

REGEX_PIECES = [
    "a", "b", "shop", "_", "-", ".", "^", "$", "|", "*", "+", "?", "{2}", "{1,2}", "{,2}",
    "{1,}", "{}", "{a}", "{", "}", "]", "(", ")", "(a|b)", "(?:", "(?=a)", "(?!b)", "(?<=a)",
    "(?<!a)", "(?P<x>", "(?P=x)", "(?#c)", "\\1", "[ab]", "[^ab]", "[a-c]", "[]a]", "[^]a]",
    "[[a]", "[\\w-]", "[\\d.]", "[a\\-b]", "[\\]a]", "[\\b]", "[\\s]", "[\\D]", "[a-\\d]", "\\d",
    "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "\\A", "\\Z", "\\.", "\\-", "\\_", "\\/",
    "\\x61", "\\u0062", "\\n", "\\t", "\\q", "\\0", "\\012", "\\8", "é", "\\é", " ", "\\ ", "#",
    "&&", "[a&&b]", "[a--b]", "/", "%", "~", "\\N{DIGIT ONE}", "*+", "??", "*?",
]  # fmt: skip
REGEX_STARTS = ["", "", "", "", "^", "(?i)", "(?s)", "(?m)", "(?a)", "(?u)", "(?x)", "(?L)"]
REGEX_TEXTS = [
    "", "a", "b", "ab", "ba", "aa", "abb", "c", "A", "B", "SHOP", "shop", "shop_a", "shopshop",
    "a-b", "a.b", "_", "-", ".", "1", "12", "1a", "\u0663", "é", "É", "a b", " ", "a\n", "\n",
    "a\nb", "]", "]a", "[a", "{", "a{}", "a{a}", "}", "#", "&", "&&", "/", "%", "~", "\t", "\b",
    "\x00", "\n1", "\u017f", "\u212a", "\U0001d7d8", "a\u2028b", "\u203f", "ª", "²",
]  # fmt: skip


def random_ini(choose):
    lines = []
    for _ in range(choose.randrange(1, 9)):
        line = choose.choice(INI_LINES)
        if choose.random() < 0.4:
            line += "".join(choose.choices(INI_PIECES, k=choose.randrange(1, 4)))
        elif choose.random() < 0.2:
            line = "".join(choose.choices(INI_PIECES, k=choose.randrange(1, 6)))
        lines.append(line + choose.choice(LINE_ENDS))
    start = "" if choose.random() < 0.1 else "[options]\n"
    # A byte order mark at the start stops Python 3 and 2 and is passed over here.
    return (start + "".join(lines)).lstrip("\ufeff")


def read_ini(text):
    """Python 3 refuses what stands twice; Python 2 takes it."""

    def read(strict):
        parser = configparser.RawConfigParser(strict=strict)
        parser.read_file(io.StringIO(text, newline=None))
        return [[section, parser.items(section)] for section in parser.sections()]

    try:
        sections = read(strict=False)
    except configparser.Error:
        return {"text": text, "sections": None, "isDouble": False}
    try:
        read(strict=True)
    except configparser.Error:
        return {"text": text, "sections": sections, "isDouble": True}
    return {"text": text, "sections": sections, "isDouble": False}


def random_regex(choose):
    pieces = choose.choices(REGEX_PIECES, k=choose.randrange(1, 6))
    return choose.choice(REGEX_STARTS) + "".join(pieces)


def read_regex(pattern):
    try:
        regex = re.compile(pattern)
    except (re.error, ValueError, OverflowError):
        return {"pattern": pattern, "accepted": None}
    return {"pattern": pattern, "accepted": [it for it in REGEX_TEXTS if regex.match(it)]}


def main(kind, seed, count):
    warnings.simplefilter("ignore")
    choose = random.Random(int(seed))
    if kind == "regex":
        print(json.dumps({"texts": REGEX_TEXTS}))
    for _ in range(int(count)):
        pair = read_ini(random_ini(choose)) if kind == "ini" else read_regex(random_regex(choose))
        print(json.dumps(pair))


main(*sys.argv[1:])
