//! A reach as a picture: the water, its two banks, what of each was walked and what was not. Drawn by the server, so that it
//! prints and needs no script; beside it the same stands in words. It is turned so that the water flows from left to right:
//! the left bank is always above. Banks lie apart as far as can be seen, not as the river is wide.

use std::fmt::Write;

use youlin_coverage::Reach;
use youlin_places::rivers::chainage;

const WIDTH: f64 = 340.0;
const MARGIN: f64 = 36.0;
/// Highest and lowest picture.
const HEIGHTS: (f64, f64) = (96.0, 300.0);
/// From the middle of the water to a bank, in the picture.
const BANK: f64 = 9.0;
/// Metres between two points of a line, so that bends are round.
const STEP: f64 = 8.0;

/// Words of a picture.
pub(super) struct Words {
    pub(super) title: String,
    pub(super) left: String,
    pub(super) right: String,
}

/// Where a point of the reach lies in the picture.
struct Frame<'a> {
    reach: &'a Reach,
    /// Metres of a degree, from where it begins.
    degree: (f64, f64),
    /// Cosine and sine of the way it runs.
    turn: (f64, f64),
    /// West and north of the turned line, metres.
    corner: (f64, f64),
    scale: f64,
    height: f64,
}

impl<'a> Frame<'a> {
    fn of(reach: &'a Reach) -> Self {
        let length = reach.length_m();
        let begin = reach.position(0.0, 0.0);
        let mut frame = Self {
            reach,
            degree: (111_320.0 * begin.1.to_radians().cos(), 110_880.0),
            turn: (1.0, 0.0),
            corner: (0.0, 0.0),
            scale: 1.0,
            height: HEIGHTS.0,
        };
        let (east, north) = frame.metres(length, 0.0);
        let far = east.hypot(north);
        // A line that comes back to where it began runs nowhere: it stays as on a map.
        if far > 1.0 {
            frame.turn = (east / far, north / far);
        }
        let points: Vec<(f64, f64)> = steps(0.0, length).map(|at| frame.metres(at, 0.0)).collect();
        let low = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
        let high =
            |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (west, top) = (low(|one| one.0), high(|one| one.1));
        let wide = (high(|one| one.0) - west).max(1.0);
        let tall = (top - low(|one| one.1)).max(1.0);
        frame.scale = ((WIDTH - 2.0 * MARGIN) / wide).min((HEIGHTS.1 - 2.0 * MARGIN) / tall);
        frame.height = (tall * frame.scale + 2.0 * MARGIN).clamp(HEIGHTS.0, HEIGHTS.1);
        frame.corner = (west, top);
        frame
    }

    /// Metres from where it begins, turned: along the way it runs, and to the left of it.
    fn metres(&self, at: f64, left_m: f64) -> (f64, f64) {
        let (begin, spot) = (
            self.reach.position(0.0, 0.0),
            self.reach.position(at, left_m),
        );
        let east = (spot.0 - begin.0) * self.degree.0;
        let north = (spot.1 - begin.1) * self.degree.1;
        let (cos, sin) = self.turn;
        (east * cos + north * sin, north * cos - east * sin)
    }

    /// `left` in points of the picture.
    fn spot(&self, at: f64, left: f64) -> (f64, f64) {
        let (along, up) = self.metres(at, left / self.scale);
        (
            MARGIN + (along - self.corner.0) * self.scale,
            MARGIN + (self.corner.1 - up) * self.scale,
        )
    }

    fn path(&self, class: &str, (from, to): (f64, f64), left: f64) -> String {
        let mut d = String::new();
        for at in steps(from, to) {
            let (x, y) = self.spot(at, left);
            let _ = write!(d, "{}{x:.1} {y:.1}", if d.is_empty() { "M" } else { "L" });
        }
        format!("<path class=\"{class}\" d=\"{d}\"/>")
    }

    fn text(&self, class: &str, at: f64, left: f64, words: &str) -> String {
        let (x, y) = self.spot(at, left);
        let x = x.clamp(24.0, WIDTH - 24.0);
        let y = y.clamp(11.0, self.height - 3.0);
        format!(
            "<text class=\"{class}\" x=\"{x:.0}\" y=\"{y:.0}\" text-anchor=\"middle\">{}</text>",
            escaped(words)
        )
    }
}

/// From, every few metres, to.
fn steps(from: f64, to: f64) -> impl Iterator<Item = f64> {
    let count = ((to - from) / STEP).ceil().max(1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a reach of 200 km has 25,000 steps"
    )]
    let whole = count as u32;
    (0..=whole).map(move |step| from + (to - from) * f64::from(step) / count)
}

/// Draws what was walked of the left and the right bank.
pub(super) fn draw(
    reach: &Reach,
    words: &Words,
    left: &[(f64, f64)],
    right: &[(f64, f64)],
) -> String {
    let frame = Frame::of(reach);
    let whole = (0.0, reach.length_m());
    let mut svg = format!(
        "<svg class=\"chart reach-picture\" viewBox=\"0 0 {WIDTH} {:.0}\" role=\"img\" aria-label=\"{}\">",
        frame.height,
        escaped(&words.title)
    );
    svg.push_str(&frame.path("reach-water", whole, 0.0));
    for (side, walked) in [(BANK, left), (-BANK, right)] {
        svg.push_str(&frame.path("reach-open", whole, side));
        for stretch in walked {
            svg.push_str(&frame.path("reach-walked", *stretch, side));
        }
    }
    let middle = whole.1 / 2.0;
    svg.push_str(&frame.text("chart-name", middle, BANK + 7.0, &words.left));
    svg.push_str(&frame.text("chart-name", middle, -BANK - 16.0, &words.right));
    svg.push_str(&frame.text("chart-value", 0.0, BANK + 7.0, &chainage(0.0)));
    svg.push_str(&frame.text("chart-value", whole.1, BANK + 7.0, &chainage(whole.1)));
    svg.push_str("</svg>");
    svg
}

/// Nothing in a text is markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use youlin_coverage::ReachShape;

    use super::*;

    #[test]
    fn a_picture_holds_both_banks_and_no_markup_of_others() {
        let shape = ReachShape::Centre {
            line: vec![(120.86, 32.01), (120.87, 32.012)],
            half_width_m: 5.0,
        };
        let reach = Reach::build(&shape).expect("a reach");
        let words = Words {
            title: "<b>".into(),
            left: "左岸".into(),
            right: "右岸".into(),
        };
        let svg = draw(&reach, &words, &[(0.0, 200.0), (300.0, 500.0)], &[]);
        assert_eq!(svg.matches("reach-walked").count(), 2);
        assert_eq!(svg.matches("reach-open").count(), 2);
        assert!(svg.contains("&lt;b&gt;") && !svg.contains("NaN"));
        // From north to south it is drawn from left to right too, the left bank above.
        let shape = ReachShape::Centre {
            line: vec![(120.86, 32.02), (120.86, 32.01)],
            half_width_m: 5.0,
        };
        let reach = Reach::build(&shape).expect("a reach");
        let frame = Frame::of(&reach);
        let (begin, end) = (frame.spot(0.0, 0.0), frame.spot(reach.length_m(), 0.0));
        assert!(end.0 > begin.0 + 200.0 && (end.1 - begin.1).abs() < 1.0);
        assert!(frame.spot(100.0, 5.0).1 < frame.spot(100.0, -5.0).1);
    }
}
