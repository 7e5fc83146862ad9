//! The names of a small API.

use crate::api::{Api, lower};
use crate::document::Document;
use crate::formats::Formats;

use super::{
    Names, Scope, argument_names, constant_name, error_type, function_name, number_operations,
    parameters_type, reply_type, scheme_names, server_name, tag_modules,
};

const DOCUMENT: &str = r"
openapi: 3.1.0
info: {title: T, version: '1'}
servers: [{url: https://a.example}, {url: https://b.example}]
components:
  securitySchemes: {ApiKey: {type: http, scheme: bearer}, apiKey: {type: http, scheme: basic}}
  schemas:
    Pet:
      type: object
      properties:
        kind: {enum: [cat, dog]}
        parent: {$ref: '#/components/schemas/Pet'}
        born: {type: string, format: date}
    pet: {type: array, items: {$ref: '#/components/schemas/Pet'}}
    Counts: {type: object, additionalProperties: {type: integer, format: int32}}
paths:
  /pets/{id}:
    get:
      tags: [Pet Shop]
      operationId: getPet
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: id, in: header, schema: {type: string}}
        - {name: type, in: query, schema: {type: string}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
    put:
      tags: [Pet Shop]
      operationId: get-pet
      responses: {'204': {description: ok}}
";

fn api() -> Api {
    let (api, _) = lower(&Document::parse("api.yaml", DOCUMENT).unwrap(), &Formats::default());
    api
}

#[test]
fn types_have_a_module_and_a_name() {
    let api = api();
    let names = Names::new(&api, "crate");
    let scope = Scope::new(&api, &names, None);
    let types: Vec<(String, String, String)> = api
        .types
        .iter()
        .enumerate()
        .map(|(index, named)| {
            let id = crate::api::TypeId(index);
            let path = names.of(id);
            let words = [std::slice::from_ref(&named.name.root), &named.name.path].concat().join(".");
            (words, path.module.clone(), scope.ty(&crate::api::Type::Named(id)).to_string())
        })
        .collect();
    let expected = [
        ("Pet", "pet", "models::Pet"),
        ("Pet.kind", "pet", "models::pet::Kind"),
        ("pet", "pet_2", "models::Pet2"),
        ("Counts", "counts", "models::Counts"),
    ];
    let expected = expected.map(|(words, module, ty)| (words.to_owned(), module.to_owned(), ty.to_owned()));
    assert_eq!(types, expected);
}

#[test]
fn operations_have_functions_arguments_and_types() {
    let mut api = api();
    let clashes = number_operations(&mut api);
    assert_eq!(tag_modules(&api), ["pet_shop_api"]);
    let [get, put] = api.tags[0].operations.as_slice() else { panic!("two operations") };
    let names = |operation| {
        [
            function_name(operation),
            constant_name(&api, operation),
            parameters_type(operation),
            reply_type(operation),
            error_type(operation),
        ]
    };
    assert_eq!(names(get), ["get_pet", "GET_PET", "GetPetParams", "GetPetReply", "GetPetError"]);
    assert_eq!(names(put), ["get_pet_2", "GET_PET_2", "GetPet2Params", "GetPet2Reply", "GetPet2Error"]);
    let arguments: Vec<String> = argument_names(get).into_iter().map(|(_, name)| name).collect();
    assert_eq!(arguments, ["id", "id_header", "r#type"]);
    assert_eq!(clashes.len(), 1);
    assert_eq!((clashes[0].method.as_str(), clashes[0].path.as_str()), ("PUT", "/pets/{id}"));
}

#[test]
fn schemes_and_servers_have_constants() {
    assert_eq!(scheme_names(&api()), ["API_KEY", "API_KEY_2"]);
    assert_eq!([server_name(0), server_name(1)], ["BASE_PATH", "BASE_PATH_2"]);
}
