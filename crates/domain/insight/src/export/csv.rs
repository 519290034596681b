//! csv in UTF-8 with a mark that spreadsheets recognise: the definition, an empty line, the figures.

use youlin_tabular::csv_lines;

use super::{Line, Sheet};

pub(super) fn write(sheet: &Sheet) -> Vec<u8> {
    let definition = sheet
        .definition
        .iter()
        .map(|(name, said)| vec![name.clone(), said.clone()]);
    let heads: Vec<String> = sheet.groups.iter().chain(&sheet.columns).cloned().collect();
    let figures = |one: &Line| -> Vec<String> {
        let figures = [
            Some(one.count.to_string()),
            one.part.map(|part| part.to_string()),
            Some(one.text.clone()),
        ];
        one.names
            .iter()
            .cloned()
            .chain(figures.into_iter().flatten())
            .collect()
    };
    let lines = sheet.read().map(|(one, _total)| figures(one));
    csv_lines(definition.chain([Vec::new(), heads]).chain(lines))
}
