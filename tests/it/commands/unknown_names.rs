//! What is asked for and is not there, as a person reads it.

use provision::cli::Exit;

use crate::commands::cli::provision;

/// The command lines, on the project of this repository; how they end; and all that they say.
const CASES: &[(&str, Exit, &str)] = &[
    (
        "plan --offline acme/production/nothing",
        Exit::Usage,
        "`acme/production/nothing` matches no resource: nearest are signing, machines, main",
    ),
    (
        "validate acme/production/mian",
        Exit::Usage,
        "`acme/production/mian` matches no resource: nearest are main, cdn, mail",
    ),
    (
        "validate acme/staging",
        Exit::Usage,
        "`acme/staging` matches nothing: nearest are acme/production, acme/certification",
    ),
    ("graph acme/production/main", Exit::Usage, "`acme/production/main` names a resource; a graph is of whole stacks"),
    (
        "permissions acme/production/main",
        Exit::Usage,
        "`acme/production/main` names a resource; a policy is of whole stacks",
    ),
    (
        "export cloudformation acme/production/main",
        Exit::Usage,
        "`acme/production/main` names a resource; a template is of whole stacks",
    ),
    (
        "export cloudformation acme",
        Exit::Usage,
        "one template is one stack, and these are 2\n hint: choose one of acme/certification, acme/production",
    ),
    ("history acme/production/main", Exit::Usage, "`acme/production/main` names a resource; runs are of whole stacks"),
    (
        "show acme --format env",
        Exit::Usage,
        "--format env is for one stack, and these are 2\n hint: choose one of acme/certification, acme/production",
    ),
    ("explain main", Exit::Usage, "`main` is no address\n hint: write acme/production/AWS::EC2::VPC/main.CidrBlock"),
    (
        "explain AWS::EC2::VPC/mian",
        Exit::Error,
        "there is no AWS::EC2::VPC/mian\n hint: did you mean `AWS::EC2::VPC/main`?",
    ),
    (
        "explain AWS::EC2::VPCC/main",
        Exit::Error,
        "there is no AWS::EC2::VPCC/main\n hint: no kind is called so; did you mean `AWS::EC2::VPC`?",
    ),
    (
        "explain globex/certification/AWS::KMS::Key/x",
        Exit::Error,
        "there is no AWS::KMS::Key/x\n hint: did you mean `AWS::KMS::Key/main`?",
    ),
    (
        "explain AWS::EC2::VPC/main.CidrBlok",
        Exit::Error,
        "AWS::EC2::VPC/main has no field /CidrBlok\n hint: `provision kinds AWS::EC2::VPC` lists its fields",
    ),
    ("kinds AWS::EC2::VPCC", Exit::Usage, "there is no kind `AWS::EC2::VPCC`\n hint: `provision kinds` lists them"),
    ("man plna", Exit::Usage, "there is no command `plna`\n hint: did you mean `plan`?"),
    (
        "apply --plan nothing.json",
        Exit::Error,
        "cannot read the plan nothing.json: No such file or directory (os error 2)\n hint: `provision plan --out plan.json` saves one; nothing was done",
    ),
    (
        "destroy --orphan acme --account 123456789012 --region us-east-1",
        Exit::Usage,
        "`acme` names no stack: write tenant/environment",
    ),
];

#[test]
fn what_is_not_there_is_told_with_what_is() {
    for (line, exit, said) in CASES {
        let args: Vec<&str> = ["-C", env!("CARGO_MANIFEST_DIR")].into_iter().chain(line.split(' ')).collect();
        let ran = provision(&args);
        let err = ran.err.replace(&format!(" -C {} ", env!("CARGO_MANIFEST_DIR")), " ");
        assert_eq!((ran.exit, ran.out.as_str(), err), (*exit, "", format!("error: {said}\n")), "{line}");
    }
}
