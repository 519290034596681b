//! What the installation says about itself to foreign systems.

/// A `jurisdiction_id` and the area it stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jurisdiction {
    /// As clients send it, by custom a domain name: `chongchuan.example.cn`.
    pub id: String,
    /// Code of an area of any level; the jurisdiction is every community in it.
    pub area_code: String,
}

/// Put into the application as `Arc<Open311Settings>`; without it the defaults hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Open311Settings {
    /// None: one installation, one jurisdiction, and `jurisdiction_id` is ignored. One: it may be left out. Several: every
    /// request names one.
    pub jurisdictions: Vec<Jurisdiction>,
    /// How developers reach somebody, for the discovery document.
    pub contact: String,
    /// How one gets a key, for the discovery document.
    pub key_service: String,
}
