#!/usr/bin/env python3
"""xforms.py FOLDER : asks pyxform and ODK Validate about the forms the engine `xforms` wrote (its example `xforms_peer`).

Accepted are: each workbook by pyxform, with no warning but advice; the XForm pyxform makes of it and our own by ODK Validate; and pyxform
makes the same of a workbook that was read and written again. ODK Validate needs Java; without it those checks are named as
skipped. Ends with `N passed, M failed`.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyxform
from pyxform.xls2xform import convert

JAR = Path(pyxform.__file__).parent / "validators/odk_validate/bin/ODK_Validate.jar"

# Advice, not faults: pictures are made small by our own client, and pyxform knows no codes with a region (zh-CN, BCP 47).
ADVICE = ("max-pixels", "valid machine-readable codes: 中文 (zh-CN).")


def accepted(xml):
    """What ODK Validate says against a form, or nothing."""
    answer = subprocess.run(["java", "-Djava.awt.headless=true", "-jar", str(JAR), str(xml)], capture_output=True, text=True, timeout=120)
    return "" if answer.returncode == 0 else answer.stdout + answer.stderr


def questions(xml):
    """Bound paths and their types, without what either side adds of its own."""
    found = re.findall(r'<bind [^>]*?nodeset="([^"]+)"[^>]*?(?: type="([^"]+)")', xml)
    found += [(path, kind) for kind, path in re.findall(r'<bind [^>]*?type="([^"]+)"[^>]*?nodeset="([^"]+)"', xml)]
    return {(re.sub(r"^/[^/]+", "/data", path), kind) for path, kind in found if "/meta/" not in path}


def main():
    folder = Path(sys.argv[1])
    has_java = shutil.which("java") is not None
    passed, faults = 0, []

    def check(name, fault):
        nonlocal passed
        if fault:
            faults.append(f"{name}: {fault}")
        else:
            passed += 1

    for book in sorted(folder.glob("*.xlsx")):
        if book.name.endswith(".again.xlsx"):
            continue
        warnings = []
        made = convert(str(book), validate=False, warnings=warnings, form_name="data").xform
        again = convert(str(book.with_suffix(".again.xlsx")), validate=False, form_name="data").xform
        theirs, ours = book.with_suffix(".pyxform.xml"), book.with_suffix(".xml")
        theirs.write_text(made, encoding="utf-8")
        check(f"{book.name} by pyxform", "\n".join(str(one) for one in warnings if not any(part in str(one) for part in ADVICE)))
        check(f"{book.name} read and written again", "" if made == again else "pyxform makes something else of it")
        differ = questions(made) ^ questions(ours.read_text(encoding="utf-8"))
        check(f"{ours.name} against pyxform's", f"questions differ: {sorted(differ)}" if differ else "")
        if has_java:
            check(f"{theirs.name} by ODK Validate", accepted(theirs))
            check(f"{ours.name} by ODK Validate", accepted(ours))
            framed = book.with_suffix(".framed.xml")
            check(f"{framed.name} by ODK Validate", accepted(framed))
    if not has_java:
        print("skipped: ODK Validate needs Java (`sudo apt-get install default-jre-headless`)")
    print("\n".join(faults))
    print(f"{passed} passed, {len(faults)} failed")
    return 1 if faults else 0


sys.exit(main())
