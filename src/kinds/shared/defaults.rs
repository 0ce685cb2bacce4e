//! Values that properties have if nobody says: `#[serde(default = "yes")]`, `#[serde(default = "number::<30>")]`.

/// On.
pub(in crate::kinds) fn yes() -> bool {
    true
}

/// A number.
pub(in crate::kinds) fn number<const N: i32>() -> i32 {
    N
}
