//! A list cut into pages: the sum, and the part of the address that says which. The template `paging.html` draws the way
//! from page to page.

use serde::{Deserialize, Serialize};

/// Which page of a list, as it stands in the address; the first is 1.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Paged {
    pub page: usize,
}

/// Where in a list a page stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pages {
    pub page: usize,
    pub pages: usize,
}

impl Pages {
    #[must_use]
    pub fn several(&self) -> bool {
        self.pages > 1
    }

    #[must_use]
    pub fn before(&self) -> Option<usize> {
        (self.page > 1).then(|| self.page - 1)
    }

    #[must_use]
    pub fn after(&self) -> Option<usize> {
        (self.page < self.pages).then(|| self.page + 1)
    }
}

impl Paged {
    /// The lines of this page, of at most `length`; one beyond the end is the last.
    pub fn cut<T>(self, all: Vec<T>, length: usize) -> (Vec<T>, Pages) {
        let length = length.max(1);
        let pages = all.len().div_ceil(length).max(1);
        let page = self.page.clamp(1, pages);
        let some = all.into_iter().skip((page - 1) * length).take(length);
        (some.collect(), Pages { page, pages })
    }
}

#[cfg(test)]
mod tests {
    use super::{Paged, Pages};

    #[test]
    fn every_line_stands_on_one_page() {
        let all: Vec<u32> = (0..25).collect();
        let (first, at) = Paged::default().cut(all.clone(), 10);
        assert_eq!(first, (0..10).collect::<Vec<_>>());
        assert_eq!(
            (at.before(), at.after(), at.several()),
            (None, Some(2), true)
        );
        let (last, at) = Paged { page: 9 }.cut(all, 10);
        assert_eq!(last, (20..25).collect::<Vec<_>>());
        assert_eq!((at.before(), at.after()), (Some(2), None));
        let (none, at) = Paged { page: 0 }.cut(Vec::<u32>::new(), 10);
        assert!(none.is_empty());
        assert_eq!(at, Pages { page: 1, pages: 1 });
    }
}
