//! What holds for all rows of a sheet and may be said once, where no column says it: the estate of a list of one estate.

use crate::Table;

/// A field that may be said once for a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Key of its words (`import-field-estate`).
    pub field: &'static str,
    /// Values with their names, in the order in which they are offered.
    pub choices: Vec<(String, String)>,
    /// The value the file itself seems to name.
    pub guess: Option<String>,
    /// Without it the rows of this file most likely mean nothing: somebody is asked, whatever is remembered of its columns.
    pub needed: bool,
}

impl Asked {
    /// The name of a value.
    #[must_use]
    pub fn name_of(&self, value: &str) -> Option<&str> {
        let mut choices = self.choices.iter();
        let found = choices.find(|(known, _)| known == value)?;
        Some(&found.1)
    }
}

/// A file somebody is asked about.
#[derive(Clone, Copy, Debug)]
pub struct AskedOf<'a> {
    pub table: &'a Table,
    pub file_name: &'a str,
}

impl AskedOf<'_> {
    /// Texts that may say what the whole file is about: its name, the names of its sheets, the rows above the columns.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let mut texts = vec![self.file_name.to_owned()];
        for part in &self.table.parts {
            texts.push(part.name.clone());
            let cells = part.above.iter().flat_map(|line| &line.cells);
            texts.extend(cells.map(youlin_tabular::Cell::shown));
        }
        texts
    }
}

/// Which of these the texts name, if it is exactly one: a name that is a part of another one named counts only where it
/// stands alone. `names`: values with their names.
#[must_use]
pub fn named_in<'a>(names: &[(&'a str, &str)], texts: &[String]) -> Option<&'a str> {
    let mut found: Option<&'a str> = None;
    for text in texts {
        let named = names.iter().copied();
        let named = named.filter(|(_, name)| !name.is_empty() && text.contains(name));
        let here: Vec<(&'a str, &str)> = named.collect();
        for (value, name) in &here {
            let longer = here
                .iter()
                .any(|(_, other)| other != name && other.contains(name));
            // Two of one name are told apart by nobody here.
            if !longer && *found.get_or_insert(value) != *value {
                return None;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::named_in;

    #[test]
    fn a_file_names_one_or_none() {
        let names = [
            ("a", "光明东村"),
            ("b", "东村"),
            ("c", "西村"),
            ("d", "西村"),
        ];
        let of = |texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
            named_in(&names, &texts)
        };
        assert_eq!(of(&["光明东村居民名单.xlsx", "Sheet1"]), Some("a"));
        assert_eq!(of(&["东村.xlsx", "东村1号楼"]), Some("b"));
        assert_eq!(of(&["东村.xlsx", "光明东村"]), None);
        assert_eq!(of(&["西村.xlsx"]), None);
        assert_eq!(of(&["居民.xlsx"]), None);
    }
}
