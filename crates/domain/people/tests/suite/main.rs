//! Stories of this module, each on every database.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod accounts;
mod again;
mod at_the_door;
mod browser;
mod directory;
mod dwelling_life;
mod entry;
mod example;
mod ground;
mod held_heads;
mod household;
mod imports;
mod lists;
mod merchants;
mod merchants_back;
mod merchants_persons;
mod moving;
mod own;
mod pages;
mod privacy;
mod real_sheets;
mod residents;
mod rest;
mod reveal;
mod rosters;
mod round;
mod said_again;
mod sheets;
mod sign_in;
mod talents;
mod teams;
mod there_and_back;
mod trade_there_and_back;
mod truths;
mod two_houses;
mod whole;
mod withheld;
mod words;
mod workbooks;
