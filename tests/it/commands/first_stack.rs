//! What docs/first-stack.md shows of commands that need no AWS is what the program prints.

use std::path::Path;

use crate::commands::shell::{Shell, environment};
use crate::sandbox::local_aws;

/// Nobody listens there: what these commands contact is nothing.
const NOBODY: &str = "http://127.0.0.1:9";

#[tokio::test]
async fn what_the_first_stack_shows_without_aws_is_what_the_program_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/first-stack.md");
    let mut page = std::fs::read_to_string(&path).expect("the page");
    let folder = local_aws::folder("first-stack");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let shell = Shell { folder, env: environment(NOBODY, "111122223333") };
    printed(&shell, &mut page, "$ mkdir shop && cd shop\n").await;
    std::fs::remove_file(shell.folder.join("tenants/example.yaml")).expect("it was written");
    shell.write("provision.yaml", block(&page, "```yaml\nproject:"));
    shell.write("tenants/northwind.yaml", block(&page, "```yaml\n# yaml-language-server"));
    printed(&shell, &mut page, "$ provision validate\n").await;
    if std::env::var_os("UPDATE").is_some() {
        return std::fs::write(&path, page).expect("it can be written");
    }
    let there = std::fs::read_to_string(&path).expect("the page");
    assert!(there == page, "docs/first-stack.md shows something else (UPDATE=1 writes it anew):\n{page}");
}

/// The text of the block that begins so.
fn block<'a>(page: &'a str, begins: &str) -> &'a str {
    let start = page.find(begins).unwrap_or_else(|| panic!("there is no {begins}"));
    let start = start + "```yaml\n".len();
    &page[start..start + page[start..].find("```\n").expect("it ends")]
}

/// Runs the commands of the block that begins so, and writes what they print below each.
async fn printed(shell: &Shell, page: &mut String, begins: &str) {
    let start = page.find(begins).unwrap_or_else(|| panic!("there is no {begins}"));
    let end = start + page[start..].find("```\n").expect("it ends");
    let commands: Vec<_> =
        page[start..end].lines().filter_map(|line| line.strip_prefix("$ ")).map(str::to_owned).collect();
    let mut text = String::new();
    for command in commands {
        text.push_str(&format!("$ {command}\n"));
        if command.starts_with("provision ") {
            let ran = shell.run_line(&command.replacen("provision", "\"$provision\"", 1)).await;
            text.push_str(&String::from_utf8_lossy(&ran.stdout));
            assert!(ran.status.success(), "{command}: {}", String::from_utf8_lossy(&ran.stderr));
        }
    }
    page.replace_range(start..end, &text);
}
