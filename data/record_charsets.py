#!/usr/bin/env python3
"""Writes charsets.json beside this file: which character encodings the real `textencodebase64` has, and what each byte
means in those of one byte a character. Needs terraform 1.11 on PATH.

Names are those of the registry "Character Sets" (iana.org) that Terraform's own library knows an encoding for.
"""

import base64
import json
import os
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent

# Candidates: names and aliases of the registry. What terraform refuses is left out.
NAMES = """
UTF-8 csUTF8
UTF-16 csUTF16
UTF-16BE csUTF16BE
UTF-16LE csUTF16LE
US-ASCII iso-ir-6 ANSI_X3.4-1968 ANSI_X3.4-1986 ISO_646.irv:1991 ISO646-US us IBM367 cp367 csASCII ASCII
ISO_8859-1:1987 iso-ir-100 ISO_8859-1 ISO-8859-1 latin1 l1 IBM819 CP819 csISOLatin1
ISO_8859-2:1987 iso-ir-101 ISO_8859-2 ISO-8859-2 latin2 l2 csISOLatin2
ISO_8859-3:1988 iso-ir-109 ISO_8859-3 ISO-8859-3 latin3 l3 csISOLatin3
ISO_8859-4:1988 iso-ir-110 ISO_8859-4 ISO-8859-4 latin4 l4 csISOLatin4
ISO_8859-5:1988 iso-ir-144 ISO_8859-5 ISO-8859-5 cyrillic csISOLatinCyrillic
ISO_8859-6:1987 iso-ir-127 ISO_8859-6 ISO-8859-6 ECMA-114 ASMO-708 arabic csISOLatinArabic
ISO_8859-6-E csISO88596E ISO-8859-6-E
ISO_8859-6-I csISO88596I ISO-8859-6-I
ISO_8859-7:1987 iso-ir-126 ISO_8859-7 ISO-8859-7 ELOT_928 ECMA-118 greek greek8 csISOLatinGreek
ISO_8859-8:1988 iso-ir-138 ISO_8859-8 ISO-8859-8 hebrew csISOLatinHebrew
ISO_8859-8-E csISO88598E ISO-8859-8-E
ISO_8859-8-I csISO88598I ISO-8859-8-I
ISO_8859-9:1989 iso-ir-148 ISO_8859-9 ISO-8859-9 latin5 l5 csISOLatin5
ISO-8859-10 iso-ir-157 l6 ISO_8859-10:1992 csISOLatin6 latin6
ISO-8859-11
ISO-8859-13 csISO885913
ISO-8859-14 iso-ir-199 ISO_8859-14:1998 ISO_8859-14 latin8 iso-celtic l8 csISO885914
ISO-8859-15 ISO_8859-15 Latin-9 csISO885915
ISO-8859-16 iso-ir-226 ISO_8859-16:2001 ISO_8859-16 latin10 l10 csISO885916
KOI8-R csKOI8R
KOI8-U csKOI8U
macintosh mac csMacintosh
IBM037 cp037 ebcdic-cp-us ebcdic-cp-ca ebcdic-cp-wt ebcdic-cp-nl csIBM037
IBM437 cp437 437 csPC8CodePage437
IBM775 cp775 csPC775Baltic
IBM850 cp850 850 csPC850Multilingual
IBM852 cp852 852 csPCp852
IBM855 cp855 855 csIBM855
IBM857 cp857 857 csIBM857
IBM00858 CCSID00858 CP00858 PC-Multilingual-850+euro csIBM00858
IBM860 cp860 860 csIBM860
IBM861 cp861 861 cp-is csIBM861
IBM862 cp862 862 csPC862LatinHebrew
IBM863 cp863 863 csIBM863
IBM864 cp864 csIBM864
IBM865 cp865 865 csIBM865
IBM866 cp866 866 csIBM866
IBM869 cp869 869 cp-gr csIBM869
IBM01140 CCSID01140 CP01140 ebcdic-us-37+euro csIBM01140
IBM1047 IBM-1047 csIBM1047
TIS-620 csTIS620
windows-874 cswindows874
windows-1250 cswindows1250
windows-1251 cswindows1251
windows-1252 cswindows1252
windows-1253 cswindows1253
windows-1254 cswindows1254
windows-1255 cswindows1255
windows-1256 cswindows1256
windows-1257 cswindows1257
windows-1258 cswindows1258
Shift_JIS MS_Kanji csShiftJIS
Windows-31J csWindows31J
Extended_UNIX_Code_Packed_Format_for_Japanese csEUCPkdFmtJapanese EUC-JP
ISO-2022-JP csISO2022JP
ISO-2022-JP-2 csISO2022JP2
EUC-KR csEUCKR
KS_C_5601-1987 iso-ir-149 KS_C_5601-1989 KSC_5601 korean csKSC56011987
GBK CP936 MS936 windows-936 csGBK
GB2312 csGB2312
GB18030 csGB18030
HZ-GB-2312
Big5 csBig5
Big5-HKSCS csBig5HKSCS
UTF-7 csUTF7
UTF-32 csUTF32
KZ-1048 STRK1048-2002 RK1048 csKZ1048
PTCP154 csPTCP154 PT154 CP154 Cyrillic-Asian
"""

SEVERAL_BYTES = {"UTF-8", "UTF-16", "UTF-16BE", "UTF-16LE", "Shift_JIS", "Extended_UNIX_Code_Packed_Format_for_Japanese", "ISO-2022-JP",
                 "EUC-KR", "GBK", "GB18030", "HZ-GB-2312", "Big5"}


def console(directory, expression):
    environment = dict(os.environ, TF_CLI_CONFIG_FILE=os.devnull, NO_COLOR="1", CHECKPOINT_DISABLE="1")
    done = subprocess.run(["terraform", "console"], input=expression + "\n", cwd=directory, env=environment, capture_output=True, text=True)
    return done.stdout, re.sub(r"[│╷╵\s]+", " ", done.stderr)


def ask(directory, expression):
    """The value of an expression, by way of JSON; in base64, as the console escapes what it prints."""
    output, errors = console(directory, f"base64encode(jsonencode({expression}))")
    if not output:
        raise SystemExit(errors)
    return json.loads(base64.b64decode(json.loads(output)))


def main():
    with tempfile.TemporaryDirectory() as directory:
        rows = []
        for line in NAMES.strip().splitlines():
            names = line.split()
            known = ask(directory, f'[for n in {json.dumps(names)} : can(textencodebase64("", n))]')
            names = [name for name, good in zip(names, known) if good]
            if not names:
                continue
            # An error says the canonical name: nothing has this one everywhere but Unicode.
            _, errors = console(directory, f'textencodebase64("\\U0010fffe", "{names[0]}")')
            said = re.search(r"cannot be represented in ([^\s]+?)\.? *$", errors.strip())
            name = said[1] if said else names[0]
            row = {"name": name, "aliases": sorted({each.lower() for each in names} - {name.lower()})}
            every = json.dumps([base64.b64encode(bytes([byte])).decode() for byte in range(256)])
            decoded = ask(directory, f'[for b in {every} : try(textdecodebase64(b, "{name}"), "\\ufffd")]')
            if name not in SEVERAL_BYTES:
                row["characters"] = "".join(decoded)
                # The other way round it has to be the same.
                characters = "[" + ", ".join(f"\"\\u{ord(character):04x}\"" for character in decoded if character != "\ufffd") + "]"
                encoded = ask(directory, f'[for c in {characters} : try(textencodebase64(c, "{name}"), "")]')
                bytes_of = [byte for byte, character in enumerate(decoded) if character != "\ufffd"]
                for byte, character, back in zip(bytes_of, json.loads(characters), encoded):
                    if base64.b64decode(back) != bytes([byte]):
                        print(f"{name}: {byte:#x} is {character!r}, which is encoded as {base64.b64decode(back)!r}")
            rows.append(row)
    text = ",\n".join("  " + json.dumps(row) for row in rows)
    (HERE / "charsets.json").write_text("[\n" + text + "\n]\n")
    print(f"{len(rows)} encodings, {sum('characters' in row for row in rows)} of them with a byte for each character")


if __name__ == "__main__":
    main()
