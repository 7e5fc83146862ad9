//! Operations, and what belongs to them: parameters, bodies, replies, servers and security.

use super::{document, lowered, paginated, snapshot};

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
