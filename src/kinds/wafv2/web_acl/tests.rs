use serde_json::{Value, from_value, json, to_value};

use super::statement::Rule;
use super::*;

fn visibility() -> Value {
    json!({ "SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": true, "MetricName": "m" })
}

fn rule(name: &str, priority: i32, statement: &Value, extra: (&str, Value)) -> Value {
    json!({
        "Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": visibility(), extra.0: extra.1,
    })
}

fn transformations() -> Value {
    json!([{ "Priority": 0, "Type": "URL_DECODE" }, { "Priority": 1, "Type": "LOWERCASE" }])
}

fn statements() -> Vec<Value> {
    let bytes = json!({ "ByteMatchStatement": {
        "SearchString": "/admin", "PositionalConstraint": "STARTS_WITH",
        "FieldToMatch": { "UriPath": {} }, "TextTransformations": transformations(),
    }});
    let header = json!({ "SingleHeader": { "Name": "user-agent" } });
    vec![
        json!({ "ManagedRuleGroupStatement": {
            "VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet", "Version": "Version_1.0",
            "RuleActionOverrides": [{ "Name": "SizeRestrictions_BODY", "ActionToUse": { "Count": {} } }],
            "ExcludedRules": [{ "Name": "NoUserAgent_HEADER" }], "ScopeDownStatement": bytes,
        }}),
        json!({ "RuleGroupReferenceStatement": {
            "Arn": "arn:aws:wafv2:us-east-1:1:regional/rulegroup/a/b",
            "RuleActionOverrides": [{ "Name": "x", "ActionToUse": { "Block": {} } }],
        }}),
        json!({ "ManagedRuleGroupStatement": {
            "VendorName": "AWS", "Name": "AWSManagedRulesBotControlRuleSet", "ManagedRuleGroupConfigs": [
                { "AWSManagedRulesBotControlRuleSet": { "InspectionLevel": "TARGETED", "EnableMachineLearning": false } },
            ],
        }}),
        json!({ "ManagedRuleGroupStatement": {
            "VendorName": "AWS", "Name": "AWSManagedRulesAntiDDoSRuleSet", "ManagedRuleGroupConfigs": [
                { "AWSManagedRulesAntiDDoSRuleSet": { "SensitivityToBlock": "MEDIUM", "ClientSideActionConfig": {
                    "Challenge": { "UsageOfAction": "ENABLED", "ExemptUriRegularExpressions": [
                        { "RegexString": "/b" }, { "RegexString": "/a" },
                    ]},
                }}},
            ],
        }}),
        json!({ "RateBasedStatement": { "Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": {
            "AndStatement": { "Statements": [
                { "NotStatement": { "Statement": { "GeoMatchStatement": { "CountryCodes": ["CL", "AR"] } } } },
                { "OrStatement": { "Statements": [
                    { "LabelMatchStatement": { "Scope": "LABEL", "Key": "awswaf:x" } },
                    { "IPSetReferenceStatement": { "Arn": "arn:aws:wafv2:us-east-1:1:regional/ipset/a/b" } },
                ]}},
            ]},
        }}}),
        json!({ "SizeConstraintStatement": {
            "FieldToMatch": { "Body": {} }, "ComparisonOperator": "GT", "Size": 8192,
            "TextTransformations": transformations(),
        }}),
        json!({ "RegexMatchStatement": {
            "RegexString": "^a+$", "FieldToMatch": header, "TextTransformations": transformations(),
        }}),
        json!({ "SqliMatchStatement": { "FieldToMatch": { "QueryString": {} }, "TextTransformations": transformations() }}),
        json!({ "XssMatchStatement": { "FieldToMatch": { "Body": {} }, "TextTransformations": transformations() }}),
    ]
}

#[test]
fn every_statement_survives_the_way_to_the_sdk_and_back() {
    for statement in statements() {
        let ours: Rule = from_value(rule("r", 1, &statement, ("Action", json!({ "Count": {} })))).unwrap();
        assert_eq!(read::rule::rule(&write::rule(&ours)), (Some(ours.clone()), Vec::new()), "{statement}");
        let again: Rule = from_value(to_value(&ours).unwrap()).unwrap();
        assert_eq!(again, ours);
    }
}

#[test]
fn what_has_no_order_reads_the_same_in_any() {
    let geo = json!({ "GeoMatchStatement": { "CountryCodes": ["AR", "CL"] } });
    let ours: Rule = from_value(rule("r", 1, &geo, ("Action", json!({ "Block": {} })))).unwrap();
    let mut live = write::rule(&ours);
    let codes = live.statement.as_mut().unwrap().geo_match_statement.as_mut().unwrap().country_codes.as_mut();
    codes.unwrap().reverse();
    assert_eq!(read::rule::rule(&live), (Some(ours), Vec::new()));
}

#[test]
fn what_our_types_cannot_express_is_told() {
    let geo = json!({ "GeoMatchStatement": { "CountryCodes": ["AR"] } });
    let ours: Rule = from_value(rule("r", 1, &geo, ("Action", json!({ "Block": {} })))).unwrap();
    let mut live = write::rule(&ours);
    live.challenge_config = Some(sdk::ChallengeConfig::builder().build());
    assert_eq!(read::rule::rule(&live), (Some(ours), vec!["ChallengeConfig"]));
    live.statement = Some(sdk::Statement::builder().build());
    assert_eq!(read::rule::rule(&live), (None, vec!["Statement"]));
}

#[test]
fn an_absent_condition_is_null_so_that_a_foreign_one_shows() {
    let group = json!({ "ManagedRuleGroupStatement": { "VendorName": "AWS", "Name": "x" } });
    let ours: Rule = from_value(rule("r", 1, &group, ("OverrideAction", json!({ "None": {} })))).unwrap();
    let written = to_value(&ours).unwrap();
    assert_eq!(written["Statement"]["ManagedRuleGroupStatement"]["ScopeDownStatement"], Value::Null);
    assert!(written["Statement"]["ManagedRuleGroupStatement"].get("ScopeDownStatement").is_some());
}

#[test]
fn rules_that_clash_or_act_wrongly_are_mistakes() {
    let group = json!({ "ManagedRuleGroupStatement": { "VendorName": "AWS", "Name": "x" } });
    let block = || ("Action", json!({ "Block": {} }));
    let spec: Spec = from_value(json!({
        "Scope": "REGIONAL", "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility(),
        "Rules": [rule("a", 1, &group, block()), rule("a", 1, &statements()[4], block())],
    }))
    .unwrap();
    assert_eq!(
        WebAcl::check(&spec),
        [
            Mistake::new("/Rules/0", "a rule group takes an OverrideAction (`None: {}` or `Count: {}`) and no Action"),
            Mistake::new("/Rules/1/Priority", "the rule a has the priority 1 too"),
        ]
    );
}

fn acl(rules: &[Value], more: (&str, Value)) -> Spec {
    let acl = json!({
        "Scope": "REGIONAL", "DefaultAction": { "Allow": {} }, "VisibilityConfig": visibility(), "Rules": rules,
        more.0: more.1,
    });
    from_value(acl).unwrap()
}

fn bots(level: &str, learns: &Value) -> Value {
    let mut config = json!({ "InspectionLevel": level });
    if !learns.is_null() {
        config["EnableMachineLearning"] = learns.clone();
    }
    json!({ "ManagedRuleGroupStatement": {
        "VendorName": "AWS", "Name": "AWSManagedRulesBotControlRuleSet",
        "ManagedRuleGroupConfigs": [{ "AWSManagedRulesBotControlRuleSet": config }],
    }})
}

/// WAF learns only where bots are looked at closely, and answers elsewhere as it likes.
#[test]
fn what_machines_learn_counts_for_targeted_bots_alone() {
    let read = |level: &str, written: &Value, answered: bool| {
        let none = || ("OverrideAction", json!({ "None": {} }));
        let ours: Rule = from_value(rule("r", 1, &bots(level, written), none())).unwrap();
        let mut live = write::rule(&ours);
        let group = live.statement.as_mut().unwrap().managed_rule_group_statement.as_mut().unwrap();
        let config = &mut group.managed_rule_group_configs.as_mut().unwrap()[0];
        config.aws_managed_rules_bot_control_rule_set.as_mut().unwrap().enable_machine_learning = answered;
        let (live, lost) = read::rule::rule(&live);
        assert_eq!(lost, [""; 0]);
        live == Some(ours)
    };
    for answered in [true, false] {
        for written in [json!(null), json!(true), json!(false)] {
            assert!(read("COMMON", &written, answered), "{written} {answered}");
        }
        assert_eq!(read("TARGETED", &json!(false), answered), !answered);
        assert_eq!(read("TARGETED", &json!(null), answered), answered);
    }
}

#[test]
fn an_answer_of_ones_own_that_is_not_there_is_a_mistake() {
    let response = json!({ "CustomResponse": { "ResponseCode": 403, "CustomResponseBodyKey": "sorry" } });
    let rule = rule("r", 1, &statements()[7], ("Action", json!({ "Block": response })));
    let sorry = json!({ "sorry": { "ContentType": "TEXT_PLAIN", "Content": "No." } });
    assert_eq!(WebAcl::check(&acl(std::slice::from_ref(&rule), ("CustomResponseBodies", sorry))), []);
    let [Mistake { path, text }] = &WebAcl::check(&acl(&[rule], ("CustomResponseBodies", json!({}))))[..] else {
        panic!("one")
    };
    assert_eq!(path, "/Rules/0/Action/Block/CustomResponse/CustomResponseBodyKey");
    assert_eq!(text, "CustomResponseBodies has no `sorry`");
}

#[test]
fn every_header_of_an_answer_is_hidden() {
    let response = json!({ "ResponseCode": 403, "ResponseHeaders": [{ "Name": "x", "Value": "secret" }] });
    let block = json!({ "Block": { "CustomResponse": response } });
    let group = json!({ "ManagedRuleGroupStatement": {
        "VendorName": "AWS", "Name": "x", "RuleActionOverrides": [{ "Name": "y", "ActionToUse": block }],
    }});
    let rules = [
        rule("a", 1, &group, ("OverrideAction", json!({ "None": {} }))),
        rule("b", 2, &statements()[7], ("Action", block.clone())),
    ];
    let spec = to_value(acl(&rules, ("DefaultAction", block))).unwrap();
    let mut seen = 0;
    pointer::walk(&spec, &mut |at, leaf| {
        if leaf == "secret" {
            seen += 1;
            let at = at.replace("/Rules/0", "/Rules/a").replace("/Rules/1", "/Rules/b");
            assert!(WebAcl::FACTS.sensitive.iter().any(|pattern| pointer::covers(pattern, &at)), "{at}");
        }
    });
    assert_eq!(seen, 3);
}

#[test]
fn a_rule_of_shields_name_is_a_mistake() {
    let rule = rule("ShieldMitigationRuleGroup_1_2_3", 1, &statements()[7], ("Action", json!({ "Count": {} })));
    let mistakes = WebAcl::check(&acl(&[rule], ("Description", json!("d"))));
    assert_eq!(mistakes.into_iter().map(|mistake| mistake.path).collect::<Vec<_>>(), ["/Rules/0/Name"]);
}

#[test]
fn a_web_acl_that_blocks_less_says_what() {
    let group = |name: &str, action: &str, overrides: Value| {
        let statement = json!({ "ManagedRuleGroupStatement": {
            "VendorName": "AWS", "Name": name, "RuleActionOverrides": overrides } });
        rule(name, 1, &statement, ("OverrideAction", json!({ action: {} })))
    };
    let rate = |action: &str| rule("rate", 2, &json!({ "RateBasedStatement": {} }), ("Action", json!({ action: {} })));
    let acl = |rules: Value| json!({ "DefaultAction": { "Allow": {} }, "Rules": rules });
    let said = |before: Value, after: Value| WebAcl::advice(&acl(before), &acl(after), &[]);
    let before = json!([group("Common", "None", json!([])), rate("Block")]);
    assert_eq!(
        said(before.clone(), json!([group("Common", "Count", json!([])), rate("Count")])),
        ["no longer blocks what these rules match, and only counts it: Common, rate"]
    );
    assert_eq!(
        said(before.clone(), json!([rate("Block")])),
        ["no longer blocks what these rules matched, which go: Common"]
    );
    let excepted = json!([{ "Name": "Size", "ActionToUse": { "Count": {} } }]);
    assert_eq!(
        said(before.clone(), json!([group("Common", "None", excepted), rate("Block")])),
        ["of Common no longer blocks what these rules match: Size"]
    );
    assert!(said(before.clone(), before.clone()).is_empty());
    assert!(said(json!([rate("Count")]), before).is_empty());
    let blocks = json!({ "DefaultAction": { "Block": {} }, "Rules": [] });
    assert_eq!(WebAcl::advice(&blocks, &acl(json!([])), &[]).len(), 1);
}
