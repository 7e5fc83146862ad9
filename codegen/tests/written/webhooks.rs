//! From webhooks to an enum of them.

use super::{snapshots, written};

snapshots! { written:
    a_webhook_is_read_by_its_name_and_by_the_type_in_its_body: "
        paths: {}
        webhooks:
          thing_made:
            post:
              requestBody:
                content:
                  application/json:
                    schema: {type: object, required: [type, id], properties: {type: {type: string, enum: [thing.made]}, id: {type: string}}}
          counted:
            post: {requestBody: {content: {application/json: {schema: {type: integer}}}}}
          sent:
            post: {requestBody: {content: {text/plain: {schema: {type: string}}}}}
        ",
}
