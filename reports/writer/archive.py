"""长期保存 (for the archive): what makes a PDF a PDF/A-3a. ISO 19005-3:2012.

Metadata, the meaning of its one colour (grey), and the data it was made from, attached. Dates are the day of the paper
at +08:00, never the day of printing, so that the same data give the same bytes.
"""

from __future__ import annotations

import html
import struct
import zlib
from dataclasses import dataclass
from functools import lru_cache

from reports.writer.objects import Objects, name, reference

PRODUCER = "chengxin-jiuzhu"
CONFORMS = ("3", "A")
TYPES = {
    "json": b"application#2Fjson", "xml": b"application#2Fxml", "csv": b"text#2Fcsv", "txt": b"text#2Fplain",
}  # fmt: skip
"""Media types of what is attached, by the end of its name."""


@dataclass(frozen=True, slots=True)
class About:
    """说明 (about): what a reader shows of a PDF; `day` is an ISO date."""

    title: str
    author: str
    day: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """附件 (attachment): the data of the paper, or the list of letters of a run."""

    name: str
    data: bytes
    says: str


def moment(day: str) -> bytes:
    """日期 (date) of a PDF: the beginning of the day in China."""
    return b"(D:%s000000+08'00')" % day.replace("-", "").encode("ascii")


_SPACES = {
    "rdf": "www.w3.org/1999/02/22-rdf-syntax-ns#", "dc": "purl.org/dc/elements/1.1/", "xmp": "ns.adobe.com/xap/1.0/",
    "pdf": "ns.adobe.com/pdf/1.3/", "pdfaid": "www.aiim.org/pdfa/ns/id/",
}  # fmt: skip
"""Namespaces of the metadata; names only, nothing is fetched. ISO 16684-1."""
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF{spaces}><rdf:Description rdf:about="">
<pdfaid:part>{part}</pdfaid:part><pdfaid:conformance>{level}</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator>
<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>
<xmp:CreateDate>{day}T00:00:00+08:00</xmp:CreateDate><xmp:ModifyDate>{day}T00:00:00+08:00</xmp:ModifyDate>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def metadata(about: About, objects: Objects) -> int:
    """元数据 (XMP metadata), as it is, so that an archive can read it without unpacking."""
    title, author = html.escape(about.title, quote=False), html.escape(about.author, quote=False)
    part, level = CONFORMS
    said = _XMP.format(
        spaces="".join(f' xmlns:{name}="http://{host}"' for name, host in _SPACES.items()), part=part, level=level,
        title=title, author=author, day=about.day, producer=PRODUCER,
    )  # fmt: skip
    return objects.stream(b"/Type/Metadata/Subtype/XML", said.encode("utf-8"))


def info(about: About, objects: Objects) -> int:
    """文档信息 (document information), word for word what the metadata say."""
    day = moment(about.day)
    said = b"<</Title%s/Author%s/Producer%s/CreationDate%s/ModDate%s>>"
    return objects.plain(said % (name(about.title), name(about.author), name(PRODUCER), day, day))


@lru_cache(maxsize=1)
def grey() -> bytes:
    """灰度特性文件 (ICC profile), compressed: grey of gamma 2.2, our own. ICC.1:2001-04, 6."""
    title, rights = b"Grey gamma 2.2\0", b"CC0\0"
    tags = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(title)) + title + bytes(8 + 2 + 1 + 67),
        b"cprt": b"text" + bytes(4) + rights,
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">3I", 0xF351, 0x10000, 0x116CC),
        b"kTRC": b"curv" + bytes(4) + struct.pack(">IH", 1, 0x0233),
    }
    offset, table, body = 132 + 12 * len(tags), struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        table += tag + struct.pack(">II", offset + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(
        ">I4xI4s4s4s6H4s28x3I", offset + len(body), 0x02400000, b"mntr", b"GRAY", b"XYZ ", 2026, 1, 1, 0, 0, 0, b"acsp",
        0xF6D6, 0x10000, 0xD32D,
    )  # fmt: skip
    return zlib.compress(head.ljust(128, b"\0") + table + body, 9)


def intent(objects: Objects) -> bytes:
    """输出意图 (output intent): how grey is meant."""
    profile = objects.stream(b"/N 1/Filter/FlateDecode", grey())
    identifier = name("Grey gamma 2.2")
    return b"[<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier%s/Info%s/DestOutputProfile %s>>]" % (
        identifier, identifier, reference(profile)
    )  # fmt: skip


def attach(one: Attachment, day: str, objects: Objects) -> bytes:
    """附上 (attach): entries of the catalogue that name an attachment, once. ISO 19005-3, 6.8."""
    kind = TYPES.get(one.name.rpartition(".")[2], b"application#2Foctet-stream")
    when = moment(day)
    params = b"<</Size %d/CreationDate%s/ModDate%s>>" % (len(one.data), when, when)
    file = reference(objects.deflated(b"/Type/EmbeddedFile/Subtype/%s/Params%s" % (kind, params), one.data))
    called = name(one.name)
    said = b"<</Type/Filespec/F%s/UF%s/Desc%s/AFRelationship/Data/EF<</F %s/UF %s>>>>"
    spec = reference(objects.plain(said % (called, called, name(one.says), file, file)))
    return b"/AF[%s]/Names<</EmbeddedFiles<</Names[%s%s]>>>>" % (spec, called, spec)
