//! Servers and the variables of their URLs.

use crate::document::{Member, Node, Object, View as _, openapi};

use super::super::operation::{Server, ServerVariable};
use super::Lowering;
use super::describe::description;
use super::place::Place;

impl<'d> Lowering<'d> {
    /// The document's servers. If it names none, one on this machine.
    pub(super) fn servers(&mut self, place: &Place, servers: Option<Member<'d>>) -> Vec<Server> {
        let mut servers = self.servers_of(place, servers);
        if servers.is_empty() {
            servers.push(self.server(place, "/", None, String::new()));
        }
        servers
    }

    /// The servers that a path or an operation has of its own.
    pub(super) fn servers_of(&mut self, place: &Place, servers: Option<Member<'d>>) -> Vec<Server> {
        let Some((place, servers)) = self.array_at(place, servers) else { return Vec::new() };
        let mut found = Vec::new();
        for (index, node) in servers.iter().enumerate() {
            let (place, server) = (place.index(index), openapi::Server::of(node));
            self.check_members(&place, server);
            match server.url() {
                Some(url) => {
                    let variables = self.object_at(&place, server.variables());
                    found.push(self.server(&place, url, variables, description(node)));
                }
                None => self.error(&place, "missing-url", "this server has no `url`", Some("add a `url`")),
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
            let about = super::describe::description(variable);
            let variable = openapi::ServerVariable::of(variable);
            self.check_members(&place, variable);
            let Some(default) = variable.default().and_then(|default| default.value.as_str()) else {
                let message = format!("the variable `{name}` has no `default`");
                self.error(&place, "missing-default", message, Some("add a `default`"));
                continue;
            };
            url = url.replace(&format!("{{{name}}}"), default);
            let values = variable.allowed().map(Member::elements).unwrap_or_default();
            found.push(ServerVariable {
                name: name.clone(),
                default: default.to_owned(),
                values: values.iter().filter_map(Node::as_str).map(str::to_owned).collect(),
                description: about,
            });
        }
        let template = (!found.is_empty()).then(|| template.trim_end_matches('/').to_owned());
        if !url.contains("://") {
            let message = "the server's URL is relative to where the document was found, which is unknown";
            self.warning(place, "relative-server", message, Some("set `base_path` in the configuration"));
            url = format!("http://localhost{url}");
        }
        Server { url, template, variables: found, description }
    }
}
