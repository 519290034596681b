//! From a word somebody typed, or a sheet has, to a label of the catalogue; and what comes near to a word that is none.

use youlin_imports::tabular::{fold, outside_brackets};

use super::{HOME_TOWN, LabelCatalogue, LabelKind};

/// The family of what somebody is good at.
const TALENT: &str = "talent";
/// Labels proposed for a word.
const NEAR: usize = 3;

impl LabelCatalogue {
    /// The label a word means: a code, a name, a usual other word for one, or a member of a family (`talent:剪纸`,
    /// `老家：如皋`). `None`: the catalogue knows no such label.
    #[must_use]
    pub fn meant(&self, word: &str) -> Option<String> {
        let word = word.trim().replace('：', ":");
        if let Some((family, own)) = word.split_once(':') {
            let family = match family.trim() {
                "老家" | "籍贯" | "家乡" => HOME_TOWN,
                "特长" | "达人" | "才艺" => TALENT,
                other => other,
            };
            let label = format!("{family}:{}", own.trim());
            let known = self.of(&label).is_some() || family == TALENT || family == HOME_TOWN;
            return (known && !own.trim().is_empty()).then_some(label);
        }
        let usual = usual(&word);
        let kind = self.called(&word).or_else(|| self.of(usual));
        kind.map(|kind| kind.code.clone())
    }

    /// The word a column's name asks about, whose cells say yes or no: any after 是否, a label's own name without it.
    #[must_use]
    pub fn asked_by(&self, column: &str) -> Option<String> {
        let name = column_name(column);
        match question(&name) {
            Some(word) => Some(word.to_owned()),
            None => (self.asks(&name) == Some(false)).then_some(name),
        }
    }

    /// Whether a column's name is about one label of the catalogue, and whether it says 是否.
    #[must_use]
    pub fn asks(&self, column: &str) -> Option<bool> {
        let name = column_name(column);
        let asked = question(&name);
        let word = asked.unwrap_or(&name);
        let known = !word.contains(':') && self.meant(word).is_some();
        known.then_some(asked.is_some())
    }

    /// Whether a text has one of the usual other words for a label.
    pub(super) fn says_usual(text: &str, kind: &LabelKind) -> bool {
        OTHER_WORDS
            .iter()
            .filter(|(code, _)| *code == kind.code)
            .any(|(_, words)| words.iter().any(|word| text.contains(word)))
    }

    /// Labels whose names come near to the word, the nearest first.
    #[must_use]
    pub fn near(&self, word: &str, sensitive: bool) -> Vec<&LabelKind> {
        let pieces = pieces(word);
        let mut found: Vec<(usize, &LabelKind)> = self
            .offered(sensitive)
            .filter_map(|kind| {
                let names = [&kind.name_zh, &kind.name_en];
                let alike = names.map(|name| likeness(&pieces, name));
                let best = alike.into_iter().max().unwrap_or(0);
                (best > 0).then_some((best, kind))
            })
            .collect();
        found.sort_by_key(|(alike, _)| std::cmp::Reverse(*alike));
        found.into_iter().take(NEAR).map(|(_, kind)| kind).collect()
    }
}

/// Without what is written around it: 是否独居*（是/否） is 是否独居.
fn column_name(column: &str) -> String {
    let name = outside_brackets(&fold(column)).replace('*', "");
    match name.is_ascii() {
        true => name.trim().to_owned(),
        false => name.replace(' ', ""),
    }
}

/// What comes after 是否.
fn question(name: &str) -> Option<&str> {
    let asks = ["是否属于", "是否为", "是否是", "是否有", "是否", "是不是"];
    let word = asks.iter().find_map(|asks| name.strip_prefix(asks))?;
    (!word.is_empty()).then_some(word)
}

/// Words of sheets for labels the register has a code for.
const OTHER_WORDS: &[(&str, &[&str])] = &[
    ("elderly", &["老人", "老年", "高龄", "高龄老人"]),
    ("living_alone", &["独居老人", "独居老年人", "一个人住"]),
    ("mobility_impaired", &["失能", "半失能", "行动不便者"]),
    ("wheelchair_user", &["轮椅", "坐轮椅"]),
    ("disabled", &["残疾", "残疾人士", "持证残疾人"]),
    ("long_term_ill", &["慢病", "慢性病患者"]),
    ("pregnant", &["孕妇", "产妇"]),
    ("party_member", &["党员", "中共党员", "中共预备党员"]),
    ("veteran", &["退伍军人", "复员军人", "转业军人", "退役士兵"]),
    ("university_teacher", &["大学教师", "大学老师", "高校老师"]),
    ("volunteer", &["志愿服务者", "义工"]),
];

fn usual(word: &str) -> &str {
    let known = OTHER_WORDS.iter().find(|(_, words)| words.contains(&word));
    known.map_or(word, |(code, _)| code)
}

/// Chinese characters one by one, Latin letters in threes.
fn pieces(text: &str) -> Vec<String> {
    let text: Vec<char> = text
        .to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let (latin, other): (Vec<char>, Vec<char>) = text.into_iter().partition(char::is_ascii);
    let threes = latin.windows(3).map(|three| three.iter().collect());
    other
        .into_iter()
        .filter(|c| !matches!(c, '人' | '员' | '者' | '的'))
        .map(String::from)
        .chain(threes)
        .collect()
}

/// Thousandths of what both have together.
fn likeness(word: &[String], name: &str) -> usize {
    let name = pieces(name);
    let shared = word.iter().filter(|piece| name.contains(piece)).count();
    shared * 2_000 / (word.len() + name.len()).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::LabelCatalogue;

    #[test]
    fn a_word_means_a_label_or_none() {
        let all = LabelCatalogue::default();
        for (word, label) in [
            ("living_alone", "living_alone"),
            ("独居", "living_alone"),
            ("独居老人", "living_alone"),
            ("中共党员", "party_member"),
            ("talent:剪纸", "talent:剪纸"),
            ("特长：剪纸", "talent:剪纸"),
            ("老家:如皋", "hometown:如皋"),
        ] {
            assert_eq!(all.meant(word).unwrap(), label, "{word}");
        }
        for word in ["低保户", "x", "hometown:", "talent： ", "色彩:红"] {
            assert_eq!(all.meant(word), None, "{word}");
        }
    }

    #[test]
    fn a_column_may_ask_about_a_label() {
        let all = LabelCatalogue::default();
        for (column, word) in [
            ("是否独居", "独居"),
            ("是否 为独居老人*（是/否）", "独居老人"),
            ("是否残疾", "残疾"),
            ("党员", "党员"),
            ("Veteran", "Veteran"),
        ] {
            assert_eq!(all.asked_by(column).as_deref(), Some(word), "{column}");
            let says = column.starts_with("是否");
            assert_eq!(all.asks(column), Some(says), "{column}");
        }
        // Somebody who takes the column for labels is asked about the word, not about yes and no.
        assert_eq!(all.asked_by("是否低保").as_deref(), Some("低保"));
        assert_eq!(all.asks("是否低保"), None);
        for column in ["标签", "人员类别", "是否", "文化程度", "特长:剪纸"] {
            assert_eq!(all.asked_by(column), None, "{column}");
        }
    }

    #[test]
    fn what_comes_near_is_proposed() {
        let all = LabelCatalogue::default();
        let near = |word| all.near(word, false).first().map(|kind| kind.code.clone());
        assert_eq!(near("孤寡独居").unwrap(), "living_alone");
        assert_eq!(near("wheelchairs").unwrap(), "wheelchair_user");
        assert_eq!(near("低保户"), None);
        let ill = |sensitive| {
            let near = all.near("慢病", sensitive);
            near.iter().any(|kind| kind.code == "long_term_ill")
        };
        assert!(ill(true) && !ill(false), "hidden ones are not proposed");
    }
}
