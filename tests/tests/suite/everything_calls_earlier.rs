//! The calls of the client of `documents/earlier.json`: each operation with each content type.

use earlier::apis::books_api::{
    ListBooksParams, add_book, add_cover, get_cover, lend, list_books, set_cover,
};
use earlier::models::Cover;
use earlier::runtime::Binary;

use super::everything_client::client;

client!(earlier);

/// Makes the requested call. `None`: there is no such call.
pub(crate) fn call(meant: &CallSelector<'_>, to: &Target<'_>, given: &Arguments) -> Option<Sending> {
    let c = &configuration(to);
    Some(match (meant.id, meant.body) {
        ("listBooks", None) => plain(list_books(
            c,
            ListBooksParams {
                after: given.get("after"),
                shelves: given.get("shelves"),
                pages: given.get("pages"),
            },
        )),
        ("addBook", Some("application/json")) => plain(add_book(c, given.body())),
        ("getCover", None) => bytes(get_cover(c, given.get("book"))),
        ("setCover", Some("image/jpeg")) => {
            plain(set_cover(c, given.get("book"), Binary::bytes(given.body::<String>())))
        }
        ("addCover", Some("multipart/form-data")) => plain(add_cover(c, given.get("book"), cover(given))),
        ("lend", Some("application/x-www-form-urlencoded")) => plain(lend(c, given.body())),
        _ => return None,
    })
}

fn cover(given: &Arguments) -> Cover {
    let others = given.part::<Option<Vec<String>>>("others");
    Cover {
        cover: Binary::bytes(given.part::<String>("cover")),
        others: others.map(|others| others.into_iter().map(Binary::bytes).collect()),
        credit: given.part("credit"),
        note: given.part("note"),
    }
}
