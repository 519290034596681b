//! What a case is called in a list: the beginning of its report as far as a line holds it, up to where a sentence or a clause
//! ends. The whole stays the report.

/// Characters of a heading, on a narrow telephone two lines.
const LONGEST: usize = 32;
/// Shorter than this it would say nothing.
const SHORTEST: usize = 6;

/// See the module's text.
#[must_use]
pub fn headline(text: &str) -> String {
    let text = text.trim();
    let line = text.lines().next().unwrap_or_default().trim_end();
    let whole = line.len() == text.len();
    let all: Vec<char> = line.chars().collect();
    if all.len() <= LONGEST {
        return if whole {
            line.to_owned()
        } else {
            format!("{line}…")
        };
    }
    let end = ends(&all).unwrap_or(LONGEST - 1);
    let kept: String = all[..end].iter().collect();
    format!("{}…", kept.trim_end())
}

/// Where the last sentence or clause ends that fits; between words of a language that has spaces where none does.
fn ends(all: &[char]) -> Option<usize> {
    let mut open = 0_usize;
    let (mut clause, mut word) = (None, None);
    for (at, pair) in all.windows(2).take(LONGEST).enumerate() {
        match pair[0] {
            '（' | '(' | '“' | '《' | '「' => open += 1,
            '）' | ')' | '”' | '》' | '」' => open = open.saturating_sub(1),
            _ if open > 0 || at < SHORTEST => {}
            '。' | '！' | '？' | '；' | '，' | '：' | '、' => clause = Some(at),
            // 3.1 m and 12:30 are one.
            '.' | '!' | '?' | ';' | ',' | ':' if pair[1].is_whitespace() => clause = Some(at),
            one if one.is_whitespace() => word = Some(at),
            _ => {}
        }
    }
    let of_words = all.iter().filter(|one| one.is_ascii()).count() * 2 > all.len();
    clause.or(word.filter(|_| of_words))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_heading_ends_where_a_clause_does() {
        for (text, heading) in [
            ("楼道灯不亮", "楼道灯不亮"),
            (
                "消防车道宽度不足：实测 3.1 m，要求不小于 4 m",
                "消防车道宽度不足：实测 3.1 m，要求不小于 4 m",
            ),
            (
                "使用泡沫夹芯板：实测 泡沫夹芯板（B3 级），要求不使用 泡沫夹芯板（B1 级）、泡沫夹芯板（B2 级）、泡沫夹芯板（B3 级），分区 C 区，泡沫夹芯板面积 860 m²",
                "使用泡沫夹芯板：实测 泡沫夹芯板（B3 级）…",
            ),
            (
                "回路负荷超过额定值：实测 58 A（额定 40 A），要求不大于额定值的 80 %，C-3 回路，接了几个摊位 11",
                "回路负荷超过额定值：实测 58 A（额定 40 A）…",
            ),
            (
                "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口。请安排相关人员进行现场处理。",
                "河面漂浮垃圾少许、河道周边有一些垃圾堆放，暂未发现排污口…",
            ),
            ("电梯停了。\n三天没人来修", "电梯停了。…"),
            (
                "Rescue lane too narrow: measured 3.1 m, required at least 4 m",
                "Rescue lane too narrow…",
            ),
            (
                "The lamp at the entrance of building nine has been dark",
                "The lamp at the entrance of…",
            ),
            (
                "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一二三四",
                "一二三四五六七八九十一二三四五六七八九十一二三四五六七八九十一…",
            ),
            ("", ""),
        ] {
            assert_eq!(headline(text), heading);
        }
    }

    proptest! {
        /// Never longer than a line, and always the beginning of what was said.
        #[test]
        fn a_heading_is_the_beginning(text in "[ -~。，：（）、灯亮坏\n]{0,80}") {
            let heading = headline(&text);
            prop_assert!(heading.chars().count() <= LONGEST + 1);
            let kept = heading.strip_suffix('…').unwrap_or(&heading);
            prop_assert!(text.trim().starts_with(kept));
            prop_assert_eq!(kept.is_empty(), text.trim().is_empty());
        }
    }
}
