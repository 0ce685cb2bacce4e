//! The readers of everything that people write: real files, mutated. No panic, no hang, bounded memory.
//!
//! `tests/run` tries the same few hundred cases each time; `tests/fuzz --seconds N` tries new ones for so long. A case
//! that fails is written to a file, which the failure names.

mod mutation;

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use provision::blueprint::{Files, Source, load_files};
use provision::cli::parse_allowance;
use provision::fleet::Selector;
use provision::inventory::Inventory;
use provision::kinds::shapes;
use provision::plan::{Mode, Plan};
use provision::report::{PlanDocument, Saving, problems_text, read_saved_plan, saved_plan_text, stale};
use provision::resource::{Address, Reference};
use provision::yaml;
use sha2::{Digest as _, Sha256};

use self::mutation::{PIECES, mutation};
use crate::sandbox::local_aws;
use crate::stacks::local_account::{blueprints, plan_with};

/// No case of a megabyte may take longer, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(20);

/// The repository's own files, by their path below the project.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let all = crate::commands::shell::files(&root.join("tenants"))
        .into_iter()
        .chain(crate::commands::shell::files(&root.join("templates")));
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
        Files { project: None, tenants: vec![source("tenants/zed.yaml", tenant.to_vec())], ..Files::default() };
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
            assert!(problems_text(&problems, None).len() < 1 << 20, "a person can read it");
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
                problems_text(&problems, None);
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
    let file = folder.join("plan.json");
    let (dir, at) = (folder.display().to_string(), file.display().to_string());
    let text = saved();
    let corpus = vec![("plan.json".to_owned(), text.clone().into_bytes())];
    let (fresh, _) = read_saved_plan(&text, jiff::Timestamp::UNIX_EPOCH).expect("it is as it was saved");
    let fresh = Arc::new(fresh);
    let cases = (proptest::collection::vec(mutation(), 1..5), any::<bool>());
    let tried = runner(60).run(&cases, |(mutations, is_sealed)| {
        let mut bytes = corpus[0].1.clone();
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes, &corpus));
        if is_sealed {
            bytes = sealed(bytes);
        }
        std::fs::write(&file, &bytes).expect("it can be written");
        let args = ["-C", &dir, "apply", "--yes", "--plan", &at].map(str::to_owned);
        let (text, fresh) = (String::from_utf8_lossy(&bytes).into_owned(), fresh.clone());
        survives(&bytes, move || {
            provision_in_process(&args.each_ref().map(String::as_str));
            if let Ok((saved, _)) = read_saved_plan(&text, jiff::Timestamp::UNIX_EPOCH) {
                stale(&saved, &fresh);
            }
        })
    });
    tried.unwrap_or_else(|failed| panic!("{failed}"));
}

/// The plan of a sample, made from nothing.
fn saved() -> String {
    let globex = blueprints(&[("globex.yaml", include_str!("../../../tenants/globex.yaml"))], &[]);
    let stacks = globex.unwrap_or_else(|why| panic!("{why}"));
    let stacks = stacks.iter().map(|blueprint| plan_with(blueprint, &Inventory::default(), Mode::Apply));
    let plan = Plan { stacks: stacks.collect(), ..Plan::default() };
    let (made, expires) = (jiff::Timestamp::UNIX_EPOCH, jiff::Timestamp::MAX);
    saved_plan_text(
        &plan,
        Saving { made, expires, mode: Mode::Apply, selectors: vec!["globex".to_owned()], endpoint: None },
        str::to_owned,
    )
}

/// The plan with the digest that its text has, so that its reader gets past it.
fn sealed(bytes: Vec<u8>) -> Vec<u8> {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let document = serde_json::from_str::<PlanDocument>(&text).ok();
    match document.and_then(|document| document.saved).map(|saved| saved.digest) {
        Some(digest) if !digest.is_empty() => {
            let bare = text.replacen(&digest, "", 1);
            let right = format!("sha256:{}", hex::encode(Sha256::digest(bare.as_bytes())));
            text.replacen(&digest, &right, 1).into_bytes()
        }
        _ => bytes,
    }
}

/// Runs a command line that reaches nobody.
fn provision_in_process(args: &[&str]) {
    crate::commands::cli::provision(args);
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
                provision::fleet::selects(&[selector], &id);
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
