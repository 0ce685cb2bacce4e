use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span as Marks, StrInput, Tag};

use super::{Key, Node, Value, scalar};
use crate::problem::{Problem, Source, Span};
use crate::resource::{CLOSE, COMMAND, OPEN};

/// The largest file that is read: a thousand times the size of a usual tenant file.
pub const MAX_BYTES: u64 = 1 << 20;
/// Nodes after aliases are expanded; a million-fold bomb is stopped here.
const MAX_NODES: usize = 100_000;
/// Nodes that aliases may add.
const MAX_ALIASED: usize = 10_000;
const MAX_DEPTH: usize = 64;
/// A file with more mistakes than this is another kind of file.
const MAX_PROBLEMS: usize = 100;
/// What stands around references and around commands.
const BRACKETS: [char; 4] = [OPEN, CLOSE, COMMAND[0], COMMAND[1]];

/// Reads one file's text into a tree, or gives every mistake that could be found.
pub fn read(path: &Path, bytes: &[u8]) -> Result<Node, Vec<Problem>> {
    let mut problems = Vec::new();
    match read_on(path, bytes, &mut problems) {
        Some(root) if problems.is_empty() => Ok(root),
        _ => Err(problems),
    }
}

/// The same for whoever checks the rest of a file in spite of its mistakes: gives the tree where nothing of it had to be
/// left out but what is there twice.
pub fn read_on(path: &Path, bytes: &[u8], problems: &mut Vec<Problem>) -> Option<Node> {
    if bytes.len() as u64 > MAX_BYTES {
        problems.push(too_large(path, bytes.len() as u64));
        return None;
    }
    let text = decode(path, bytes).map_err(|problem| problems.push(problem)).ok()?;
    let source = Arc::new(Source { path: path.to_owned(), text });
    let mut reader = Reader::new(&source);
    reader.brackets();
    let root = reader.document();
    let is_whole = reader.problems.len() == reader.twice;
    problems.append(&mut reader.problems);
    root.filter(|_| is_whole)
}

/// The problem of a file over [`MAX_BYTES`], which need not be read to be refused.
pub fn too_large(path: &Path, bytes: u64) -> Problem {
    let place = Span { source: Arc::new(Source { path: path.to_owned(), text: String::new() }), bytes: 0..0 };
    Problem::error(place, format!("the file has {bytes} bytes; at most {MAX_BYTES} are read"))
        .hint("is it really a YAML file of this project? Move it elsewhere, or split it")
}

fn forged(place: Span, letter: &str) -> Problem {
    let is_command = letter.contains(COMMAND);
    Problem::error(place, format!("`{letter}` may not stand in a file")).hint(if is_command {
        "the program writes its own commands between these: use other brackets"
    } else {
        "write a reference as an expression: \"{{ ref('AWS::EC2::VPC/main') }}\""
    })
}

fn decode(path: &Path, bytes: &[u8]) -> Result<String, Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    String::from_utf8(bytes.to_vec()).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(&bytes[..at]).into_owned();
        let source = Arc::new(Source { path: path.to_owned(), text });
        Problem::error(
            Span { source, bytes: at..at },
            format!("byte {at} ({:#04x}) is not valid UTF-8", bytes.get(at).copied().unwrap_or_default()),
        )
        .hint("save the file as UTF-8 (for example `iconv -f latin1 -t utf-8`)")
    })
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    parser: Parser<'a, StrInput<'a>>,
    /// The byte of every character; empty if the text is ASCII.
    bytes: Vec<usize>,
    /// Anchored nodes and how many nodes each has.
    anchors: HashMap<usize, (Node, usize)>,
    nodes: usize,
    aliased: usize,
    problems: Vec<Problem>,
    /// How many of the problems are keys that are there twice.
    twice: usize,
}

type Entries = Vec<(Key, Node)>;

/// The parser gave up; its problem is noted.
struct Stop;

impl<'a> Reader<'a> {
    fn new(source: &'a Arc<Source>) -> Self {
        let text = &source.text;
        let bytes = if text.is_ascii() {
            Vec::new()
        } else {
            text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
        };
        Self {
            source,
            parser: Parser::new_from_str(text),
            bytes,
            anchors: HashMap::new(),
            nodes: 0,
            aliased: 0,
            problems: Vec::new(),
            twice: 0,
        }
    }

    fn is_ascii(&self) -> bool {
        self.bytes.is_empty()
    }

    /// References are made by expressions alone, and commands by the program; their brackets in the input would forge one.
    fn brackets(&mut self) {
        if self.is_ascii() {
            return;
        }
        for (at, letter) in self.source.text.match_indices(BRACKETS).take(MAX_PROBLEMS) {
            let place = self.at(at..at + letter.len());
            self.problems.push(forged(place, letter));
        }
    }

    /// The same of a value in which an escape (`\u27E6`) makes one.
    fn escaped_bracket(&mut self, text: &str, marks: Marks) {
        if text.is_ascii() {
            return;
        }
        if let Some((_, letter)) = text.match_indices(BRACKETS).next()
            && !self.source.text.contains(BRACKETS)
        {
            let place = self.span(marks);
            self.problems.push(forged(place, letter));
        }
    }

    fn document(&mut self) -> Option<Node> {
        let mut root = None;
        loop {
            let (event, marks) = self.next().ok()?;
            match event {
                Event::StreamEnd => break,
                Event::DocumentStart(_) if root.is_some() => {
                    let place = self.span(marks);
                    self.problems.push(
                        Problem::error(place, "a second document begins here").hint(
                            "one file holds one document: remove the `---`, or move the rest to a file of its own",
                        ),
                    );
                    return root;
                }
                Event::DocumentStart(_) | Event::DocumentEnd | Event::StreamStart | Event::Nothing => {}
                event => root = Some(self.node(event, marks, 0).ok()?.0),
            }
        }
        if root.as_ref().is_none_or(Node::is_null) && self.problems.is_empty() {
            self.problems.push(
                Problem::error(self.at(0..0), "the file is empty")
                    .hint("`⟪init⟫` writes an example; remove the file if it is not needed"),
            );
        }
        root
    }

    /// Reads the node that begins with this event; returns it and how many nodes it has.
    fn node(&mut self, event: Event<'_>, marks: Marks, depth: usize) -> Result<(Node, usize), Stop> {
        if depth > MAX_DEPTH {
            return self.stop(marks, format!("more than {MAX_DEPTH} levels deep"), "flatten it");
        }
        if self.problems.len() >= MAX_PROBLEMS {
            return Err(Stop);
        }
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return self.stop(marks, format!("more than {MAX_NODES} values"), "split the file");
        }
        match event {
            Event::Alias(anchor) => self.alias(anchor, marks),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), marks);
                self.escaped_bracket(&text, marks);
                let value = match style {
                    ScalarStyle::Plain => scalar::plain(&text),
                    _ => Value::String(text.into_owned()),
                };
                Ok(self.keep(anchor, Node::new(value, self.span(marks)), 1))
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), marks);
                let (mut items, mut size) = (Vec::new(), 1);
                let end = loop {
                    let (event, at) = self.next()?;
                    if event == Event::SequenceEnd {
                        break at;
                    }
                    let (item, nodes) = self.node(event, at, depth + 1)?;
                    items.push(item);
                    size += nodes;
                };
                let span = self.span_to(marks, end);
                Ok(self.keep(anchor, Node::new(Value::List(items), span), size))
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_tag(tag.as_deref(), marks);
                let (entries, size, end) = self.entries(depth)?;
                let span = self.span_to(marks, end);
                Ok(self.keep(anchor, Node::new(Value::Map(entries), span), size))
            }
            _ => self.stop(marks, "this is not YAML that can be read".into(), "write it more simply"),
        }
    }

    fn entries(&mut self, depth: usize) -> Result<(Entries, usize, Marks), Stop> {
        let (mut entries, mut size) = (Entries::new(), 1);
        let mut seen = HashSet::new();
        loop {
            let (event, marks) = self.next()?;
            if event == Event::MappingEnd {
                return Ok((entries, size, marks));
            }
            let (key, _) = self.node(event, marks, depth + 1)?;
            let (event, marks) = self.next()?;
            let (value, nodes) = self.node(event, marks, depth + 1)?;
            size += nodes + 1;
            let Some(key) = self.key(key) else { continue };
            if seen.insert(key.name.clone()) {
                entries.push((key, value));
                continue;
            }
            let first = entries.iter().find(|(other, _)| other.name == key.name);
            let first = first.map_or(0, |(other, _)| other.span.line_column().0);
            self.twice += 1;
            self.problems.push(
                Problem::error(
                    key.span,
                    format!("the key `{}` is there twice; the first is in line {first}", key.name),
                )
                .hint("remove one of the two"),
            );
        }
    }

    fn key(&mut self, node: Node) -> Option<Key> {
        let refused = match node.value {
            Value::String(name) if name == "<<" => Problem::error(node.span, "merge keys (`<<`) are not read")
                .hint("use `defaults`, a profile of the template, or write the values out"),
            Value::String(name) => return Some(Key { name, span: node.span }),
            Value::Map(_) => Problem::error(node.span, "a key must be text, and is a map")
                .hint("an expression is text: put it in quotes, \"{{ name }}\""),
            _ => {
                let what = format!("a key must be text, and is {}", node.described());
                Problem::error(node.span, what).hint("put it in quotes")
            }
        };
        self.problems.push(refused);
        None
    }

    fn alias(&mut self, anchor: usize, marks: Marks) -> Result<(Node, usize), Stop> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return self.stop(marks, "the alias stands inside what it stands for".into(), "write the values out");
        };
        self.aliased += size;
        if self.aliased > MAX_ALIASED {
            let what = format!("aliases expand to more than {MAX_ALIASED} values");
            return self.stop(marks, what, "write the values out, or use `defaults`");
        }
        Ok((node.clone(), *size))
    }

    fn keep(&mut self, anchor: usize, node: Node, size: usize) -> (Node, usize) {
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        (node, size)
    }

    fn refuse_tag(&mut self, tag: Option<&Tag>, marks: Marks) {
        if let Some(tag) = tag {
            let place = self.span(marks);
            self.problems.push(
                Problem::error(place, format!("tags (`!{}`) are not read", tag.suffix))
                    .hint("remove the tag; quotes make text, their absence numbers and booleans"),
            );
        }
    }

    fn next(&mut self) -> Result<(Event<'a>, Marks), Stop> {
        match self.parser.next_event() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                self.problems.push(self.syntax(&error));
                Err(Stop)
            }
            None => Ok((Event::StreamEnd, Marks::empty(saphyr_parser::Marker::default()))),
        }
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let at = self.byte(error.marker().index());
        let hint = advice(&self.source.text, at, error.info());
        Problem::error(self.at(at..at), format!("this is not YAML: {}", error.info())).hint(hint)
    }

    fn stop<T>(&mut self, marks: Marks, what: String, hint: &str) -> Result<T, Stop> {
        let place = self.span(marks);
        self.problems.push(Problem::error(place, what).hint(hint));
        Err(Stop)
    }

    fn byte(&self, index: usize) -> usize {
        let at = if self.is_ascii() { Some(index) } else { self.bytes.get(index).copied() };
        at.unwrap_or(usize::MAX).min(self.source.text.len())
    }

    fn at(&self, bytes: std::ops::Range<usize>) -> Span {
        Span { source: Arc::clone(self.source), bytes }
    }

    fn span(&self, marks: Marks) -> Span {
        let start = self.byte(marks.start.index());
        self.at(start..self.byte(marks.end.index()).max(start))
    }

    fn span_to(&self, marks: Marks, end: Marks) -> Span {
        let start = self.byte(marks.start.index());
        self.at(start..self.byte(end.start.index()).max(start))
    }
}

/// What most likely went wrong near a syntax error.
fn advice(text: &str, at: usize, info: &str) -> &'static str {
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let before = text[..line_start].trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
    let indent = |line: &str| line.chars().take_while(|letter| letter.is_whitespace()).any(|letter| letter == '\t');
    if indent(line) || indent(before) {
        "indent with spaces, not tabs"
    } else if line.contains("{{") || before.contains("{{") {
        "put the whole value in quotes: name: \"{{ tenant }}-web\""
    } else if info.contains("quote") {
        "a quote is missing, or one inside the text must be doubled"
    } else if line.trim_start().contains(": ") && line.matches(": ").count() > 1 {
        "text with a colon and a space in it must be in quotes"
    } else if info.contains("anchor") {
        "an alias (`*name`) must come after its anchor (`&name`); text that begins with `*` or `&` must be in quotes"
    } else {
        "look at the indentation, brackets and quotes here and in the line before"
    }
}
