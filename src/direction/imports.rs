//! Which file of a crate names something of which other, by following each path to where it is defined.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::modules::{Module, ModulePath, Modules};

/// For each file, the files of which it names something, and one of the paths that does so.
pub type Imports = BTreeMap<PathBuf, BTreeMap<PathBuf, String>>;

/// Where a path leads to.
enum NamedPlace {
    Module(ModulePath),
    /// Something that this file defines.
    Item(PathBuf),
}

/// Steps that are followed from one `use` to the next.
const STEPS: usize = 16;

/// Reads which file names what of which other. What a module brings in for others alone counts as theirs who take it there,
/// unless `windows` asks for that too.
pub fn imports(modules: &Modules, windows: bool) -> Imports {
    let mut all = Imports::new();
    for (at, module) in &modules.0 {
        let brought_in = module.uses.iter().filter(|one| windows || !one.shown).map(|one| &one.path);
        let named: BTreeSet<_> = brought_in.chain(&module.paths).collect();
        let of_file = all.entry(module.file.clone()).or_default();
        for path in named {
            // A word alone that is the name of a module is a field or a variable.
            let below = [at.as_slice(), path].concat();
            if path.len() == 1 && modules.0.contains_key(&below) {
                continue;
            }
            let Some(place) = modules.find(at, path, STEPS) else { continue };
            let file = modules.file_of(place);
            if file != module.file {
                of_file.entry(file).or_insert_with(|| path.join("::"));
            }
        }
    }
    add_methods(modules, &mut all);
    all
}

/// Adds that a file depends as well on one that adds methods to its types, where it calls one whose name no other function has.
fn add_methods(modules: &Modules, all: &mut Imports) {
    let mut homes: BTreeMap<&str, BTreeSet<(&PathBuf, PathBuf)>> = BTreeMap::new();
    for (at, module) in &modules.0 {
        for (name, methods) in &module.methods {
            let of_type = modules.find(at, std::slice::from_ref(name), STEPS).map(|place| modules.file_of(place));
            for method in methods {
                let of_type = of_type.clone().unwrap_or_default();
                homes.entry(method).or_default().insert((&module.file, of_type));
            }
        }
    }
    for module in modules.0.values() {
        for call in &module.calls {
            let Some((file, of_type)) =
                homes.get(call.as_str()).filter(|homes| homes.len() == 1).and_then(BTreeSet::first)
            else {
                continue;
            };
            if *of_type == module.file && **file != module.file {
                let named = all.entry(module.file.clone()).or_default();
                named.entry((*file).clone()).or_insert_with(|| format!("the method {call}"));
            }
        }
    }
}

impl Modules {
    fn file_of(&self, place: NamedPlace) -> PathBuf {
        match place {
            NamedPlace::Module(path) => self.0[&path].file.clone(),
            NamedPlace::Item(file) => file,
        }
    }

    /// Follows a path from the module that it is written in; `None` when it leads out of the crate.
    fn find(&self, at: &[String], path: &[String], steps: usize) -> Option<NamedPlace> {
        let steps = steps.checked_sub(1)?;
        let (mut here, mut rest, mut relative) = (at.to_vec(), path, true);
        while let Some((first, behind)) = rest.split_first() {
            match first.as_str() {
                "crate" => here.clear(),
                "self" => {}
                "super" => drop(here.pop()),
                _ => break,
            }
            (rest, relative) = (behind, false);
        }
        while let Some((first, behind)) = rest.split_first() {
            let below = [here.as_slice(), std::slice::from_ref(first)].concat();
            if self.0.contains_key(&below) {
                here = below;
            } else {
                let module = &self.0[&here];
                match self.name(&here, module, first, steps) {
                    Some(NamedPlace::Module(path)) => here = path,
                    Some(item) => return Some(item),
                    // What a macro makes is not seen.
                    None => return (!relative).then(|| NamedPlace::Item(module.file.clone())),
                }
            }
            (rest, relative) = (behind, false);
        }
        Some(NamedPlace::Module(here))
    }

    /// Looks up a name that is no module below.
    fn name(&self, here: &[String], module: &Module, name: &str, steps: usize) -> Option<NamedPlace> {
        if module.items.contains(name) {
            return Some(NamedPlace::Item(module.file.clone()));
        }
        let known = module.uses.iter().find(|one| one.name.as_deref() == Some(name));
        // A name that is brought in under itself is another crate's.
        if let Some(known) = known.filter(|known| known.path != [name]) {
            return self.find(here, &known.path, steps);
        }
        module.uses.iter().filter(|one| one.name.is_none()).find_map(|glob| {
            let Some(NamedPlace::Module(path)) = self.find(here, &glob.path, steps) else { return None };
            let below = [path.as_slice(), &[name.to_owned()]].concat();
            if self.0.contains_key(&below) {
                return Some(NamedPlace::Module(below));
            }
            self.name(&path, &self.0[&path], name, steps.checked_sub(1)?)
        })
    }
}
