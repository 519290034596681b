//! A line at the foot of every printed page (ISO/IEC 29500-1, 18.3.1.46): who filled the form in, and why.

use crate::package::Package;
use crate::xml::{Kind, Piece, attribute, escaped, pieces, plain, prefix};
use crate::{Limits, TableFault};

/// Elements of a sheet that stand after `headerFooter`.
const AFTER: [&str; 18] = [
    "rowBreaks",
    "colBreaks",
    "customProperties",
    "cellWatches",
    "ignoredErrors",
    "smartTags",
    "drawing",
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "AlternateContent",
    "webPublishItems",
    "tableParts",
    "extLst",
    "legacyDrawingHf",
];
/// In the order they have in `headerFooter`.
const PARTS: [&str; 6] = [
    "oddHeader",
    "oddFooter",
    "evenHeader",
    "evenFooter",
    "firstHeader",
    "firstFooter",
];
/// Characters a header or footer may have, its marks counted.
const MOST: usize = 255;

/// Sets the line at the foot of the sheet [`crate::read`] gives at this place, in a part of the footer the form leaves
/// empty (left, right, middle); where it uses all three, in place of the left one. First and even pages have it too where
/// the form treats them differently. It is cut where it is longer than a footer may be.
///
/// # Errors
/// As [`crate::fill`].
pub fn footer(
    bytes: &[u8],
    sheet: usize,
    text: &str,
    limits: &Limits,
) -> Result<Vec<u8>, TableFault> {
    let mut package = Package::open(bytes, sheet, limits)?;
    let part = package.part.clone();
    let before = package.text(&part)?;
    package.set(&part, with_footer(&before, text)?);
    package.save()
}

fn with_footer(sheet: &str, line: &str) -> Result<String, TableFault> {
    let all = pieces(sheet)?;
    let data = all
        .iter()
        .rposition(|one| one.name == "sheetData")
        .ok_or(TableFault::Damaged)?;
    let p = prefix(all[data].raw);
    let after = &all[data + 1..];
    let held = depth_one(after).find(|one| one.opens("headerFooter"));
    let (from, to, tag, parts) = match held {
        Some(open) => {
            let end = after
                .iter()
                .find(|one| one.name == "headerFooter" && one.kind == Kind::End);
            let to = end
                .filter(|_| open.kind == Kind::Start)
                .map_or(open.to(), Piece::to);
            let inside: Vec<Piece<'_>> = after
                .iter()
                .filter(|one| one.from > open.from && one.from < to)
                .copied()
                .collect();
            (
                open.from,
                to,
                crate::xml::opened(open.raw),
                parts_of(sheet, &inside)?,
            )
        }
        None => {
            let next = depth_one(after)
                .find(|one| AFTER.iter().any(|name| one.opens(name)))
                .or_else(|| after.iter().rfind(|one| one.name == "worksheet"));
            let at = next.ok_or(TableFault::Damaged)?.from;
            (at, at, format!("<{p}headerFooter>"), Default::default())
        }
    };
    let mut out = sheet[..from].to_owned() + &tag;
    for (name, part) in PARTS.iter().zip(parts) {
        let wanted = match *name {
            "oddFooter" => true,
            "evenFooter" => yes(&tag, "differentOddEven")?,
            "firstFooter" => yes(&tag, "differentFirst")?,
            _ => false,
        };
        let part = if wanted {
            Some(joined(&part.unwrap_or_default(), line))
        } else {
            part
        };
        if let Some(part) = part {
            out += &format!("<{p}{name}>{}</{p}{name}>", escaped(&part));
        }
    }
    out += &format!("</{p}headerFooter>");
    out += &sheet[to..];
    Ok(out)
}

fn yes(tag: &str, name: &str) -> Result<bool, TableFault> {
    Ok(attribute(tag, name)?.is_some_and(|value| value == "1" || value == "true"))
}

/// The pieces that stand directly in the sheet; views of single users have footers of their own.
fn depth_one<'a, 'b>(after: &'b [Piece<'a>]) -> impl Iterator<Item = &'b Piece<'a>> {
    let mut depth = 0;
    after.iter().filter(move |piece| {
        let here = depth;
        match piece.kind {
            Kind::Start => depth += 1,
            Kind::End => depth -= 1,
            _ => {}
        }
        here == 0
    })
}

fn parts_of(sheet: &str, inside: &[Piece<'_>]) -> Result<[Option<String>; 6], TableFault> {
    let mut parts: [Option<String>; 6] = Default::default();
    for (part, name) in parts.iter_mut().zip(PARTS) {
        let open = inside
            .iter()
            .find(|one| one.name == name && one.kind == Kind::Start);
        let end = inside
            .iter()
            .find(|one| one.name == name && one.kind == Kind::End);
        if let (Some(open), Some(end)) = (open, end) {
            *part = Some(plain(&sheet[open.to()..end.from])?);
        }
    }
    Ok(parts)
}

/// Left, middle and right of a footer, without their marks.
fn sections(footer: &str) -> [String; 3] {
    let mut found: [String; 3] = Default::default();
    // What has no mark stands in the middle.
    let mut at = 1;
    let mut chars = footer.chars();
    while let Some(c) = chars.next() {
        if c != '&' {
            found[at].push(c);
            continue;
        }
        match chars.next() {
            Some('L' | 'l') => at = 0,
            Some('C' | 'c') => at = 1,
            Some('R' | 'r') => at = 2,
            Some(other) => found[at].extend(['&', other]),
            None => {}
        }
    }
    found
}

fn joined(held: &str, line: &str) -> String {
    let mut parts = sections(held);
    let at = [0, 2, 1]
        .into_iter()
        .find(|at| parts[*at].trim().is_empty())
        .unwrap_or(0);
    parts[at].clear();
    let written = |parts: &[String; 3]| -> String {
        let marks = ["&L", "&C", "&R"].iter().zip(parts);
        marks
            .filter(|(_, part)| !part.is_empty())
            .map(|(mark, part)| format!("{mark}{part}"))
            .collect()
    };
    let units = |text: &str| text.encode_utf16().count();
    // Mark, size, and a blank that parts the size from digits of the text.
    let mut left = MOST.saturating_sub(units(&written(&parts)) + 5);
    let mut own = "&8 ".to_owned();
    for c in line
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        let text = if c == '&' {
            "&&".to_owned()
        } else {
            c.to_string()
        };
        if units(&text) > left {
            break;
        }
        left -= units(&text);
        own += &text;
    }
    parts[at] = own;
    written(&parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn beside_what_is_there() {
        assert_eq!(joined("", "甲&乙"), "&L&8 甲&&乙");
        assert_eq!(joined("第 &P 页", "1"), "&L&8 1&C第 &P 页");
        assert_eq!(joined("&L左&&L&C&P", "x"), "&L左&&L&C&P&R&8 x");
        assert_eq!(joined("&La&Cb&Rc", "x"), "&L&8 x&Cb&Rc");
        assert_eq!(joined("", &"长".repeat(400)).encode_utf16().count(), MOST);
    }

    #[test]
    fn in_its_place_among_the_others() {
        let sheet = "<worksheet><sheetData/><pageSetup/><rowBreaks/><extLst/></worksheet>";
        let after = with_footer(sheet, "<甲>").unwrap();
        assert!(after.contains("<pageSetup/><headerFooter><oddFooter>&amp;L&amp;8 &lt;甲&gt;</oddFooter></headerFooter><rowBreaks/>"), "{after}");
        let sheet = "<x:worksheet><x:sheetData></x:sheetData><x:headerFooter differentFirst=\"1\"><x:oddHeader>a</x:oddHeader>\
            <x:firstHeader>b</x:firstHeader></x:headerFooter></x:worksheet>";
        let after = with_footer(sheet, "c").unwrap();
        let wanted = "<x:oddHeader>a</x:oddHeader><x:oddFooter>&amp;L&amp;8 c</x:oddFooter><x:firstHeader>b</x:firstHeader>\
            <x:firstFooter>&amp;L&amp;8 c</x:firstFooter></x:headerFooter></x:worksheet>";
        assert!(after.ends_with(wanted), "{after}");
    }
}
