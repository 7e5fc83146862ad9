//! The Rust type of each schema of a document, for tools that work with the generated crate.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostics, Severity};
use crate::naming::{Names, Scope};
use crate::{Options, api, with_room};

/// The type of each JSON schema of the document's own file, by the schema's JSON pointer.
///
/// Types are written for a module of the generated crate that imports `crate::models`, `crate::runtime::{Base64,
/// SecretString}` and `std::collections::BTreeMap`. A schema without a type of its own, such as a member of an
/// `allOf`, is left out.
///
/// # Errors
///
/// Everything that is wrong with the document, at once.
pub fn schema_types(text: &str, options: &Options) -> Result<BTreeMap<String, String>, Diagnostics> {
    with_room(|| {
        let document = options.document(text)?;
        let (api, schemas, found) = api::lower_with_schemas(&document, &options.formats);
        let found = document.locate(found);
        if found.count(Severity::Error) > 0 {
            return Err(found);
        }
        let names = Names::new(&api, options.output.root());
        let scope = Scope::new(&api, &names, None);
        // The places of types that combine several schemas contain a NUL.
        let schemas = schemas
            .iter()
            .filter(|schema| schema.file() == document.file() && !schema.pointer().contains('\0'));
        let types = schemas.map(|schema| {
            // Spaces in a printed type have no meaning.
            (schema.pointer().to_owned(), scope.ty(&schema.ty).to_string())
        });
        Ok(types.collect())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_schema_is_found_by_its_pointer() {
        let text = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200':
          description: Pets.
          content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Pet'}}}}
components:
  schemas:
    Pet:
      allOf:
        - {type: object, properties: {born: {type: [string, 'null'], format: date}}}
        - {type: object, properties: {tame: {type: boolean}, names: {type: object, additionalProperties: {type: integer}}}}
";
        let types = schema_types(text, &Options::default()).unwrap();
        let reply = "/paths/~1pets/get/responses/200/content/application~1json/schema";
        let pet = "/components/schemas/Pet";
        for (pointer, ty) in [
            (reply.to_owned(), Some("Vec<models::Pet>")),
            (format!("{reply}/items"), Some("models::Pet")),
            (pet.to_owned(), Some("models::Pet")),
            (format!("{pet}/allOf/0"), None),
            (format!("{pet}/allOf/0/properties/born"), Some("Option<chrono::NaiveDate>")),
            (format!("{pet}/allOf/1/properties/tame"), Some("bool")),
            (format!("{pet}/allOf/1/properties/names"), Some("BTreeMap<String, i64>")),
        ] {
            assert_eq!(types.get(&pointer).map(String::as_str), ty, "{pointer}");
        }
        let faults = schema_types(&text.replace("schemas/Pet'", "schemas/Cat'"), &Options::default());
        assert_eq!(faults.unwrap_err().count(Severity::Error), 1);
    }
}
