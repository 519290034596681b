//! Figures: see the README.
