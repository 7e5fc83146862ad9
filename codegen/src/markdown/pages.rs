//! The names of the pages, so that pages can link to each other.

use std::collections::{HashMap, HashSet};

use crate::api::{Api, Kind, Type};
use crate::naming::{Names, Scope, camel, is_written, plain};

/// The names of the pages, without their extension.
pub(super) struct Pages<'a> {
    api: &'a Api,
    names: &'a Names,
    tags: Vec<String>,
    modules: HashMap<String, String>,
}

impl<'a> Pages<'a> {
    pub(super) fn new(api: &'a Api, names: &'a Names) -> Self {
        // File names must differ in more than case, since some file systems ignore it.
        let mut taken = HashSet::from(["readme".to_owned()]);
        let mut unique = |name: String| {
            let mut candidate = name.clone();
            let mut number = 2;
            while !taken.insert(candidate.to_lowercase()) {
                candidate = format!("{name}{number}");
                number += 1;
            }
            candidate
        };
        let tags = api.tags.iter().map(|tag| unique(camel(&format!("{} api", tag.name)))).collect();
        let modules = names.modules().iter().map(|(module, types)| {
            let exported = types.iter().map(|id| names.of(*id)).find(|path| path.exported);
            let name = exported.map_or_else(|| camel(plain(module)), |path| path.name.clone());
            (module.clone(), unique(name))
        });
        let modules = modules.collect();
        Self { api, names, tags, modules }
    }

    pub(super) fn of_tag(&self, index: usize) -> &str {
        &self.tags[index]
    }

    pub(super) fn of_module(&self, module: &str) -> &str {
        &self.modules[module]
    }

    /// A type in bold, linked to its page if it has one.
    pub(super) fn link(&self, ty: &Type, shown: &str) -> String {
        let shown = format!("**{}**", shown.replace('<', "&lt;").replace('>', "&gt;"));
        match self.page_of(ty) {
            Some(page) => format!("[{shown}]({page}.md)"),
            None => shown,
        }
    }

    /// A Rust type with links.
    pub(super) fn linked(&self, ty: &Type) -> String {
        let scope = Scope::new(self.api, self.names, None);
        self.link(ty, &scope.ty(ty).to_string())
    }

    fn page_of(&self, ty: &Type) -> Option<&str> {
        let mut first = None;
        ty.walk(&mut |ty| first = first.or(ty.id()));
        let id = first?;
        match &self.api.named(id).kind {
            Kind::Alias(ty) if !is_written(self.api, id) => self.page_of(ty),
            _ => Some(self.modules.get(&self.names.of(id).module)?.as_str()),
        }
    }
}
