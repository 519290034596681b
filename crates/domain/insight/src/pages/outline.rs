//! Areas in shades: the boundaries in force on the day asked for, drawn flat, the darker the larger the figure.

use std::collections::HashMap;
use std::fmt::Write;

use serde::Deserialize;
use youlin_datasets::cube::Value;
use youlin_kernel::AreaId;

use super::chart::escaped;
use super::table::Table;

#[derive(Deserialize)]
#[serde(tag = "type", content = "coordinates")]
enum Shape {
    Polygon(Vec<Vec<Vec<f64>>>),
    MultiPolygon(Vec<Vec<Vec<Vec<f64>>>>),
}

impl Shape {
    fn rings(self) -> Vec<Vec<(f64, f64)>> {
        let polygons = match self {
            Self::Polygon(rings) => vec![rings],
            Self::MultiPolygon(polygons) => polygons,
        };
        let ring = |ring: Vec<Vec<f64>>| {
            let points = ring.into_iter();
            points
                .filter_map(|at| Some((*at.first()?, *at.get(1)?)))
                .collect()
        };
        polygons.into_iter().flatten().map(ring).collect()
    }
}

/// The areas of a table.
pub(crate) fn areas(table: &Table) -> Vec<AreaId> {
    let keys = table.lines.iter().filter_map(|line| line.keys.first());
    keys.filter_map(|key| match key {
        Some(Value::Number(area)) => Some(AreaId(*area)),
        _ => None,
    })
    .collect()
}

const WIDTH: f64 = 640.0;
const SHADES: f64 = 5.0;

/// An SVG map; empty when none of the areas has a boundary.
pub(crate) fn map(title: &str, table: &Table, shapes: Vec<(AreaId, String)>) -> String {
    let mut rings: Vec<(AreaId, Vec<Vec<(f64, f64)>>)> = Vec::new();
    for (area, text) in shapes {
        if let Ok(shape) = serde_json::from_str::<Shape>(&text) {
            rings.push((area, shape.rings()));
        }
    }
    let points = || rings.iter().flat_map(|(_, rings)| rings.iter().flatten());
    let fold = |pick: fn(&(f64, f64)) -> f64, by: fn(f64, f64) -> f64, start| {
        points().map(pick).fold(start, by)
    };
    let (west, east) = (
        fold(|at| at.0, f64::min, f64::MAX),
        fold(|at| at.0, f64::max, f64::MIN),
    );
    let (south, north) = (
        fold(|at| at.1, f64::min, f64::MAX),
        fold(|at| at.1, f64::max, f64::MIN),
    );
    if west >= east || south >= north {
        return String::new();
    }
    // Degrees of longitude are shorter than those of latitude.
    let narrow = ((south + north) / 2.0).to_radians().cos();
    let scale = WIDTH / ((east - west) * narrow);
    let height = ((north - south) * scale).min(WIDTH * 1.2);
    let scale = scale.min(height / (north - south));
    let figures: HashMap<i64, (&str, &str, f64)> = table
        .lines
        .iter()
        .filter_map(|line| match (line.keys.first(), line.cells.first()) {
            (Some(Some(Value::Number(area))), Some(Some(cell))) => {
                let name = line.heads.first().map_or("", String::as_str);
                Some((*area, (name, cell.text.as_str(), cell.size)))
            }
            _ => None,
        })
        .collect();
    let most = figures
        .values()
        .map(|(_, _, size)| *size)
        .fold(f64::MIN_POSITIVE, f64::max);
    let mut svg = format!(
        "<svg class=\"chart chart-map\" viewBox=\"0 0 {WIDTH} {height:.0}\" role=\"img\" aria-label=\"{}\">",
        escaped(title)
    );
    let mut names = String::new();
    for (area, rings) in &rings {
        let Some((name, text, size)) = figures.get(&area.0) else {
            continue;
        };
        let shade = (size / most * SHADES).ceil().clamp(1.0, SHADES);
        let mut path = String::new();
        let (mut sum_x, mut sum_y, mut count) = (0.0, 0.0, 0.0);
        for ring in rings {
            for (at, (lon, lat)) in ring.iter().enumerate() {
                let (x, y) = ((lon - west) * narrow * scale, (north - lat) * scale);
                let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
                (sum_x, sum_y, count) = (sum_x + x, sum_y + y, count + 1.0);
            }
            path.push('Z');
        }
        let _ = write!(
            svg,
            "<path class=\"chart-area chart-shade-{shade:.0}\" d=\"{path}\"><title>{} {}</title></path>",
            escaped(name),
            escaped(text)
        );
        if count > 0.0 {
            let (x, y) = (sum_x / count, sum_y / count);
            let _ = write!(
                names,
                "<text class=\"chart-place\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{} {}</text>",
                escaped(name),
                escaped(text)
            );
        }
    }
    svg.push_str(&names);
    svg.push_str("</svg>");
    svg
}
