//! The pages of the documentation that are made from the kinds.

use provision::report::kinds_pages;
use provision::resource::Shape;

use crate::world::kinds::KINDS;

fn shapes() -> Vec<&'static dyn Shape> {
    KINDS.iter().map(|kind| kind.shape()).collect()
}

#[test]
fn every_kind_has_its_section_on_the_page_of_its_service_alone() {
    let pages = kinds_pages(&shapes());
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["kinds.md", "kinds/fake.md", "kinds/iam.md"]);
    for kind in shapes() {
        let name = kind.facts().kind;
        let home = if name == "AWS::IAM::Role" { "kinds/iam.md" } else { "kinds/fake.md" };
        let section = format!("\n## {name}\n");
        let holders: Vec<_> = pages.iter().filter(|(_, text)| text.contains(&section)).map(|(page, _)| page).collect();
        assert_eq!(holders, [home], "{name}");
    }
}

#[test]
fn the_list_leads_to_every_section() {
    let pages = kinds_pages(&shapes());
    assert!(
        pages["kinds.md"].contains("| [AWS::IAM::Role](kinds/iam.md#awsiamrole) | `Id` |"),
        "{}",
        pages["kinds.md"]
    );
    assert_eq!(pages["kinds.md"].matches("](kinds/").count(), KINDS.len());
}
