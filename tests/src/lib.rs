//! What spans more than one package is tested in `tests/tests`.
