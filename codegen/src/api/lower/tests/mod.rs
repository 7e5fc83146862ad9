//! Small documents, and the APIs that they become. Each test is named after the file that it covers.

mod paginated;
mod print;

use super::lower;
use crate::document::Document;
use crate::formats::Formats;

fn lowered(text: &str) -> String {
    let document = Document::parse("api.yaml", text).unwrap();
    let (api, diagnostics) = lower(&document, &Formats::default());
    print::print(&api, &diagnostics)
}

/// The API of a document that has schemas only.
fn schemas(yaml: &str) -> String {
    document(&format!("components:\n  schemas:{yaml}"))
}

/// The API of a document whose members follow.
fn document(yaml: &str) -> String {
    lowered(&format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: [{{url: https://example.com}}]\n{}",
        yaml.trim_start()
    ))
}

macro_rules! snapshot {
    ($name:ident, $printed:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), $printed);
        }
    };
}

snapshot!(
    all_of,
    schemas(
        r"
    Base: {type: object, required: [id], properties: {id: {type: string}}}
    Whole:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - {type: object, required: [size], properties: {size: {type: integer, minimum: 0}}}
    Narrowed:
      allOf: [{$ref: '#/components/schemas/Base'}, {required: [other]}]
    OneProperty:
      allOf:
        - {properties: {size: {type: integer, minimum: 1}}}
        - {properties: {size: {type: integer, maximum: 100}}}
"
    )
);

snapshot!(
    alternative,
    schemas(
        r"
    Event:
      oneOf:
        - {type: object, properties: {kind: {const: created}}}
        - {type: object, properties: {kind: {const: deleted}}}
        - {title: Text, type: string}
        - {type: array, items: {type: integer}}
"
    )
);

snapshot!(
    binary,
    document(
        r"
paths:
  /files/{id}:
    get:
      operationId: getFile
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses:
        '200': {description: ok, content: {application/json: {schema: {type: string, format: binary}}}}
        '201': {description: ok, content: {text/plain: {schema: {type: string, contentEncoding: base64}}}}
"
    )
);

snapshot!(
    body,
    document(
        r"
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        required: true
        description: The pet.
        content:
          text/plain: {schema: {type: string}}
          application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}
          application/octet-stream: {}
      responses: {'204': {description: added}}
"
    )
);

snapshot!(
    check,
    schemas(
        r"
    Checked:
      type: object
      colour: red
      contains: {type: string}
      properties:
        count: {type: integer, minimum: '1'}
      if: {properties: {a: {}}}
      then: {properties: {b: {}}}
"
    )
);

snapshot!(
    class,
    schemas(
        r"
    Reference: {$ref: '#/components/schemas/Text'}
    Text: {type: string}
    Only: {anyOf: [{type: string}, {type: 'null'}]}
    Several: {type: [string, integer]}
    Implied: {properties: {a: {type: boolean}}}
    Numbers: {enum: [1, 2]}
    Anything: {description: No constraint.}
    Nothing: false
"
    )
);

snapshot!(
    component,
    schemas(
        r"
    Old:
      type: object
      description: Not used any more.
      deprecated: true
      minProperties: 1
      examples: [{}]
    Described: {allOf: [{type: string, description: By its only member.}]}
"
    )
);

snapshot!(
    constraint,
    schemas(
        r"
    Constrained:
      type: object
      properties:
        code: {type: string, pattern: '^[a-z]+$', maxLength: 8, default: abc}
        ratio: {type: number, exclusiveMinimum: 0, multipleOf: 0.5}
        tags: {type: array, uniqueItems: true, items: {type: string, minLength: 2}}
        level: {enum: [1, 2], x-enum-varnames: [LOW, HIGH]}
        map: {type: object, propertyNames: {pattern: '^x-'}}
      dependentRequired: {code: [ratio]}
      not: {required: [code, tags]}
"
    )
);

snapshot!(
    content,
    document(
        r"
paths:
  /reports:
    get:
      operationId: getReport
      responses:
        '200':
          description: ok
          content:
            '*/*': {schema: {type: object}}
            image/png: {}
            text/csv: {schema: {type: string}}
"
    )
);

snapshot!(
    deep_object,
    document(
        r"
paths:
  /pets:
    get:
      operationId: listPets
      parameters:
        - name: filter
          in: query
          style: deepObject
          schema: {type: object, properties: {tags: {type: array, items: {type: string}}}}
      responses: {'204': {description: none}}
"
    )
);

snapshot!(
    describe,
    schemas(
        r"
    Titled: {type: string, title: A title}
    Documented:
      type: string
      description: A text.
      externalDocs: {url: 'https://example.com/docs', description: More}
"
    )
);

snapshot!(
    dynamic,
    schemas(
        r"
    Page:
      $dynamicAnchor: item
      type: object
      properties: {items: {type: array, items: {$dynamicRef: '#item'}}}
    Pets:
      $defs: {pet: {$dynamicAnchor: item, type: string}}
      $ref: '#/components/schemas/Page'
"
    )
);

snapshot!(
    event,
    document(
        r"
paths:
  /news:
    get:
      operationId: readNews
      responses:
        '200': {description: ok, content: {text/event-stream: {schema: {type: object, properties: {a: {type: string}}}}}}
        '201': {description: ok, content: {text/event-stream: {schema: {type: string}}}}
        '202':
          description: ok
          content:
            text/event-stream:
              schema: {type: object, properties: {event: {type: string}, data: {type: string}}}
"
    )
);

snapshot!(
    form,
    document(
        r"
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content:
          multipart/form-data:
            encoding:
              photo: {contentType: image/png}
              eachEncoded: {contentType: application/octet-stream}
              eachAny: {contentType: '*/*'}
              eachJson: {contentType: application/json}
            schema:
              type: object
              required: [photo]
              properties:
                photo: {type: string, format: binary}
                more: {type: array, items: {type: string, format: binary}}
                name: {type: string}
                any: {}
                eachAny: {type: array, items: {}}
                eachOrNull: {type: [array, 'null'], items: {$ref: '#/components/schemas/Anything'}}
                around: {allOf: [{$ref: '#/components/schemas/Anythings'}]}
                eachTyped: {type: array, items: {contentMediaType: image/png}}
                eachEncoded: {type: array, items: true}
                eachOpen: {type: array, items: {contentMediaType: '*/*'}}
                eachJson: {type: array, items: {}}
                eachOr: {type: array, items: {anyOf: [{type: string, format: binary}, {type: integer}]}}
                oneOrMore: {anyOf: [{}, {type: array, items: {}}]}
                nested: {type: array, items: {type: array, items: {}}}
                base64: {type: array, items: {type: string, contentEncoding: base64}}
          application/x-www-form-urlencoded:
            encoding: {tags: {style: pipeDelimited, explode: false}}
            schema: {type: object, properties: {tags: {type: array, items: {type: string}}}}
      responses: {'204': {description: added}}
components:
  schemas:
    Anything: {description: A file.}
    Anythings: {type: array, items: {$ref: '#/components/schemas/Anything'}}
"
    )
);

snapshot!(
    form_part,
    document(
        r"
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content:
          multipart/form-data:
            encoding:
              xml: {contentType: application/xml}
              eachXml: {contentType: text/xml}
              xmlOrJson: {contentType: 'application/xml, application/json'}
              plainObject: {contentType: text/plain}
              plainText: {contentType: text/plain}
              styled: {style: form}
              noParts: {itemEncoding: {contentType: text/plain}}
            schema:
              type: object
              properties:
                eachOfEach: {type: array, items: {type: array, items: {type: string, format: binary}}}
                object: {type: object, properties: {photo: {$ref: '#/components/schemas/Photo'}}}
                map: {type: object, additionalProperties: {type: string, format: binary}}
                either: {oneOf: [{type: object, properties: {photo: {type: string, format: binary}}}, {type: string}]}
                onlyReplies: {type: object, properties: {photo: {type: string, format: binary, readOnly: true}}}
                threeThings: {oneOf: [{type: string, format: binary}, {type: integer}, {type: boolean}]}
                nullable: {type: [string, 'null'], format: binary}
                eachNullable: {type: array, items: {type: [string, 'null'], format: binary}}
                encoded: {type: string, contentEncoding: base64, contentMediaType: image/png}
                both: {type: string, format: binary, contentEncoding: base64}
                typed: {type: string, format: binary, contentMediaType: image/png}
                pair: {type: array, prefixItems: [{type: string, format: binary}, {type: string, format: binary}], items: false, minItems: 2}
                fileAndText: {type: array, prefixItems: [{type: string, format: binary}, {type: string}], items: false, minItems: 2}
                xml: {type: object, properties: {a: {type: string}}}
                eachXml: {type: array, items: {type: object, properties: {a: {type: string}}}}
                xmlOrJson: {type: object, properties: {a: {type: string}}}
                plainObject: {type: object, properties: {a: {type: string}}}
                plainText: {type: string}
                styled: {type: string, format: binary}
                noParts: {type: string}
              additionalProperties: {type: string, format: binary}
          application/x-www-form-urlencoded:
            encoding: {a: {headers: {X-A: {schema: {type: string}}}}}
            schema: {type: object, properties: {a: {type: string, format: binary}}}
      responses: {'204': {description: added}}
  /photos:
    post:
      operationId: addPhoto
      requestBody:
        content:
          multipart/form-data: {schema: {$ref: '#/components/schemas/Photos'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Photos'}}
      responses: {'204': {description: added}}
components:
  schemas:
    Photo: {type: string, format: binary}
    Photos: {type: object, properties: {one: {type: string, format: binary}}, additionalProperties: {type: array, items: {$ref: '#/components/schemas/Photo'}}}
"
    )
);

snapshot!(
    intersection,
    schemas(
        r"
    Contradiction: {allOf: [{type: string}, {type: integer}]}
    Values: {allOf: [{enum: [a, b]}, {enum: [b, c]}]}
    Distributed:
      required: [id]
      properties: {id: {type: string}}
      oneOf:
        - {type: object, required: [a], properties: {a: {type: string}}}
        - {type: object, required: [b], properties: {b: {type: string}}}
"
    )
);

snapshot!(
    listed,
    schemas(
        r"
    Sized: {type: object, properties: {size: {type: integer, enum: [1, 2]}, only: {type: boolean, const: true}}}
"
    )
);

snapshot!(
    media_type,
    document(
        r"
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200': {description: ok, content: {'Application/Problem+JSON; charset=utf-8': {schema: {type: string}}}}
        default: {description: ok, content: {image/svg+xml: {schema: {type: string}}}}
"
    )
);

snapshot!(
    name,
    document(
        r"
paths:
  /orders/{order}/lines:
    get:
      parameters: [{name: order, in: path, required: true, schema: {type: string}}]
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema: {type: array, items: {type: object, properties: {state: {enum: [open, paid]}}}}
"
    )
);

snapshot!(
    number,
    schemas(
        r"
    Numbers:
      type: object
      properties:
        signed: {type: integer}
        unsigned: {type: integer, minimum: 0}
        small: {type: integer, format: int8}
        tooSmall: {type: integer, format: int8, maximum: 1000}
        huge: {type: integer, minimum: -9223372036854776000}
        bounded: {type: integer, minimum: 1, maximum: 10}
        float: {type: number, format: float}
        double: {type: number}
"
    )
);

snapshot!(
    object,
    schemas(
        r"
    Object:
      type: object
      required: [id, missing]
      x-constants: [{name: MAX, value: 10}]
      additionalProperties: false
      properties:
        id: {type: string, description: The id., readOnly: true}
        secret: {type: string, format: password, writeOnly: true}
        parent: {$ref: '#/components/schemas/Object'}
        old: {type: [string, 'null'], deprecated: true}
"
    )
);

snapshot!(
    operation,
    document(
        r"
tags: [{name: pets}]
webhooks:
  newPet: {post: {requestBody: {content: {application/json: {schema: {type: string}}}}}}
paths:
  /pets/{id}:
    summary: One pet.
    get:
      tags: [pets]
      operationId: getPet
      externalDocs: {url: 'https://example.com'}
      responses: {'204': {description: ok}}
      callbacks: {changed: {'{$request.query.url}': {post: {responses: {}}}}}
    GET: {}
"
    )
);

snapshot!(
    parameter,
    document(
        r"
paths:
  /pets:
    parameters:
      - {name: limit, in: query, schema: {type: string}}
    get:
      operationId: listPets
      parameters:
        - {name: limit, in: query, required: true, description: How many., schema: {type: integer, maximum: 50}}
        - {name: ids, in: query, style: spaceDelimited, schema: {type: array, items: {type: string}}}
        - {name: filter, in: query, content: {application/json: {schema: {type: object}}}}
        - {name: Accept, in: header, schema: {type: string}}
        - {name: X-Trace, in: header, style: form, schema: {type: string}}
      responses: {'204': {description: ok}}
"
    )
);

snapshot!(pagination, {
    let printed = document(&paginated::paths());
    let lines = printed.lines().filter(|line| {
        line.contains("= GET") || line.contains("pages of") || line.contains("unusable-pagination")
    });
    lines.map(|line| format!("{line}\n")).collect::<String>()
});

snapshot!(
    part_headers,
    document(
        r"
paths:
  /pets:
    post:
      operationId: addPet
      requestBody:
        content:
          multipart/form-data:
            encoding:
              photo:
                contentType: image/png
                headers:
                  Content-Type: {schema: {type: string}}
                  X-Taken: {description: When., required: true, schema: {type: string, format: date}}
                  X-Place: {content: {application/json: {schema: {type: object, properties: {x: {type: number}}}}}}
                  X-Uri: {content: {text/plain: {schema: {type: string, format: uri}}}}
                  X-Tags: {explode: true, schema: {type: object, additionalProperties: {type: string}}}
                  X-Kind: {required: true, schema: {const: photo}}
                  X-None: {schema: false}
                  X-Any: {deprecated: true}
              more: {headers: {X-Order: {schema: {type: integer}}}}
            schema:
              type: object
              properties: {photo: {type: string, format: binary}, more: {type: array, items: {type: string}}}
      responses: {'204': {description: added}}
"
    )
);

snapshot!(
    form_alternatives,
    document(
        r"
paths:
  /replies:
    post:
      operationId: reply
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              oneOf:
                - {type: object, required: [type], properties: {type: {const: 1}, data: {type: string}, file: {type: string, format: binary}, flag: {const: true}}}
                - {type: object, required: [type], properties: {type: {const: 2}, data: {type: object, properties: {a: {type: string}}}, file: {type: integer}, flag: {type: boolean}}}
                - {type: object, required: [type], properties: {type: {enum: [2, 3]}}}
      responses: {'204': {description: done}}
"
    )
);

snapshot!(
    positions,
    document(
        r"
paths:
  /pages:
    post:
      operationId: addPage
      requestBody:
        content:
          multipart/related; type=text/html:
            schema:
              type: array
              prefixItems: [{title: Page, type: string}, {$ref: '#/components/schemas/About'}, {}]
              items: {anyOf: [{type: string}, {type: string, format: binary}]}
            prefixEncoding: [{contentType: text/html}, {}, {contentType: 'image/*'}]
            itemEncoding:
              contentType: 'text/css, image/*'
              headers: {Content-Location: {required: true, content: {text/plain: {schema: {type: string}}}}}
      responses: {'204': {description: added}}
  /photos:
    post:
      operationId: addPhotos
      requestBody: {content: {multipart/mixed: {itemSchema: {description: A photo.}, itemEncoding: {contentType: image/jpg}}}}
      responses: {'204': {description: added}}
  /nested:
    post:
      operationId: addNested
      requestBody:
        content:
          multipart/mixed:
            schema:
              type: array
              prefixItems:
                - {type: array, items: {type: integer}}
                - {type: array, prefixItems: [{type: object, properties: {a: {type: string}}}, {type: string}, {}]}
                - {type: object, properties: {b: {type: string, format: binary}}}
            prefixEncoding:
              - {}
              - {contentType: multipart/mixed, prefixEncoding: [{contentType: application/xml}, {}, {contentType: image/png}]}
              - {contentType: multipart/form-data, encoding: {b: {contentType: image/gif}}}
              - {contentType: text/plain}
          multipart/form-data:
            schema:
              type: object
              properties:
                each: {type: array, items: {type: array, items: {type: string, format: binary}}}
                all: {type: array, items: {type: string, format: binary}}
            encoding: {each: {contentType: multipart/mixed}, all: {itemEncoding: {contentType: image/png}}}
      responses: {'204': {description: added}}
  /optional:
    post:
      operationId: addOptional
      requestBody:
        content:
          multipart/mixed:
            schema: {type: array, minItems: 1, maxItems: 2, prefixItems: [{type: string}, {type: [string, 'null']}], items: {type: string}}
            itemEncoding: {contentType: text/css}
          multipart/alternative: {itemSchema: {type: object}, prefixEncoding: [{contentType: text/plain, style: form}], encoding: {a: {}}}
          multipart/form-data:
            schema: {type: array, items: {type: string}}
          multipart/x-named:
            schema: {type: array, items: {type: string}}
            itemEncoding: {headers: {Content-Disposition: {required: true, schema: {type: string}}}}
      responses:
        '200': {description: ok, content: {multipart/mixed: {itemSchema: {type: string}, itemEncoding: {contentType: text/plain}}}}
  /wrong:
    post:
      operationId: addWrong
      requestBody:
        content:
          multipart/mixed: {schema: {type: object, properties: {a: {type: string}}}, prefixEncoding: [{}]}
          application/json: {schema: {type: array}, itemEncoding: {contentType: text/plain}}
      responses: {'204': {description: added}}
components:
  schemas:
    About: {type: object, properties: {author: {type: string}}}
"
    )
);

snapshot!(
    reference,
    document(
        r"
components:
  schemas:
    Loop: {$ref: '#/components/schemas/Loop'}
    Lost: {$ref: '#/components/schemas/Loup'}
paths:
  /pets: {get: {$ref: '#/x-operations/list'}}
x-operations:
  list: {operationId: listPets, responses: {'204': {description: ok}}}
"
    )
);

snapshot!(
    nearby_reference,
    document(
        r"
paths:
  /speech:
    get:
      operationId: getSpeech
      responses:
        '200':
          description: ok
          content:
            application/json:
              schema:
                properties: {event: {$ref: '#/$defs/Event'}, none: {type: string}}
                $defs:
                  Event: {properties: {kind: {$ref: '#/$defs/Kind'}}}
                  Kind: {type: integer}
"
    )
);

snapshot!(
    references_in_the_place_of_maps,
    document(
        r"
paths:
  /a:
    post:
      operationId: postA
      parameters: [{name: p, in: query, content: {$ref: '#/components/mediaTypes/number'}}]
      requestBody: {content: {$ref: '#/components/mediaTypes/form'}}
      responses:
        '200': {description: ok, content: {$ref: '#/components/mediaTypes/number'}, headers: {$ref: '#/components/headers'}}
        '400': {description: no, content: {$ref: '#/components/mediaTypes/number'}}
components:
  headers: {X-A: {schema: {type: string}}}
  mediaTypes:
    number: {application/json: {schema: {type: number}}}
    form: {multipart/form-data: {schema: {type: object, properties: {file: {type: string, format: binary}}}}}
"
    )
);

snapshot!(
    parameters_of_webhooks,
    document(
        r"
paths:
  /a:
    post:
      operationId: postA
      responses: {'204': {description: done}}
      callbacks: {done: {'{$request.body#/url}': {post: {parameters: [{name: X-A, in: header, schema: {type: string}}]}}}}
webhooks:
  pushed: {post: {parameters: [{name: X-B, in: header, schema: {type: string}}], responses: {'204': {description: done}}}}
  plain: {post: {parameters: [], responses: {'204': {description: done}}}}
"
    )
);

snapshot!(
    response,
    document(
        r"
paths:
  /pets:
    get:
      operationId: listPets
      responses:
        '200':
          description: The pets.
          headers: {X-Total: {schema: {type: integer}}, Content-Type: {}}
          links: {next: {}}
          content: {application/json: {schema: {type: array, items: {type: string}}}}
        4xx: {description: wrong, content: {application/json: {schema: {type: object, properties: {why: {type: string}}}}}}
        '500': {description: broken, content: {text/html: {}}}
"
    )
);

snapshot!(
    schema,
    schemas(
        r"
    Map: {type: object, additionalProperties: {type: integer}}
    Pair: {type: array, prefixItems: [{type: string}, {type: integer}], items: false, minItems: 2}
    Patterns: {type: object, patternProperties: {'^x-': {type: string}}}
    Open: {type: array, prefixItems: [{type: string}, {type: integer}]}
    Described: {enum: [a, b], x-enum-descriptions: [The first., The second.]}
    DescribedByValue: {enum: [a, b], x-enum-descriptions: {b: The second.}}
    Nullable: {type: [string, 'null'], enum: [a, b, null], default: b}
    Unknown: {type: text}
"
    )
);

snapshot!(
    security,
    document(
        r"
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    token: {type: http, scheme: bearer, bearerFormat: JWT}
    signed: {type: mutualTLS}
security: [{key: []}]
paths:
  /a: {get: {operationId: a, responses: {}}}
  /b: {get: {operationId: b, security: [{token: [read]}, {}], responses: {}}}
  /c: {get: {operationId: c, security: [{other: []}], responses: {}}}
"
    )
);

snapshot!(
    server,
    lowered(
        r"
openapi: 3.1.0
info: {title: T, version: '1'}
servers:
  - url: https://{region}.example.com/
    variables: {region: {default: eu, enum: [eu, us], description: Where.}}
  - url: /v1
  - {}
paths: {}
"
    )
);

snapshot!(
    string_type,
    schemas(
        r"
    Strings:
      type: object
      properties:
        at: {type: string, format: date-time}
        day: {type: string, format: date}
        id: {type: string, format: uuid}
        bytes: {type: string, format: byte}
        encoded: {type: string, contentEncoding: base64}
        secret: {type: string, format: password}
        any: {anyOf: [{enum: [a]}, {type: string}]}
"
    )
);

snapshot!(
    subtypes,
    schemas(
        r"
    Pet:
      type: object
      required: [kind]
      properties: {kind: {type: string}}
      discriminator: {propertyName: kind, mapping: {kitty: Cat}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {lives: {type: integer}}}]}
    Dog: {allOf: [{$ref: '#/components/schemas/Pet'}]}
    Lone: {type: object, discriminator: {propertyName: kind}}
"
    )
);

snapshot!(
    union,
    schemas(
        r"
    Shape:
      oneOf: [{$ref: '#/components/schemas/Circle'}, {$ref: '#/components/schemas/Square'}]
      discriminator: {propertyName: kind, mapping: {round: Circle, flat: Line}}
    Circle: {type: object, properties: {kind: {type: string}, radius: {type: number}}}
    Square: {type: object, properties: {kind: {type: string}, side: {type: number}}}
    Line: {type: object}
    Joined: {anyOf: [{type: string}, {enum: [a]}, {type: integer}]}
    One: {anyOf: [{type: integer}, {type: integer, description: The same.}]}
"
    )
);
