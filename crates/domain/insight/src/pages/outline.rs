//! Areas in shades: the boundaries in force on the day asked for, drawn flat, the darker the larger the figure.

use std::collections::HashMap;
use std::fmt::Write;

use serde::Deserialize;
use youlin_datasets::cube::Value;
use youlin_kernel::AreaId;

use super::chart::{escaped, opens};
use super::table::{Figured, Table};

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

const WIDTH: f64 = 440.0;
const SHADES: f64 = 5.0;

type Rings = Vec<Vec<(f64, f64)>>;

/// From degrees to the drawing.
struct Frame {
    west: f64,
    north: f64,
    /// Degrees of longitude are shorter than those of latitude.
    narrow: f64,
    scale: f64,
    height: f64,
}

impl Frame {
    /// Around all points; `None` where there is nothing to draw.
    fn around(shapes: &[(AreaId, Rings)]) -> Option<Self> {
        let points = || shapes.iter().flat_map(|(_, rings)| rings.iter().flatten());
        let west = points().map(|at| at.0).fold(f64::MAX, f64::min);
        let east = points().map(|at| at.0).fold(f64::MIN, f64::max);
        let south = points().map(|at| at.1).fold(f64::MAX, f64::min);
        let north = points().map(|at| at.1).fold(f64::MIN, f64::max);
        if west >= east || south >= north {
            return None;
        }
        let narrow = ((south + north) / 2.0).to_radians().cos();
        let wide = WIDTH / ((east - west) * narrow);
        let height = ((north - south) * wide).min(WIDTH * 1.2);
        Some(Self {
            west,
            north,
            narrow,
            scale: wide.min(height / (north - south)),
            height,
        })
    }

    fn place(&self, (lon, lat): (f64, f64)) -> (f64, f64) {
        let x = (lon - self.west) * self.narrow * self.scale;
        (x, (self.north - lat) * self.scale)
    }

    /// The outline as a path, and its middle for the name.
    fn path(&self, rings: &Rings) -> (String, Option<(f64, f64)>) {
        let mut path = String::new();
        let (mut sum, mut count) = ((0.0, 0.0), 0.0);
        for ring in rings {
            for (at, point) in ring.iter().enumerate() {
                let (x, y) = self.place(*point);
                let _ = write!(path, "{}{x:.1} {y:.1}", if at == 0 { "M" } else { "L" });
                (sum, count) = ((sum.0 + x, sum.1 + y), count + 1.0);
            }
            path.push('Z');
        }
        (path, (count > 0.0).then(|| (sum.0 / count, sum.1 / count)))
    }
}

/// Name, figure and size of each area.
fn figures(table: &Table) -> HashMap<i64, (&str, &Figured)> {
    let lines = table.lines.iter();
    lines
        .filter_map(|line| match (line.keys.first(), line.cells.first()) {
            (Some(Some(Value::Number(area))), Some(Some(cell))) => {
                let name = line.heads.first().map_or("", String::as_str);
                Some((*area, (name, cell)))
            }
            _ => None,
        })
        .collect()
}

/// An SVG map; empty when none of the areas has a boundary.
pub(crate) fn map(title: &str, table: &Table, shapes: Vec<(AreaId, String)>) -> String {
    let shapes: Vec<(AreaId, Rings)> = shapes
        .into_iter()
        .filter_map(|(area, text)| Some((area, serde_json::from_str::<Shape>(&text).ok()?.rings())))
        .collect();
    let Some(frame) = Frame::around(&shapes) else {
        return String::new();
    };
    let figures = figures(table);
    let sizes = figures.values().map(|(_, cell)| cell.size);
    let most = sizes.fold(f64::MIN_POSITIVE, f64::max);
    let mut svg = format!(
        "<svg class=\"chart chart-map\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"group\" aria-label=\"{}\">",
        frame.height,
        escaped(title)
    );
    let mut names = String::new();
    for (area, rings) in &shapes {
        let Some((name, cell)) = figures.get(&area.0) else {
            continue;
        };
        let shade = (cell.size / most * SHADES).ceil().clamp(1.0, SHADES);
        let (name, text) = (escaped(name), escaped(&cell.text));
        let (path, middle) = frame.path(rings);
        let outline = format!(
            "<path class=\"chart-area chart-shade-{shade:.0}\" d=\"{path}\"><title>{name} {text}</title></path>"
        );
        svg.push_str(&opens(&cell.href, &outline));
        if let Some((x, y)) = middle {
            let _ = write!(
                names,
                "<text class=\"chart-place\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{name} {text}</text>"
            );
        }
    }
    svg.push_str(&names);
    svg.push_str("</svg>");
    svg
}
