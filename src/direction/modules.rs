//! The modules of a crate as its files declare them: what each defines, what it brings in from where, and what else it names.
//! Code of tests is left out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::tokens::{Token, tokens};

/// A path within the crate: `["capture", "tls"]` for `crate::capture::tls`.
pub type ModulePath = Vec<String>;

/// All modules of a crate, by their paths.
#[derive(Default)]
pub struct Modules(pub BTreeMap<ModulePath, Module>);

/// One module.
#[derive(Default)]
pub struct Module {
    /// The file that it is written in, from the folder of the root file.
    pub file: PathBuf,
    /// Names of what it defines.
    pub items: BTreeSet<String>,
    /// What it brings in.
    pub uses: Vec<Import>,
    /// Every other path that it names.
    pub paths: BTreeSet<Vec<String>>,
    /// Types that it adds methods to, with the names of these.
    pub methods: Vec<(String, BTreeSet<String>)>,
    /// Names of the methods that it calls.
    pub calls: BTreeSet<String>,
}

/// One name that a `use` brings in.
#[derive(Clone)]
pub struct Import {
    /// The path as it is written.
    pub path: Vec<String>,
    /// What it is called here; `None` where it is all that the path holds.
    pub name: Option<String>,
    /// Whether it is there for others, as a shop window shows what is made elsewhere.
    pub shown: bool,
}

const DEFINING: [&str; 8] = ["const", "enum", "fn", "static", "struct", "trait", "type", "union"];

impl Modules {
    /// Reads a crate from its root file.
    pub fn read(root: &Path) -> Self {
        let mut modules = Self::default();
        let folder = root.parent().unwrap();
        modules.file(Vec::new(), root, folder);
        for module in modules.0.values_mut() {
            module.file = module.file.strip_prefix(folder).unwrap().to_owned();
        }
        modules
    }

    /// Reads a file; modules that it declares have their files in `folder`.
    fn file(&mut self, at: ModulePath, file: &Path, folder: &Path) {
        let text = std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        self.items(at, &tokens(&text), file, folder);
    }

    fn items(&mut self, at: ModulePath, mut rest: &[Token], file: &Path, folder: &Path) {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        let (mut of_tests, mut shown) = (false, false);
        while let Some((first, behind)) = rest.split_first() {
            match first.as_str() {
                "#" => {
                    let length = 1 + item(behind, &["]"]);
                    let attribute = &rest[..length];
                    let says = |word: &str| attribute.iter().any(|token| token == word);
                    of_tests |= says("cfg") && says("test") && !says("not");
                    rest = &rest[length..];
                    continue;
                }
                "pub" => {
                    shown = true;
                    let limited = behind.first().is_some_and(|token| token == "(");
                    rest = if limited { &behind[item(behind, &[")"])..] } else { behind };
                    continue;
                }
                _ => {}
            }
            let length = item(rest, &[";", "}"]);
            let (tokens, behind) = rest.split_at(length);
            if !of_tests {
                match tokens {
                    [keyword, name, body @ ..] if keyword == "mod" => {
                        let path = [at.as_slice(), std::slice::from_ref(name)].concat();
                        let below = folder.join(name);
                        match body {
                            [_, items @ .., _] => self.items(path, items, file, &below),
                            _ if below.with_extension("rs").exists() => {
                                self.file(path, &below.with_extension("rs"), &below);
                            }
                            _ => self.file(path, &below.join("mod.rs"), &below),
                        }
                    }
                    [keyword, tree @ .., _] if keyword == "use" => module.bring_in(tree, &[], shown),
                    _ => module.define(tokens),
                }
            }
            (of_tests, shown) = (false, false);
            rest = behind;
        }
        self.0.insert(at, module);
    }
}

impl Module {
    /// Reads an item that is neither a module nor a `use`.
    fn define(&mut self, item: &[Token]) {
        let macros = item.first().is_some_and(|first| first == "macro_rules");
        // `const` may stand before `fn`.
        let name = item.windows(2).take(6).find_map(|pair| {
            let defines = DEFINING.contains(&pair[0].as_str()) && !DEFINING.contains(&pair[1].as_str());
            defines.then_some(&pair[1])
        });
        self.items.extend(if macros { item.get(2) } else { name }.cloned());
        self.methods.extend(methods(item));
        let mut at = 0;
        while at < item.len() {
            let mut length = 1;
            if item[at] == "pub" && item.get(at + 1).is_some_and(|token| token == "(") {
                length += self::item(&item[at + 1..], &[")"]);
            } else if item[at] == "use" {
                length += item[at + 1..].iter().position(|token| token == ";").unwrap_or_default();
                self.bring_in(&item[at + 1..at + length], &[], false);
            } else if is_word(&item[at]) {
                while item.get(at + length).is_some_and(|token| token == "::")
                    && item.get(at + length + 1).is_some_and(|token| is_word(token))
                {
                    length += 2;
                }
                // Behind a dot stands a field or a method.
                if at == 0 || item[at - 1] != "." {
                    self.paths.insert(item[at..at + length].iter().step_by(2).cloned().collect());
                } else if item.get(at + 1).is_some_and(|token| token == "(") {
                    self.calls.insert(item[at].clone());
                }
            }
            at += length;
        }
    }

    /// Reads the tree of a `use`, below the path before it.
    fn bring_in(&mut self, tree: &[Token], before: &[String], shown: bool) {
        let mut path = before.to_vec();
        for (at, token) in tree.iter().enumerate() {
            match token.as_str() {
                "::" => {}
                "{" => {
                    let mut inside = &tree[at + 1..tree.len() - 1];
                    while !inside.is_empty() {
                        let length = item(inside, &[","]);
                        let part = inside[..length].strip_suffix(&[",".to_owned()]).unwrap_or(&inside[..length]);
                        self.bring_in(part, &path, shown);
                        inside = &inside[length..];
                    }
                    return;
                }
                "*" => return self.uses.push(Import { path, name: None, shown }),
                "as" => return self.uses.push(Import { path, name: tree.get(at + 1).cloned(), shown }),
                "self" if !path.is_empty() => {}
                _ => path.push(token.clone()),
            }
        }
        if path.len() > before.len() || tree.iter().any(|token| token == "self") {
            self.uses.push(Import { name: path.last().cloned(), path, shown });
        }
    }
}

/// Returns the type that an `impl` without a trait is about, and the names of its methods.
fn methods(item: &[Token]) -> Option<(String, BTreeSet<String>)> {
    let body = item.iter().position(|token| token == "{")?;
    let (head, body) = item.split_at(body);
    if head.first()? != "impl" || head.iter().any(|token| token == "for") {
        return None;
    }
    // Parameters stand before the type, and its own behind it.
    let mut depth = 0;
    let name = head.iter().skip(1).find(|token| {
        match token.as_str() {
            "<" => depth += 1,
            ">" => depth -= 1,
            token => return depth == 0 && is_word(token),
        }
        false
    })?;
    let names = body.windows(2).filter(|pair| pair[0] == "fn").map(|pair| pair[1].clone());
    Some((name.clone(), names.collect()))
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Returns the number of tokens up to and with the first of the given signs that stands within no brackets, or closes the first ones.
fn item(tokens: &[Token], ends: &[&str]) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && ends.contains(&token.as_str()) {
            return at + 1;
        }
    }
    tokens.len()
}
