//! An area as one line of text: number, the one above, level, whether it is closed, the lengths of the three texts, then the
//! texts themselves one after the other. Lengths, because a text may hold anything; in characters, as both databases count.

use youlin_kernel::{AreaId, AreaLevel, AreaNode};

/// The line as SQL that both databases understand.
pub(super) const SQL: &str = "CAST(area_id AS TEXT) || ' ' || COALESCE(CAST(parent_id AS TEXT), '-') || ' ' || \
     CAST(level AS TEXT) || CASE WHEN closed_at IS NULL THEN ' o ' ELSE ' c ' END || \
     CAST(LENGTH(code) AS TEXT) || ' ' || CAST(LENGTH(name) AS TEXT) || ' ' || code || name || name_en";

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Said<'a> {
    pub(super) id: AreaId,
    parent: Option<AreaId>,
    level: i32,
    closed: bool,
    code: &'a str,
    name: &'a str,
    name_en: &'a str,
}

/// None of a line that is not one of [`SQL`].
pub(super) fn read(line: &str) -> Option<Said<'_>> {
    let mut parts = line.splitn(7, ' ');
    let mut part = || parts.next();
    let (id, parent, level, closed) = (part()?, part()?, part()?, part()?);
    let (code, name, texts) = (part()?.parse().ok()?, part()?.parse().ok()?, part()?);
    let (code, rest) = first(texts, code)?;
    let (name, name_en) = first(rest, name)?;
    Some(Said {
        id: AreaId(id.parse().ok()?),
        parent: match parent {
            "-" => None,
            number => Some(AreaId(number.parse().ok()?)),
        },
        level: level.parse().ok()?,
        closed: closed == "c",
        code,
        name,
        name_en,
    })
}

/// Parts a text after so many characters.
fn first(text: &str, characters: usize) -> Option<(&str, &str)> {
    let end = match text.char_indices().nth(characters) {
        Some((at, _)) => at,
        None if text.chars().count() == characters => text.len(),
        None => return None,
    };
    Some(text.split_at(end))
}

impl Said<'_> {
    /// None of a level this version does not know.
    pub(super) fn node(&self) -> Option<AreaNode> {
        Some(AreaNode {
            id: self.id,
            parent: self.parent,
            level: AreaLevel::from_number(self.level)?,
            code: self.code.to_owned(),
            name: self.name.to_owned(),
            name_en: self.name_en.to_owned(),
            closed: self.closed,
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn texts_may_hold_anything() {
        for (code, name, name_en) in [
            ("320613005018", "跃龙社区", "Yuelong"),
            ("", "", ""),
            ("a b", "二 区 4", " 7"),
            ("1", "𠮷é\n", "-"),
        ] {
            let (long, longer) = (code.chars().count(), name.chars().count());
            let line = format!("7 - 3 c {long} {longer} {code}{name}{name_en}");
            let said = read(&line).unwrap();
            assert_eq!((said.code, said.name, said.name_en), (code, name, name_en));
            assert_eq!((said.id, said.parent, said.closed), (AreaId(7), None, true));
        }
        let said = read("9 7 6 o 1 1 乙丙").unwrap();
        assert_eq!(
            (said.parent, said.level, said.closed),
            (Some(AreaId(7)), 6, false)
        );
        assert_eq!(read("9 7 6 o 3 1 乙丙"), None);
    }
}
