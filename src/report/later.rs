use super::value::show;
use crate::plan::Later;

/// `AWS::RDS::DBCluster/main/EngineVersion 16.4 → 17.2 in the maintenance window, Sun 2026-12-06 05:00 to 06:00 UTC`.
pub(super) fn later_line(later: &Later) -> String {
    let Later { address, path, before, after, when } = later;
    let values = match (before, after) {
        (Some(before), Some(after)) if before != after => format!(" {} → {}", show(before), show(after)),
        (Some(before), None) => format!(" {} → what belongs to the new version", show(before)),
        (None, Some(after)) => format!(" {}", show(after)),
        _ => String::new(),
    };
    format!("{address}{path}{values} {when}")
}
