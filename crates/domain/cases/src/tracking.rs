//! The reporter's code: ten letters and digits without look-alikes (Crockford's base 32, 50 bits), shown in two groups.

use youlin_kernel::Ctx;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A new code.
pub(crate) fn new_code(ctx: &Ctx) -> String {
    let mut bytes = [0u8; 10];
    ctx.random(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// What somebody typed, as it is stored: case, spaces, hyphens and look-alikes do not matter.
pub(crate) fn normalise(typed: &str) -> Option<String> {
    let code: String = typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect();
    let fits = code.len() == 10 && code.bytes().all(|byte| ALPHABET.contains(&byte));
    fits.then_some(code)
}

/// `ABCDE-12345`, for people.
pub fn shown(code: &str) -> String {
    match code.split_at_checked(5) {
        Some((head, tail)) => format!("{head}-{tail}"),
        None => code.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_being_read_aloud_and_typed() {
        assert_eq!(normalise("abcde-1o345").as_deref(), Some("ABCDE10345"));
        assert_eq!(normalise(" ABCDE 12345 ").as_deref(), Some("ABCDE12345"));
        assert_eq!(normalise("ABCDE1234"), None);
        assert_eq!(normalise("ABCDE1234U"), None);
        assert_eq!(shown("ABCDE12345"), "ABCDE-12345");
    }
}
