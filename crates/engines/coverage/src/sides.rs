//! Which bank somebody walked on.
//!
//! A single fix of a narrow river may lie on the wrong side by noise alone. The sides taken are those that need the
//! fewest metres of error in all, where each change of side costs as much as a real crossing makes up for.

/// Metres of error that one change of side has to save.
const CHANGE_M: f64 = 60.0;

/// For each offset (left is positive) whether it was walked on the left.
pub(crate) fn lefts(offsets: &[f64]) -> Vec<bool> {
    // cost[0] ends on the right, cost[1] on the left; `stayed` remembers from where each came.
    let mut cost = [0.0f64; 2];
    let mut from: Vec<[bool; 2]> = Vec::with_capacity(offsets.len());
    for &offset in offsets {
        let own = [offset.max(0.0), (-offset).max(0.0)];
        let mut next = [0.0; 2];
        let mut came = [false; 2];
        for side in 0..2 {
            let (stay, change) = (cost[side], cost[1 - side] + CHANGE_M);
            let stays = stay <= change;
            came[side] = stays == (side == 1);
            next[side] = own[side] + if stays { stay } else { change };
        }
        let low = next[0].min(next[1]);
        cost = [next[0] - low, next[1] - low];
        from.push(came);
    }
    let mut left = cost[1] < cost[0];
    let mut sides = vec![false; offsets.len()];
    for (at, came) in from.iter().enumerate().rev() {
        sides[at] = left;
        left = came[usize::from(left)];
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fix_of_noise_changes_no_side_and_a_crossing_does() {
        let mut offsets = vec![20.0; 10];
        offsets[4] = -15.0;
        assert_eq!(lefts(&offsets), vec![true; 10]);
        offsets.extend([-20.0; 6]);
        let sides = lefts(&offsets);
        assert_eq!(sides[..10], [true; 10]);
        assert_eq!(sides[10..], [false; 6]);
        assert!(lefts(&[]).is_empty());
    }
}
