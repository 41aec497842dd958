//! The module tree: which directory each module call leads to, before anything is evaluated ("Terraform Language: Module
//! Sources").

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use crate::lang::Str;
use crate::source::{Problem, disk};

use super::UnavailableModule;
use super::declared::{Uses, uses};
use super::found::Found;
use super::load::Loader;
use super::module::{self, Module, ProviderKey, Resource};
use super::providers::{self, Provider};

/// So many module calls (over all levels) are followed.
const MAX_CALLS: usize = 10_000;
/// The largest `modules.json` that is read.
const MAX_MANIFEST: u64 = 64 * 1024 * 1024;

/// A module with what its parts depend on.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) module: Module,
    pub(super) uses: Uses,
}

/// One place in the module tree: a path of calls, whatever the number of instances.
#[derive(Debug)]
pub(super) struct TreeNode {
    /// Index in [`ModuleTree::modules`].
    pub(super) module: usize,
    /// The calling place, and the index of the call in it.
    pub(super) parent: Option<(usize, usize)>,
    /// Names of the calls from the root module.
    pub(super) path: Vec<Str>,
    /// Where each call leads; `None` where its source is not there.
    pub(super) children: Vec<Option<usize>>,
    /// `path.module`.
    pub(super) shown: String,
    /// Absolute.
    pub(super) directory: PathBuf,
    /// The same without links: asked for once, since modules may lie deep.
    real_directory: PathBuf,
}

/// All modules of a configuration. The first place is the root module; parents come before children.
#[derive(Debug, Default)]
pub(super) struct ModuleTree {
    pub(super) modules: Vec<Loaded>,
    pub(super) places: Vec<TreeNode>,
    /// The providers of the resources at each place.
    pub(super) providers: Vec<BTreeMap<ProviderKey, Provider>>,
}

impl ModuleTree {
    pub(super) fn module(&self, place: usize) -> &Module {
        &self.modules[self.places[place].module].module
    }

    /// Takes out what was found in modules, and in provider configurations that are used.
    pub(super) fn take_found(&mut self, used: &BTreeSet<(usize, usize)>) -> Found {
        let mut found = Found::default();
        for loaded in &mut self.modules {
            found.append(&mut loaded.uses.found);
        }
        for &(place, index) in used {
            let module = self.places[place].module;
            found.append(&mut self.modules[module].uses.provider_problems[index]);
        }
        found
    }

    pub(super) fn uses(&self, place: usize) -> &Uses {
        &self.modules[self.places[place].module].uses
    }

    /// The provider of a resource at a place.
    pub(super) fn provider(&self, place: usize, resource: &Resource) -> Option<&Provider> {
        self.providers[place].get(&resource.provider)
    }
}

/// Reads the root module and all modules that it calls. The tree is empty where there is no root module.
pub(super) fn read(root: &Path, data: Option<&Path>, loader: &mut Loader<'_>) -> (ModuleTree, Vec<UnavailableModule>) {
    let manifest = manifest(root, data, loader);
    let mut builder = Builder {
        loader,
        manifest,
        root: root.to_owned(),
        tree: ModuleTree::default(),
        by_directory: HashMap::new(),
        unavailable: Vec::new(),
    };
    builder.read();
    let mut tree = builder.tree;
    tree.providers = (0..tree.places.len()).map(|place| providers::of_place(&tree, place)).collect();
    (tree, builder.unavailable)
}

struct Builder<'l, 'a> {
    loader: &'l mut Loader<'a>,
    /// Directories by path of calls, of modules that Terraform has installed.
    manifest: HashMap<String, PathBuf>,
    root: PathBuf,
    tree: ModuleTree,
    by_directory: HashMap<PathBuf, Option<usize>>,
    unavailable: Vec<UnavailableModule>,
}

/// Where a call leads.
enum Source {
    Directory(PathBuf),
    NotInstalled,
}

impl Builder<'_, '_> {
    fn read(&mut self) {
        let root = self.root.clone();
        let Some(module) = self.module(&root, None) else { return };
        let children = vec![None; self.tree.modules[module].module.calls.len()];
        self.tree.places.push(TreeNode {
            module,
            parent: None,
            path: Vec::new(),
            children,
            shown: ".".to_owned(),
            real_directory: real(&root),
            directory: root,
        });
        let mut place = 0;
        while place < self.tree.places.len() {
            for call in 0..self.tree.module(place).calls.len() {
                let child = self.call(place, call);
                self.tree.places[place].children[call] = child;
            }
            place += 1;
        }
    }

    /// The module in a directory, read once.
    fn module(&mut self, directory: &Path, called_at: Option<crate::source::Span>) -> Option<usize> {
        if let Some(&known) = self.by_directory.get(directory) {
            return known;
        }
        let index = self.loader.module_files(directory, called_at).map(|files| {
            let module = module::read(&files, self.loader);
            let uses = uses(&module, self.loader);
            self.tree.modules.push(Loaded { module, uses });
            self.tree.modules.len() - 1
        });
        self.by_directory.insert(directory.to_owned(), index);
        index
    }

    fn call(&mut self, place: usize, call: usize) -> Option<usize> {
        let module = self.tree.module(place);
        let name = module.calls.name(call).clone();
        let (source, span) = module.calls.at(call).source.clone()?;
        let mut path = self.tree.places[place].path.clone();
        path.push(name);
        let directory = match self.source(place, &path, &source) {
            Source::Directory(directory) => directory,
            Source::NotInstalled => {
                let address: Vec<String> = path.iter().map(|name| format!("module.{name}")).collect();
                self.unavailable.push(UnavailableModule { address: address.join("."), source, span });
                return None;
            }
        };
        let real_directory = real(&directory);
        if self.calls_itself(place, &real_directory) {
            self.loader.problems.add(
                Problem::at(span, format!("Module \"{source}\" calls itself, so there would be no end of modules"))
                    .help("Terraform does not support recursive module calls"),
            );
            return None;
        }
        if self.tree.places.len() > MAX_CALLS {
            self.loader
                .problems
                .add(Problem::at(span, format!("More than {MAX_CALLS} module calls: this one is not followed")));
            return None;
        }
        let module = self.module(&directory, Some(span))?;
        let children = vec![None; self.tree.modules[module].module.calls.len()];
        let shown = disk::relative(&directory, &self.root);
        let parent = Some((place, call));
        self.tree.places.push(TreeNode { module, parent, path, children, shown, directory, real_directory });
        Some(self.tree.places.len() - 1)
    }

    fn source(&self, place: usize, path: &[Str], source: &str) -> Source {
        if source.starts_with("./") || source.starts_with("../") || source == "." || source == ".." {
            return Source::Directory(disk::clean(&self.tree.places[place].directory.join(source)));
        }
        match self.manifest.get(&path.join(".")) {
            Some(directory) => Source::Directory(directory.clone()),
            None => Source::NotInstalled,
        }
    }

    /// Whether a directory (without links) is that of a place or of one that leads to it.
    fn calls_itself(&self, place: usize, directory: &Path) -> bool {
        let mut place = Some(place);
        while let Some(index) = place {
            if self.tree.places[index].real_directory == directory {
                return true;
            }
            place = self.tree.places[index].parent.map(|(parent, _)| parent);
        }
        false
    }
}

/// The path without links; as it is where nothing is there.
fn real(path: &Path) -> PathBuf {
    disk::canonical(path).unwrap_or_else(|_| path.to_owned())
}

/// What `terraform init` has written about the modules it installed.
fn manifest(root: &Path, data: Option<&Path>, loader: &mut Loader<'_>) -> HashMap<String, PathBuf> {
    if let Some(archive) = loader.archive {
        return archive.modules.clone();
    }
    let path = root.join(data.unwrap_or(Path::new(".terraform"))).join("modules/modules.json");
    let Ok(bytes) = disk::read(&path, MAX_MANIFEST) else { return HashMap::new() };
    let Ok(manifest) = serde_json::from_slice::<serde_json::Value>(&bytes) else {
        let shown = loader.shown(&path);
        loader
            .problems
            .add(Problem::with_path(shown, "The module manifest is not valid JSON").help("Run `terraform init` again"));
        return HashMap::new();
    };
    let modules = manifest["Modules"].as_array().map(Vec::as_slice).unwrap_or_default();
    modules
        .iter()
        .filter_map(|module| {
            let directory = module["Dir"].as_str()?;
            Some((module["Key"].as_str()?.to_owned(), disk::clean(&root.join(directory))))
        })
        .collect()
}
