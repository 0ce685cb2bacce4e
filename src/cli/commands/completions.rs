use clap_complete::Shell;

use crate::cli::exit::Exit;
use crate::cli::failure::Result;
use crate::cli::world::World;

/// Print a completion script for a shell; bash, zsh and fish complete tenants and stacks too
#[derive(Debug, clap::Args)]
pub struct Args {
    /// bash, elvish, fish, powershell or zsh
    #[arg(value_enum)]
    shell: Shell,
}

/// What bash offers besides, after the commands that are about stacks.
const BASH: &str = r#"
_provision_stacks() {
    _provision "$@"
    local word dir=() about= cur="${COMP_WORDS[COMP_CWORD]}" i
    [[ $cur == -* ]] && return
    for ((i = 1; i < COMP_CWORD; i++)); do
        word="${COMP_WORDS[i]}"
        case "$word" in
            -C|--dir) dir=(-C "${COMP_WORDS[i + 1]}") ;;
            COMMANDS) about=yes ;;
        esac
    done
    [[ -n $about ]] || return
    COMPREPLY+=($(compgen -W "$(provision "${dir[@]}" complete-stacks 2>/dev/null)" -- "$cur"))
}
complete -F _provision_stacks -o nosort -o bashdefault -o default provision
"#;

/// What zsh calls for a selector.
const ZSH: &str = r#"
_provision_stacks() {
    local -a stacks
    stacks=(${(f)"$(_call_program stacks provision complete-stacks 2>/dev/null)"})
    compadd -a stacks
}
"#;

pub fn run(world: &World, args: &Args, mut command_line: clap::Command) -> Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command_line, "provision", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let commands: Vec<_> = command_line.get_subcommands().filter(|command| takes_stacks(command)).collect();
    let names: Vec<_> = commands.iter().map(|command| command.get_name()).collect();
    let script = match args.shell {
        Shell::Bash => script + &BASH.replace("COMMANDS", &names.join("|")),
        Shell::Fish => names.iter().fold(script, |script, name| script + &fish(name)),
        Shell::Zsh => zsh(&script),
        _ => script,
    };
    world.out.print(&script)?;
    Ok(Exit::Done)
}

/// Whether a command's words are selectors, or begin with a stack.
fn takes_stacks(command: &clap::Command) -> bool {
    let names = command.get_positionals().flat_map(|argument| argument.get_value_names().unwrap_or_default());
    names.into_iter().any(|name| is_about_stacks(name))
}

fn is_about_stacks(value_name: &str) -> bool {
    ["SELECTOR", "TENANT/", "STACK", "ADDRESS"].iter().any(|start| value_name.starts_with(start))
}

fn fish(command: &str) -> String {
    let is_used = format!("__fish_provision_using_subcommand {command}");
    format!("complete -c provision -n \"{is_used}\" -f -a \"(provision complete-stacks 2>/dev/null)\"\n")
}

/// The positional arguments of the commands that are about stacks, which are described alike, complete stacks.
fn zsh(script: &str) -> String {
    let is_about_stacks = |line: &str| {
        ["selectors -- ", ":resource -- ", ":stack -- ", ":address -- "].iter().any(|name| line.contains(name))
    };
    let line = |line: &str| {
        let line =
            if is_about_stacks(line) { line.replace(":_default'", ":_provision_stacks'") } else { line.to_owned() };
        line + "\n"
    };
    // The function stands before the script's last lines, which register the command.
    let lines: String = script.lines().map(line).collect();
    match lines.split_once("_provision() {") {
        Some((head, rest)) => format!("{head}{}\n_provision() {{{rest}", ZSH.trim_start()),
        None => lines,
    }
}
