//! Stalls as people write them: `C-01 C-02`, or `01-11` within a section.

use uuid::Uuid;
use youlin_places::premises::StallView;

/// Ids of the stalls, in the order of the plan.
///
/// # Errors
/// What is no stall here.
pub(crate) fn stalls(text: &str, section: &str, all: &[StallView]) -> Result<Vec<Uuid>, String> {
    let section = section.trim();
    let inside = |one: &&StallView| section.is_empty() || one.section == section;
    let mut found: Vec<Uuid> = Vec::new();
    let parts = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | ';'));
    for part in parts.filter(|part| !part.is_empty()) {
        let named = all.iter().find(|one| one.label() == part);
        let numbered = || all.iter().filter(inside).find(|one| one.number == part);
        if let Some(one) = named.or_else(numbered) {
            found.push(one.id);
            continue;
        }
        let range = part
            .split_once(['-', '–', '~', '至'])
            .and_then(|(from, to)| Some((from.parse::<u32>().ok()?, to.parse::<u32>().ok()?)));
        let Some((from, to)) = range.filter(|(from, to)| from <= to) else {
            return Err(part.to_owned());
        };
        let within = |one: &&StallView| {
            one.number
                .parse::<u32>()
                .is_ok_and(|number| (from..=to).contains(&number))
        };
        let before = found.len();
        found.extend(all.iter().filter(inside).filter(within).map(|one| one.id));
        if found.len() == before {
            return Err(part.to_owned());
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|id| seen.insert(*id));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use youlin_kernel::CommunityId;
    use youlin_places::premises::StallUse;

    use super::*;

    fn plan() -> Vec<StallView> {
        let stall = |(at, (section, number)): (usize, (&str, &str))| StallView {
            id: Uuid::from_u128(at as u128),
            version: 1,
            community: CommunityId(1),
            premises: Uuid::nil(),
            section: section.to_owned(),
            number: number.to_owned(),
            area_centi: None,
            usage: StallUse::Selling,
            ended_at: None,
        };
        let names = [
            ("C", "01"),
            ("C", "02"),
            ("C", "03"),
            ("D", "02"),
            ("", "甲"),
        ];
        names.into_iter().enumerate().map(stall).collect()
    }

    #[test]
    fn stalls_are_read_as_people_write_them() {
        let all = plan();
        let ids = |text: &str, section: &str| {
            let found = stalls(text, section, &all)?;
            Ok::<_, String>(found.iter().map(|id| id.as_u128()).collect::<Vec<_>>())
        };
        assert_eq!(ids("C-01、C-03", ""), Ok(vec![0, 2]));
        assert_eq!(ids("01-02", "C"), Ok(vec![0, 1]));
        assert_eq!(ids("1至3", "C"), Ok(vec![0, 1, 2]));
        assert_eq!(ids("02 02", "D"), Ok(vec![3]));
        assert_eq!(ids("甲", ""), Ok(vec![4]));
        assert_eq!(ids("C-09", ""), Err("C-09".to_owned()));
        assert_eq!(ids("7-9", "C"), Err("7-9".to_owned()));
        assert_eq!(ids("", "C"), Ok(vec![]));
    }
}
