//! Pure rules: what is free when, the life of a loan, the life of a request for professional support.

mod kinds;
mod loan;
mod open;
mod refusal;
mod stock;
mod support;

pub use kinds::{
    Helped, LoanState, OfferState, ResourceKind, ResourceState, SupportField, SupportState,
};
pub use loan::{Around, Loan, LoanPolicy, LoanVerb, book, decide_loan, possible_for};
pub use open::{Exception, Opening, Span, read_spans};
pub use refusal::Refusal;
pub use stock::{Hold, free, peak};
pub use support::{Offer, Support, SupportVerb, Who, decide_support, possible_support};

#[cfg(test)]
mod properties;
