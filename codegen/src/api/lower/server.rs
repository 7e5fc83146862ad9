//! Servers and the variables of their URLs.

use crate::document::{Node, Object, members};

use super::super::operation::{Server, ServerVariable};
use super::{Lowering, Place, description};

impl<'d> Lowering<'d> {
    /// The document's servers; one on this machine where it names none.
    pub(super) fn servers(&mut self, place: &Place, node: &'d Node) -> Vec<Server> {
        let mut servers = self.servers_of(place, node);
        if servers.is_empty() {
            servers.push(self.server(place, "/", None, String::new()));
        }
        servers
    }

    /// The servers that a path or an operation has of its own.
    pub(super) fn servers_of(&mut self, place: &Place, node: &'d Node) -> Vec<Server> {
        let Some((place, servers)) = self.array_at(place, node, "servers") else { return Vec::new() };
        let mut found = Vec::new();
        for (index, server) in servers.iter().enumerate() {
            let place = place.index(index);
            self.check_members(&place, server, members::SERVER, "a server");
            match server.get("url").and_then(Node::as_str) {
                Some(url) => {
                    let variables = self.object_at(&place, server, "variables");
                    found.push(self.server(&place, url, variables, description(server)));
                }
                None => self.error(&place, "missing-url", "a server has a `url`", None),
            }
        }
        found
    }

    fn server(
        &mut self,
        place: &Place,
        template: &str,
        variables: Option<(Place, &'d Object)>,
        description: String,
    ) -> Server {
        let mut url = template.trim_end_matches('/').to_owned();
        let mut found = Vec::new();
        for (place, name, variable) in variables.into_iter().flat_map(|(place, variables)| {
            variables.iter().map(move |(name, variable)| (place.child(name), name, variable))
        }) {
            self.check_members(&place, variable, members::SERVER_VARIABLE, "a server's variable");
            let Some(default) = variable.get("default").and_then(Node::as_str) else {
                self.error(&place, "missing-default", format!("the variable `{name}` has a `default`"), None);
                continue;
            };
            url = url.replace(&format!("{{{name}}}"), default);
            let values = variable.get("enum").and_then(Node::as_array).unwrap_or_default();
            found.push(ServerVariable {
                name: name.clone(),
                default: default.to_owned(),
                values: values.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
                description: super::description(variable),
            });
        }
        let template = (!found.is_empty()).then(|| template.trim_end_matches('/').to_owned());
        if !url.contains("://") {
            let message =
                "the server's URL is relative to where the document was found, which is not known here";
            self.warning(place, "relative-server", message, Some("set `base_path` in the configuration"));
            url = format!("http://localhost{url}");
        }
        Server { url, template, variables: found, description }
    }
}
