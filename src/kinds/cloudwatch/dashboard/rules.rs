//! What CloudWatch refuses of a dashboard
//! (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Dashboard-Body-Structure.html).

use serde_json::Value;

use super::spec::Spec;
use crate::resource::{Mistake, OPEN};

/// The most widgets, and the most metrics of one and of all of them
/// (docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html).
const MOST_WIDGETS: usize = 500;
const MOST_METRICS: usize = 500;
const MOST_IN_ALL: usize = 2_500;
/// The most alarms of a widget that shows their states.
const MOST_ALARMS: usize = 100;
/// The columns of the grid, and the most rows of a widget.
const COLUMNS: u64 = 24;
const MOST_ROWS: u64 = 1_000;

const WIDGETS: &str = "/DashboardBody/widgets";

pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let Some(widgets) = spec.dashboard_body.get("widgets").and_then(Value::as_array) else {
        return vec![Mistake::new(WIDGETS, "is missing: a list, which may be empty")];
    };
    let metrics: usize = widgets.iter().map(|widget| elements(widget, "metrics")).sum();
    let mut all: Vec<_> = Mistake::all([
        (widgets.len() > MOST_WIDGETS, WIDGETS, "are more than 500"),
        (metrics > MOST_IN_ALL, WIDGETS, "have more than 2500 metrics together"),
    ])
    .collect();
    let of_each = widgets.iter().enumerate().flat_map(|(at, widget)| {
        faults(widget).into_iter().map(move |what| Mistake::new(format!("{WIDGETS}/{at}"), what))
    });
    all.extend(of_each);
    all
}

/// What is wrong with one widget, in words.
fn faults(widget: &Value) -> Vec<String> {
    let properties = &widget["properties"];
    let kind = widget["type"].as_str().unwrap_or_default();
    let lacks = |property: &str| properties.get(property).is_none_or(Value::is_null);
    let within = |name: &str, least: u64, most: u64| {
        widget.get(name).is_none_or(|value| value.as_u64().is_some_and(|value| (least..=most).contains(&value)))
    };
    let placed_beyond =
        widget["x"].as_u64().zip(widget["width"].as_u64()).is_some_and(|(x, width)| x + width > COLUMNS);
    let table = [
        (kind.is_empty(), "has no `type`"),
        (!properties.is_object(), "has no `properties`"),
        (kind == "metric" && lacks("region"), "has no `region`: a dashboard is in none, its metrics are"),
        (kind == "metric" && lacks("metrics") && lacks("annotations"), "has neither `metrics` nor an alarm to show"),
        (kind == "text" && lacks("markdown"), "has no `markdown`"),
        (kind == "alarm" && elements(widget, "alarms") == 0, "has no `alarms`"),
        (elements(widget, "alarms") > MOST_ALARMS, "has more than 100 alarms"),
        (elements(widget, "metrics") > MOST_METRICS, "has more than 500 metrics"),
        (!within("width", 1, COLUMNS), "has a `width` that is not from 1 to 24"),
        (!within("height", 1, MOST_ROWS), "has a `height` that is not from 1 to 1000"),
        (!within("x", 0, COLUMNS - 1) || placed_beyond && within("width", 1, COLUMNS), "stands beyond the 24 columns"),
    ];
    let mut all: Vec<_> = table.iter().filter(|(is_wrong, _)| *is_wrong).map(|(_, what)| (*what).to_owned()).collect();
    all.extend(colours(properties).map(|colour| format!("has the colour {colour}, which is not written as #1f77b4")));
    all
}

/// How many elements a list among a widget's properties has.
fn elements(widget: &Value, list: &str) -> usize {
    widget["properties"][list].as_array().map_or(0, Vec::len)
}

/// The colours, at any depth, that CloudWatch does not know.
fn colours(value: &Value) -> Box<dyn Iterator<Item = &str> + '_> {
    match value {
        Value::Array(list) => Box::new(list.iter().flat_map(colours)),
        Value::Object(map) => {
            let own = map.get("color").and_then(Value::as_str).filter(|text| !is_colour(text));
            Box::new(own.into_iter().chain(map.values().flat_map(colours)))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn is_colour(text: &str) -> bool {
    let is_hexadecimal = |digits: &str| digits.len() == 6 && digits.chars().all(|digit| digit.is_ascii_hexdigit());
    text.contains(OPEN) || text.strip_prefix('#').is_some_and(is_hexadecimal)
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn wrong(body: Value) -> Vec<String> {
        let spec: Spec = from_value(json!({ "DashboardBody": body })).unwrap();
        mistakes(&spec).iter().map(|mistake| format!("{}: {}", mistake.path, mistake.text)).collect()
    }

    fn metric(changes: Value) -> Value {
        let metrics = json!([["AWS/ECS", "CPUUtilization", { "color": "#1f77b4" }]]);
        let mut widget = json!({ "type": "metric", "x": 0, "y": 0, "width": 12, "height": 6,
            "properties": { "region": "us-east-1", "metrics": metrics } });
        for (name, value) in changes.as_object().unwrap() {
            *widget.pointer_mut(name).unwrap_or(&mut Value::Null) = value.clone();
        }
        widget
    }

    #[test]
    fn what_cloudwatch_takes_is_no_mistake() {
        let none: Vec<String> = Vec::new();
        assert_eq!(wrong(json!({ "widgets": [] })), none);
        let text = json!({ "type": "text", "properties": { "markdown": "# Shop" } });
        let states = json!({ "type": "alarm", "properties": { "alarms": ["arn"] } });
        assert_eq!(wrong(json!({ "start": "-PT3H", "widgets": [metric(json!({})), text, states] })), none);
    }

    #[test]
    fn what_cloudwatch_refuses_is_a_mistake() {
        let cases = [
            (json!({ "/properties/region": null }), "has no `region`"),
            (json!({ "/properties/metrics": null }), "has neither `metrics`"),
            (json!({ "/type": "" }), "has no `type`"),
            (json!({ "/width": 25 }), "has a `width`"),
            (json!({ "/height": 0 }), "has a `height`"),
            (json!({ "/x": 13 }), "stands beyond"),
            (json!({ "/properties/metrics/0/2/color": "red" }), "has the colour red"),
            (json!({ "/properties/metrics": vec![json!(["A", "B"]); 501] }), "has more than 500 metrics"),
        ];
        for (changes, what) in cases {
            let found = wrong(json!({ "widgets": [metric(json!({})), metric(changes.clone())] }));
            assert!(found.len() == 1 && found[0].contains(&format!("/widgets/1: {what}")), "{changes}: {found:?}");
        }
        assert_eq!(wrong(json!({})).len(), 1, "no list of widgets");
        let many = vec![metric(json!({ "/properties/metrics": vec![json!(["A", "B"]); 500] })); 6];
        assert_eq!(wrong(json!({ "widgets": many })).len(), 1, "too many metrics");
        let alarms = json!({ "type": "alarm", "properties": { "alarms": [] } });
        assert_eq!(wrong(json!({ "widgets": [alarms] })).len(), 1);
        let text = json!({ "type": "text", "properties": {} });
        assert_eq!(wrong(json!({ "widgets": [text] })).len(), 1);
    }
}
