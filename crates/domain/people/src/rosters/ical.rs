//! Calendars as RFC 5545 writes them, for feeds of this floor and those above.

use jiff::ToSpan;
use jiff::civil::Date;
use youlin_kernel::Micros;

/// A calendar in the making.
#[derive(Debug)]
pub struct Calendar {
    out: String,
    now: Micros,
}

impl Calendar {
    #[must_use]
    pub fn new(product: &str, name: &str, now: Micros) -> Self {
        let mut all = Self {
            out: String::new(),
            now,
        };
        all.line("BEGIN:VCALENDAR");
        all.line("VERSION:2.0");
        all.line(&format!("PRODID:-//Youlin//{product}//ZH"));
        all.line(&format!("X-WR-CALNAME:{}", escaped(name)));
        all
    }

    fn line(&mut self, text: &str) {
        fold(text, &mut self.out);
    }

    fn event(&mut self, uid: &str, when: &[String], summary: &str, more: &str) {
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{uid}@youlin"));
        let stamped = stamp(self.now);
        self.line(&format!("DTSTAMP:{stamped}"));
        for one in when {
            self.line(one);
        }
        self.line(&format!("SUMMARY:{}", escaped(summary)));
        if !more.is_empty() {
            self.line(&format!("DESCRIPTION:{}", escaped(more)));
        }
        self.line("END:VEVENT");
    }

    /// Something from then to then.
    pub fn timed(&mut self, uid: &str, (from, to): (Micros, Micros), summary: &str) {
        let when = [
            format!("DTSTART:{}", stamp(from)),
            format!("DTEND:{}", stamp(to)),
        ];
        self.event(uid, &when, summary, "");
    }

    /// Something of whole days, both included.
    pub fn days(&mut self, uid: &str, (first, last): (Date, Date), summary: &str, more: &str) {
        let day = |day: Date| day.strftime("%Y%m%d").to_string();
        let when = [
            format!("DTSTART;VALUE=DATE:{}", day(first)),
            // The end is the first day that is no longer meant.
            format!("DTEND;VALUE=DATE:{}", day(last.saturating_add(1.day()))),
            "TRANSP:TRANSPARENT".to_owned(),
        ];
        self.event(uid, &when, summary, more);
    }

    #[must_use]
    pub fn finish(mut self) -> String {
        self.line("END:VCALENDAR");
        self.out
    }
}

fn stamp(at: Micros) -> String {
    at.timestamp().strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Text of a property: separators are escaped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Lines longer than 75 octets go on in the next one, never inside a character.
fn fold(line: &str, out: &mut String) {
    let mut room = 75;
    for c in line.chars() {
        if c.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        out.push(c);
        room -= c.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use youlin_kernel::Micros;

    use super::{Calendar, escaped, fold};

    #[test]
    fn long_lines_are_folded_between_characters() {
        let mut out = String::new();
        fold(&"值".repeat(60), &mut out);
        assert!(out.split("\r\n").all(|line| line.len() <= 75));
        assert_eq!(out.replace("\r\n ", "").trim_end(), "值".repeat(60));
    }

    #[test]
    fn separators_are_escaped() {
        assert_eq!(escaped("a;b,c\\d\ne"), "a\\;b\\,c\\\\d\\ne");
    }

    #[test]
    fn the_end_of_whole_days_is_the_day_after() {
        let mut calendar = Calendar::new("rounds", "巡河", Micros(0));
        let november = (date(2026, 11, 1), date(2026, 11, 30));
        calendar.days("x", november, "村级河长每周巡河", "");
        let text = calendar.finish();
        assert!(text.contains("DTSTART;VALUE=DATE:20261101\r\n"));
        assert!(text.contains("DTEND;VALUE=DATE:20261201\r\n"));
        assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    }
}
