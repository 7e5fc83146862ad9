//! How an update changes a value.

use super::trace::Trace;
use crate::document::Node;

/// Two values that cannot become one.
pub(super) struct Mismatch {
    /// The place of the value, from the target on.
    pub path: Vec<String>,
    pub message: String,
}

/// Applies an update to a target. Objects are merged, to an array is added, and a scalar is replaced.
pub(super) fn update(
    target: &mut Node,
    trace: &mut Trace,
    value: &Node,
    origin: &Trace,
) -> Result<(), Mismatch> {
    match target {
        Node::Array(elements) if value.as_array().is_none() => {
            trace.set(&elements.len().to_string(), origin.clone());
            elements.push(value.clone());
            Ok(())
        }
        _ => merge(target, trace, value, origin, &mut Vec::new()),
    }
}

fn merge(
    target: &mut Node,
    trace: &mut Trace,
    value: &Node,
    origin: &Trace,
    path: &mut Vec<String>,
) -> Result<(), Mismatch> {
    match (target, value) {
        (Node::Object(members), Node::Object(added)) => {
            for (key, value) in added {
                let token = [key.clone()];
                let origin = origin.subtree(&token);
                match members.get_mut(key) {
                    None => {
                        members.insert(key.clone(), value.clone());
                        trace.set(key, origin);
                    }
                    Some(member) => {
                        path.push(key.clone());
                        merge(member, trace.below(&token), value, &origin, path)?;
                        path.pop();
                    }
                }
            }
            Ok(())
        }
        (Node::Array(elements), Node::Array(added)) => {
            for (index, value) in added.iter().enumerate() {
                trace.set(&elements.len().to_string(), origin.subtree(&[index.to_string()]));
                elements.push(value.clone());
            }
            Ok(())
        }
        (target, value) if is_scalar(target) && is_scalar(value) => {
            *target = value.clone();
            trace.replace(origin.clone());
            Ok(())
        }
        (target, value) => Err(Mismatch {
            path: path.clone(),
            message: format!("{} cannot be merged into {}", value.kind(), target.kind()),
        }),
    }
}

fn is_scalar(node: &Node) -> bool {
    !matches!(node, Node::Object(_) | Node::Array(_))
}
