//! Makes text, JSON, Markdown and HTML of values; the only room that does.
//!
//! **Invariant:** takes values and returns text, or writes to what it is given. It reads nothing and decides nothing.
//! Text for terminals is always coloured; the stream that it goes to strips the colours where they don't belong.

mod adoption;
mod blocked;
mod by_hand;
mod change;
mod cloudformation;
mod difference;
mod document;
mod estimate;
mod events;
mod explain;
mod field;
mod folded;
mod graph;
mod history;
mod kinds;
mod kinds_pages;
mod later;
mod layout;
mod left_alone;
mod order;
mod plan_html;
mod plan_markdown;
mod plan_text;
mod policy;
mod problems;
mod progress;
mod reading;
mod records;
mod run_summary;
mod saved;
mod schema_words;
mod shortened;
mod show;
mod style;
mod summary;
mod timings;
mod value;

pub use adoption::adoption_text;
pub use by_hand::by_hand_text;
pub use cloudformation::cloudformation_json;
pub use document::{FORMAT_VERSION, PlanDocument, SavedDocument, plan_json};
pub use estimate::{Estimate, estimate, estimate_all};
pub use events::{event_json, event_line, summary_json};
pub use explain::explain_text;
pub use graph::{graph_dot, graph_mermaid};
pub use history::{PastRun, history_json, history_text, lease_text};
pub use kinds::{kind_text, kinds_json, kinds_text};
pub use kinds_pages::{kinds_markdown, kinds_pages};
pub use layout::TextOptions;
pub use order::{Risk, by_risk, consent, needs_consent};
pub use plan_html::plan_html;
pub use plan_markdown::{MARKDOWN_LIMIT, plan_markdown};
pub use plan_text::plan_text;
pub use policy::{StorePolicy, policies_json};
pub use problems::{problems_json, problems_sarif, problems_text};
pub use progress::Progress;
pub use reading::{ReadDisplay, ReadProgress};
pub use run_summary::{NextCommands, run_summary_text};
pub use saved::{SavedPlanError, Saving, read_saved_plan, saved_plan, saved_plan_text, stale};
pub use show::{Shown, show_env, show_json, show_text};
pub use style::count;
pub use timings::{CallTiming, timings_text};
pub use value::{list_delta, show};
