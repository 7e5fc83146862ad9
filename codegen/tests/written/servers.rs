//! Servers and security schemes.

use super::{snapshots, written};

snapshots! { written:
    alternatives_of_security: "
        security: [{Key: []}]
        paths:
          /a: {get: {operationId: a, responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: b, security: [{Token: [], Query: []}, {Password: []}, {}], responses: {'204': {description: Done.}}}}
          /c: {get: {operationId: c, security: [], responses: {'204': {description: Done.}}}}
          /d: {get: {operationId: d, security: [{OAuth: [read]}, {Cookie: []}, {Signed: []}], responses: {'204': {description: Done.}}}}
        components:
          securitySchemes:
            Key: {type: apiKey, in: header, name: X-Key, description: A key.}
            Query: {type: apiKey, in: query, name: key}
            Cookie: {type: apiKey, in: cookie, name: session}
            Token: {type: http, scheme: bearer}
            Password: {type: http, scheme: basic}
            Signed: {type: http, scheme: SharedKey}
            OAuth: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://example.com/token', scopes: {read: Read.}}}}
        ",
    a_server_with_variables: "
        servers:
          - url: https://{region}.example.com/{version}
            description: The region's server.
            variables:
              region: {default: eu, enum: [eu, us], description: Where it is.}
              version: {default: v1}
          - {url: https://other.example.com}
          - {url: '{endpoint}/v1', variables: {endpoint: {default: https://third.example.com}}}
          - {url: '{host}/v1', variables: {host: {default: //fourth.example.com}}}
          - {url: '{given}/v1', variables: {given: {default: ''}}}
        paths:
          /a: {get: {operationId: a, responses: {'204': {description: Done.}}}}
          /b: {get: {operationId: b, servers: [{url: https://upload.example.com}], responses: {'204': {description: Done.}}}}
        ",
    a_document_without_servers: "
        servers: []
        paths:
          /a: {get: {operationId: a, responses: {'204': {description: Done.}}}}
        ",
    servers_with_relative_urls_and_undeclared_variables: "
        servers:
          - {url: '{stage}/v1', variables: {stage: {default: test}}}
          - {url: 'https://{region}.example.com/{version}', variables: {version: {default: v1}}}
          - {url: //cdn.example.com/files}
          - {url: api.example.com}
        paths:
          /a: {get: {operationId: a, responses: {'204': {description: Done.}}}}
        ",
}
