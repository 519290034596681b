#!/usr/bin/env python3
"""openrosa.py SERVER [USELESS_ADDRESS] : an OpenRosa client that knows the standard and nothing of this server.

SERVER is the address of a phone (`http://…/openrosa/<secret>`). Every form it lists is fetched with its lists, checked by its hash
and, where Java and pyxform are at hand, by ODK Validate; filled by what the form itself says; sent, sent again, sent changed, sent
with photographs over several requests, and cut off half way. Ends with `N passed, M failed`.
"""

import csv
import hashlib
import io
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import uuid
import zlib
from datetime import datetime, timedelta, timezone
from email.utils import formatdate
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
RESPONSE = "{http://openrosa.org/http/response}"
XF = "{http://www.w3.org/2002/xforms}"
H = "{http://www.w3.org/1999/xhtml}"
JR = "{http://openrosa.org/javarosa}"
BOUNDARY = "--------------------------openrosapeer"

passed, faults = 0, []


def check(name, holds, what=""):
    global passed
    if holds:
        passed += 1
    else:
        faults.append(f"{name}: {what}")


def ask(method, url, body=None, kind=None):
    """Status, headers and body of an answer, whatever the status."""
    headers = {"X-OpenRosa-Version": "1.0", "Date": formatdate(usegmt=True), "Accept-Language": "en"}
    if kind:
        headers["Content-Type"] = kind
    try:
        with urlopen(Request(url, data=body, headers=headers, method=method), timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except HTTPError as error:
        return error.code, error.headers, error.read()


def md5(data):
    return "md5:" + hashlib.md5(data).hexdigest()


def picture(number):
    """A small PNG unlike any other number's."""
    row = b"\0" + bytes((number * 37 + x * 11) % 256 for x in range(48))
    chunk = lambda name, data: struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    head = struct.pack(">IIBBBBB", 16, 16, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(row * 16)) + chunk(b"IEND", b"")


def valid(form):
    """What ODK Validate says against a form; nothing where it cannot be asked."""
    try:
        import pyxform
    except ImportError:
        return None
    jar = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"
    if shutil.which("java") is None or not jar.exists():
        return None
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(form)
        file.flush()
        command = ["java", "-Djava.awt.headless=true", "-jar", str(jar), file.name]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return "" if answer.returncode == 0 else answer.stdout + answer.stderr


class Form:
    """A form as it was fetched, with its lists."""

    def __init__(self, data, lists):
        self.root = ET.fromstring(data)
        self.lists = lists
        model = self.root.find(f"{H}head/{XF}model")
        self.instance = model.find(f"{XF}instance")[0]
        self.binds = {bind.get("nodeset"): bind for bind in model.findall(f"{XF}bind")}
        self.controls = {}
        for element in self.root.find(f"{H}body").iter():
            if element.get("ref") and element.tag in (f"{XF}{name}" for name in ("input", "select1", "select", "upload")):
                self.controls[element.get("ref")] = element
        self.files = []

    def choices(self, control, values):
        itemset = control.find(f"{XF}itemset")
        if itemset is None:
            return [item.find(f"{XF}value").text for item in control.findall(f"{XF}item")]
        name = itemset.get("nodeset").split("'")[1]
        kind = values.get("/data/youlin_kind")
        return [row["name"] for row in self.lists[name] if row["kind"] == kind]

    def answer(self, path, element, values):
        control, bind = self.controls.get(path), self.binds.get(path)
        kind = bind.get("type") if bind is not None else "string"
        now = datetime.now(timezone(timedelta(hours=8))).isoformat(timespec="milliseconds")
        if bind is not None and bind.get(f"{JR}preload") == "timestamp":
            return now
        if control is None or (bind is not None and bind.get("readonly")):
            return element.text or ""
        if control.tag in (f"{XF}select1", f"{XF}select"):
            offered = self.choices(control, values)
            if element.text in offered:
                return element.text
            if path.endswith("youlin_kind"):
                held = {row["kind"] for row in self.lists["subjects"]}
                offered = [value for value in offered if value in held] or offered
            return offered[0] if offered else ""
        if control.tag == f"{XF}upload":
            name = f"{len(self.files) + 1}-{uuid.uuid4().hex[:8]}.png"
            self.files.append((name, picture(int(uuid.uuid4().int % 10_000))))
            return name
        point = "32.0148 120.8978 4 6.5"
        return {
            "int": "3", "decimal": "2.5", "date": now[:10], "time": now[11:], "dateTime": now, "geopoint": point,
            "geotrace": f"{point}; 32.0150 120.8980 4 6.5", "barcode": "6901234567892",
        }.get(kind, "看过了 & <好>")

    def fill(self):
        """The filled form: every question is answered, also those that may not stand."""
        values, self.files = {}, []
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in self.instance.attrib.items())
        body = self.level(self.instance, "/data", values)
        meta = f"<orx:meta><orx:instanceID>uuid:{uuid.uuid4()}</orx:instanceID></orx:meta>"
        self.values = values
        return f"<?xml version='1.0' ?><data{attributes} xmlns:orx=\"http://openrosa.org/xforms\">{body}{meta}</data>"

    def level(self, element, path, values):
        out = ""
        for child in element:
            name = child.tag.split("}")[-1]
            if name == "meta" or child.get(f"{JR}template") is not None:
                continue
            here = f"{path}/{name}"
            if len(child):
                inner = self.level(child, here, values)
            else:
                values[here] = self.answer(here, child, values)
                inner = escape(values[here])
            out += f"<{name}>{inner}</{name}>"
        return out


def multipart(xml, files=(), incomplete=False):
    parts = [("xml_submission_file", "form.xml", "text/xml", xml.encode())]
    parts += [(name, name, "image/png", data) for name, data in files]
    body = b""
    for name, file, kind, data in parts:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        body += data + b"\r\n"
    if incomplete:
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="*isIncomplete*"\r\n\r\nyes\r\n'.encode()
    return body + f"--{BOUNDARY}--\r\n".encode()


def send(server, *parts, **more):
    status, _, body = ask("POST", f"{server}/submission?deviceID=peer", multipart(*parts, **more), f"multipart/form-data; boundary={BOUNDARY}")
    message = ET.fromstring(body).find(f"{RESPONSE}message")
    return status, (message.text if message is not None else body.decode())


def cut_off(server, body):
    """Sends half a body and hangs up."""
    at = urlsplit(server)
    with socket.create_connection((at.hostname, at.port or 80), timeout=20) as line:
        head = (
            f"POST {at.path}/submission HTTP/1.1\r\nHost: {at.netloc}\r\nX-OpenRosa-Version: 1.0\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        line.sendall(head.encode() + body[: len(body) // 2])


def journey(server, name, form):
    xml = form.fill()
    if not form.values.get("/data/youlin_subject"):
        print(f"skipped: {name}, nothing of this person's to go to")
        return
    files = form.files
    cut_off(server, multipart(xml, files))
    status, text = send(server, xml, files[:1], incomplete=len(files) > 1)
    check(f"{name} sent", status == 201, f"{status} {text}")
    for rest in range(1, len(files)):
        status, text = send(server, xml, files[rest : rest + 1], incomplete=rest + 1 < len(files))
        check(f"{name} photograph {rest}", status == 201, f"{status} {text}")
    status, text = send(server, xml, files)
    check(f"{name} sent again", status == 201 and "not doubled" in text, f"{status} {text}")
    status, text = send(server, xml.replace("看过了", "没看"))
    check(f"{name} changed", status == 409, f"{status} {text}")
    bare = form.fill()
    for file, _ in form.files:
        bare = bare.replace(file, "")
    status, text = send(server, bare)
    check(f"{name} without photographs", status == 201, f"{status} {text}")


def main():
    server = sys.argv[1].rstrip("/")
    status, headers, _ = ask("HEAD", f"{server}/submission?deviceID=peer")
    check("HEAD", status == 204, status)
    check("largest body", int(headers.get("X-OpenRosa-Accept-Content-Length", 0)) > 10_000_000, headers)
    check("version", headers.get("X-OpenRosa-Version") == "1.0", headers)
    status, _, body = ask("GET", f"{server}/formList?verbose=true")
    check("form list", status == 200, status)
    forms = ET.fromstring(body).findall(f"{LIST}xform")
    check("forms", len(forms) > 0, body.decode())
    for entry in forms:
        of = lambda name: entry.find(f"{LIST}{name}").text
        status, _, data = ask("GET", of("downloadUrl"))
        check(f"{of('formID')} fetched", status == 200 and md5(data) == of("hash"), f"{status} {of('hash')}")
        said = valid(data)
        if said is None:
            print("skipped: ODK Validate (needs Java and pyxform)")
        else:
            check(f"{of('formID')} by ODK Validate", not said, said)
        _, _, manifest = ask("GET", of("manifestUrl"))
        lists = {}
        for media in ET.fromstring(manifest).findall(f"{MANIFEST}mediaFile"):
            part = lambda name: media.find(f"{MANIFEST}{name}").text
            _, _, text = ask("GET", part("downloadUrl"))
            check(f"{part('filename')} fetched", md5(text) == part("hash"), part("hash"))
            lists[part("filename").removesuffix(".csv")] = list(csv.DictReader(io.StringIO(text.decode())))
        journey(server, of("formID"), Form(data, lists))
    status, text = send(server, '<data id="no-such-form" version="1"><meta><instanceID>uuid:1</instanceID></meta></data>')
    check("unknown form", status == 404 and "still on the phone" in text, f"{status} {text}")
    if len(sys.argv) > 2:
        status, _, body = ask("GET", f"{sys.argv[2].rstrip('/')}/formList")
        check("ended address", status == 403, f"{status} {body.decode()}")
    print("\n".join(faults))
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults else 0


sys.exit(main())
