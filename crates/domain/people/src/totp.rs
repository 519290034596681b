//! The second factor: time-based codes (RFC 6238: SHA-1, six digits, 30 seconds, one step either way) and recovery codes.
//!
//! A step is accepted once only; the account row remembers the last one.

use sha2::{Digest, Sha256};
use totp_rs::{Builder, Totp};
use youlin_kernel::{Ctx, Micros, Problem, Result};

/// Bytes of a secret (RFC 4226 §4 recommends 160 bits).
pub(crate) const SECRET: usize = 20;
/// Recovery codes given at once.
const RECOVERY: usize = 8;

fn totp(secret: &[u8], account: &str) -> Result<Totp> {
    // The label may not hold a colon; it stands between issuer and account in the address.
    let account = account.replace(':', " ");
    Builder::new()
        .with_secret(secret.to_vec())
        .with_account_name(account)
        .with_issuer(Some("Youlin"))
        .build()
        .map_err(Problem::internal)
}

/// The step a code belongs to, if it is one of now and was not used before.
pub(crate) fn accepted_step(
    secret: &[u8],
    code: &str,
    now: Micros,
    last_step: i64,
) -> Result<Option<i64>> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    let seconds = u64::try_from(now.0 / Micros::SECOND).unwrap_or(0);
    let step = totp(secret, "x")?.check(&code, seconds);
    Ok(step
        .and_then(|step| i64::try_from(step).ok())
        .filter(|step| *step > last_step))
}

/// What an authenticator app is shown: the address for the picture, and the secret to type.
pub(crate) fn enrolment(secret: &[u8], account: &str) -> Result<(String, String)> {
    let totp = totp(secret, account)?;
    let address = totp.to_url().map_err(Problem::internal)?;
    Ok((address, totp_rs::Secret::from(secret.to_vec()).to_base32()))
}

/// The picture of an address as inline SVG, without style or script.
pub(crate) fn picture(address: &str) -> Result<String> {
    let code = qrcode::QrCode::new(address.as_bytes()).map_err(Problem::internal)?;
    let svg = code
        .render::<qrcode::render::svg::Color<'_>>()
        .min_dimensions(200, 200)
        .build();
    // Inside a page there is no XML declaration.
    Ok(svg
        .find("<svg")
        .map_or_else(String::new, |start| svg[start..].to_owned()))
}

/// The code an authenticator shows at a moment: for tests and for the demonstration.
///
/// # Errors
/// 500 for a secret that is too short.
pub fn code_at(secret_base32: &str, at: Micros) -> Result<String> {
    let secret = totp_rs::Secret::try_from_base32(secret_base32).map_err(Problem::internal)?;
    let seconds = u64::try_from(at.0 / Micros::SECOND).unwrap_or(0);
    let totp = Builder::new()
        .with_secret(secret)
        .with_account_name("x")
        .build()
        .map_err(Problem::internal)?;
    Ok(totp.generate(seconds).to_string())
}

/// Codes to keep on paper, for the day the telephone is gone.
pub(crate) fn recovery_codes(ctx: &Ctx) -> Vec<String> {
    (0..RECOVERY)
        .map(|_| {
            let mut bytes = [0; 5];
            ctx.random(&mut bytes);
            let text = hex::encode(bytes);
            format!("{}-{}", &text[..5], &text[5..])
        })
        .collect()
}

/// What is kept of a recovery code. 40 random bits behind the throttled sign-in need no slow hash.
pub(crate) fn recovery_hash(code: &str) -> String {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    hex::encode(Sha256::digest(
        format!("youlin recovery {plain}").as_bytes(),
    ))
}
