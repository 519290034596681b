#!/usr/bin/env python3
"""Make the Nantong example: areas, boundaries, registers, accounts and half a year of cases.

    python3 generate.py           write every file of this folder, then check them
    python3 generate.py --check   only check the files as they are

Python 3.11, standard library only, seeded: the same scripts and texts.txt give the same bytes.
What is real and what is invented is told in README.md.
"""
import csv
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True   # leave no __pycache__ beside the data

from maker import business, check, history, people, places, staffing
from maker.facts import REF_WEEKDAY, REF_YEAR, VALID_FROM

HERE = Path(__file__).resolve().parent
CATALOGUE = HERE.parent.parent / "data" / "categories.json"


def write_csv(name, header, rows):
    with open(HERE / name, "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header.split(","))
        w.writerows(rows)


def write_boundaries(rings):
    """One feature a line, so that a redrawn area is one changed line."""
    lines = [json.dumps({"type": "Feature", "properties": {"code": code, "illustrative": True, "valid_from": VALID_FROM},
                         "geometry": {"type": "Polygon", "coordinates": [ring]}}, ensure_ascii=False)
             for code, ring in rings.items()]
    (HERE / "boundaries.geojson").write_text(
        '{"type": "FeatureCollection", "features": [\n' + ",\n".join(lines) + "\n]}\n", encoding="utf-8")


def generate():
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    areas, rings = places.make_areas()
    houses = places.make_houses(rings)
    residents = people.make_people(houses[1], houses[2])
    staff = staffing.make_staffing(residents, houses)
    texts = (HERE / "texts.txt").read_text(encoding="utf-8")
    cases = history.make_cases(texts, catalogue, rings, houses, residents, staff)

    write_csv("areas.csv", "code,scheme,scheme_version,level,parent_code,name,name_en,short", areas)
    write_boundaries(rings)
    write_csv("estates.csv", "key,community_code,name,aliases,street_address,built_year,lon,lat,neighbourhood_code", houses[0])
    write_csv("buildings.csv", "key,estate_key,name,aliases,floors,lon,lat,neighbourhood_code", houses[1])
    write_csv("dwellings.csv", "key,building_key,entrance,room,floor,use", houses[2])
    write_csv("persons.csv", "key,name,sex,birth_year,phones,dwelling_key,relation,household_key,labels,language,note,consents", residents.rows)
    write_csv("organisations.csv", "key,kind,name,area_code,phone,uscc", staffing.make_organisations())
    write_csv("memberships.csv", "person_key,organisation_key,role,area_code,valid_from,duty_phone", staff.memberships_on_duty())
    write_csv("accounts.csv", "login,display_name,person_key,grants", staff.accounts)
    trade = business.make_business(houses, residents, rings)
    write_csv("premises.csv", "key,community_code,kind,name,building_key,street_address,lon,lat,neighbourhood_code,floor_area,storeys,built_year,circuit,note", trade.premises)
    write_csv("stalls.csv", "key,premises_key,section,number,floor_area,use", trade.stalls)
    write_csv("equipment.csv", "key,building_key,premises_key,kind,name,spot,count,state,maintainer,checked_on,due_on,note", trade.equipment)
    write_csv("merchants.csv", "key,premises_key,stall_key,name,kind,credit_code,trade,goods,employees,floor_area,load,hours,opened_on,phone,since,owner_key,operator_key,safety_key", trade.merchants)
    with open(HERE / "cases.jsonl", "w", encoding="utf-8") as f:
        for case in cases:
            f.write(json.dumps(case, ensure_ascii=False) + "\n")
    meta = {
        "name": "nantong", "title": "南通 · 虹桥街道跃龙社区（示例）", "title_en": "Nantong, Yuelong community (example)",
        "based_on": "One newspaper page from Nantong, Jiangsu: names of places and institutions and the matters told there.",
        "invented": ["persons", "households", "telephone numbers", "dwellings", "organisation codes", "cases", "stalls, shops, merchants and equipment", "grids other than 悦美网格",
                     "areas with scheme youlin-example"],
        "boundaries": "illustrative, drawn for this example, WGS-84; not official and not from any data set",
        "coordinates": "WGS-84", "boundaries_valid_from": VALID_FROM, "generator": "generate.py",
        "ages_right_about": REF_YEAR, "assumed_load_weekday": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][REF_WEEKDAY],
        "home_area": "320613005018", "licence": "CC0-1.0",
    }
    (HERE / "source.json").write_text(json.dumps(meta, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["--check"]):
        raise SystemExit(__doc__)
    if not sys.argv[1:]:
        generate()
    sys.exit(check.run(HERE, CATALOGUE))
