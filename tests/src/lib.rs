//! The guides' samples, compiled and run. What spans more than one package is tested in `tests/tests`.

/// `README.md`.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
