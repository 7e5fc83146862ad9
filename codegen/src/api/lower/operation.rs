//! Paths and webhooks, and the operations they have.

use heck::ToLowerCamelCase as _;

use crate::document::{Node, members};

use super::super::Type;
use super::super::operation::{Callback, Location, Operation, Parameter, SecurityScheme, Server, Style, Tag};
use super::{Lowering, Place, flag};

/// What an operation that has no id is called: `getOrdersByOrderLines` for a GET of `/orders/{order}/lines`. Made of
/// nothing but method and path, so that it stays when other operations come and go.
pub(super) fn id_of(method: &str, path: &str) -> String {
    let mut words = vec![method.to_owned()];
    for (at, piece) in path.split(['{', '}']).enumerate() {
        // Every other piece is the name of a parameter.
        if at % 2 == 1 {
            words.push("by".to_owned());
        }
        words.push(piece.to_owned());
    }
    if path == "/" {
        words.push("root".to_owned());
    }
    words.join(" ").to_lower_camel_case()
}

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// What the members of a path item are besides its operations.
const PATH_MEMBERS: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

/// An operation as it is written: where it stands, the path item that it is in, its method, and itself.
type Written<'d> = (Place, (Place, &'d Node), &'d str, &'d Node);

impl<'d> Lowering<'d> {
    /// The operations, by their first tag.
    pub(super) fn operations(&mut self, schemes: &[SecurityScheme], servers: &[Server]) -> Vec<Tag> {
        let root_node = self.document.root();
        let root = self.root();
        self.check_members(&root, root_node, members::DOCUMENT, "a document");
        if let Some(info) = root_node.get("info").filter(|info| info.as_object().is_some()) {
            self.check_members(&root.child("info"), info, members::INFO, "`info`");
        }
        let mut tags = self.tags(&root, root_node);
        let common = self.security(&root, root_node, schemes).unwrap_or_default();
        let Some((place, paths)) = self.object_at(&root, root_node, "paths") else { return tags };
        let mut without_id: Vec<(Place, String)> = Vec::new();
        for (key, item) in paths {
            if key.starts_with("x-") {
                continue;
            }
            let place = place.child(key);
            let Some(path) = self.path(&place, key) else { continue };
            for (place, path_item, method, node) in self.operations_of(&place, item) {
                let id = node.get("operationId").and_then(Node::as_str).filter(|id| !id.trim().is_empty());
                let id = id.map_or_else(|| id_of(method, &path), str::to_owned);
                if node.get("operationId").and_then(Node::as_str).is_none_or(|id| id.trim().is_empty()) {
                    without_id.push((place.clone(), id.clone()));
                }
                let operation =
                    self.operation((&place, node), (&path_item.0, path_item.1), &path, method, &id);
                let own = self.security(&place, node, schemes).unwrap_or_else(|| common.clone());
                let server = self.own_server((&place, node), (&path_item.0, path_item.1), servers);
                let operation = Operation { security: own, server, ..operation };
                let tag = node.get("tags").and_then(Node::as_array).and_then(|tags| tags.first()?.as_str());
                let tag = tag.unwrap_or("default");
                match tags.iter_mut().find(|known| known.name == tag) {
                    Some(known) => known.operations.push(operation),
                    None => {
                        let name = tag.to_owned();
                        tags.push(Tag { name, description: String::new(), operations: vec![operation] });
                    }
                }
            }
        }
        self.report_missing_ids(&without_id);
        tags.retain(|tag| !tag.operations.is_empty());
        tags
    }

    /// The path that a key of `paths` means.
    fn path(&mut self, place: &Place, key: &str) -> Option<String> {
        if key.starts_with('/') {
            return Some(key.to_owned());
        }
        if key.contains("://") {
            let message = format!("`{key}` is a URL, not a path");
            let help = "put what comes before the path into `servers`";
            self.error(place, "malformed-path", message, Some(help));
            return None;
        }
        let message = format!("the path `{key}` does not begin with `/`; it is taken for `/{key}`");
        self.warning(place, "malformed-path", message, None);
        Some(format!("/{key}"))
    }

    /// Warns once of all operations that have no `operationId`.
    fn report_missing_ids(&mut self, without_id: &[(Place, String)]) {
        let Some((place, id)) = without_id.first() else { return };
        let message = match without_id.len() {
            1 => format!("an operation has no `operationId`; it is called `{id}`, after its method and path"),
            count => format!(
                "{count} operations have no `operationId`; each is called after its method and path, this one `{id}`"
            ),
        };
        let help = "give each an `operationId`: its function is named after it, and keeps that name when the path changes";
        self.warning(&place.clone(), "missing-operation-id", message, Some(help));
    }

    /// The requests that the server sends of its own accord. Of them the client has the types.
    pub(super) fn webhooks(&mut self) -> Vec<Callback> {
        let root_node = self.document.root();
        let root = self.root();
        let mut found = Vec::new();
        let Some((place, webhooks)) = self.object_at(&root, root_node, "webhooks") else { return found };
        for (name, item) in webhooks {
            for (place, _, method, node) in self.operations_of(&place.child(name), item) {
                found.push(Callback {
                    name: name.clone(),
                    method: method.to_uppercase(),
                    url: String::new(),
                    bodies: self.bodies(&place, node),
                });
            }
        }
        found
    }

    fn tags(&mut self, root: &Place, node: &'d Node) -> Vec<Tag> {
        let Some((place, tags)) = self.array_at(root, node, "tags") else { return Vec::new() };
        let mut found = Vec::new();
        for (index, tag) in tags.iter().enumerate() {
            self.check_members(&place.index(index), tag, members::TAG, "a tag");
            if let Some(name) = tag.get("name").and_then(Node::as_str) {
                let (name, description) = (name.to_owned(), super::description(tag));
                found.push(Tag { name, description, operations: Vec::new() });
            }
        }
        found
    }

    /// The operations of a path.
    fn operations_of(&mut self, place: &Place, item: &'d Node) -> Vec<Written<'d>> {
        let beside = item.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
        if item.get("$ref").is_some()
            && let Some(lost) = beside
                .into_iter()
                .find(|key| METHODS.contains(key) || matches!(*key, "parameters" | "servers"))
        {
            let message = format!("beside the `$ref` of a path, `{lost}` is not looked at");
            let help = "put it into what the `$ref` refers to";
            self.warning(&place.child(lost), "beside-ref", message, Some(help));
        }
        let Some((place, item)) = self.follow(place, item) else { return Vec::new() };
        let Some(members) = item.as_object() else {
            self.error(&place, "wrong-type", format!("a path item is an object, not {}", item.kind()), None);
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, node) in members {
            let place_of = place.child(key);
            if METHODS.contains(&key.as_str()) {
                let Some((place_of, node)) = self.follow_misplaced(&place_of, node) else { continue };
                if node.as_object().is_some() {
                    found.push((place_of, (place.clone(), item), key.as_str(), node));
                } else {
                    self.error(
                        &place_of,
                        "wrong-type",
                        format!("an operation is an object, not {}", node.kind()),
                        None,
                    );
                }
            } else if !PATH_MEMBERS.contains(&key.as_str()) && !key.starts_with("x-") {
                let message = format!("`{key}` is neither a method nor anything else that a path has");
                self.warning(&place_of, "unknown-path-member", message, None);
            }
        }
        found
    }

    fn operation(
        &mut self,
        (place, node): (&Place, &'d Node),
        path_item: (&Place, &'d Node),
        path: &str,
        method: &str,
        id: &str,
    ) -> Operation {
        self.check_members(place, node, members::OPERATION, "an operation");
        let mut parameters = self.parameters(path_item, (place, node));
        self.add_path_parameters(place, path, &mut parameters);
        for parameter in parameters.iter().filter(|parameter| parameter.location == Location::Path) {
            if !path.contains(&format!("{{{}}}", parameter.name)) {
                let message = format!("the parameter `{}` is not in the path {path}", parameter.name);
                self.warning(place, "unused-path-parameter", message, None);
            }
        }
        let callbacks = self.callbacks(place, node);
        let bodies = self.bodies(place, node);
        let replies = self.responses(place, node, method);
        let text = |node: &Node, key: &str| {
            node.get(key).and_then(Node::as_str).unwrap_or_default().trim().to_owned()
        };
        let (mut summary, mut about) = (text(node, "summary"), text(node, "description"));
        // What a path says of itself is said of each of its operations (OpenAPI 3.1 §4.8.9.1).
        if summary.is_empty() && about.is_empty() {
            (summary, about) = (text(path_item.1, "summary"), text(path_item.1, "description"));
        }
        let scopes = self.scopes(node);
        for more in [super::more(node), scopes].into_iter().flatten() {
            let gap = if about.is_empty() { "" } else { "\n\n" };
            about = format!("{about}{gap}{more}");
        }
        Operation {
            id: id.to_owned(),
            name: id.to_owned(),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary,
            description: about,
            deprecated: flag(node, "deprecated"),
            parameters,
            bodies,
            successes: replies.successes,
            errors: replies.errors,
            untyped_errors: replies.untyped_errors,
            error_headers: replies.error_headers,
            security: Vec::new(),
            server: None,
            callbacks,
        }
    }

    /// The requests that the server sends because of an operation. Of them the client has the types.
    fn callbacks(&mut self, place: &Place, node: &'d Node) -> Vec<Callback> {
        let mut callbacks = Vec::new();
        let Some((place, named)) = self.object_at(place, node, "callbacks") else { return callbacks };
        for (name, callback) in named {
            let Some((place, callback)) = self.follow(&place.child(name), callback) else { continue };
            for (url, item) in callback.as_object().into_iter().flatten() {
                if url.starts_with("x-") {
                    continue;
                }
                for (place, _, method, node) in self.operations_of(&place.child(url), item) {
                    callbacks.push(Callback {
                        name: name.clone(),
                        method: method.to_uppercase(),
                        url: url.clone(),
                        bodies: self.bodies(&place, node),
                    });
                }
            }
        }
        callbacks
    }

    /// Adds a parameter for each `{name}` of the path that none is declared for.
    fn add_path_parameters(&mut self, place: &Place, path: &str, parameters: &mut Vec<Parameter>) {
        for piece in path.split('{').skip(1) {
            let Some((name, _)) = piece.split_once('}') else {
                let message = format!("a brace is left open in the path {path}");
                self.error(place, "malformed-path", message, None);
                continue;
            };
            if parameters.iter().any(|known| known.location == Location::Path && known.name == name) {
                continue;
            }
            let message = format!(
                "the path {path} has `{{{name}}}`, and no such parameter is declared; it is a string"
            );
            let help = "add a parameter of that name, `in: path`, to the path or to the operation";
            self.warning(place, "undeclared-path-parameter", message, Some(help));
            parameters.push(Parameter {
                name: name.to_owned(),
                location: Location::Path,
                required: true,
                deprecated: false,
                description: String::new(),
                ty: Type::String,
                style: Style::default_of(Location::Path),
            });
        }
    }

    /// The server of an operation or its path, where it is another than the document's first.
    fn own_server(
        &mut self,
        operation: (&Place, &'d Node),
        path_item: (&Place, &'d Node),
        servers: &[Server],
    ) -> Option<Server> {
        let mut own = self.servers_of(operation.0, operation.1);
        if own.is_empty() {
            own = self.servers_of(path_item.0, path_item.1);
        }
        if own.len() > 1 {
            let place = if operation.1.get("servers").is_some() { operation.0 } else { path_item.0 };
            let message = "of several servers of an operation the first is used; `base_path` takes another";
            self.warning(&place.child("servers"), "several-servers", message, None);
        }
        let first = own.into_iter().next()?;
        (servers.first().map(|server| &server.url) != Some(&first.url)).then_some(first)
    }
}
