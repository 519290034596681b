//! Figures by area with the boundaries in force on the day asked for. The definition is a member of the collection.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use youlin_datasets::Asked;
use youlin_datasets::cube::Kind;
use youlin_kernel::{AreaId, Micros, Problem};
use youlin_web::App;

use super::{Sheet, Written, area_of};

pub(super) async fn write(app: &App, asked: &Asked, sheet: &Sheet) -> Written {
    let schema = asked.dataset.schema();
    let by_area = asked.query.group.iter().position(|group| {
        schema
            .dim(&group.dim)
            .is_some_and(|dim| dim.kind == Kind::Area)
    });
    let at = by_area.ok_or_else(|| Problem::invalid("group", "query-no-area"))?;
    let lines = &sheet.lines;
    let areas: Vec<AreaId> = lines
        .iter()
        .filter_map(|line| area_of(&line.keys, at))
        .map(AreaId)
        .collect();
    let shapes =
        youlin_places::queries::outlines(app.db(), &areas, Micros(asked.at.instant)).await?;
    let shapes: HashMap<i64, Value> = shapes
        .into_iter()
        .filter_map(|(area, text)| Some((area.0, serde_json::from_str(&text).ok()?)))
        .collect();
    let tree = app.areas();
    let features: Vec<Value> = lines
        .iter()
        .map(|line| {
            let area = area_of(&line.keys, at);
            let mut properties = Map::new();
            properties.extend(
                sheet
                    .groups
                    .iter()
                    .cloned()
                    .zip(line.names.iter().map(|name| json!(name))),
            );
            let code = area.and_then(|area| tree.get(AreaId(area)).map(|node| node.code.clone()));
            properties.insert("area".into(), json!(area));
            properties.insert("code".into(), json!(code));
            properties.insert("count".into(), json!(line.count));
            properties.insert("part".into(), json!(line.part));
            properties.insert("figure".into(), json!(line.text));
            let geometry = area
                .and_then(|area| shapes.get(&area))
                .unwrap_or(&Value::Null);
            json!({ "type": "Feature", "geometry": geometry, "properties": properties })
        })
        .collect();
    // A list: several conditions and groups have the same name.
    let definition: Vec<Value> = sheet
        .definition
        .iter()
        .map(|(name, said)| json!({ "name": name, "value": said }))
        .collect();
    let whole =
        json!({ "type": "FeatureCollection", "definition": definition, "features": features });
    Ok(whole.to_string().into_bytes())
}
