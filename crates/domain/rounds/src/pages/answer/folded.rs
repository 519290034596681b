//! Which sections of a long form may wait folded on a small screen; the page decides whether its screen is one.

use youlin_web::FormFaults;

use super::Part;

/// So many questions are looked over at once, on a telephone too.
const FEW: usize = 12;

/// Says which sections and instances may wait folded on a small screen: of many questions those one is not at. Whatever has a fault
/// stands open; otherwise the first section that is not answered, and the last instance of each repeat.
pub(in crate::pages) fn folded(mut parts: Vec<Part>, e: &FormFaults) -> Vec<Part> {
    let sections = spans(&parts);
    let faulty = |span: &Span| {
        let inside = &parts[span.begin..span.end];
        inside.iter().any(|one| !e.on(&one.fault()).is_empty())
    };
    let faults: Vec<bool> = sections.iter().map(faulty).collect();
    let any = faults.iter().any(|fault| *fault);
    let many = parts.iter().filter(|one| one.asks()).count() > FEW;
    let mut current = None;
    let mut folds = Vec::with_capacity(sections.len());
    for (span, fault) in sections.iter().zip(faults) {
        let head = &parts[span.begin];
        let open = match head.what {
            "group" => {
                let first = span.top && current.is_none() && head.done < head.asked;
                if first {
                    current = Some(span.begin);
                }
                first && !any
            }
            _ => span.last,
        };
        let may = span.top || head.what == "instance";
        folds.push(many && may && !fault && !open);
    }
    for (span, fold) in sections.into_iter().zip(folds) {
        parts[span.begin].folds = fold;
    }
    parts
}

/// A group or an instance from its head to behind its end.
struct Span {
    begin: usize,
    end: usize,
    /// Not within another one.
    top: bool,
    /// The last instance of its repeat.
    last: bool,
}

fn spans(parts: &[Part]) -> Vec<Span> {
    let mut open: Vec<usize> = Vec::new();
    let mut all: Vec<Span> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        match part.what {
            "group" | "instance" => {
                open.push(all.len());
                all.push(Span {
                    begin: at,
                    end: at,
                    top: open.len() == 1,
                    last: false,
                });
            }
            "end-group" | "end-instance" => {
                if let Some(span) = open.pop() {
                    all[span].end = at;
                    let next = parts.get(at + 1).map(|next| next.what);
                    all[span].last = part.what == "end-instance" && next == Some("end-repeat");
                }
            }
            _ => {}
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(what: &'static str, key: &str, value: &str) -> Part {
        Part {
            what,
            key: key.to_owned(),
            value: value.to_owned(),
            ..Part::default()
        }
    }

    /// A section of five questions with so many answered.
    fn section(key: &str, done: usize) -> Vec<Part> {
        let mut all = vec![Part {
            asked: 5,
            done,
            ..part("group", key, "")
        }];
        let answered = |at: usize| if at < done { "x" } else { "" };
        all.extend((0..5).map(|at| part("text", &format!("{key}{at}"), answered(at))));
        all.push(part("end-group", key, ""));
        all
    }

    fn open(parts: &[Part]) -> Vec<&str> {
        let heads = parts
            .iter()
            .filter(|one| one.is("group") || one.is("instance"));
        heads
            .filter(|one| !one.folds)
            .map(|one| one.key.as_str())
            .collect()
    }

    #[test]
    fn of_a_long_form_the_section_one_is_at_stands_open_and_every_one_with_a_fault() {
        let long = || [section("a", 5), section("b", 2), section("c", 0)].concat();
        let none = FormFaults::none();
        assert_eq!(open(&folded(long(), &none)), ["b"]);
        let mut e = FormFaults::none();
        e.fields
            .push(("a_c3".to_owned(), "请填写这一项".to_owned()));
        assert_eq!(open(&folded(long(), &e)), ["c"]);
        e.fields
            .push(("a_a0".to_owned(), "请填写这一项".to_owned()));
        assert_eq!(open(&folded(long(), &e)), ["a", "c"]);
        // A short one is seen at once.
        let short = [section("a", 5), section("b", 2)].concat();
        assert_eq!(open(&folded(short, &none)), ["a", "b"]);
        let mut repeats = long();
        repeats.push(part("repeat", "r", ""));
        for key in ["r.1", "r.2", "r.3"] {
            repeats.extend([
                part("instance", key, ""),
                part("text", key, "x"),
                part("end-instance", "r", ""),
            ]);
        }
        repeats.push(part("end-repeat", "r", ""));
        assert_eq!(open(&folded(repeats, &none)), ["b", "r.3"]);
    }
}
