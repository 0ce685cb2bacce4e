//! Saved plans as text: what is read back, and what is refused.

use jiff::Timestamp;
use proptest::prelude::*;
use provision::plan::{Mode, Plan};
use provision::report::{SavedPlanError, Saving, read_saved_plan, saved_plan_text};

use crate::engine::report::illustration;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn text(plan: &Plan) -> String {
    let (made, expires) = (at("2026-11-23T00:00:00Z"), at("2026-11-24T00:00:00Z"));
    saved_plan_text(
        plan,
        Saving { made, expires, mode: Mode::Apply, selectors: vec!["acme/production".into()], endpoint: None },
        str::to_owned,
    )
}

fn now() -> Timestamp {
    at("2026-11-23T12:00:00Z")
}

#[test]
fn what_was_saved_is_read_back_until_it_expires() {
    let text = text(&illustration());
    let (document, saved) = read_saved_plan(&text, now()).unwrap();
    assert_eq!(document.stacks.len(), 1);
    assert!(document.stacks.iter().all(|stack| stack.fingerprint.is_some()));
    assert_eq!((saved.mode, saved.selectors), (Mode::Apply, vec!["acme/production".to_owned()]));
    let end = at("2026-11-24T00:00:00Z");
    assert_eq!(read_saved_plan(&text, end), Err(SavedPlanError::Expired(end)));
    assert_eq!(read_saved_plan(&text[..text.len() - 3], now()), Err(SavedPlanError::CutOff));
}

#[test]
fn a_plan_that_was_only_printed_is_no_saved_one() {
    let printed = provision::report::plan_json(&illustration());
    assert!(matches!(read_saved_plan(&printed, now()), Err(SavedPlanError::NoPlan(_))));
}

/// Whatever that one wrote into it.
#[test]
fn a_plan_of_another_version_is_told_by_its_name() {
    let tool = concat!("provision ", env!("CARGO_PKG_VERSION"));
    let other = text(&illustration()).replacen(tool, "provision 0.0.9", 1);
    for text in [
        other.clone(),
        other.replacen("\"summary\"", "\"sum\"", 1),
        other.replacen("\"mode\": \"apply\"", "\"mode\": 1", 1),
    ] {
        let unusable = read_saved_plan(&text, now()).unwrap_err();
        let said = format!("provision 0.0.9 wrote it, and this is {tool}");
        assert_eq!(unusable.to_string(), said);
    }
}

proptest! {
    /// Wherever it is, and whatever it becomes.
    #[test]
    fn a_plan_with_one_byte_changed_is_refused_or_the_same(place in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let saved = text(&illustration());
        let original = read_saved_plan(&saved, now()).unwrap();
        let mut bytes = saved.clone().into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        // What is no text any more is refused when it is read from its file.
        if let Ok(changed) = String::from_utf8(bytes)
            && let Ok(read) = read_saved_plan(&changed, now())
        {
            prop_assert_eq!(read, original, "at {}", place);
        }
    }
}
