//! Lists in pages.

use clients::payload_pageable::apis::default_api::*;
use clients::payload_pageable::models::Pet;
use futures_util::TryStreamExt as _;

use crate::board::{Board, Group};

pub(crate) async fn run(board: &Board) {
    let group = board.group("Payload_Pageable_ServerDrivenPagination");
    links(&group).await;
    tokens(&group).await;
    tokens_in_headers(&group).await;
    page_sizes(board).await;
    board.left_out(
        "the first page is the reply to a `POST`, the next one to a `GET`, which OpenAPI does not say",
        &["Payload_Pageable_ServerDrivenPagination_AlternateInitialVerb_post"],
    );
}

fn pets(names: &[(&str, &str)]) -> Vec<Pet> {
    names.iter().map(|(id, name)| Pet::new((*id).to_owned(), (*name).to_owned())).collect()
}

fn first() -> Vec<Pet> {
    pets(&[("1", "dog"), ("2", "cat")])
}

fn second() -> Vec<Pet> {
    pets(&[("3", "bird"), ("4", "fish")])
}

fn all() -> Vec<Pet> {
    [first(), second()].concat()
}

async fn links(group: &Group) {
    let at = &group.at;
    group.got("link", server_driven_pagination_link(at).items().try_collect().await, all());
    group.got("linkString", server_driven_pagination_link_string(at).items().try_collect().await, all());
    group.got("nestedLink", server_driven_pagination_nested_link(at).items().try_collect().await, all());
}

async fn tokens(group: &Group) {
    let (foo, bar) = (Some("foo".to_owned()), Some("bar".to_owned()));
    let params =
        ContinuationTokenRequestQueryResponseBodyParams { foo: foo.clone(), bar: bar.clone(), token: None };
    let call = continuation_token_request_query_response_body(&group.at, params);
    group.got("ContinuationToken_requestQueryResponseBody", call.items().try_collect().await, all());
    let params = ContinuationTokenRequestQueryNestedResponseBodyParams { foo, bar, token: None };
    let call = continuation_token_request_query_nested_response_body(&group.at, params);
    group.got("ContinuationToken_requestQueryNestedResponseBody", call.items().try_collect().await, all());
}

/// Where the token is in a header, a program passes it on itself.
async fn tokens_in_headers(group: &Group) {
    let at = &group.at;
    let (foo, bar) = (|| Some("foo".to_owned()), || Some("bar".to_owned()));

    let page = |token| {
        let params = ContinuationTokenRequestHeaderResponseBodyParams { foo: foo(), bar: bar(), token };
        continuation_token_request_header_response_body(at, params)
    };
    let scenario = "ContinuationToken_requestHeaderResponseBody";
    let token = page(None).await.map(|page| (page.pets, page.next_token));
    group.got(scenario, token, (first(), Some("page2".to_owned())));
    let last = page(Some("page2".to_owned())).await.map(|page| (page.pets, page.next_token));
    group.got(scenario, last, (second(), None));

    let page = |token| {
        let params = ContinuationTokenRequestHeaderNestedResponseBodyParams { foo: foo(), bar: bar(), token };
        continuation_token_request_header_nested_response_body(at, params)
    };
    let scenario = "ContinuationToken_requestHeaderNestedResponseBody";
    let next = page(None)
        .await
        .map(|page| (page.nested_items.pets, page.nested_next.and_then(|next| next.next_token)));
    group.got(scenario, next, (first(), Some("page2".to_owned())));
    let last = page(Some("page2".to_owned())).await.map(|page| (page.nested_items.pets, page.nested_next));
    group.got(scenario, last, (second(), None));

    let page = |token| {
        let params = ContinuationTokenRequestHeaderResponseHeaderParams { foo: foo(), bar: bar(), token };
        continuation_token_request_header_response_header(at, params).response()
    };
    let scenario = "ContinuationToken_requestHeaderResponseHeader";
    let reply = page(None).await.map(|reply| (reply.body.pets, reply.headers.get("next-token").cloned()));
    group.got(scenario, reply, (first(), "page2".parse().ok()));
    let reply = page(Some("page2".to_owned()))
        .await
        .map(|reply| (reply.body.pets, reply.headers.get("next-token").cloned()));
    group.got(scenario, reply, (second(), None));

    let page = |token| {
        let params = ContinuationTokenRequestQueryResponseHeaderParams { foo: foo(), bar: bar(), token };
        continuation_token_request_query_response_header(at, params).response()
    };
    let scenario = "ContinuationToken_requestQueryResponseHeader";
    let reply = page(None).await.map(|reply| (reply.body.pets, reply.headers.get("next-token").cloned()));
    group.got(scenario, reply, (first(), "page2".parse().ok()));
    let reply = page(Some("page2".to_owned()))
        .await
        .map(|reply| (reply.body.pets, reply.headers.get("next-token").cloned()));
    group.got(scenario, reply, (second(), None));
}

async fn page_sizes(board: &Board) {
    let group = board.group("Payload_Pageable_PageSize");
    let at = &group.at;
    group.got(
        "listWithoutContinuation",
        page_size_list_without_continuation(at).await.map(|page| page.pets),
        all(),
    );
    for (page_size, pets) in [(2, first()), (4, all())] {
        let params = PageSizeListWithPageSizeParams { page_size: Some(page_size) };
        group.got(
            "listWithPageSize",
            page_size_list_with_page_size(at, params).await.map(|page| page.pets),
            pets,
        );
    }
}
