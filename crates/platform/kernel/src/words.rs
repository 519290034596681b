//! Enums of the domain whose variants have a word: the one that is stored, transmitted and looked up in the catalogues.

/// Declares such an enum: `words! { /// docs\n Status { /// docs\n Reported = "reported", … } }`.
///
/// It is `Copy`, ordered as written, goes over the wire as its word and into the description of the interface; the crate
/// that uses this has `serde` and `utoipa` among its dependencies. The words must be the variants' names in snake case.
#[macro_export]
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
            utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// All of them, in the order pages list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stored and transmitted word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The variant of that word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
