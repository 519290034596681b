//! A reach as a picture: the water, its two banks, what of each was walked and what was not. Drawn by the server, so that it
//! prints and needs no script; beside it the same stands in words. Banks lie apart as far as can be seen, not as the
//! river is wide.

use std::fmt::Write;

use youlin_coverage::Reach;
use youlin_places::rivers::chainage;

const WIDTH: f64 = 640.0;
const MARGIN: f64 = 34.0;
/// Highest and lowest picture.
const HEIGHTS: (f64, f64) = (110.0, 340.0);
/// From the middle of the water to a bank, in the picture.
const BANK: f64 = 11.0;
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
    origin: (f64, f64),
    /// Metres of a degree.
    degree: (f64, f64),
    scale: f64,
    height: f64,
}

impl<'a> Frame<'a> {
    fn of(reach: &'a Reach) -> Self {
        let length = reach.length_m();
        let points: Vec<(f64, f64)> = steps(0.0, length)
            .map(|at| reach.position(at, 0.0))
            .collect();
        let low = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::INFINITY, f64::min);
        let high =
            |of: fn(&(f64, f64)) -> f64| points.iter().map(of).fold(f64::NEG_INFINITY, f64::max);
        let (west, north) = (low(|one| one.0), high(|one| one.1));
        let degree = (111_320.0 * north.to_radians().cos(), 110_880.0);
        let wide = ((high(|one| one.0) - west) * degree.0).max(1.0);
        let tall = ((north - low(|one| one.1)) * degree.1).max(1.0);
        let scale = ((WIDTH - 2.0 * MARGIN) / wide).min((HEIGHTS.1 - 2.0 * MARGIN) / tall);
        let height = (tall * scale + 2.0 * MARGIN).clamp(HEIGHTS.0, HEIGHTS.1);
        Self {
            reach,
            origin: (west, north),
            degree,
            scale,
            height,
        }
    }

    /// `left` in points of the picture.
    fn spot(&self, at: f64, left: f64) -> (f64, f64) {
        let (lon, lat) = self.reach.position(at, left / self.scale);
        (
            MARGIN + (lon - self.origin.0) * self.degree.0 * self.scale,
            MARGIN + (self.origin.1 - lat) * self.degree.1 * self.scale,
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
        let x = x.clamp(30.0, WIDTH - 30.0);
        let y = y.clamp(12.0, self.height - 4.0);
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
    svg.push_str(&frame.text("chart-name", middle, BANK + 12.0, &words.left));
    svg.push_str(&frame.text("chart-name", middle, -BANK - 12.0, &words.right));
    svg.push_str(&frame.text("chart-value", 0.0, BANK + 12.0, &chainage(0.0)));
    svg.push_str(&frame.text("chart-value", whole.1, BANK + 12.0, &chainage(whole.1)));
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
    }
}
