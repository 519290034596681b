//! Passes over a whole file with little memory: looking for byte strings, telling text from other things.

use std::io::{self, Read, Seek, SeekFrom};

const CHUNK: usize = 64 * 1024;

/// Which of `needles` (lower case, at most 32 bytes) occur, ignoring ASCII case.
pub(crate) fn find<const N: usize>(
    file: &mut (impl Read + Seek),
    needles: [&[u8]; N],
) -> io::Result<[bool; N]> {
    let overlap = needles.iter().map(|needle| needle.len()).max().unwrap_or(1) - 1;
    let mut starts = [false; 256];
    for needle in needles {
        starts[usize::from(needle[0])] = true;
        starts[usize::from(needle[0].to_ascii_uppercase())] = true;
    }
    let mut found = [false; N];
    let mut window: Vec<u8> = Vec::with_capacity(CHUNK + overlap);
    file.seek(SeekFrom::Start(0))?;
    loop {
        let kept = window.len().min(overlap);
        window.drain(..window.len() - kept);
        if file.by_ref().take(CHUNK as u64).read_to_end(&mut window)? == 0 {
            return Ok(found);
        }
        let candidates = window
            .iter()
            .enumerate()
            .filter(|(_, byte)| starts[usize::from(**byte)]);
        for (at, _) in candidates {
            for (needle, found) in needles.iter().zip(&mut found) {
                *found |= window[at..]
                    .get(..needle.len())
                    .is_some_and(|text| text.eq_ignore_ascii_case(needle));
            }
        }
    }
}

/// The last `most` bytes (fewer when the file is shorter).
pub(crate) fn tail(file: &mut (impl Read + Seek), most: u64) -> io::Result<Vec<u8>> {
    let len = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(len.saturating_sub(most)))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// How a text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    Gb18030,
}

/// The encoding of a text, `None` when the file is no text: it has control characters besides tab, line feed, form feed
/// and carriage return, or fits neither encoding.
pub(crate) fn encoding(file: &mut (impl Read + Seek)) -> io::Result<Option<Encoding>> {
    file.seek(SeekFrom::Start(0))?;
    let (mut utf8, mut gb) = (Utf8::default(), Gb18030::default());
    let mut chunk = vec![0; CHUNK];
    loop {
        let len = file.read(&mut chunk)?;
        if len == 0 {
            break;
        }
        for byte in &chunk[..len] {
            if matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1f | 0x7f) {
                return Ok(None);
            }
            utf8.take(*byte);
            gb.take(*byte);
        }
        if utf8.broken && gb.broken {
            return Ok(None);
        }
    }
    Ok(match () {
        () if utf8.whole() => Some(Encoding::Utf8),
        () if gb.whole() => Some(Encoding::Gb18030),
        () => None,
    })
}

/// Recognises UTF-8 byte by byte (RFC 3629 table, without overlong forms and surrogates).
#[derive(Default)]
struct Utf8 {
    broken: bool,
    /// Continuation bytes still due.
    due: u8,
    /// Range the next continuation byte must lie in.
    least: u8,
    most: u8,
}

impl Utf8 {
    fn take(&mut self, byte: u8) {
        if self.due > 0 {
            self.broken |= !(self.least..=self.most).contains(&byte);
            self.due -= 1;
            (self.least, self.most) = (0x80, 0xbf);
            return;
        }
        (self.due, self.least, self.most) = match byte {
            0..=0x7f => (0, 0, 0),
            0xc2..=0xdf => (1, 0x80, 0xbf),
            0xe0 => (2, 0xa0, 0xbf),
            0xed => (2, 0x80, 0x9f),
            0xe1..=0xef => (2, 0x80, 0xbf),
            0xf0 => (3, 0x90, 0xbf),
            0xf1..=0xf3 => (3, 0x80, 0xbf),
            0xf4 => (3, 0x80, 0x8f),
            _ => {
                self.broken = true;
                (0, 0, 0)
            }
        };
    }

    fn whole(&self) -> bool {
        !self.broken && self.due == 0
    }
}

/// Recognises GB 18030 byte by byte: one byte below 0x80, two (81–FE, 40–FE without 7F) or four (81–FE, 30–39, 81–FE,
/// 30–39).
#[derive(Default)]
struct Gb18030 {
    broken: bool,
    at: u8,
}

impl Gb18030 {
    fn take(&mut self, byte: u8) {
        let lead = (0x81..=0xfe).contains(&byte);
        let digit = byte.is_ascii_digit();
        self.at = match self.at {
            0 if byte < 0x80 => 0,
            0 | 2 if lead => self.at + 1,
            1 if digit => 2,
            1 if (0x40..=0xfe).contains(&byte) && byte != 0x7f => 0,
            3 if digit => 0,
            _ => {
                self.broken = true;
                0
            }
        };
    }

    fn whole(&self) -> bool {
        !self.broken && self.at == 0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn needles_are_found_wherever_they_lie(before in 0usize..200_000, behind in 0usize..70_000) {
            let mut bytes = vec![b'<'; before];
            bytes.extend_from_slice(b"<ScRiPt");
            bytes.extend(std::iter::repeat_n(b'x', behind));
            let found = find(&mut Cursor::new(bytes), [b"<script", b"pk\x03\x04"]).unwrap();
            prop_assert_eq!(found, [true, false]);
        }

        #[test]
        fn utf8_is_what_the_standard_library_says(bytes in proptest::collection::vec(0x20u8.., 0..24)) {
            prop_assume!(!bytes.contains(&0x7f));
            let is_utf8 = encoding(&mut Cursor::new(&bytes)).unwrap() == Some(Encoding::Utf8);
            prop_assert_eq!(is_utf8, std::str::from_utf8(&bytes).is_ok());
        }

        #[test]
        fn text_is_utf8(text in "[^\\p{Cc}]{0,60}") {
            prop_assert_eq!(encoding(&mut Cursor::new(text)).unwrap(), Some(Encoding::Utf8));
        }
    }

    #[test]
    fn chinese_text_of_both_encodings_is_known_and_noise_is_not() {
        // 小区,楼栋 in GB 18030.
        let gb = [
            0xd0, 0xa1, 0xc7, 0xf8, b',', 0xc2, 0xa5, 0xb6, 0xb0, b'\r', b'\n',
        ];
        assert_eq!(
            encoding(&mut Cursor::new(gb)).unwrap(),
            Some(Encoding::Gb18030)
        );
        let four = [0x81, 0x30, 0x81, 0x30];
        assert_eq!(
            encoding(&mut Cursor::new(four)).unwrap(),
            Some(Encoding::Gb18030)
        );
        assert_eq!(encoding(&mut Cursor::new(&gb[..1])).unwrap(), None);
        assert_eq!(encoding(&mut Cursor::new([b'a', 0, b'b'])).unwrap(), None);
        assert_eq!(encoding(&mut Cursor::new([0xff, 0xff])).unwrap(), None);
    }

    #[test]
    fn the_tail_is_the_end() {
        assert_eq!(tail(&mut Cursor::new(b"abcdef"), 3).unwrap(), b"def");
        assert_eq!(tail(&mut Cursor::new(b"ab"), 3).unwrap(), b"ab");
    }
}
