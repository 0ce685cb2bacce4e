//! What a stack hands over: its outputs, and the DNS records that a person creates: those that a certificate waits for, and
//! the template's own.

use std::collections::BTreeMap;

use serde_json::Value;

use super::style::{count, pad, table, width_of};
use super::value::show;
use crate::plan::{Waiting, is_answered};
use crate::resource::OPEN;

/// The output by which a template hands over records: a list of `Name`, `Type` and `Value`.
pub(super) const RECORDS: &str = "records";
/// What the records are told under.
pub(super) const TITLE: &str = "DNS records to create";

/// A DNS record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) name: String,
    /// `CNAME`.
    pub(super) kind: String,
    pub(super) value: String,
}

/// Those that something waits for, then the template's own.
pub(super) fn records<'a>(
    waiting: impl IntoIterator<Item = &'a Waiting>,
    outputs: &BTreeMap<String, Value>,
) -> Vec<Record> {
    let mut all: Vec<Record> = Vec::new();
    let awaited = waiting.into_iter().flat_map(|waiting| awaited(&waiting.what).0);
    let handed_over = outputs.get(RECORDS).and_then(Value::as_array).into_iter().flatten().flat_map(handed_over);
    for record in awaited.chain(handed_over) {
        if !all.contains(&record) {
            all.push(record);
        }
    }
    all
}

/// Whether anything waits for a record: a person's, or one of the stack that is found once a person has delegated its zone.
pub(super) fn awaits_records(waiting: &[Waiting]) -> bool {
    waiting.iter().any(|waiting| is_answered(&waiting.what) || !awaited(&waiting.what).0.is_empty())
}

/// The records in what is waited for as a number, the rest as it is: `2 DNS records`.
pub(super) fn in_short(what: &str) -> String {
    let (records, others) = awaited(what);
    let number = (!records.is_empty()).then(|| format!("{} (below)", count(records.len(), "DNS record")));
    number.into_iter().chain(others.into_iter().map(str::to_owned)).collect::<Vec<_>>().join(", ")
}

/// A line a record: name, type, value; where that is too wide for the columns there are, the value below.
pub(super) fn record_lines(records: &[Record], width: Option<usize>) -> Vec<String> {
    let cells = |record: &Record| vec![record.name.clone(), record.kind.clone(), record.value.clone()];
    let lines: Vec<_> = table(&records.iter().map(cells).collect::<Vec<_>>(), "").lines().map(str::to_owned).collect();
    if width.is_none_or(|width| lines.iter().all(|line| width_of(line) <= width)) {
        return lines;
    }
    let stacked = |record: &Record| [format!("{} {}", record.name, record.kind), format!("  {}", record.value)];
    records.iter().flat_map(stacked).collect()
}

/// A stack's outputs, a name each with its value, and of a list each value on a line of its own; what is too wide for the
/// columns there are stands below its name.
pub(super) fn output_lines(outputs: &BTreeMap<String, Value>, width: Option<usize>) -> Vec<String> {
    let told: Vec<_> = outputs.iter().filter(|(name, _)| *name != RECORDS).collect();
    let left = told.iter().map(|(name, _)| width_of(name)).max().unwrap_or_default() + 2;
    let lines = told.iter().flat_map(|(name, value)| {
        let values = values(value);
        let is_wide = |value: &String| width.is_some_and(|width| left + width_of(value) > width);
        if values.iter().any(is_wide) {
            let below = values.iter().map(|value| format!("  {value}"));
            return std::iter::once((*name).clone()).chain(below).collect::<Vec<_>>();
        }
        let names = std::iter::once(name.as_str()).chain(std::iter::repeat(""));
        names.zip(values).map(|(name, value)| format!("{}{value}", pad(name, left))).collect()
    });
    lines.collect()
}

/// What an output has, one by one: a list's items, a map's entries, or itself.
fn values(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(show).collect(),
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().map(|(name, value)| format!("{name}: {}", show(value))).collect()
        }
        other => vec![show(other)],
    }
}

/// Reads `CNAME _x.example -> _y.aws`, of which there can be several; and what is no record.
fn awaited(what: &str) -> (Vec<Record>, Vec<&str>) {
    let (mut records, mut others) = (Vec::new(), Vec::new());
    for part in what.split(", ") {
        let record = part.split_once(' ').and_then(|(kind, rest)| {
            let (name, value) =
                rest.split_once(" -> ").filter(|_| kind.bytes().all(|byte| byte.is_ascii_uppercase()))?;
            Some(Record { name: name.to_owned(), kind: kind.to_owned(), value: value.to_owned() })
        });
        match record {
            Some(record) => records.push(record),
            None => others.push(part),
        }
    }
    (records, others)
}

/// The records of one entry: a list of values is one each.
fn handed_over(value: &Value) -> Vec<Record> {
    let known = |value: &Value| value.as_str().filter(|text| !text.contains(OPEN)).map(str::to_owned);
    let (Some(name), Some(kind)) = (known(&value["Name"]), known(&value["Type"])) else { return Vec::new() };
    let values = match &value["Value"] {
        Value::Array(all) => all.iter().filter_map(known).collect(),
        one => known(one).into_iter().collect::<Vec<_>>(),
    };
    values.into_iter().map(|value| Record { name: name.clone(), kind: kind.clone(), value }).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn waiting(what: &str) -> Waiting {
        Waiting {
            address: "AWS::CertificateManager::Certificate/main".parse().expect("an address"),
            what: what.to_owned(),
        }
    }

    #[test]
    fn an_output_of_several_values_has_a_line_for_each_and_a_narrow_terminal_has_them_below() {
        let outputs = json!({ "databases": ["orders.rds.example", "users.rds.example"], "queues": { "mail": "q.example" }, "records": [], "vpc": "vpc-1" });
        let outputs: BTreeMap<_, _> = outputs.as_object().expect("a map").clone().into_iter().collect();
        let wide = [
            "databases  orders.rds.example",
            "           users.rds.example",
            "queues     mail: q.example",
            "vpc        vpc-1",
        ];
        assert_eq!(output_lines(&outputs, Some(29)), wide);
        let narrow = [
            "databases",
            "  orders.rds.example",
            "  users.rds.example",
            "queues     mail: q.example",
            "vpc        vpc-1",
        ];
        assert_eq!(output_lines(&outputs, Some(28)), narrow);
    }

    #[test]
    fn records_are_one_table_each_once() {
        let (one, mail) = ("CNAME _x.a.example -> _y.aws, CNAME _z.b.example -> _w.aws", "the confirmation of a mail");
        let site = json!([{ "Name": "a.example", "Type": "CNAME", "Value": "lb.aws" }]);
        let all = records(&[waiting(one), waiting(mail), waiting(one)], &[(RECORDS.to_owned(), site)].into());
        assert_eq!(
            record_lines(&all, None),
            ["_x.a.example  CNAME  _y.aws", "_z.b.example  CNAME  _w.aws", "a.example     CNAME  lb.aws",]
        );
        assert_eq!(record_lines(&all[..1], Some(20)), ["_x.a.example CNAME", "  _y.aws"]);
        assert_eq!(in_short(one), "2 DNS records (below)");
        assert_eq!(in_short(mail), mail);
        assert_eq!(in_short("AWS::EC2::VPC/main"), "AWS::EC2::VPC/main");
    }
}
