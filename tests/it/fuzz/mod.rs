//! The readers of everything that people write: real files, mutated. No panic, no hang, bounded memory.
//!
//! `tests/run` tries the same few hundred cases each time; `tests/fuzz --seconds N` tries new ones for so long. A case
//! that fails is written to a file, which the failure names.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use provision::blueprint::{Files, Source, load_files};
use provision::cli::{Selector, parse_allowance};
use provision::report::problems_text;
use provision::resource::{Address, Reference};
use provision::yaml;

use crate::edge::Edge;
use crate::local_aws;
use crate::stage::shapes;

/// No case of a megabyte may take longer, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(20);

/// Pieces of syntax, and what readers stumble over.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    "\t",
    " ",
    "&a ",
    "*a",
    "!!int ",
    "!x ",
    "<<: *a",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "? ",
    "⟦",
    "⟧",
    "⟦AWS::EC2::VPC/main.VpcId⟧",
    "{{",
    "}}",
    "{{ ",
    " }}",
    "{% if %}",
    "null",
    "~",
    "true",
    "1e999",
    "-1e-999",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "-0",
    "0x7fffffffffffffff",
    "0o777",
    ".inf",
    ".nan",
    "\u{feff}",
    "\0",
    "\u{1b}[31m",
    "é",
    "🚀",
    "\u{2028}",
    "\\",
    "\\u0000",
    "/",
    "..",
    "10.0.0.0/33",
    "255.255.255.255/0",
    "us-east-1",
    "AWS::EC2::VPC/main",
    "{{ ref('AWS::EC2::VPC/main') }}",
    "{{ 'a' * 999999999 }}",
    "{{ range(99999) | list }}",
    "{{ loop.index }}",
    "{{ 1 // 0 }}",
    "{{ 2 ** 99999 }}",
    "for: { a: [1, 2] }\n",
    "when: \"{{ true }}\"\n",
    "include: [t.yaml]\n",
    "default: ",
    "type: ",
    "$ref: '#'",
    "pattern: '(a+)+$'\n",
    "allOf: []\n",
    "\r\n",
    "\r",
];

/// One change of a file, each place as a fraction of its length.
#[derive(Clone, Debug)]
enum Mutation {
    Flip(f64, u8),
    Cut(f64),
    Remove(f64, f64),
    Double(f64, f64),
    Insert(f64, usize),
    Nest(f64, usize, bool),
    Splice(f64, usize, f64, f64),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let place = || 0.0..1.0_f64;
    let length = || 0.0..0.2_f64;
    prop_oneof![
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Flip(at, byte)),
        1 => place().prop_map(Mutation::Cut),
        2 => (place(), length()).prop_map(|(at, length)| Mutation::Remove(at, length)),
        2 => (place(), length()).prop_map(|(at, length)| Mutation::Double(at, length)),
        6 => (place(), 0..PIECES.len()).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        1 => (place(), 1..3000_usize, any::<bool>()).prop_map(|(at, depth, list)| Mutation::Nest(at, depth, list)),
        2 => (place(), 0..100_usize, place(), length())
            .prop_map(|(at, file, from, length)| Mutation::Splice(at, file, from, length)),
    ]
}

impl Mutation {
    fn apply(&self, bytes: &mut Vec<u8>, corpus: &[(String, Vec<u8>)]) {
        let length = bytes.len();
        let place = |fraction: f64| (fraction * length as f64) as usize;
        let range = |at: f64, part: f64| place(at)..(place(at) + place(part)).min(length);
        match self {
            Self::Flip(at, byte) => {
                if let Some(old) = bytes.get_mut(place(*at)) {
                    *old ^= byte;
                }
            }
            Self::Cut(at) => bytes.truncate(place(*at)),
            Self::Remove(at, part) => drop(bytes.drain(range(*at, *part))),
            Self::Double(at, part) => {
                let copy = bytes[range(*at, *part)].to_vec();
                bytes.splice(place(*at)..place(*at), copy);
            }
            Self::Insert(at, piece) => drop(bytes.splice(place(*at)..place(*at), PIECES[*piece].bytes())),
            Self::Nest(at, depth, list) => {
                let text = if *list { "[".repeat(*depth) } else { "{a: ".repeat(*depth) };
                bytes.splice(place(*at)..place(*at), text.into_bytes());
            }
            Self::Splice(at, file, from, part) => {
                let other = &corpus[file % corpus.len()].1;
                let start = (from * other.len() as f64) as usize;
                let end = (start + (part * other.len() as f64) as usize).min(other.len());
                bytes.splice(place(*at)..place(*at), other[start..end].to_vec());
            }
        }
    }
}

/// The repository's own files, by their path below the project.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = crate::edge::files(&root.join("tenants")).into_iter().chain(crate::edge::files(&root.join("templates")));
    let skeleton = provision::blueprint::skeleton().into_iter().map(|(path, text)| (path, text.as_bytes().to_vec()));
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).expect("below the root").display().to_string();
        (name, std::fs::read(&path).expect("it is there"))
    };
    let mut all: Vec<_> = all.map(read).chain(skeleton.filter(|(path, _)| !path.starts_with("templates"))).collect();
    all.sort();
    all
}

/// How many cases a test tries: `tests/fuzz` asks for more, with seeds of its own.
fn runner(usual: u32) -> TestRunner {
    let cases = std::env::var("PROVISION_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 40, ..Config::default() };
    if std::env::var_os("PROVISION_FUZZ_CASES").is_some() {
        return TestRunner::new(config);
    }
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]))
}

/// Tries one input on a thread of its own: a panic or a hang there is a failure that names the input.
fn survives(input: &[u8], read: impl FnOnce() + Send + 'static) -> Result<(), TestCaseError> {
    let (done, wait) = mpsc::channel();
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(move || {
        read();
        let _ = done.send(());
    });
    let thread = thread.expect("a thread");
    let why = match wait.recv_timeout(PATIENCE) {
        Ok(()) => return Ok(()),
        Err(mpsc::RecvTimeoutError::Timeout) => format!("it takes longer than {} s", PATIENCE.as_secs()),
        Err(mpsc::RecvTimeoutError::Disconnected) => {
            let panic = thread.join().expect_err("it has not come to its end");
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
        }
    };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{:016x}", fastrand::u64(..)));
    std::fs::write(&file, input).expect("it can be written");
    let shown = String::from_utf8_lossy(&input[..input.len().min(2000)]).into_owned();
    Err(TestCaseError::fail(format!("{why}\nthe input is in {}:\n{shown}", file.display())))
}

/// A project of one small tenant, with one of its files replaced.
fn project(name: &str, bytes: Vec<u8>) -> Files {
    let source = |name: &str, bytes: Vec<u8>| Source {
        path: PathBuf::from(name),
        name: name.split_once('/').map_or(name, |(_, below)| below).to_owned(),
        bytes,
    };
    let tenant = b"tenant: zed\ntemplate: minimal\naccount: \"123456789012\"\nenvironments:\n  production: { region: us-east-1, cidr: 10.9.0.0/16, image: nginx }\n";
    let mut files =
        Files { project: None, tenants: vec![source("tenants/zed.yaml", tenant.to_vec())], templates: Vec::new() };
    match name.split_once('/') {
        Some(("tenants", _)) => files.tenants.push(source(name, bytes)),
        // Included by the built-in templates, or used by the tenant, in place of the one that is built in.
        Some(("templates", _)) => files.templates.push(source(name, bytes)),
        _ => files.project = Some(source(name, bytes)),
    }
    files
}

#[test]
fn no_mutation_of_a_project_makes_its_readers_panic_or_hang() {
    let corpus = corpus();
    let cases = (0..corpus.len(), proptest::collection::vec(mutation(), 1..5));
    let tried = runner(150).run(&cases, |(file, mutations)| {
        let (name, mut bytes) = corpus[file].clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes, &corpus));
        let input = bytes.clone();
        survives(&input, move || {
            let problems = match load_files(&project(&name, bytes), &shapes(), &|_| true) {
                Ok(loaded) => loaded.warnings,
                Err(problems) => {
                    assert!(!problems.is_empty(), "what is refused has a reason");
                    problems
                }
            };
            assert!(problems_text(&problems).len() < 1 << 20, "a person can read it");
        })
    });
    tried.unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn no_mutation_of_a_file_makes_the_yaml_reader_or_the_mask_panic_or_hang() {
    let corpus = corpus();
    let cases = (0..corpus.len(), proptest::collection::vec(mutation(), 1..12));
    let tried = runner(300).run(&cases, |(file, mutations)| {
        let mut bytes = corpus[file].1.clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes, &corpus));
        let input = bytes.clone();
        survives(&input, move || {
            if let Err(problems) = yaml::read(Path::new("f.yaml"), &bytes) {
                problems_text(&problems);
            }
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let masked = yaml::masked(&text, &[]);
            assert_eq!(masked.len(), text.len(), "every place stays where it is");
            assert_eq!(masked.lines().count(), text.lines().count());
        })
    });
    tried.unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn no_mutation_of_a_saved_plan_makes_its_reader_panic_or_hang() {
    let folder = local_aws::folder("fuzz-plans");
    std::fs::create_dir_all(folder.join("tenants")).expect("a folder");
    let plan =
        provision_in_process(&["-C", env!("CARGO_MANIFEST_DIR"), "plan", "--offline", "globex", "--format", "json"]);
    let corpus = vec![("plan.json".to_owned(), plan.into_bytes())];
    let cases = proptest::collection::vec(mutation(), 1..5);
    let tried = runner(60).run(&cases, |mutations| {
        let mut bytes = corpus[0].1.clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes, &corpus));
        let (file, dir) = (folder.join("plan.json"), folder.display().to_string());
        std::fs::write(&file, &bytes).expect("it can be written");
        let args = ["-C", &dir, "apply", "--yes", "--plan", &file.display().to_string()].map(str::to_owned);
        survives(&bytes, move || {
            provision_in_process(&args.each_ref().map(String::as_str));
        })
    });
    tried.unwrap_or_else(|failed| panic!("{failed}"));
}

/// Runs a command line that reaches nobody, and returns what it wrote to standard output.
fn provision_in_process(args: &[&str]) -> String {
    crate::cli::provision(args).out
}

#[test]
fn no_word_makes_the_readers_of_words_panic() {
    let words = proptest::collection::vec(
        prop_oneof![any::<String>(), (0..PIECES.len()).prop_map(|at| PIECES[at].to_owned()), "[a-z/:*?.~-]{0,12}"],
        0..6,
    );
    let tried = runner(2000).run(&words, |words| {
        let text = words.concat();
        survives(text.clone().as_bytes(), move || {
            let _ = text.parse::<Selector>();
            let _ = text.parse::<Address>();
            let _ = parse_allowance(&text);
            Reference::all_in(&serde_json::Value::from(text.clone()));
            let selector = "*".repeat(text.len().min(40)) + "a" + &text;
            if let Ok(selector) = selector.parse::<Selector>() {
                let id = provision::resource::StackId::new("b".repeat(40), "production");
                provision::cli::selects(&[selector], &id);
            }
        })
    });
    tried.unwrap_or_else(|failed| panic!("{failed}"));
}

#[test]
fn no_expression_makes_the_evaluator_panic_or_hang() {
    let atoms = prop_oneof![
        "[a-z_]{1,8}",
        "[0-9]{1,20}",
        Just("'text'".to_owned()),
        Just("services".to_owned()),
        Just("cidr".to_owned()),
        Just("zone_ids(3)".to_owned()),
        Just("range(9999)".to_owned()),
        Just("cidr_subnet(cidr, 99, -1)".to_owned()),
        Just("merge({}, {'a': 1})".to_owned()),
        (0..PIECES.len()).prop_map(|at| PIECES[at].to_owned()),
    ];
    let operators = proptest::sample::select(vec![
        " + ",
        " * ",
        " ** ",
        " // ",
        " ~ ",
        " | ",
        " | list | ",
        " if true else ",
        ".",
        "[",
        "]",
        "(",
        ")",
        " in ",
        " | join(',') | length | ",
        " is defined and ",
        " | map('upper') | ",
        " | batch(2) | ",
        " | replace('', 'xx') | ",
    ]);
    let expressions = proptest::collection::vec((atoms, operators), 1..8);
    let tried = runner(300).run(&expressions, |parts| {
        let text: String = parts.into_iter().flat_map(|(atom, operator)| [atom, operator.to_owned()]).collect();
        let template = format!(
            "parameters: {{ cidr: {{ default: 10.0.0.0/16 }}, services: {{ default: {{ a: {{ b: [1] }} }} }} }}\nresources:\n  - type: AWS::EC2::VPC\n    name: main\n    properties: {{ CidrBlock: {} }}\n",
            serde_json::Value::from(format!("{{{{ {text} }}}}"))
        );
        survives(template.clone().as_bytes(), move || {
            let _ = load_files(&project("templates/minimal.yaml", template.into_bytes()), &shapes(), &|_| true);
        })
    });
    tried.unwrap_or_else(|failed| panic!("{failed}"));
}

/// What is small to write and huge to read, through the program itself with a gigabyte of memory: refused, or read.
#[tokio::test]
async fn what_would_grow_without_bounds_is_refused_in_bounded_time_and_memory() {
    let resources = "resources:\n  - type: AWS::EC2::VPC\n    name: main\n    properties: { CidrBlock: 10.0.0.0/16 }\n";
    let with = |more: &str| format!("{resources}{more}");
    let value = |expression: &str| resources.replace("10.0.0.0/16", &format!("\"{{{{ {expression} }}}}\""));
    let cases: Vec<(&str, String)> = vec![
        ("a long text", value("'a' * 99999999999")),
        ("a longer list", value("range(99999) | list * 99999")),
        ("a power", value("9 ** 9 ** 9")),
        ("lists of lists", value("range(9999) | map('string') | join(range(9999) | join)")),
        (
            "many resources",
            resources.replace("    name: main\n", "    for: { a: \"{{ range(90000) }}\" }\n    name: \"x-{{ a }}\"\n"),
        ),
        (
            "many items",
            with(
                "  - type: AWS::EC2::SecurityGroup\n    name: a\n    properties:\n      VpcId: x\n      GroupDescription: x\n      SecurityGroupIngress:\n        - for: { a: \"{{ range(9000) }}\" }\n          each: { for: { b: \"{{ range(9000) }}\" }, each: { IpProtocol: tcp } }\n",
            ),
        ),
        ("many mistakes", with(&"  - { type: x, name: y }\n".repeat(30_000))),
        ("many duplicates", format!("{resources}{}", "a: 1\n".repeat(100_000))),
        ("many brackets", format!("{resources}x: \"{}\"\n", "⟦".repeat(300_000))),
        ("a deep tree", format!("{resources}x: {}\n", "[".repeat(900_000))),
        ("a long scalar under a secret's key", format!("environment: \"{}\"\nx: [\n", "{{".repeat(400_000))),
        (
            "a pattern that backtracks",
            format!(
                "parameters: {{ p: {{ type: string, pattern: '^(a+)+$', default: {}! }} }}\n{resources}",
                "a".repeat(60)
            ),
        ),
        (
            "a schema that holds itself",
            format!("parameters: {{ p: {{ $ref: '#/properties/p', default: 1 }} }}\n{resources}"),
        ),
    ];
    let edge = Edge::new("bounds", "http://127.0.0.1:9", "123456789012", resources);
    for (reason, template) in cases {
        edge.write("templates/t.yaml", &template);
        let line = "ulimit -v 1500000; exec timeout 300 \"$provision\" validate";
        let ran = edge.shell(line).await;
        let said = crate::edge::both(&ran);
        let end = said.chars().rev().take(300).collect::<Vec<_>>().into_iter().rev().collect::<String>();
        assert!(matches!(ran.status.code(), Some(0 | 1)), "{reason}: {:?} {end}", ran.status);
        assert!(said.len() < 1 << 20, "{reason}: {} bytes are told", said.len());
    }
}
