//! Compares schemas by the values that they allow.

use std::collections::BTreeSet;

use super::shape::Shape;
use super::value::Value;
use super::{Comparison, Direction, Effect, Side, Sides};
use crate::document::keyword::{self, compared_by};
use crate::document::{Node, Number};

impl Comparison<'_> {
    /// Compares two schemas of the same value.
    pub(super) fn schemas(&mut self, ours: &Value<'_>, published: &Value<'_>, direction: Direction) {
        let ours = Shape::of(self.ours, ours);
        let published = Shape::of(self.published, published);
        let place = |shape: &Shape<'_>| format!("{}#{}", shape.base.file, shape.base.pointer);
        if !self.seen.insert((place(&ours), place(&published), direction)) {
            return;
        }
        self.types(&ours, &published, direction);
        self.values(&ours, &published, direction);
        self.keywords(&ours, &published, direction);
        self.required(&ours, &published, direction);
        self.properties(&ours, &published, direction);
        self.additional(&ours, &published, direction);
        self.inner(&ours, &published, direction);
        self.variants(&ours, &published, direction);
    }

    fn types(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        let (our_types, their_types) = (ours.all_types(), published.all_types());
        if our_types == their_types {
            return;
        }
        let covers = |types: &BTreeSet<&str>, name: &str| {
            types.is_empty() || types.contains(name) || (name == "integer" && types.contains("number"))
        };
        let tighter = !their_types.is_empty() && their_types.iter().all(|name| covers(&our_types, name));
        let looser = !our_types.is_empty() && our_types.iter().all(|name| covers(&their_types, name));
        let effect = match (tighter, looser) {
            (true, false) => Effect::Tighter,
            (false, true) => Effect::Looser,
            _ => Effect::Other,
        };
        let side = |shape: &'_ Shape<'_>, types: &BTreeSet<&str>| {
            match types.len() {
                0 => None,
                1 => types.first().map(|name| Node::String((*name).to_owned())),
                _ => Some(Node::Array(types.iter().map(|name| Node::String((*name).to_owned())).collect())),
            }
            .filter(|_| !shape.types.is_empty() || shape.is_nullable)
        };
        let (our_node, their_node) = (side(ours, &our_types), side(published, &their_types));
        let sides = Sides {
            ours: Side { place: ours.type_place.as_ref().unwrap_or(&ours.base), node: our_node },
            published: Side {
                place: published.type_place.as_ref().unwrap_or(&published.base),
                node: their_node,
            },
        };
        self.note(&ours.base, &["type"], sides, effect.breaks(direction));
    }

    fn values(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        let (our_values, our_place) = ours.values.as_ref().map_or((&[][..], &ours.base), |(v, p)| (v, p));
        let (their_values, their_place) =
            published.values.as_ref().map_or((&[][..], &published.base), |(v, p)| (v, p));
        let both = ours.values.is_some() && published.values.is_some();
        if !both {
            // A list of values compared with any value is one difference.
            let list = |values: &[&Node]| Node::Array(values.iter().map(|node| (*node).clone()).collect());
            let effect = if ours.values.is_some() { Effect::Looser } else { Effect::Tighter };
            if ours.values.is_some() != published.values.is_some() {
                let sides = Sides {
                    ours: Side {
                        place: our_place,
                        node: ours.values.as_ref().map(|(values, _)| list(values)),
                    },
                    published: Side {
                        place: their_place,
                        node: published.values.as_ref().map(|(values, _)| list(values)),
                    },
                };
                self.note(&ours.base, &["enum"], sides, effect.breaks(direction));
            }
            return;
        }
        for (values, others, ours_has) in
            [(our_values, their_values, true), (their_values, our_values, false)]
        {
            for value in values.iter().filter(|value| !others.iter().any(|other| same(value, other))) {
                // A new value can still be read.
                let effect = if ours_has { Effect::Tighter } else { Effect::None };
                let name = value.as_str().map_or_else(|| shown(value), str::to_owned);
                let node = Some(Node::String("present".to_owned()));
                let (our_node, their_node) = if ours_has { (node, None) } else { (None, node) };
                let sides = Sides {
                    ours: Side { place: our_place, node: our_node },
                    published: Side { place: their_place, node: their_node },
                };
                self.note(&ours.base, &["enum", &name], sides, effect.breaks(direction));
            }
        }
    }

    fn keywords(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        let limits = compared_by(keyword::Comparison::Limit).map(|keyword| (keyword, true));
        let notes = compared_by(keyword::Comparison::Note).map(|keyword| (keyword, false));
        for (keyword, is_limit) in limits.chain(notes) {
            let (our, their) = (ours.keywords.get(keyword), published.keywords.get(keyword));
            let is_same = match (our, their) {
                (Some((our, _)), Some((their, _))) => same(our, their),
                (None, None) => true,
                _ => false,
            };
            if is_same {
                continue;
            }
            let effect = if !is_limit {
                Effect::None
            } else {
                limit_effect(keyword, our.map(|(node, _)| node), their.map(|(node, _)| node))
            };
            let sides = Sides {
                ours: Side {
                    place: our.map_or(&ours.base, |(_, place)| place),
                    node: our.map(|(node, _)| node.clone()),
                },
                published: Side {
                    place: their.map_or(&published.base, |(_, place)| place),
                    node: their.map(|(node, _)| node.clone()),
                },
            };
            self.note(&ours.base, &[keyword], sides, effect.breaks(direction));
        }
    }

    fn required(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        let parents = (&ours.base, &published.base);
        for (name, place) in &ours.required {
            // If a property was removed, only the property is reported.
            if !published.required.contains_key(name) && published.has_property(name) {
                let breaks = Effect::Looser.breaks(direction);
                self.note_part(parents, &["required", name], (Some(place), None), breaks);
            }
        }
        for (name, place) in &published.required {
            if !ours.required.contains_key(name) {
                let breaks = Effect::Tighter.breaks(direction);
                self.note_part(parents, &["required", name], (None, Some(place)), breaks);
            }
        }
    }

    fn properties(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        let parents = (&ours.base, &published.base);
        for (name, our) in &ours.properties {
            let Some(their) = published.properties.get(name) else {
                let breaks = Effect::Other.breaks(direction);
                self.note_part(parents, &["properties", name], (Some(our), None), breaks);
                continue;
            };
            self.schemas(our, their, direction);
        }
        for (name, their) in &published.properties {
            if !ours.properties.contains_key(name) {
                self.note_part(parents, &["properties", name], (None, Some(their)), None);
            }
        }
    }

    fn additional(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        let kind = |value: &Option<Value<'_>>| match value.as_ref().map(|value| value.node) {
            Some(Node::Bool(false)) => Some(Node::Bool(false)),
            Some(Node::Object(members)) if !members.is_empty() => Some(Node::String("a schema".to_owned())),
            _ => None,
        };
        let (our, their) = (kind(&ours.additional), kind(&published.additional));
        match (&ours.additional, &published.additional) {
            (Some(our_schema), Some(their_schema)) if our == their => {
                if our.is_some_and(|kind| kind.as_str().is_some()) {
                    self.schemas(our_schema, their_schema, direction);
                }
            }
            _ if our == their => {}
            _ => {
                let effect = match (&our, &their) {
                    (None, _) => Effect::Tighter,
                    // Replies may have unknown members, which are ignored.
                    (Some(Node::Bool(_)), _) => Effect::None,
                    _ => Effect::Other,
                };
                let sides = Sides {
                    ours: Side { place: ours.additional.as_ref().unwrap_or(&ours.base), node: our },
                    published: Side {
                        place: published.additional.as_ref().unwrap_or(&published.base),
                        node: their,
                    },
                };
                self.note(&ours.base, &["additionalProperties"], sides, effect.breaks(direction));
            }
        }
    }

    fn inner(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        for keyword in compared_by(keyword::Comparison::Schema) {
            self.maybe_schemas(
                ours,
                published,
                keyword,
                (ours.inner.get(keyword), published.inner.get(keyword)),
                direction,
            );
        }
        for at in 0..ours.prefix.len().max(published.prefix.len()) {
            let name = at.to_string();
            match (ours.prefix.get(at), published.prefix.get(at)) {
                (Some(our), Some(their)) => self.schemas(our, their, direction),
                parts => {
                    let breaks = Effect::Other.breaks(direction);
                    self.note_part((&ours.base, &published.base), &["prefixItems", &name], parts, breaks);
                }
            }
        }
    }

    fn maybe_schemas(
        &mut self,
        ours: &Shape<'_>,
        published: &Shape<'_>,
        keyword: &str,
        parts: (Option<&Value<'_>>, Option<&Value<'_>>),
        direction: Direction,
    ) {
        let effect = match parts {
            (Some(our), Some(their)) => return self.schemas(our, their, direction),
            (None, None) => return,
            (Some(_), None) => Effect::Looser,
            (None, Some(_)) => Effect::Tighter,
        };
        self.note_part((&ours.base, &published.base), &[keyword], parts, effect.breaks(direction));
    }

    /// Compares the members of two unions. Equal schemas and those with the same name are paired first, then the others
    /// in order.
    fn variants(&mut self, ours: &Shape<'_>, published: &Shape<'_>, direction: Direction) {
        let name = |value: &Value<'_>| value.node.get("$ref").and_then(Node::as_str).map(str::to_owned);
        let mut theirs: Vec<&Value<'_>> = published.variants.iter().collect();
        let mut pairs = Vec::new();
        let mut alone = Vec::new();
        for our in &ours.variants {
            let same_name =
                name(our).and_then(|our| theirs.iter().position(|their| name(their) == Some(our.clone())));
            let equal = || theirs.iter().position(|their| their.node == our.node);
            match same_name.or_else(equal) {
                Some(at) => pairs.push((our, theirs.remove(at))),
                None => alone.push(our),
            }
        }
        let mut theirs = theirs.into_iter();
        for our in alone {
            let Some(their) = theirs.next() else {
                let token = our.pointer.tokens().last().cloned().unwrap_or_default();
                let breaks = Effect::Tighter.breaks(direction);
                self.note_part((&ours.base, &published.base), &["oneOf", &token], (Some(our), None), breaks);
                continue;
            };
            pairs.push((our, their));
        }
        for (our, their) in pairs {
            self.schemas(our, their, direction);
        }
        for their in theirs {
            let name = name(their).or_else(|| their.pointer.tokens().last().cloned()).unwrap_or_default();
            let breaks = Effect::Looser.breaks(direction);
            self.note_part((&ours.base, &published.base), &["oneOf", &name], (None, Some(their)), breaks);
        }
    }
}

/// Whether a changed limit allows more or fewer values.
fn limit_effect(keyword: &str, ours: Option<&Node>, theirs: Option<&Node>) -> Effect {
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return if theirs.is_some() { Effect::Tighter } else { Effect::Looser };
    };
    let (Some(ours), Some(theirs)) = (float(ours), float(theirs)) else { return Effect::Other };
    let grows = theirs > ours;
    match keyword {
        _ if keyword.starts_with("min") || keyword == "exclusiveMinimum" => {
            if grows {
                Effect::Tighter
            } else {
                Effect::Looser
            }
        }
        _ if keyword.starts_with("max") || keyword == "exclusiveMaximum" => {
            if grows {
                Effect::Looser
            } else {
                Effect::Tighter
            }
        }
        _ => Effect::Other,
    }
}

#[expect(clippy::cast_precision_loss, reason = "which of two bounds is greater survives it")]
fn float(node: &Node) -> Option<f64> {
    match node.as_number()? {
        Number::Integer(integer) => Some(integer as f64),
        Number::Float(float) => Some(float),
    }
}

/// Whether two values are equal. `1` and `1.0` are.
fn same(one: &Node, other: &Node) -> bool {
    one == other
        || matches!((float(one), float(other)), (Some(one), Some(other)) if one.total_cmp(&other).is_eq())
}

fn shown(node: &Node) -> String {
    serde_json::to_string(node).unwrap_or_default()
}
