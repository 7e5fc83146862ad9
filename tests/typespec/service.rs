//! Authentication, servers, versions and special headers.

use clients::runtime::{Configuration, Error};
use clients::{
    authentication_api_key, authentication_http_custom, authentication_noauth_union, authentication_oauth2,
    authentication_union, server_endpoint_not_defined, server_path_multiple_v1_0, server_path_single,
    server_versions_not_versioned, server_versions_versioned_2021_01_01_preview,
    server_versions_versioned_2022_12_01_preview, special_headers_conditional_request,
    special_headers_repeatability,
};

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    api_keys(board).await;
    tokens(board).await;
    other_schemes(board).await;
    server_paths(board).await;
    server_versions(board).await;
    conditional_requests(board).await;
    repeatable_requests(board).await;
}

const TOKEN: &str = "https://security.microsoft.com/.default";

/// The status of an error, and what `text` takes from its body.
fn refusal<E>(error: Error<E>, text: impl Fn(E) -> String) -> (u16, String) {
    match error {
        Error::Api(error) => (error.status.as_u16(), error.entity.map_or_else(String::new, text)),
        error => panic!("{error}"),
    }
}

async fn api_keys(board: &Board) {
    use authentication_api_key::apis::default_api::*;

    let group = board.group("Authentication_ApiKey");
    let with = |key: &str| group.at.clone().with_api_key("ApiKeyAuth", key);
    group.sent("valid", valid(&with("valid-key")).await);
    let refused = invalid(&with("invalid-key")).await.map_err(|error| refusal(error, |body| body.error));
    group.refused("invalid", refused, (403, "invalid-api-key".to_owned()));

    let group = board.group("Authentication_Union");
    let at = group.at.clone().with_api_key("ApiKeyAuth", "valid-key");
    group.sent("validKey", authentication_union::apis::default_api::valid_key(&at).await);
    let at = with_token(&group.at);
    group.sent("validToken", authentication_union::apis::default_api::valid_token(&at).await);
}

fn with_token(at: &Configuration) -> Configuration {
    at.clone().with_bearer_access_token(TOKEN)
}

async fn tokens(board: &Board) {
    use authentication_oauth2::apis::default_api::*;

    let group = board.group("Authentication_OAuth2");
    group.sent("valid", valid(&with_token(&group.at)).await);
    let refused = invalid(&with_token(&group.at)).await.map_err(|error| refusal(error, |body| body.error));
    group.refused("invalid", refused, (403, "invalid-grant".to_owned()));

    let group = board.group("Authentication_Noauth_Union");
    group.sent("validNoAuth", authentication_noauth_union::apis::default_api::valid_no_auth(&group.at).await);
    let at = with_token(&group.at);
    group.sent("validToken", authentication_noauth_union::apis::default_api::valid_token(&at).await);
}

async fn other_schemes(board: &Board) {
    use authentication_http_custom::apis::default_api::*;

    let group = board.group("Authentication_Http_Custom");
    let with = |key: &str| group.at.clone().with_api_key("http", key);
    group.sent("valid", valid(&with("valid-key")).await);
    let refused = invalid(&with("invalid-key")).await.map_err(|error| refusal(error, |body| body.error));
    group.refused("invalid", refused, (403, "invalid-api-key".to_owned()));
}

async fn server_paths(board: &Board) {
    let group = board.group("Server");
    group.sent(
        "Endpoint_NotDefined_valid",
        server_endpoint_not_defined::apis::default_api::valid(&group.at).await,
    );
    group.sent("Path_Single_myOp", server_path_single::apis::default_api::my_op(&group.at).await);

    use server_path_multiple_v1_0::apis::configuration::base_path;
    use server_path_multiple_v1_0::apis::default_api::*;
    let at = &group.at.clone().with_base_path(base_path(board.address(), "v1.0"));
    group.sent("Path_Multiple_noOperationParams", no_operation_params(at).await);
    group.sent("Path_Multiple_withOperationPathParam", with_operation_path_param(at, "test").await);
}

async fn server_versions(board: &Board) {
    let group = board.group("Server_Versions_NotVersioned");
    let at = &group.at;
    {
        use server_versions_not_versioned::apis::default_api::*;
        group.sent("withoutApiVersion", without_api_version(at).await);
        group.sent("withPathApiVersion", with_path_api_version(at, "v1.0").await);
        group.sent("withQueryApiVersion", with_query_api_version(at, "v1.0").await);
    }
    let group = board.group("Server_Versions_Versioned");
    {
        use server_versions_versioned_2022_12_01_preview::apis::default_api::*;
        group.sent("withoutApiVersion", without_api_version(at).await);
        group.sent("withPathApiVersion", with_path_api_version(at, "2022-12-01-preview").await);
        group.sent("withQueryApiVersion", with_query_api_version(at, "2022-12-01-preview").await);
    }
    use server_versions_versioned_2021_01_01_preview::apis::default_api::with_query_old_api_version;
    group.sent("withQueryOldApiVersion", with_query_old_api_version(at, "2021-01-01-preview").await);
}

async fn conditional_requests(board: &Board) {
    use special_headers_conditional_request::apis::default_api::*;

    let group = board.group("SpecialHeaders_ConditionalRequest");
    let at = &group.at;
    let date = || Some("Fri, 26 Aug 2022 14:38:00 GMT".to_owned());
    let params = PostIfMatchParams { if_match: Some("\"valid\"".to_owned()) };
    group.sent("postIfMatch", post_if_match(at, params).await);
    let params = PostIfNoneMatchParams { if_none_match: Some("\"invalid\"".to_owned()) };
    group.sent("postIfNoneMatch", post_if_none_match(at, params).await);
    let params = HeadIfModifiedSinceParams { if_modified_since: date() };
    group.sent("headIfModifiedSince", head_if_modified_since(at, params).await);
    let params = PostIfUnmodifiedSinceParams { if_unmodified_since: date() };
    group.sent("postIfUnmodifiedSince", post_if_unmodified_since(at, params).await);
}

async fn repeatable_requests(board: &Board) {
    use special_headers_repeatability::apis::default_api::*;

    let group = board.group("SpecialHeaders_Repeatability");
    let id = "2378d9bc-1726-11ee-be56-0242ac120002";
    let call = immediate_success(&group.at, id, "Tue, 15 Nov 2022 12:45:26 GMT");
    let reply = call.response().await.map(|response| response.headers.get("repeatability-result").cloned());
    group.got("immediateSuccess", reply, "accepted".parse().ok());
}
