//! What a person sees in a terminal: help that fits, bars that leave nothing behind.

use serde_json::json;

use crate::commands::shell::{Shell, TerminalRun, strip};
use crate::sandbox::{control, local_aws};

const VPC: &str = "\
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::Subnet
    for: { n: \"{{ range(6) }}\" }
    name: \"private-{{ n }}\"
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: \"10.20.{{ n }}.0/24\" }
";

async fn shell(name: &str, account: &str) -> Shell {
    Shell::new(name, &local_aws::endpoint().await.url, account, VPC)
}

fn done(ended: &TerminalRun) {
    assert_eq!(ended.exit, Some(0), "{}", ended.output);
}

#[tokio::test]
async fn help_fits_in_eighty_columns() {
    let shell = shell("help", "500000000201").await.with("COLUMNS", "80");
    for command in ["", "plan", "apply", "destroy", "sandbox up", "explain", "kinds"] {
        let args: Vec<_> = command.split_whitespace().chain(["--help"]).collect();
        let ended = shell.terminal_of(80, &args, json!([])).await;
        done(&ended);
        let long: Vec<_> = ended.output.lines().filter(|line| line.trim_end().chars().count() > 80).collect();
        assert!(long.is_empty(), "provision {command} --help:\n{}", long.join("\n"));
    }
}

/// No word of a sentence is broken; what is one word may be longer.
#[tokio::test]
async fn a_plan_fits_in_eighty_columns() {
    let shell = shell("narrow", "500000000206").await.with("COLUMNS", "80");
    let warned =
        VPC.to_owned() + &format!("warnings:\n  - when: \"{{{{ true }}}}\"\n    say: {}\n", "many words ".repeat(20));
    shell.write("templates/t.yaml", &warned);
    for command in ["plan", "show"] {
        let ended = shell.terminal_of(80, &[command, "acme/test"], json!([])).await;
        done(&ended);
        // The display of the reading goes back to the start of its line again and again.
        let lines = ended.raw.split(['\r', '\n']).map(strip);
        let long: Vec<_> = lines.filter(|line| line.trim_end().chars().count() > 80).collect();
        assert!(long.is_empty(), "provision {command}:\n{}", long.join("\n"));
    }
    let ran = shell.run(&["plan", "acme/test"]).await;
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(text.contains("many words\n      many"), "COLUMNS counts in a pipe too: {text}");
}

#[tokio::test]
async fn bars_leave_nothing_behind() {
    let shell = shell("bars", "500000000202").await;
    let ended = shell
        .terminal_of(80, &["apply", "acme/test", "--yes"], json!([["until", "creating"], ["resize", 40, 20]]))
        .await;
    done(&ended);
    let screen = screen(&ended.raw);
    let bars: Vec<_> = screen.lines().filter(|line| line.contains("creating") || line.contains('█')).collect();
    assert!(bars.is_empty(), "{screen}");
    assert!(screen.contains("acme/test: 7 done in"), "{screen}");
}

/// What is said above the bars is broken behind a word, as everything is.
#[tokio::test]
async fn ctrl_c_while_an_apply_works_is_told_without_breaking_a_word() {
    let account = "500000000208";
    let shell = shell("interrupted", account).await;
    let faults = json!([{ "operation": "CreateVpc", "what": "delay", "seconds": 3 }]);
    let url = &shell.env["AWS_ENDPOINT_URL"];
    assert_eq!(control(url, "POST", &format!("faults/{account}"), &faults).await.0, 200);
    let steps = json!([["until", "creating"], ["type", "\u{3}"]]);
    let ended = shell.terminal_of(80, &["apply", "acme/test", "--yes"], steps).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    assert!(ended.output.contains("interrupted: finishing"), "{}", ended.output);
    assert!(!ended.output.contains("stop at once"), "the line is broken behind a word: {}", ended.output);
    let screen = screen(&ended.raw);
    assert!(!screen.contains("^C") && !screen.contains("creating"), "a line of the display stayed:\n{screen}");
    assert!(ended.echoes_control, "the terminal is as it was");
}

#[tokio::test]
async fn ctrl_c_while_a_plan_reads_ends_it_and_leaves_nothing_behind() {
    let account = "500000000207";
    let shell = shell("reading", account).await;
    let faults = json!([{ "operation": "DescribeVpcs", "what": "delay", "seconds": 20 }]);
    let url = &shell.env["AWS_ENDPOINT_URL"];
    assert_eq!(control(url, "POST", &format!("faults/{account}"), &faults).await.0, 200);
    let steps = json!([["until", "reading 1 stack"], ["type", "\u{3}"]]);
    let ended = shell.terminal(&["plan", "acme/test"], steps).await;
    assert_eq!(ended.exit, Some(130), "{}", ended.output);
    let screen = screen(&ended.raw);
    assert!(!screen.contains("reading") && screen.contains("nothing was under way"), "{screen}");
}

#[tokio::test]
async fn a_terminal_that_can_not_move_its_cursor_gets_lines() {
    let shell = shell("dumb", "500000000203").await.with("TERM", "dumb");
    let ended = shell.terminal(&["apply", "acme/test", "--yes"], json!([])).await;
    done(&ended);
    assert!(!ended.raw.contains('\u{1b}'), "{:?}", ended.raw);
    assert!(ended.output.contains("acme/test: created AWS::EC2::VPC/main (vpc-"), "{}", ended.output);
}

#[tokio::test]
async fn quiet_is_quiet_and_no_color_has_none() {
    let shell = shell("quiet", "500000000204").await.with("NO_COLOR", "1");
    let ended = shell.terminal(&["-q", "apply", "acme/test", "--yes"], json!([])).await;
    done(&ended);
    assert!(!ended.output.contains("creating"), "{}", ended.output);
    assert!(!ended.raw.contains("\u{1b}["), "{:?}", ended.raw);
    let plan = shell.terminal(&["plan", "acme/test"], json!([])).await;
    assert!(!plan.raw.contains("\u{1b}["), "{:?}", plan.raw);
}

/// What a terminal would show at the end: enough of one for bars, which move up, clear lines and write anew.
fn screen(raw: &str) -> String {
    let (mut lines, mut row, mut column) = (vec![String::new()], 0_usize, 0_usize);
    let mut rest = raw;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        match letter {
            '\n' => {
                row += 1;
                lines.resize(lines.len().max(row + 1), String::new());
            }
            '\r' => column = 0,
            '\u{1b}' if rest.starts_with('[') => {
                let end = rest.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(0);
                let number = rest[1..end].trim_start_matches('?').parse().unwrap_or(1_usize);
                match &rest[end..=end] {
                    "A" => row = row.saturating_sub(number),
                    "B" => row += number,
                    "K" => {
                        let kept = if &rest[1..end] == "2" { 0 } else { column };
                        lines[row] = lines[row].chars().take(kept).collect();
                    }
                    "J" => lines.truncate(row + 1),
                    _ => {}
                }
                lines.resize(lines.len().max(row + 1), String::new());
                rest = &rest[end + 1..];
            }
            letter => {
                let mut line: Vec<char> = lines[row].chars().collect();
                line.resize(line.len().max(column + 1), ' ');
                line[column] = letter;
                lines[row] = line.into_iter().collect();
                column += 1;
            }
        }
    }
    lines.join("\n")
}
