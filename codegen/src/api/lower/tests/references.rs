//! References, also where OpenAPI allows none.

use super::{document, snapshot};

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
