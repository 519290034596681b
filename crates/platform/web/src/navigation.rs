//! The doors of the navigation and the small parts of the bar on top, as modules declare them.

use youlin_kernel::Access;

/// The places of the navigation; the page says where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NavPlace {
    Today,
    /// 清
    Know,
    /// 邻
    Serve,
    /// 众
    Govern,
    /// 护
    Protect,
    /// 闻
    News,
    Settings,
    None,
}

impl NavPlace {
    pub(crate) fn key(self) -> &'static str {
        match self {
            // As the style sheet names them (`data-place`, `seal-…`).
            Self::Know => "qing",
            Self::Serve => "lin",
            Self::Govern => "zhong",
            Self::Protect => "hu",
            Self::News => "wen",
            Self::Today | Self::Settings | Self::None => "",
        }
    }
}

/// A door in the navigation, declared by the module that owns the page behind it.
#[derive(Clone, Copy, Debug)]
pub struct NavItem {
    pub place: NavPlace,
    pub href: &'static str,
    /// Key of the message catalogue.
    pub label: &'static str,
    pub icon: &'static str,
    pub access: Access,
    /// Whether it stands in the bottom bar of the phone too.
    pub phone: bool,
}

/// All doors, in order; put into the application at start.
#[derive(Debug)]
pub struct Navigation(pub Vec<NavItem>);

/// A small part that stands in the bar on top of every page, fetched after the page: it may count something, and no page
/// waits for that.
#[derive(Clone, Copy, Debug)]
pub struct TopbarPart {
    pub href: &'static str,
    pub access: Access,
}

/// All such parts, in order; put into the application at start.
#[derive(Debug)]
pub struct TopbarParts(pub Vec<TopbarPart>);

/// What stands in front of a place's doors.
pub(crate) fn seal(place: NavPlace) -> &'static str {
    match place {
        NavPlace::Know => "清",
        NavPlace::Serve => "邻",
        NavPlace::Govern => "众",
        NavPlace::Protect => "护",
        NavPlace::News => "闻",
        NavPlace::Today | NavPlace::Settings | NavPlace::None => "",
    }
}
