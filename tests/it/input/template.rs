//! Expressions, `for`, `when`, includes, checks: what templates can say.

use provision::resource::Address;
use serde_json::{Value, json};

use crate::input::blueprint::{Project, text};

/// The value of an expression in a stack `acme/test` in us-east-1; the problems if it has some.
fn value(parameters: &str, expression: &str) -> Result<Option<Value>, String> {
    let template = format!(
        "parameters: {parameters}\nresources:\n  - type: AWS::EC2::VPC\n    name: main\n    properties:\n      X: {}\n",
        json!(expression)
    );
    let loaded = Project::of(&template).load().map_err(|problems| text(&problems))?;
    let main = &loaded.blueprints[0].resources[&Address::new("AWS::EC2::VPC", "main")];
    Ok(main.spec.get("X").cloned())
}

#[test]
fn expressions_keep_their_type_and_text_is_joined() {
    let parameters = "{ n: { default: 3 }, off: { default: null }, m: { default: { a: 1, b: [x, y] } } }";
    let cases = [
        ("{{ n }}", json!(3)),
        ("{{ n * 2 + 1 }}", json!(7)),
        ("{{ n > 2 }}", json!(true)),
        ("n is {{ n }}", json!("n is 3")),
        ("{{ n }}-{{ tenant }}", json!("3-acme")),
        ("{{ m }}", json!({ "a": 1, "b": ["x", "y"] })),
        ("{{ m.b | join(',') }}", json!("x,y")),
        ("{{ {'a': {'b': '}}'}} }}", json!({ "a": { "b": "}}" } })),
        ("{{ merge(m, {'c': 2}) }}", json!({ "a": 1, "b": ["x", "y"], "c": 2 })),
        ("{{ m.c | default('z') }}", json!("z")),
        ("{{ off is none }}", json!(true)),
        ("{{ 'x' if n > 5 else 'y' }}", json!("y")),
        (
            "{{ tenant }}/{{ environment }}/{{ region }}/{{ account }}/{{ partition }}",
            json!("acme/test/us-east-1/123456789012/aws"),
        ),
        ("{{ zone_ids(2) }}", json!(["use1-az1", "use1-az2"])),
        ("{{ cidr_subnet('10.20.0.0/16', 4, 3) }}", json!("10.20.48.0/20")),
        ("{{ physical('AWS::EC2::VPC/main') }}", json!("acme-test-main")),
        ("{{ '{{ not }}' }}", json!("{{ not }}")),
    ];
    for (expression, expected) in cases {
        assert_eq!(value(parameters, expression), Ok(Some(expected)), "{expression}");
    }
    assert_eq!(value(parameters, "{{ off }}"), Ok(None), "null leaves the property out");
    assert_eq!(value(parameters, "{{ 'x' if n > 5 }}"), Ok(None), "so does an `if` without `else`");
}

#[test]
fn wrong_expressions_are_told_with_place_and_hint() {
    let parameters =
        "{ n: { default: 3 }, off: { default: null }, m: { default: { alpha: 1 } }, cidr: { default: 10.0.0.0/24 } }";
    let cases = [
        ("{{ m.alhpa }}", "templates/t.yaml:6:10: `m` has no `alhpa` | did you mean `alpha`?"),
        ("{{ m.x.y }}", "templates/t.yaml:6:10: `m` has no `x` | there is only `alpha`"),
        (
            "{{ n + }}",
            "templates/t.yaml:6:10: `n +` is not an expression: unexpected end of input, expected expression | write it as {{ name }}, {{ ref('AWS::EC2::VPC/main') }}",
        ),
        (
            "{{ n + 'x' }}",
            "templates/t.yaml:6:10: `n + 'x'`: tried to use + operator on unsupported types number and string",
        ),
        (
            "a{{ off }}b",
            "templates/t.yaml:6:10: `off` is not set, and is part of a text | set the parameter, or guard the text: \"{{ 'https://' ~ domain if domain else none }}\"",
        ),
        (
            "a{{ m }}b",
            "templates/t.yaml:6:10: `m` is a list or a map, and can't be part of a text | `| join(',')` makes text",
        ),
        (
            "{{ cidr_subnet(cidr, 8, 0) }}",
            "templates/t.yaml:1:105: `10.0.0.0/24` is too small for the subnets: they would be /32, and AWS's smallest is /28; this template needs /20 or larger | it is used in `cidr_subnet(cidr, 8, 0)` (templates/t.yaml:6)",
        ),
        (
            "{{ cidr_subnet(cidr, 2, 4) }}",
            "templates/t.yaml:6:10: `cidr_subnet(cidr, 2, 4)`: `10.0.0.0/24` has 4 parts of /26; there is no part 4",
        ),
        ("{{ zone_ids(9) }}", "templates/t.yaml:6:10: us-east-1 has 6 zones, not 9"),
        (
            "{{ ref('AWS::EC2::VCP/main') }}",
            "templates/t.yaml:6:10: `ref('AWS::EC2::VCP/main')`: there is no kind `AWS::EC2::VCP`; did you mean `AWS::EC2::VPC`?",
        ),
        (
            "{{ ref('main') }}",
            "templates/t.yaml:6:10: `ref('main')`: `main` is not an address such as AWS::EC2::VPC/main (names are [a-z0-9-]+)",
        ),
        (
            "{{ range(100000000) | list }}",
            "templates/t.yaml:6:10: `range(100000000) | list`: range has too many elements",
        ),
        (
            "{{ loop.index }}",
            "templates/t.yaml:6:10: `loop.index`: there is no parameter or variable `loop` | `loop` is known where there is a `for`",
        ),
    ];
    let mut out = String::new();
    for (expression, expected) in cases {
        let got = value(parameters, expression).expect_err(expression);
        if got.trim_end() != expected {
            out.push_str(&format!("--- {expression}\n{got}"));
        }
    }
    assert!(out.is_empty(), "{out}");
}

#[test]
fn for_goes_over_maps_in_key_order_and_when_is_asked_per_item() {
    let template = "\
parameters:
  services: { default: { b: { on: true }, a: { on: true }, c: { on: false } } }
resources:
  - type: AWS::ECS::Service
    for: { service: \"{{ services }}\" }
    when: \"{{ service.value.on }}\"
    name: \"{{ service.key }}\"
    properties: { Index: \"{{ loop.index }}\", Length: \"{{ loop.length }}\" }
";
    let loaded = Project::of(template).load().map_err(|problems| text(&problems)).expect("it is sound");
    let all: Vec<_> =
        loaded.blueprints[0].resources.values().map(|one| format!("{} {}", one.address.name, one.spec)).collect();
    assert_eq!(all, [r#"a {"Index":1,"Length":3}"#, r#"b {"Index":2,"Length":3}"#]);
}

/// A list that begins with the key of a map is no pair of it.
#[test]
fn an_item_that_is_a_list_of_keys_stays_one() {
    let template = "\
parameters:
  limits: { default: { most: 20, least: 3 } }
resources:
  - type: AWS::ECS::Service
    for: { names: \"{{ [limits | list] }}\", pair: \"{{ [limits | items | list | first] }}\" }
    name: main
    properties: { Names: \"{{ names }}\", Pair: \"{{ pair }}\" }
";
    let loaded = Project::of(template).load().map_err(|problems| text(&problems)).expect("it is sound");
    let main = loaded.blueprints[0].resources.values().next().expect("it is made");
    assert_eq!(*main.spec, json!({ "Names": ["least", "most"], "Pair": ["least", 3] }));
}

#[test]
fn a_part_adds_to_what_the_entries_of_a_map_may_say() {
    let map = "\
parameters:
  shops: { type: object, additionalProperties: { type: object, properties: { size: { type: integer, default: 1 } } } }
  name: { type: string, default: a }
";
    let node = "\
resources:
  - { type: AWS::EC2::VPC, name: \"{{ shop.value.kind }}-{{ shop.value.size }}\", for: { shop: \"{{ shops }}\" } }
";
    let kind = "extends: { shops: { kind: { enum: [fish, meat], default: fish } } }\n";
    let template = format!("include: [a.yaml]\n{map}{node}");
    let tenant = |shops: &str| {
        format!(
            "tenant: acme\ntemplate: t\naccount: \"123456789012\"\nenvironments:\n  test: {{ region: us-east-1, shops: {shops} }}\n"
        )
    };
    let part = |text: &str, shops: &str| {
        let files = Project::default().template("t.yaml", &template).template("a.yaml", text);
        files.tenant("acme.yaml", &tenant(shops))
    };

    let sound = part(kind, "{ one: { size: 2 } }").load().map_err(|problems| text(&problems)).expect("it is sound");
    let names: Vec<_> = sound.blueprints[0].resources.values().map(|one| one.address.name.clone()).collect();
    assert_eq!(names, ["fish-2"]);
    let wrong = part(kind, "{ one: { kind: milk } }").problems();
    assert!(wrong.starts_with("tenants/acme.yaml:5:") && wrong.contains("milk"), "{wrong}");
    let mistakes = part("extends: { shop: { a: {} }, name: { a: {} }, shops: { size: {} } }\n", "{}").problems();
    assert_eq!(
        mistakes,
        "\
templates/a.yaml:1:12: there is no parameter `shop` to extend | did you mean `shops`?
templates/a.yaml:1:29: `name` can't be extended: it is no map whose entries have properties | extend a parameter that has `additionalProperties` with `properties`
templates/a.yaml:1:55: `size` of `shops` is there twice; the other is at templates/t.yaml:3 | remove one of the two
"
    );
}

#[test]
fn parts_are_merged_and_checked() {
    let project = Project::of("include: [parts/a.yaml]\nparameters: { x: { default: 2 } }\n").template(
        "parts/a.yaml",
        "\
checks:
  - { when: \"{{ x > 1 }}\", at: x, say: \"{{ x }} is too much\", hint: take 1 }
warnings:
  - { when: \"{{ x == 2 }}\", at: x, say: two is odd }
resources: [{ type: AWS::EC2::VPC, name: main }]
",
    );
    assert_eq!(project.problems(), "templates/t.yaml:2:29: 2 is too much | take 1\n");
    let twice = Project::of("include: [a.yaml, b.yaml, a.yaml]\nparameters: { x: { default: 2 } }\n")
        .template("a.yaml", "parameters: { x: { default: 1 } }\n");
    assert_eq!(
        twice.problems(),
        "templates/a.yaml:1:15: the parameter `x` is there twice; the other is at templates/t.yaml:2 | remove one of the two\ntemplates/t.yaml:1:19: there is no file `b.yaml` among the templates | did you mean `a.yaml`?\ntemplates/t.yaml:1:27: `a.yaml` is included twice | remove one of the two\n"
    );
    let odd = Project::of("parameters: { region: { default: 1 }, y: { type: nubmer } }\n");
    assert_eq!(
        odd.problems(),
        "\
templates/t.yaml:1:15: `region` can't be a parameter: it has a meaning of its own | choose another name
templates/t.yaml:1:50: this is not a JSON Schema: \"nubmer\" is not valid under any of the schemas listed in the 'anyOf' keyword
"
    );
}
