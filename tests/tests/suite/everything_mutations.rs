//! The tests of the documents with every feature can fail: if the document is changed and the client is not, each
//! change is noticed.

use serde_json::{Value, json};

use super::everything_agreement::disagreements_of;
use super::everything_calls;
use super::everything_document::Everything;

/// A change: its name, the operation that must notice it, its place, and the new value.
type Mutation = (&'static str, &'static str, &'static str, fn() -> Value);

const MUTATIONS: [Mutation; 34] = [
    ("a path's text begins with a dot", "plainSpecimen", PLAIN_FACE, || json!("label")),
    ("a path's array is exploded", "namedSpecimen", "/paths/NAMED/get/parameters/1/explode", || json!(true)),
    ("a path's object is not exploded", "dottedSpecimen", "/paths/DOTTED/get/parameters/4/explode", || {
        json!(false)
    }),
    (
        "a path's parameter is JSON no more",
        "namedSpecimen",
        "/paths/NAMED/get/parameters/5",
        || json!({"name": "ink", "in": "path", "required": true, "schema": {"$ref": "#/components/schemas/Ink"}}),
    ),
    ("a query's array is between pipes", "searchWorks", "/paths/~1works/get/parameters/6/style", || {
        json!("pipeDelimited")
    }),
    ("a query's array is exploded", "searchWorks", "/paths/~1works/get/parameters/3/explode", || json!(true)),
    ("a query's object is a deep one", "searchWorks", "/paths/~1works/get/parameters/4/style", || {
        json!("deepObject")
    }),
    ("a deep object is not one", "searchWorks", "/paths/~1works/get/parameters/12/style", || json!("form")),
    ("a parameter has another name", "searchWorks", "/paths/~1works/get/parameters/1/name", || json!("most")),
    ("a header is in the query", "placeOrder", "/paths/~1orders/post/parameters/1/in", || json!("query")),
    ("a header's object is exploded", "placeOrder", "/paths/~1orders/post/parameters/2/explode", || {
        json!(true)
    }),
    ("a cookie's array is exploded", "placeOrder", "/paths/~1orders/post/parameters/6/explode", || {
        json!(true)
    }),
    ("a cookie's object is not exploded", "placeOrder", "/paths/~1orders/post/parameters/8/explode", || {
        json!(false)
    }),
    (
        "a path has its own server",
        "searchWorks",
        "/paths/~1works/servers",
        || json!([{"url": "http://other.example"}]),
    ),
    ("an operation has another server", "listProofs", "/paths/~1proofs/get/servers/0/url", || {
        json!("http://x.example")
    }),
    (
        "a variable has another default",
        "sendProof",
        "/paths/~1proofs/servers/0/variables/edition/default",
        || json!("v4"),
    ),
    ("a key has another header", "byHeader", "/components/securitySchemes/Counter key/name", || {
        json!("X-Key")
    }),
    ("a key is in a cookie", "byQuery", "/components/securitySchemes/Ticket/in", || json!("cookie")),
    ("a password is wanted", "byToken", "/components/securitySchemes/Token/scheme", || json!("basic")),
    ("nothing is wanted", "byTwo", "/paths/~1doors~1both/get/security", || json!([])),
    ("a field of a form is exploded", "searchOrders", "/paths/SEARCH/encoding/sizes/explode", || json!(true)),
    ("a field of a form has another style", "searchOrders", "/paths/SEARCH/encoding/filter/style", || {
        json!("form")
    }),
    ("a part is of another media type", "sendProof", "/paths/PROOF/encoding/letters/contentType", || {
        json!("text/csv")
    }),
    (
        "a part has another header",
        "sendProof",
        "/paths/PROOF/encoding/sample/headers",
        || json!({"X-Other": {"schema": {"type": "string"}}}),
    ),
    ("a file is text", "sendProof", "/paths/PROOF/schema/properties/sample", || json!({"type": "string"})),
    (
        "a body has one more property",
        "addComment",
        "/components/schemas/Comment/properties/mood",
        || json!({"const": "glad"}),
    ),
    (
        "a body is of another media type",
        "uploadProof",
        "/paths/~1proofs~1{proof}~1file/put/requestBody/content",
        || json!({"image/png": {}}),
    ),
    (
        "a body has one more form",
        "addComment",
        "/paths/~1orders~1{order}~1comment/post/requestBody/content/text~1plain",
        || json!({"schema": {"type": "string"}}),
    ),
    (
        "a property of a reply is of another type",
        "getSheet",
        "/x-beside/stock.yaml/schemas/Sheet/properties/name",
        || json!({"type": "integer"}),
    ),
    (
        "an error has another status",
        "placeOrder",
        "/paths/~1orders/post/responses/409",
        || json!({"description": "No.", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Refusal"}}}}),
    ),
    (
        "a reply is of another media type",
        "getPress",
        "/paths/~1presses~1{press}/get/responses/200/content",
        || json!({"text/html": {"schema": {"type": "string"}}}),
    ),
    (
        "an event is of another type",
        "watchOrder",
        "/components/schemas/Pulled/properties/sheets",
        || json!({"type": "string"}),
    ),
    (
        "an operation is added",
        "new",
        "/paths/~1doors~1new",
        || json!({"get": {"operationId": "new", "responses": {"204": {}}}}),
    ),
    (
        "an operation is elsewhere",
        "byNothing",
        "/paths/~1doors~1open",
        || json!({"post": {"operationId": "byNothing", "responses": {"204": {}}, "security": []}}),
    ),
];

const PLAIN_FACE: &str = "/paths/PLAIN/get/parameters/0/style";

/// Abbreviations of places that are used often.
const PLACES: [(&str, &str); 5] = [
    ("PLAIN", "~1specimens~1plain~1{face}~1{sizes}~1{axes}~1{swatches}~1{margins}"),
    ("DOTTED", "~1specimens~1dotted~1{face}~1{sizes}~1{axes}~1{swatches}~1{margins}"),
    ("NAMED", "~1specimens~1named{face}{sizes}{axes}~1{swatches}~1{margins}~1{ink}"),
    ("SEARCH", "~1orders~1search/post/requestBody/content/application~1x-www-form-urlencoded"),
    ("PROOF", "~1proofs/post/requestBody/content/multipart~1form-data"),
];

#[test]
fn every_change_of_the_document_is_noticed() {
    let root = Everything::read("everything.yaml", &["stock.yaml"]).root;
    let unnoticed = MUTATIONS.iter().filter(|(name, operation, pointer, value)| {
        let pointer =
            PLACES.iter().fold((*pointer).to_owned(), |pointer, (short, long)| pointer.replace(short, long));
        let document = Everything::of(changed(&root, &pointer, value()));
        let found = disagreements_of(&document, everything_calls::call, 7, 2, |id| id == *operation);
        println!("{name}: {:?}", found.first());
        found.is_empty()
    });
    let unnoticed: Vec<&str> = unnoticed.map(|(name, ..)| *name).collect();
    assert!(unnoticed.is_empty(), "{unnoticed:?}");
}

/// The document with another value at a place.
fn changed(root: &Value, pointer: &str, value: Value) -> Value {
    let mut changed = root.clone();
    let (holder, name) = pointer.rsplit_once('/').unwrap();
    let holder = changed.pointer_mut(holder).unwrap_or_else(|| panic!("{pointer} leads nowhere"));
    match holder.as_array_mut() {
        Some(elements) => elements[name.parse::<usize>().unwrap()] = value,
        None => holder[name.replace("~1", "/").replace("~0", "~")] = value,
    }
    assert_ne!(changed, *root, "{pointer} is so already");
    changed
}
