//! Types: scalars, collections, properties, models, unions and files.

mod additional_properties;
mod collections;
mod files;
mod models;
mod properties;
mod scalars;
mod unions;

use chrono::{DateTime, FixedOffset};

use crate::board::Board;

pub(crate) async fn run(board: &Board) {
    scalars::run(board).await;
    collections::run(board).await;
    properties::run(board).await;
    additional_properties::run(board).await;
    models::run(board).await;
    unions::run(board).await;
    files::run(board).await;
}

/// The duration that scenarios use. The format `duration` is text.
const DURATION: &str = "P123DT22H14M12.011S";

/// The point in time that scenarios use.
fn date_time() -> DateTime<FixedOffset> {
    "2022-08-26T18:38:00Z".parse().expect("a date and a time")
}
