//! What a plan makes of a blueprint and an inventory, decision by decision, on fake kinds and without a run.

mod circles;
mod comparison;
mod guards;
mod lists;
mod pending;
mod refusals;
mod removals;
mod transfers;
mod whole;
