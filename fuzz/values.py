"""Takes the MessagePack values out of saved plan files, each into a file: a corpus for the target plan_value."""

import hashlib
import sys
import zipfile
from pathlib import Path


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 2:
            length, at = varint(data, at)
            yield tag >> 3, data[at : at + length]
            at += length
        else:
            _, at = varint(data, at)


def values(plan):
    for number, change in fields(plan):
        if number in (3, 18):
            for number, part in fields(change):
                if number == 9:
                    for number, value in fields(part):
                        if number == 2:
                            yield from (packed for number, packed in fields(value) if number == 1)


*plans, corpus = sys.argv[1:]
for plan in plans:
    for value in values(zipfile.ZipFile(plan).read("tfplan")):
        (Path(corpus) / hashlib.sha1(value).hexdigest()[:16]).write_bytes(value)
