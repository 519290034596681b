//! Passwords: argon2id away from the async threads, never more than two at a time, and the same work for a login that
//! does not exist.

use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use youlin_kernel::{Ctx, Problem, Result};
use zeroize::Zeroizing;

/// Shortest password, characters (NIST SP 800-63B asks for 8 at least; there is no rule about kinds of characters).
pub const SHORTEST: usize = 8;
/// Longest password, characters: hashing must not become a way to keep the server busy.
pub const LONGEST: usize = 128;

/// 19 MiB, two passes, one lane: the smaller of OWASP's recommended settings for argon2id.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LENGTH: usize = 32;
const SALT: usize = 16;

/// Memory for two hashes at a time, whatever is thrown at the sign-in page.
static GATE: Semaphore = Semaphore::const_new(2);

/// What an unknown login is compared with, so that it takes as long as a known one. Nothing hashes to it.
static DUMMY: LazyLock<PasswordHash> =
    LazyLock::new(|| PasswordHash(encoded(&[0; SALT], &[0; LENGTH])));

/// A hashed password in PHC text form. Made by [`hash_password`]; commands take it, for hashing inside a transaction
/// would hold up every writer.
#[derive(Clone)]
pub struct PasswordHash(String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

impl PasswordHash {
    pub(crate) fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Of an account that cannot sign in with a password.
    #[must_use]
    pub fn none() -> Self {
        DUMMY.clone()
    }
}

/// Hashes a new password after looking at its length and at the commonest mistakes.
///
/// # Errors
/// 422 on `password`.
pub async fn hash_password(ctx: &Ctx, login: &str, password: &str) -> Result<PasswordHash> {
    check(login, password)?;
    let mut salt = [0; SALT];
    ctx.random(&mut salt);
    let digest = digest(password, salt.to_vec(), MEMORY_KIB, PASSES).await?;
    Ok(PasswordHash(encoded(&salt, &digest[..])))
}

/// Whether the password is the one of this hash. `None` (no such login) takes as long and is never right.
///
/// # Errors
/// 500 when the stored hash cannot be read.
pub async fn verify_password(hash: Option<&PasswordHash>, password: &str) -> Result<bool> {
    let known = hash.is_some();
    let text = hash.unwrap_or(&DUMMY).as_str();
    let Some((memory, passes, salt, expected)) = decoded(text) else {
        return Err(Problem::internal("a stored password hash cannot be read"));
    };
    // A longer text cannot be right, and is not worth the work of hashing it whole.
    let tried: String = password.chars().take(LONGEST + 1).collect();
    let digest = digest(&tried, salt, memory, passes).await?;
    Ok(bool::from(digest.as_slice().ct_eq(&expected)) && known)
}

fn check(login: &str, password: &str) -> Result<()> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(Problem::invalid("password", "password-short").field_arg("min", SHORTEST));
    }
    if length > LONGEST {
        return Err(Problem::invalid("password", "too-long").field_arg("max", LONGEST));
    }
    let folded = password.to_lowercase();
    let mut characters = folded.chars();
    let first = characters.next();
    let one_character = characters.all(|c| Some(c) == first);
    let common = [
        "12345678",
        "123456789",
        "1234567890",
        "password",
        "qwertyui",
        "88888888",
    ];
    if one_character || common.contains(&folded.as_str()) || folded == login.to_lowercase() {
        return Err(Problem::invalid("password", "password-common"));
    }
    Ok(())
}

async fn digest(
    password: &str,
    salt: Vec<u8>,
    memory: u32,
    passes: u32,
) -> Result<Zeroizing<Vec<u8>>> {
    let password = Zeroizing::new(password.to_owned());
    let _turn = GATE.acquire().await.map_err(Problem::internal)?;
    tokio::task::spawn_blocking(move || {
        let params = Params::new(memory, passes, 1, Some(LENGTH)).map_err(Problem::internal)?;
        let mut out = Zeroizing::new(vec![0; LENGTH]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.as_bytes(), &salt, &mut out)
            .map_err(Problem::internal)?;
        Ok(out)
    })
    .await
    .map_err(Problem::internal)?
}

fn encoded(salt: &[u8], digest: &[u8]) -> String {
    let (salt, digest) = (STANDARD_NO_PAD.encode(salt), STANDARD_NO_PAD.encode(digest));
    format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1${salt}${digest}")
}

/// Memory, passes, salt and digest; hashes made with other settings keep working.
fn decoded(text: &str) -> Option<(u32, u32, Vec<u8>, Vec<u8>)> {
    let mut parts = text.strip_prefix("$argon2id$v=19$m=")?.split('$');
    let (memory, rest) = parts.next()?.split_once(",t=")?;
    let passes = rest.strip_suffix(",p=1")?;
    let salt = STANDARD_NO_PAD.decode(parts.next()?).ok()?;
    let digest = STANDARD_NO_PAD.decode(parts.next()?).ok()?;
    Some((memory.parse().ok()?, passes.parse().ok()?, salt, digest))
}

/// A password to read out once: four groups of four characters without those that are mistaken for one another, 79 bits.
#[must_use]
pub fn one_time_password(ctx: &Ctx) -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut text = String::with_capacity(19);
    while text.len() < 19 {
        if text.len() % 5 == 4 {
            text.push('-');
            continue;
        }
        let mut byte = [0];
        ctx.random(&mut byte);
        // Bytes beyond the last whole multiple are drawn again, or the first letters would come more often.
        if usize::from(byte[0]) < LETTERS.len() * (256 / LETTERS.len()) {
            text.push(char::from(LETTERS[usize::from(byte[0]) % LETTERS.len()]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_of_a_known_login_is_right() {
        let salt = [7; SALT];
        let digest = digest("对的密码 1", salt.to_vec(), MEMORY_KIB, PASSES)
            .await
            .unwrap();
        let hash = PasswordHash(encoded(&salt, &digest[..]));
        assert!(verify_password(Some(&hash), "对的密码 1").await.unwrap());
        assert!(!verify_password(Some(&hash), "对的密码 2").await.unwrap());
        assert!(!verify_password(None, "对的密码 1").await.unwrap());
        assert!(
            !verify_password(Some(&PasswordHash::none()), "")
                .await
                .unwrap()
        );
        let broken = PasswordHash("$argon2id$v=19$m=x".to_owned());
        assert!(verify_password(Some(&broken), "x").await.is_err());
    }

    #[test]
    fn short_common_and_own_name_are_refused() {
        for (password, code) in [
            ("1234567", "password-short"),
            ("12345678", "password-common"),
            ("aaaaaaaaaa", "password-common"),
            ("Xiaoshi88", "password-common"),
        ] {
            let problem = check("xiaoshi88", password).unwrap_err();
            assert_eq!(problem.fields()[0].code, code, "{password}");
        }
        assert!(check("shi", "悦美网格的小施今天值班").is_ok());
    }
}
