//! The rules of the house that the compiler does not know.

mod circles;
mod kinds_pages;
mod systems;
pub mod tidy;
