//! Paths and webhooks, and the operations they have.

use crate::description::closed;
use crate::document::openapi::{self, Info, METHODS, PathItem, Reference, Root};
use crate::document::{Node, Pointer, View as _};

use super::super::Type;
use super::super::operation::{Body, Callback, Operation, Parameter, SecurityScheme, Server, Tag};
use super::super::style::{Location, Style};
use super::Lowering;
use super::describe::{description, further_docs};
use super::given_name::given_name;
use super::name::operation_id;
use super::place::Place;

/// An operation as it is written: its place, its path item, its method, and itself.
type Written<'d> = (Place, (Place, PathItem<'d>), &'d str, openapi::Operation<'d>);

impl<'d> Lowering<'d> {
    /// The operations, by their first tag.
    pub(super) fn operations(
        &mut self,
        root: Root<'d>,
        schemes: &[SecurityScheme],
        servers: &[Server],
    ) -> Vec<Tag> {
        let place = self.root();
        self.check_members(&place, root);
        if let Some(info) = root.info().filter(|info| info.as_object().is_some()) {
            self.check_members(&place.child(info.key), Info::of(info.value));
        }
        let mut tags = self.tags(&place, root);
        let common = self.security(&place, root.security(), schemes).unwrap_or_default();
        let Some((place, paths)) = self.object_at(&place, root.paths()) else { return tags };
        let mut without_id: Vec<(Place, String)> = Vec::new();
        for (key, item) in paths {
            if key.starts_with("x-") {
                continue;
            }
            let place = place.child(key);
            let Some(path) = self.path(&place, key) else { continue };
            for (place, path_item, method, written) in self.operations_of(&place, item) {
                if !self.is_selected("paths", key, method) {
                    continue;
                }
                let own_id = written.operation_id().filter(|id| !id.trim().is_empty());
                let id = own_id.map_or_else(|| operation_id(method, &path), str::to_owned);
                if own_id.is_none() {
                    without_id.push((place.clone(), id.clone()));
                }
                let operation = self.operation((&place, written), &path_item, &path, method, &id);
                let own = self.security(&place, written.security(), schemes);
                let server = self.own_server((&place, written), &path_item, servers);
                let security = own.unwrap_or_else(|| common.clone());
                let operation = Operation { security, server, ..operation };
                let tag = written.tags().and_then(|tags| tags.elements().first()?.as_str());
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

    /// Whether an operation was selected. It may be written elsewhere than in its path.
    fn is_selected(&self, holder: &str, path: &str, method: &str) -> bool {
        let pointer = Pointer::root().child(holder).child(path);
        let more = || pointer.child("additionalOperations").child(method);
        self.document.is_selected(&pointer.child(method)) || self.document.is_selected(&more())
    }

    /// The path of a key of `paths`.
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
        let message = format!("the path `{key}` does not begin with `/`; it is read as `/{key}`");
        self.warning(place, "malformed-path", message, None);
        Some(format!("/{key}"))
    }

    /// Warns once of all operations that have no `operationId`.
    fn report_missing_ids(&mut self, without_id: &[(Place, String)]) {
        let Some((place, id)) = without_id.first() else { return };
        let message = match without_id.len() {
            1 => format!("an operation has no `operationId`; it is named `{id}`, after its method and path"),
            count => format!(
                "{count} operations have no `operationId`; each is named after its method and path, this one `{id}`"
            ),
        };
        let help = "give each an `operationId`: its function is named after it, and keeps that name when the path changes";
        self.warning(&place.clone(), "missing-operation-id", message, Some(help));
    }

    /// The webhooks: requests that the server sends. The client has their types.
    pub(super) fn webhooks(&mut self, root: Root<'d>) -> Vec<Callback> {
        let mut found = Vec::new();
        let Some((place, webhooks)) = self.object_at(&self.root(), root.webhooks()) else { return found };
        for (name, item) in webhooks {
            for (place, _, method, written) in self.operations_of(&place.child(name), item) {
                if !self.is_selected("webhooks", name, method) {
                    continue;
                }
                let bodies = self.received_bodies(&place, written);
                let is_repeated =
                    found.iter().any(|known: &Callback| known.name == *name && known.json().is_some());
                let webhook = Callback {
                    name: name.clone(),
                    method: method.to_uppercase(),
                    url: String::new(),
                    bodies,
                };
                let message = match webhook.json() {
                    None => Some(format!(
                        "the webhook `{name}` has no body of JSON, so it is not in `WebhookEvent`"
                    )),
                    Some(_) if is_repeated => Some(format!(
                        "the webhook `{name}` has several operations; only the first is in `WebhookEvent`"
                    )),
                    Some(_) => None,
                };
                if let Some(message) = message {
                    let help = "read its request where your server gets it";
                    self.warning(&place, "unexpressed-webhook", message, Some(help));
                }
                found.push(webhook);
            }
        }
        found
    }

    fn tags(&mut self, place: &Place, root: Root<'d>) -> Vec<Tag> {
        let Some((place, tags)) = self.array_at(place, root.tags()) else { return Vec::new() };
        let mut found = Vec::new();
        for (index, node) in tags.iter().enumerate() {
            let tag = openapi::Tag::of(node);
            self.check_members(&place.index(index), tag);
            if let Some(name) = tag.name() {
                let (name, mut description) = (name.to_owned(), description(node));
                if description.is_empty() {
                    tag.summary().unwrap_or_default().trim().clone_into(&mut description);
                }
                if let Some(parent) = tag.parent()
                    && !tags.iter().any(|other| openapi::Tag::of(other).name() == Some(parent))
                {
                    let message = format!("there is no tag `{parent}`");
                    self.warning(&place.index(index).child("parent"), "unknown-tag", message, None);
                }
                found.push(Tag { name, description, operations: Vec::new() });
            }
        }
        found
    }

    /// The operations of a path.
    fn operations_of(&mut self, place: &Place, item: &'d Node) -> Vec<Written<'d>> {
        let beside = item.as_object().into_iter().flatten().map(|(key, _)| key.as_str());
        if Reference::of(item).reference().is_some()
            && let Some(lost) = beside
                .into_iter()
                .find(|key| METHODS.contains(key) || matches!(*key, "parameters" | "servers"))
        {
            let message = format!("beside the `$ref` of a path, `{lost}` is ignored");
            let help = "put it into what the `$ref` refers to";
            self.warning(&place.child(lost), "beside-ref", message, Some(help));
        }
        let Some((place, item)) = self.follow(place, item) else { return Vec::new() };
        let Some(members) = item.as_object() else {
            self.error(
                &place,
                "wrong-type",
                format!("a path item must be an object, this is {}", item.kind()),
                None,
            );
            return Vec::new();
        };
        let mut found = Vec::new();
        for (key, node) in members {
            let place_of = place.child(key);
            if METHODS.contains(&key.as_str()) {
                found.extend(self.written(&place_of, (&place, item), key, node));
            } else if key == "additionalOperations" {
                let Some((place_of, more)) =
                    self.object_at(&place, PathItem::of(item).additional_operations())
                else {
                    continue;
                };
                for (method, node) in more {
                    let place_of = place_of.child(method);
                    if self.is_method(&place_of, method) {
                        found.extend(self.written(&place_of, (&place, item), method, node));
                    }
                }
            } else if !PathItem::MEMBERS.iter().any(|(name, _)| name == key) && !key.starts_with("x-") {
                let message = format!("`{key}` is not a member of a path item; it is ignored");
                self.warning(&place_of, "unknown-path-member", message, None);
            }
        }
        found
    }

    fn written(
        &mut self,
        place: &Place,
        (path_place, item): (&Place, &'d Node),
        method: &'d str,
        node: &'d Node,
    ) -> Option<Written<'d>> {
        let (place, node) = self.follow_misplaced(place, node)?;
        if node.as_object().is_none() {
            let message = format!("an operation must be an object, this is {}", node.kind());
            self.error(&place, "wrong-type", message, None);
            return None;
        }
        Some((place, (path_place.clone(), PathItem::of(item)), method, openapi::Operation::of(node)))
    }

    /// Whether a key of `additionalOperations` can be a method (RFC 9110 §9.1) that has no member of its own.
    fn is_method(&mut self, place: &Place, method: &str) -> bool {
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        if method.is_empty() || !method.bytes().all(is_token) {
            let message = format!("`{method}` is not a method of HTTP");
            self.error(place, "unknown-path-member", message, Some("a method is a word such as `COPY`"));
            return false;
        }
        let lower = method.to_ascii_lowercase();
        if METHODS.contains(&lower.as_str()) && method == lower.to_ascii_uppercase() {
            let message =
                format!("an operation of `{method}` belongs in `{lower}`, not in `additionalOperations`");
            self.warning(place, "unknown-path-member", message, None);
        }
        true
    }

    fn operation(
        &mut self,
        (place, written): (&Place, openapi::Operation<'d>),
        (path_place, path_item): &(Place, PathItem<'d>),
        path: &str,
        method: &str,
        id: &str,
    ) -> Operation {
        self.check_members(place, written);
        self.note_pagination(place, written, (method, path));
        let mut parameters =
            self.parameters((path_place, path_item.parameters()), (place, written.parameters()));
        self.add_path_parameters(place, path, &mut parameters);
        for parameter in parameters.iter().filter(|parameter| parameter.location == Location::Path) {
            if !path.contains(&format!("{{{}}}", parameter.name)) {
                let message = format!("the parameter `{}` is not in the path {path}", parameter.name);
                self.warning(place, "unused-path-parameter", message, None);
            }
        }
        let callbacks = self.callbacks(place, written);
        let bodies = self.bodies(place, written);
        let replies = self.responses(place, written, method);
        let text = |text: Option<&str>| closed(text.unwrap_or_default().trim()).into_owned();
        let (mut summary, mut about) = (text(written.summary()), text(written.description()));
        // A path's documentation applies to each of its operations (OpenAPI 3.1 §4.8.9.1).
        if summary.is_empty() && about.is_empty() {
            (summary, about) = (text(path_item.summary()), text(path_item.description()));
        }
        let scopes = self.scopes(written);
        for more in [further_docs(written.node()), scopes].into_iter().flatten() {
            let gap = if about.is_empty() { "" } else { "\n\n" };
            about = format!("{about}{gap}{more}");
        }
        let given = given_name(place, written.node());
        Operation {
            id: id.to_owned(),
            name: given.as_ref().map_or(id, |given| &given.name).to_owned(),
            given,
            // The others are written as they are sent.
            method: if METHODS.contains(&method) { method.to_uppercase() } else { method.to_owned() },
            path: path.to_owned(),
            summary,
            description: about,
            deprecated: written.deprecated() == Some(true),
            parameters,
            bodies,
            successes: replies.successes,
            errors: replies.errors,
            untyped_errors: replies.untyped_errors,
            error_headers: replies.error_headers,
            security: Vec::new(),
            server: None,
            callbacks,
            paging: None,
        }
    }

    /// The callbacks of an operation: requests that the server sends because of it. The client has their types.
    fn callbacks(&mut self, place: &Place, operation: openapi::Operation<'d>) -> Vec<Callback> {
        let mut callbacks = Vec::new();
        let Some((place, named)) = self.object_at(place, operation.callbacks()) else { return callbacks };
        for (name, callback) in named {
            let Some((place, callback)) = self.follow(&place.child(name), callback) else { continue };
            for (url, item) in callback.as_object().into_iter().flatten() {
                if url.starts_with("x-") {
                    continue;
                }
                for (place, _, method, written) in self.operations_of(&place.child(url), item) {
                    callbacks.push(Callback {
                        name: name.clone(),
                        method: method.to_uppercase(),
                        url: url.clone(),
                        bodies: self.received_bodies(&place, written),
                    });
                }
            }
        }
        callbacks
    }

    /// The bodies of a request that the server sends. Its parameters are reported.
    fn received_bodies(&mut self, place: &Place, operation: openapi::Operation<'d>) -> Vec<Body> {
        if let Some(parameters) = operation.parameters().filter(|own| !own.elements().is_empty()) {
            self.report.received_parameters.push(place.child(parameters.key));
        }
        self.bodies(place, operation)
    }

    /// Warns once of all parameters of webhooks and callbacks.
    pub(super) fn report_received_parameters(&mut self) {
        let places = std::mem::take(&mut self.report.received_parameters);
        let Some(first) = places.first() else { return };
        let others = match places.len() {
            1 => String::new(),
            2 => ", nor those of another one".to_owned(),
            count => format!(", nor those of {} others", count - 1),
        };
        let message =
            format!("the parameters of this request, which the server sends, are not expressed{others}");
        let help = "they are the headers and the query of the request that your server gets";
        self.warning(first, "unexpressed-parameters", message, Some(help));
    }

    /// Adds a parameter for each `{name}` of the path that the document does not declare.
    fn add_path_parameters(&mut self, place: &Place, path: &str, parameters: &mut Vec<Parameter>) {
        for piece in path.split('{').skip(1) {
            let Some((name, _)) = piece.split_once('}') else {
                let message = format!("the path {path} has a `{{` without a `}}`");
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
                given: None,
                location: Location::Path,
                required: true,
                deprecated: false,
                description: String::new(),
                ty: Type::String,
                style: Style::default_of(Location::Path),
                start: None,
                example: None,
            });
        }
    }

    /// The server of an operation or its path, unless it is the document's first one.
    fn own_server(
        &mut self,
        (place, operation): (&Place, openapi::Operation<'d>),
        (path_place, path_item): &(Place, PathItem<'d>),
        servers: &[Server],
    ) -> Option<Server> {
        let mut own = self.servers_of(place, operation.servers());
        if own.is_empty() {
            own = self.servers_of(path_place, path_item.servers());
        }
        if own.len() > 1 {
            let place = if operation.servers().is_some() { place } else { path_place };
            let message = "of several servers of an operation the first is used; `base_path` takes another";
            self.warning(&place.child("servers"), "several-servers", message, None);
        }
        let first = own.into_iter().next()?;
        (servers.first().map(|server| &server.url) != Some(&first.url)).then_some(first)
    }
}
