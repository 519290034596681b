//! Token buckets per client for routes that anybody may call, and per login name for sign-in.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota};
use youlin_kernel::{Problem, ProblemKind, Result};

/// Limits in force. Counted in memory per process; a restart forgives.
#[derive(Debug)]
pub struct RateLimits {
    public_writes: DefaultKeyedRateLimiter<IpAddr>,
    public_reads: DefaultKeyedRateLimiter<IpAddr>,
    sign_in: DefaultKeyedRateLimiter<String>,
}

impl RateLimits {
    /// Requests per minute: anonymous writes, anonymous reads, sign-in attempts per name and per client.
    #[must_use]
    pub fn per_minute(writes: u32, reads: u32, sign_in: u32) -> Self {
        let quota = |n: u32| Quota::per_minute(NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN));
        Self {
            public_writes: DefaultKeyedRateLimiter::keyed(quota(writes)),
            public_reads: DefaultKeyedRateLimiter::keyed(quota(reads)),
            sign_in: DefaultKeyedRateLimiter::keyed(quota(sign_in)),
        }
    }

    /// One anonymous request of this client. The middleware counts those of pages and of the REST interface; a
    /// [`crate::Protocol`] counts its own.
    ///
    /// # Errors
    /// 429 when there were too many within a minute.
    pub fn public(&self, client: IpAddr, writes: bool) -> Result<()> {
        let limiter = if writes {
            &self.public_writes
        } else {
            &self.public_reads
        };
        limiter
            .check_key(&client)
            .map_err(|_wait| Problem::new(ProblemKind::TooMany, "too-many"))
    }

    /// One attempt to sign in under this name (or from this client, with its address as the name).
    ///
    /// # Errors
    /// 429 when there were too many within a minute.
    pub fn sign_in(&self, name: &str) -> Result<()> {
        let name = name.to_lowercase();
        self.sign_in
            .check_key(&name)
            .map_err(|_wait| Problem::new(ProblemKind::TooMany, "too-many-sign-ins"))
    }

    /// Forgets clients that have been quiet, so that the maps do not grow for ever.
    pub fn shrink(&self) {
        self.public_writes.retain_recent();
        self.public_reads.retain_recent();
        self.sign_in.retain_recent();
    }
}
