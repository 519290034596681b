//! GPX 1.0 and 1.1 (<https://www.topografix.com/GPX/1/1/>): what watches and telephones record. Read are the points of all
//! segments of all tracks with their times, and radius and speed where the usual extensions give them; routes and single
//! waypoints are no track. Written is a track for whoever walked it.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use thiserror::Error;

use super::fix::{MOST_FIXES, TrackFix};

/// Why a file is no track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GpxFault {
    /// No XML, or broken off.
    #[error("not readable as XML")]
    Unreadable,
    /// XML of something else.
    #[error("the root is not gpx")]
    NotGpx,
    /// Nothing recorded in it.
    #[error("no track points")]
    Empty,
    /// Points drawn on a map: nobody can have walked them at any time.
    #[error("no point has a time")]
    NoTimes,
    #[error("more than {MOST_FIXES} points")]
    TooMany,
}

/// The points of a file, in the order they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gpx {
    /// One list for each segment that has points.
    pub segments: Vec<Vec<TrackFix>>,
    /// Points left out because they have no time that can be read.
    pub untimed: usize,
    /// Points left out because their position is none.
    pub unreadable: usize,
}

/// What the parser stands in.
#[derive(Clone, Copy, Default, PartialEq)]
enum Text {
    #[default]
    None,
    Time,
    Speed,
    Accuracy,
}

/// Reads a file.
///
/// # Errors
/// See [`GpxFault`].
pub fn read_gpx(bytes: &[u8]) -> Result<Gpx, GpxFault> {
    let mut reader = Reader::from_reader(bytes);
    let mut found = Reading::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader
            .read_event_into(&mut buffer)
            .map_err(|_broken| GpxFault::Unreadable)?;
        match event {
            Event::Eof => break,
            // Entities of one's own are how XML is made to explode.
            Event::DocType(_) => return Err(GpxFault::Unreadable),
            Event::Start(tag) => found.open(&tag, false)?,
            Event::Empty(tag) => found.open(&tag, true)?,
            Event::End(tag) => found.close(tag.local_name().as_ref())?,
            Event::Text(text) if found.text != Text::None => {
                let text = text.decode().map_err(|_broken| GpxFault::Unreadable)?;
                found.words.push_str(&text);
            }
            Event::CData(text) if found.text != Text::None => {
                let text = text.decode().map_err(|_broken| GpxFault::Unreadable)?;
                found.words.push_str(&text);
            }
            _ => {}
        }
    }
    found.finish()
}

#[derive(Default)]
struct Reading {
    gpx: Gpx,
    root: bool,
    /// Tags that stand open.
    depth: usize,
    segment: Vec<TrackFix>,
    point: Option<TrackFix>,
    time: Option<i64>,
    text: Text,
    words: String,
    count: usize,
}

impl Reading {
    fn open(&mut self, tag: &BytesStart<'_>, empty: bool) -> Result<(), GpxFault> {
        let name = tag.local_name();
        if !self.root && name.as_ref() != b"gpx" {
            return Err(GpxFault::NotGpx);
        }
        match name.as_ref() {
            b"trkpt" => {
                self.point = Some(point(tag)?);
                self.time = None;
            }
            b"time" if self.point.is_some() => self.listen(Text::Time),
            b"speed" if self.point.is_some() => self.listen(Text::Speed),
            b"accuracy" if self.point.is_some() => self.listen(Text::Accuracy),
            _ => {}
        }
        self.root = true;
        self.depth += 1;
        if empty {
            self.close(name.as_ref())?;
        }
        Ok(())
    }

    fn listen(&mut self, to: Text) {
        self.text = to;
        self.words.clear();
    }

    fn close(&mut self, name: &[u8]) -> Result<(), GpxFault> {
        self.depth = self.depth.saturating_sub(1);
        match name {
            b"time" | b"speed" | b"accuracy" => self.said(),
            b"trkpt" => self.put()?,
            b"trkseg" | b"trk" => self.end_segment(),
            _ => {}
        }
        Ok(())
    }

    /// What a point's part said.
    fn said(&mut self) {
        let words = self.words.trim();
        if let Some(point) = &mut self.point {
            let number = || {
                let number = words.parse::<f32>().ok();
                number.filter(|number| number.is_finite() && *number >= 0.0)
            };
            match self.text {
                Text::Time => self.time = moment(words),
                Text::Speed => point.speed_mps = number(),
                Text::Accuracy => point.accuracy_m = number(),
                Text::None => {}
            }
        }
        self.text = Text::None;
    }

    fn put(&mut self) -> Result<(), GpxFault> {
        let Some(mut point) = self.point.take() else {
            return Ok(());
        };
        self.count += 1;
        if self.count > MOST_FIXES {
            return Err(GpxFault::TooMany);
        }
        match self.time.take() {
            None => self.gpx.untimed += 1,
            Some(_) if !point.is_readable() => self.gpx.unreadable += 1,
            Some(at_ms) => {
                point.at_ms = at_ms;
                self.segment.push(point);
            }
        }
        Ok(())
    }

    fn end_segment(&mut self) {
        if !self.segment.is_empty() {
            self.gpx.segments.push(std::mem::take(&mut self.segment));
        }
    }

    fn finish(mut self) -> Result<Gpx, GpxFault> {
        if !self.root {
            return Err(GpxFault::NotGpx);
        }
        // A file that breaks off leaves tags open.
        if self.depth > 0 {
            return Err(GpxFault::Unreadable);
        }
        self.end_segment();
        match (self.gpx.segments.is_empty(), self.count) {
            (true, 0) => Err(GpxFault::Empty),
            (true, _) if self.gpx.untimed > 0 => Err(GpxFault::NoTimes),
            _ => Ok(self.gpx),
        }
    }
}

/// A point without its time.
fn point(tag: &BytesStart<'_>) -> Result<TrackFix, GpxFault> {
    let (mut lon, mut lat) = (f64::NAN, f64::NAN);
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|_broken| GpxFault::Unreadable)?;
        let number = || {
            let text = std::str::from_utf8(&attribute.value).ok()?;
            text.trim().parse::<f64>().ok()
        };
        match attribute.key.local_name().as_ref() {
            b"lon" => lon = number().unwrap_or(f64::NAN),
            b"lat" => lat = number().unwrap_or(f64::NAN),
            _ => {}
        }
    }
    Ok(TrackFix {
        at_ms: 0,
        lon,
        lat,
        accuracy_m: None,
        speed_mps: None,
        mock: false,
    })
}

/// RFC 3339; a time without a zone is UTC, as the format says.
fn moment(text: &str) -> Option<i64> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_millisecond());
    }
    let civil: DateTime = text.parse().ok()?;
    let at = TimeZone::UTC.to_timestamp(civil).ok()?;
    Some(at.as_millisecond())
}

/// A track as GPX 1.1, times in UTC.
#[must_use]
pub fn write_gpx(segments: &[Vec<TrackFix>]) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <gpx version=\"1.1\" creator=\"Youlin\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk>\n",
    );
    for segment in segments {
        out.push_str("<trkseg>\n");
        for fix in segment {
            let _ = write!(
                out,
                "<trkpt lat=\"{}\" lon=\"{}\"><time>{}</time>",
                fix.lat,
                fix.lon,
                Timestamp::from_millisecond(fix.at_ms).unwrap_or_default(),
            );
            let said = [("accuracy", fix.accuracy_m), ("speed", fix.speed_mps)];
            if said.iter().any(|(_, value)| value.is_some()) {
                out.push_str("<extensions>");
                for (name, value) in said {
                    if let Some(value) = value {
                        let _ = write!(out, "<{name}>{value}</{name}>");
                    }
                }
                out.push_str("</extensions>");
            }
            out.push_str("</trkpt>\n");
        }
        out.push_str("</trkseg>\n");
    }
    out.push_str("</trk></gpx>\n");
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn any_fix()(
            at_ms in 0..4_000_000_000_000_i64,
            lon in -180.0..=180.0_f64,
            lat in -90.0..=90.0_f64,
            accuracy in prop::option::of(0.0..500.0_f32),
            speed in prop::option::of(0.0..60.0_f32),
        ) -> TrackFix {
            TrackFix { at_ms, lon, lat, accuracy_m: accuracy, speed_mps: speed, mock: false }
        }
    }

    proptest! {
        /// What is written reads back exactly, segment by segment.
        #[test]
        fn a_file_comes_back(
            segments in prop::collection::vec(prop::collection::vec(any_fix(), 1..30), 1..5),
        ) {
            let read = read_gpx(write_gpx(&segments).as_bytes()).expect("our own file");
            prop_assert_eq!(read, Gpx { segments, untimed: 0, unreadable: 0 });
        }

        /// Anything is read or refused.
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_gpx(&bytes);
        }

        /// A file cut anywhere gives no shorter track.
        #[test]
        fn a_cut_file_is_refused(fixes in prop::collection::vec(any_fix(), 2..20), share in 0.0..0.98_f64) {
            let whole = write_gpx(&[fixes]);
            let cut = &whole.as_bytes()[..(whole.len() as f64 * share) as usize];
            prop_assert!(read_gpx(cut).is_err());
        }
    }

    #[test]
    fn files_of_the_old_form_and_of_other_programs_are_read() {
        // GPX 1.0 has the speed beside the time; OsmAnd puts it under extensions with a prefix.
        let old = r#"<gpx version="1.0" xmlns="http://www.topografix.com/GPX/1/0"><time>2020-01-01T00:00:00Z</time>
            <wpt lat="1" lon="2"><time>2020-01-01T00:00:00Z</time></wpt>
            <trk><name>a</name><trkseg>
            <trkpt lat="32.01" lon="120.86"><ele>3</ele><time>2026-11-21T00:10:00Z</time><speed>1.25</speed></trkpt>
            <trkpt lat="32.02" lon="120.87"><time>2026-11-21T08:10:10+08:00</time></trkpt></trkseg>
            <trkseg><trkpt lat="32.03" lon="120.88"><time>2026-11-21T00:20:00</time><extensions>
              <osmand:speed>0.5</osmand:speed><osmand:accuracy>7</osmand:accuracy></extensions></trkpt></trkseg></trk></gpx>"#;
        let read = read_gpx(old.as_bytes()).expect("a file");
        assert_eq!(read.segments.len(), 2);
        let times: Vec<i64> = read
            .segments
            .iter()
            .flatten()
            .map(|fix| fix.at_ms)
            .collect();
        let first = times[0];
        assert_eq!(times, [first, first + 10_000, first + 600_000]);
        assert_eq!(read.segments[0][0].speed_mps, Some(1.25));
        let last = read.segments[1][0];
        assert_eq!((last.speed_mps, last.accuracy_m), (Some(0.5), Some(7.0)));
    }

    #[test]
    fn what_is_no_track_says_why() {
        let fault = |text: &str| read_gpx(text.as_bytes()).expect_err("no track");
        assert_eq!(fault(""), GpxFault::NotGpx);
        assert_eq!(fault("hello"), GpxFault::NotGpx);
        assert_eq!(fault("<kml></kml>"), GpxFault::NotGpx);
        assert_eq!(fault("<gpx></gpx>"), GpxFault::Empty);
        assert_eq!(
            fault("<!DOCTYPE gpx [<!ENTITY a \"b\">]><gpx>&a;</gpx>"),
            GpxFault::Unreadable
        );
        let drawn = "<gpx><trk><trkseg><trkpt lat='1' lon='2'/></trkseg></trk></gpx>";
        assert_eq!(fault(drawn), GpxFault::NoTimes);
        let odd = "<gpx><trk><trkseg><trkpt lat='x' lon='2'><time>2026-11-21T00:10:00Z</time></trkpt>\
            <trkpt lat='1' lon='2'><time>2026-11-21T00:10:00Z</time></trkpt></trkseg></trk></gpx>";
        let read = read_gpx(odd.as_bytes()).expect("one point");
        assert_eq!((read.unreadable, read.segments[0].len()), (1, 1));
    }
}
