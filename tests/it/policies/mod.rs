//! The policies that `permissions` prints: held against AWS's grammar and reference, and evaluated, as IAM would, over the
//! calls that stacks really make.

mod authorization;
pub mod calls;
mod evaluator;
pub mod held;
mod rules;
mod stacks;
