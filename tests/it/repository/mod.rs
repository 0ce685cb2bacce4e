//! The rules of the house that the compiler does not know.

mod circles;
mod kinds_pages;
mod systems;
#[cfg(feature = "sdk")]
pub mod tenant_pages;
pub mod tidy;
