//! The calls of the client of `documents/everything.yaml`: each operation with each content type.

#![allow(deprecated, reason = "what is deprecated is called too")]

use everything::apis::{
    doors_api::*, ledgers_api::*, orders_api::*, presses_api::*, proofs_api::*, specimens_api::*,
    stock_api::*, works_api::*,
};
use everything::models::{Section, send_proof};
use everything::runtime::Binary;

use super::everything_client::{client, client_of_events};

client!(everything);
client_of_events!(everything);

/// Makes the requested call. `None`: there is no such call.
pub(crate) fn call(meant: &CallSelector<'_>, to: &Target<'_>, given: &Arguments) -> Option<Sending> {
    let c = &configuration(to);
    let work = || given.text("work");
    Some(match (meant.id, meant.body) {
        ("searchWorks", None) => plain(search_works(c, &given.text("q"), search(given))),
        ("getWork", None) => chosen(
            get_work(c, &work(), given.get("X-Trace")),
            |work| json!(work),
            |error| match error {
                GetWorkError::Status404(body) => json!(body),
                GetWorkError::Status4xx(body) => json!(body),
                GetWorkError::StatusDefault(body) => json!(body),
            },
        ),
        ("replaceWork", Some("application/json")) => chosen(
            replace_work(c, &work(), given.body(), ReplaceWorkParams { x_trace: given.get("X-Trace") }),
            |reply| match reply {
                ReplaceWorkReply::Status200(body) => json!(body),
                ReplaceWorkReply::Status201(body) => json!(body),
                ReplaceWorkReply::Status204 => Value::Null,
            },
            |error| json!(error),
        ),
        ("amendWork", Some("application/merge-patch+json")) => {
            plain(amend_work(c, &work(), given.body(), AmendWorkParams { x_trace: given.get("X-Trace") }))
        }
        ("deleteWork", None) => {
            plain(delete_work(c, &work(), DeleteWorkParams { x_trace: given.get("X-Trace") }))
        }
        ("hasWork", None) => plain(has_work(c, &work(), HasWorkParams { x_trace: given.get("X-Trace") })),
        ("getSections", None) => plain(get_sections(c, &work(), given.get("from"), given.get("to"))),
        ("plainSpecimen", None) => bytes(plain_specimen(
            c,
            &given.text("face"),
            given.get("sizes"),
            given.get("axes"),
            given.get("swatches"),
            given.get("margins"),
        )),
        ("dottedSpecimen", None) => plain(dotted_specimen(
            c,
            &given.text("face"),
            given.get("sizes"),
            given.get("axes"),
            given.get("swatches"),
            given.get("margins"),
        )),
        ("namedSpecimen", None) => plain(named_specimen(
            c,
            &given.text("face"),
            given.get("sizes"),
            given.get("axes"),
            given.get("swatches"),
            given.get("margins"),
            given.get("ink"),
        )),
        ("placeOrder", Some(media)) => return place(media, c, given),
        ("searchOrders", Some("application/x-www-form-urlencoded")) => plain(search_orders(c, given.body())),
        ("setComment", Some("text/plain; charset=utf-8")) => {
            plain(set_comment(c, given.get("order"), given.body()))
        }
        ("addComment", Some("application/json")) => plain(add_comment(c, given.get("order"), given.body())),
        ("watchOrder", None) => events(watch_order(c, given.get("order"))),
        ("printOrder", None) if meant.reply == Some("text/event-stream") => {
            events(print_order(c, given.get("order")).events())
        }
        ("printOrder", None) if meant.reply == Some("application/vnd.press.tally+json") => {
            let tally = print_order(c, given.get("order"));
            plain(tally.json_as::<Vec<Section>>("application/vnd.press.tally+json"))
        }
        ("printOrder", None) if meant.reply == Some("text/csv") => {
            plain(print_order(c, given.get("order")).text_as("text/csv"))
        }
        ("printOrder", None) => plain(print_order(c, given.get("order"))),
        ("sendProof", Some("multipart/form-data")) => plain(send_proof(c, proof(given))),
        ("listProofs", None) => plain(list_proofs(c)),
        ("downloadProof", None) => bytes(download_proof(c, given.get("proof"))),
        ("uploadProof", Some("application/octet-stream")) => {
            plain(upload_proof(c, given.get("proof"), Binary::bytes(given.body::<String>())))
        }
        ("attachProof", Some("multipart/form-data")) => {
            plain(attach_proof(c, given.get("proof"), file(given.part("file"))))
        }
        ("pictureProof", Some("image/*")) => {
            let body = given.body::<Option<String>>().map(Binary::bytes);
            chosen(
                picture_proof(c, given.get("proof"), body),
                |reply| match reply {
                    PictureProofReply::Status200(text) => json!(text),
                    PictureProofReply::Status204 => Value::Null,
                },
                |error| error,
            )
        }
        ("getPress", None) => plain(get_press(c, &given.text("press"))),
        ("setPress", Some("application/json")) => plain(set_press(c, &given.text("press"), given.body())),
        ("tracePress", None) => bytes(trace_press(c, &given.text("press"))),
        ("match", None) => plain(r#match(c, &given.text("press"))),
        ("getSheet", None) => plain(get_sheet(c, &given.text("sheet"))),
        ("orderStock", Some("application/json")) => plain(order_stock(c, given.body())),
        ("byToken", None) => plain(by_token(c)),
        ("byPassword", None) => plain(by_password(c)),
        ("byHeader", None) => plain(by_header(c)),
        ("byQuery", None) => plain(by_query(c, ByQueryParams { side: given.get("side") })),
        ("byCookie", None) => plain(by_cookie(c, ByCookieParams { side: given.get("side") })),
        ("byGrant", None) => plain(by_grant(c)),
        ("byPassport", None) => plain(by_passport(c)),
        ("byTwo", None) => plain(by_two(c)),
        ("byEither", None) => plain(by_either(c)),
        ("byChoice", None) => plain(by_choice(c)),
        ("byNothing", None) => plain(by_nothing(c)),
        ("listBills", None) => {
            plain(list_bills(c, ListBillsParams { after: given.get("after"), limit: given.get("limit") }))
        }
        ("listDebts", None) => {
            plain(list_debts(c, ListDebtsParams { starting_after: given.get("starting_after") }))
        }
        ("listLetters", None) => {
            plain(list_letters(c, ListLettersParams { page_token: given.get("pageToken") }))
        }
        ("listStamps", None) => {
            let (offset, limit) = (given.get("offset"), given.get("limit"));
            plain(list_stamps(c, ListStampsParams { offset, limit }))
        }
        ("listSeals", None) => {
            let (page, per_page) = (given.get("page"), given.get("per_page"));
            plain(list_seals(c, ListSealsParams { page, per_page }))
        }
        ("listMaps", None) => plain(list_maps(c)),
        ("listWills", None) => plain(list_wills(c)),
        ("listOaths", None) => plain(list_oaths(c, ListOathsParams { from: given.get("from") })),
        _ => return None,
    })
}

fn search(given: &Arguments) -> SearchWorksParams {
    SearchWorksParams {
        limit: given.get("limit"),
        sizes: given.get("sizes"),
        formats: given.get("formats"),
        margin: given.get("margin"),
        bleed: given.get("bleed"),
        inks: given.get("inks"),
        runs: given.get("runs"),
        folds: given.get("folds"),
        cuts: given.get("cuts"),
        trim: given.get("trim"),
        seam: given.get("seam"),
        filter: given.get("filter"),
        r#where: given.get("where"),
        hinted: given.get("hinted"),
        größe: given.get("größe"),
        r#type: given.get("type"),
        sold_out: given.get("sold out"),
        since: given.get("since"),
        changed_after: given.get("changed[after]"),
        batch: given.get("batch"),
        cursor: given.get("cursor"),
    }
}

fn place(media: &str, c: &Configuration, given: &Arguments) -> Option<Sending> {
    let key = &given.text("Idempotency-Key");
    let params = PlaceOrderParams {
        x_marks: given.get("X-Marks"),
        x_crop: given.get("X-Crop"),
        x_scale: given.get("X-Scale"),
        x_approval: given.get("X-Approval"),
        lang: given.get("lang"),
        lanes: given.get("lanes"),
        desk: given.get("desk"),
        visit: given.get("visit"),
        basket: given.get("basket"),
    };
    let call = match media {
        "application/json" => place_order(c, key, given.body(), params),
        "application/x-www-form-urlencoded" => place_order_as_form(c, key, given.body(), params),
        "multipart/form-data" => place_order_as_multipart(c, key, given.body(), params),
        "text/plain" => place_order_as_text(c, key, given.body(), params),
        "application/octet-stream" => {
            place_order_as_binary(c, key, Binary::bytes(given.body::<String>()), params)
        }
        _ => return None,
    };
    let reply = |reply| match reply {
        PlaceOrderReply::Status201(body) => json!(body),
        PlaceOrderReply::Status202(body) => json!(body),
    };
    let error = |error| match error {
        PlaceOrderError::Status422(body) => json!(body),
        PlaceOrderError::Status5xx(body) => json!(body),
    };
    Some(chosen(call, reply, error))
}

fn proof(given: &Arguments) -> send_proof::Request {
    let files = |name: &str| {
        given.part::<Option<Vec<String>>>(name).map(|files| files.into_iter().map(file).collect())
    };
    send_proof::Request {
        cover: file(given.part("cover")),
        pages: files("pages").unwrap_or_default(),
        plates: files("plates"),
        sample: given
            .part::<Option<String>>("sample")
            .map(|sample| send_proof::RequestSamplePart::new(file(sample)).x_sample("the first".to_owned())),
        ticket: given.part("ticket"),
        address: given.part("address"),
        title: given.part("title"),
        copies: given.part("copies"),
        urgent: given.part("urgent"),
        notes: given.part("notes"),
        letters: given.part("letters"),
        marks: given.part("marks"),
        due: given.part("due"),
        finish: given.part("finish"),
    }
}

/// A file with this text, as a stream.
fn file(text: String) -> Binary {
    let pieces: Vec<_> = text.as_bytes().chunks(3).map(|piece| Ok(piece.to_vec().into())).collect();
    Binary::stream(text.len() as u64, futures_util::stream::iter(pieces)).file_name("proof \"1\".bin")
}
